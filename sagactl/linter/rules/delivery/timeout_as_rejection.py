"""SG310 timeout-as-rejection: `rejects` names an error after which nobody knows whether it was done.

A rejection says: no, and nothing was done. A timeout, a broken connection or an unavailable service says nothing of the
kind. Listed among the rejections it is not tried again, the step is not undone, and its effect may stand in a run that
was rolled back. Such failures need not be listed at all; only waits may name them, as a wait has no effects.

These names are taken for it, and every name that ends with `Timeout`, `TimedOut` or one of these with `Error` or
`Exception`:
in any language `Timeout`, `TimedOut`, `DeadlineExceeded`, `Unavailable`, `TemporarilyUnavailable`;
HTTP `RequestTimeout`, `InternalServerError`, `BadGateway`, `ServiceUnavailable`, `GatewayTimeout`, `408`, `500`, `502`,
`503`, `504`; gRPC `DEADLINE_EXCEEDED`, `UNAVAILABLE`; AWS Step Functions `States.Timeout`, `States.HeartbeatTimeout`,
`Sandbox.Timedout`, `Lambda.ServiceException`, `Lambda.AWSLambdaException`, `Lambda.SdkClientException`,
`Lambda.ClientExecutionTimeoutException`; Temporal `TimeoutFailure`, `StartToCloseTimeout`, `ScheduleToCloseTimeout`,
`HeartbeatTimeout`; Java `TimeoutException`, `SocketTimeoutException`, `InterruptedIOException`, `IOException`,
`ConnectException`, `SocketException`, `NoHttpResponseException`, `ResourceAccessException`; .NET
`TaskCanceledException`, `OperationCanceledException`, `TimeoutRejectedException`, `HttpRequestException`; Go
`context.DeadlineExceeded`, `os.ErrDeadlineExceeded`, `http.ErrHandlerTimeout`, `io.ErrUnexpectedEOF`; Python
`TimeoutError`, `ReadTimeout`, `ConnectTimeout`, `ConnectionError`, `ConnectionResetError`; Node.js `ETIMEDOUT`,
`ESOCKETTIMEDOUT`, `ECONNRESET`, `ECONNABORTED`, `EPIPE`.

Source: public sagas that take a timeout for "did not happen"; the error names of the systems listed.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock, GatewayTimeout]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.finding import Drop, Fix, Place
from sagactl.linter.error_names import nobody_knows
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Route, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_READ: Final = "One lost answer ends the run, though asking once more would do no harm."


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.wait is not None or step.local:
            continue
        if step.rejects:
            yield from _among(step.rejects, (*step.route, "rejects"), step, step.action or step.saga or "")
        undo = step.compensation
        if undo is not None and undo.rejects:
            yield from _among(undo.rejects, (*step.route, "compensation", "rejects"), step, undo.command)


def _among(rejects: tuple[str, ...], route: Route, step: Step, command: str) -> Iterator[Hit]:
    """One finding for a list, at the first of the names."""
    wrong = [index for index, name in enumerate(rejects) if nobody_knows(name)]
    if wrong:
        names = ", ".join(f"`{rejects[index]}`" for index in wrong)
        yield Hit(
            f"{names} of `{step.id}` does not say that `{command}` was not done",
            Place((*route, wrong[0])),
            step.id,
            help="take it out of `rejects`: what is not listed there is tried again, and undone when nobody knows",
            note=_READ if step.kind == "read-only" else "",
            fix=_without(route, wrong, len(rejects)),
        )


def _without(route: Route, wrong: list[int], number: int) -> Fix:
    """The list without these names; no list where none is left."""
    gone = [route] if len(wrong) == number else [(*route, index) for index in wrong]
    return Fix("take it for a failure", safe=False, changes=tuple(Drop(each) for each in gone))


RULE = Rule(
    code="SG310",
    name="timeout-as-rejection",
    severity="warning",
    why="It was done, its answer came too late, and the run goes back without undoing it.",
    check=check,
)
