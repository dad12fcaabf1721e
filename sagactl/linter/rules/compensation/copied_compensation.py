"""SG106 copied-compensation: a compensation that is the action itself, or the compensation of another step.

It is a slip of copy and paste in most cases: the effect is done twice instead of undone, or one effect is undone twice
and the other not at all. One command for both ways is fine when its input says what is meant, as in
`SetStatus {status: open}` and `SetStatus {status: closed}`; so is one command for two steps with different input.

Source: public definitions in which two steps name one cancel command.
Since: 0.1

Bad:
    saga: trip
    steps:
      - step: book-hotel
        participant: travel
        action: BookHotel
        compensation: CancelHotel
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: book-flight
        participant: travel
        action: BookFlight
        compensation: CancelHotel

Good:
    saga: trip
    steps:
      - step: book-hotel
        participant: travel
        action: BookHotel
        compensation: CancelHotel
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: book-flight
        participant: travel
        action: BookFlight
        compensation: CancelFlight
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import exclusive
from sagactl.linter.commands import says_nothing_is_done, undo_name
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Compensation, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    seen: dict[tuple[str, str | None], Step] = {}
    for step in saga.steps:
        undo = step.compensation
        if undo is None or says_nothing_is_done(undo.command):
            continue  # noop-compensation says the latter
        participant = undo.participant or step.participant
        if undo.command == step.action and participant == step.participant:
            if undo.input is None or undo.input == step.input:
                yield _is_the_action(step, undo, saga)
            continue
        first = seen.setdefault((undo.command, participant), step)
        if first is not step and _is_a_copy(first, step):
            yield _is_anothers(first, step, undo, saga)


def _is_a_copy(first: Step, step: Step) -> bool:
    """Whether the second would undo the first one's effect again: another action, but the same data for the undo."""
    left, right = first.compensation, step.compensation
    if left is None or right is None or first.action == step.action or exclusive(first, step):
        return False
    return left.input == right.input and (left.input is not None or first.input is None or first.input == step.input)


def _is_the_action(step: Step, undo: Compensation, saga: Saga) -> Hit:
    return Hit(
        f"the compensation of `{step.id}` is its action: `{undo.command}` would be done once more",
        Place((*step.route, "compensation", "command")),
        step.id,
        help=f"compensation: {undo_name(undo.command, saga)}",
        related=(Related("the action", at_step(step.route, "action")),),
    )


def _is_anothers(first: Step, step: Step, undo: Compensation, saga: Saga) -> Hit:
    return Hit(
        f"`{undo.command}` undoes `{first.action}` of `{first.id}`; it cannot undo `{step.action}` as well",
        Place((*step.route, "compensation", "command")),
        step.id,
        help=f"compensation: {undo_name(step.action or '', saga)}",
        related=(Related(f"the compensation of `{first.id}`", Place((*first.route, "compensation", "command"))),),
    )


RULE = Rule(
    code="SG106",
    name="copied-compensation",
    severity="warning",
    why="One effect is undone twice, or done twice, and the other stays.",
    check=check,
)
