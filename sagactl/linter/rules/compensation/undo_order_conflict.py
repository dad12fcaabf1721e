"""SG110 undo-order-conflict: a compensation takes away what another one still needs.

In reverse order the later step is undone first, while what it builds on still stands. Where all compensations start at
once (`rollback.order: parallel`), or one of them listens to a failure without waiting for the later step to be undone,
the account may be deleted before its card is cancelled, and the lock released before the last write under it is taken
back. Undo in reverse order, or let the compensation hear that the later step is undone.

Source: Camunda 8 docs, compensation events, whose handlers are started together; Garcia-Molina and Salem, Sagas, 1987,
whose compensations run in reverse.
Since: 0.1

Bad:
    saga: sign-up
    rollback: {order: parallel, dead_letter: undo-dlq}
    steps:
      - step: open-account
        participant: accounts
        action: OpenAccount
        output: {account_id: string}
        compensation: CloseAccount
      - step: order-card
        participant: cards
        action: OrderCard
        compensation: {command: CancelCard, input: {account: steps.open-account.output.account_id}}
      - step: send-card
        participant: cards
        action: SendCard
        kind: pivot

Good:
    saga: sign-up
    rollback: {order: reverse, dead_letter: undo-dlq}
    steps:
      - step: open-account
        participant: accounts
        action: OpenAccount
        output: {account_id: string}
        compensation: CloseAccount
      - step: order-card
        participant: cards
        action: OrderCard
        compensation: {command: CancelCard, input: {account: steps.open-account.output.account_id}}
      - step: send-card
        participant: cards
        action: SendCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep, undone_event
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    loose = facts.undone_early
    for index in loose:
        early = facts.meant.steps[index]
        for late in facts.meant.members(loose[index]):
            need = _need(early, late, facts)
            if need is not None:
                yield _hit(early, late, need, facts)
                break


def _need(early: FlowStep, late: FlowStep, facts: Facts) -> tuple[str, Related] | None:
    """What the compensation of the later step needs and that of the earlier one takes away, and where that is said."""
    for datum in facts.data:
        if datum.use == "undo" and datum.step == late.index and datum.source == early.index:
            return f"`{datum.output}` of `{early.id}`", Related(f"`{late.id}` is undone with it", datum.place)
    lock = early.step.lock
    if lock is not None:
        for key, resources in (("writes", late.step.writes), ("reads", late.step.reads)):
            if lock in resources:
                place = Place((*late.step.route, key, resources.index(lock)))
                return f"the lock of `{lock}`", Related(f"`{late.id}` {key} it under the lock", place)
    return None


def _hit(early: FlowStep, late: FlowStep, need: tuple[str, Related], facts: Facts) -> Hit:
    first, second = early.compensation, late.compensation
    what, related = need
    declared = first is not None and first.listens is not None
    place = at_step(early.step.route, "compensation")
    if not declared:
        place = Place(("rollback", "order"))
    elif first is not None:
        place = Place((*early.step.route, "compensation", "listens"))
    return Hit(
        f"`{second.command if second else late.id}` needs {what}, which `{first.command if first else early.id}` may "
        f"have taken away already",
        place,
        early.id,
        help=_help(late, declared),
        related=(Related(f"`{early.id}` is undone here", at_step(early.step.route, "compensation")), related),
    )


def _help(late: FlowStep, declared: bool) -> str:
    if declared:
        return f"let it wait until the later step is undone:\nlistens: [{undone_event(late.step)}]"
    return "undo the later step first:\nrollback: {order: reverse}"


RULE = Rule(
    code="SG110",
    name="undo-order-conflict",
    severity="warning",
    why="The compensation that comes second finds nothing to work on, and fails for good.",
    check=check,
)
