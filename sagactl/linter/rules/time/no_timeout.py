"""SG401 no-timeout: an action or a compensation whose answer is waited for without an end.

Answers get lost. Where no timeout says when a try counts as unanswered, nothing is tried again, no rollback starts and
nobody is told: the run stands still with everything that it holds. A timeout under `defaults` covers all actions and
compensations that have none of their own. Local steps need none; a wait has its own.

Source: AWS Step Functions, best practices: use timeouts to avoid stuck executions; of 637 tasks in public samples of
that service 12 have one.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    defaults: {timeout: 10s}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 5


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.defaults.timeout_s is not None:
        return
    awaited = [step for step in facts.flow.steps if _is_awaited(step)]
    actions = [step for step in awaited if step.action.timeout_s is None]
    undos = [step for step in facts.flow.steps if _undo_lacks_one(step)]
    if actions and len(actions) == len(awaited):
        yield _everywhere(len(actions))
    elif actions or undos:
        yield _here_and_there(actions, undos)


def _is_awaited(step: FlowStep) -> bool:
    """Whether the run waits for an answer to the action."""
    return step.step.action is not None and not step.step.local and step.step.reply is not False


def _undo_lacks_one(step: FlowStep) -> bool:
    undo = step.compensation
    return (
        undo is not None
        and step.undo is not None
        and step.undo.timeout_s is None
        and not step.step.local
        and undo.reply is not False
    )


def _everywhere(number: int) -> Hit:
    said = "the action has no timeout" if number == 1 else f"none of the {number} actions has a timeout"
    return Hit(said, Place(("steps",), "key"), help=_HELP, fix=_FIX)


def _here_and_there(actions: list[FlowStep], undos: list[FlowStep]) -> Hit:
    """One finding for all, at the first of them."""
    found = [
        *(Related(f"`{step.id}` waits without an end", at_step(step.step.route, "action")) for step in actions),
        *(Related(f"and so does the undo of `{step.id}`", at_step(step.step.route, "compensation")) for step in undos),
    ]
    first = actions[0] if actions else undos[0]
    what = f"`{first.id}`" if actions else f"the compensation of `{first.id}`"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Hit(
        f"{what}{more} has no timeout",
        found[0].place,
        first.id,
        help=_HELP,
        related=tuple(found[1 : _RELATED + 1]),
        fix=_FIX,
    )


_HELP = "defaults:\n  timeout: 10s"
_FIX = Fix("wait ten seconds for an answer", safe=False, changes=(Put(("defaults", "timeout"), "10s"),))

RULE = Rule(
    code="SG401",
    name="no-timeout",
    severity="warning",
    why="One lost answer, and the run stands still for ever with all that it holds.",
    check=check,
)
