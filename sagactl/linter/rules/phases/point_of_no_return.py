"""SG202 point-of-no-return: an effect that cannot be undone, and a step that can still fail.

Once the effect has happened the run can only go forward, and the step that fails keeps it from going forward: there is
no right way to end. Everything that can fail comes before the one step that cannot be undone; what comes after it is
tried until it is done. This holds for two pivots, and for a pivot beside a parallel branch that can fail, too. Pivots
on outcomes that exclude each other are fine.

Source: Mehrotra, Rastogi, Silberschatz, Korth, A transaction model for multidatabase systems, 1992; Richardson,
Microservices Patterns, chapter 4.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: RefundCard

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import FlowStep
from sagactl.linter.commands import notice
from sagactl.linter.remedies import behind, how_it_fails
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts, NoReturn

_RELATED = 5


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for point in facts.no_return:
        yield _hit(point, facts)


def _hit(point: NoReturn, facts: Facts) -> Hit:
    step, failing = point.step, list(facts.meant.members(point.failing))
    first = failing[0]
    named = f"`{first.id}`" if len(failing) == 1 else f"`{first.id}` and {_more(failing)}"
    later = facts.meant.descendants[step.index] >> first.index & 1
    when = "afterwards" if later else "at the same time"
    return Hit(
        f"{_what(step)} cannot be undone, and {named} may fail {when}",
        at_step(step.step.route),
        step.id,
        help=_help(point, failing[-1] if later else first, facts),
        related=tuple(Related(how_it_fails(other), at_step(other.step.route)) for other in failing[:_RELATED]),
    )


def _what(step: FlowStep) -> str:
    if step.step.saga is not None:
        return f"`{step.id}` runs `{step.step.saga}`, which has a pivot: it"
    return f"`{step.step.action}` of `{step.id}`"


def _more(failing: list[FlowStep]) -> str:
    return f"`{failing[1].id}`" if len(failing) == 2 else f"{len(failing) - 1} other steps"


def _help(point: NoReturn, last: FlowStep, facts: Facts) -> str:
    step, flow = point.step, facts.meant
    if last.kind == "pivot" and not last.step.rejects and last.step.saga is None and not notice(step.step):
        return f"if nothing can refuse `{last.id}`, write there:\nkind: retriable\nretry: forever"
    if flow.ancestors[last.index] >> step.index & 1 and step.id in facts.needs(last.step):
        return f"part `{step.id}` in two: a step with a compensation, and one that comes after `{last.id}`"
    return f"let `{step.id}` come after all that can fail:{behind(step, point.failing, flow)}"


RULE = Rule(
    code="SG202",
    name="point-of-no-return",
    severity="error",
    why="Once it has happened the run can neither go back nor be sure to go forward, and a person has to repair it.",
    check=check,
)
