"""SG990 unstated-promise: a participant does not say what becomes of messages that come twice, too late or not at all.

Whether a saga can be undone safely hangs on four promises, and what is not stated is not assumed: rules that need it
stay silent, and this one note says what is missing. It asks for a promise only where the way back relies on it, once
for each participant, and once for the whole saga while no participant states anything. `none` and `false` are answers
too: then lint says what they cost.

Source: the policies of a single step, explored: which promises make it safe, and which are not needed.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {}, payment: {}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        retry: forever
        kind: pivot

Good:
    saga: order
    participants: {inventory: {idempotency: key, rejects_late_actions: true}, payment: {idempotency: key}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        retry: forever
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.delivery import Promise, needs_memory
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.policies import Promises
from sagactl.promises import undone_by

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED: Final = 3


class _Decides(NamedTuple):
    """What a promise decides: the rule, what goes wrong without it, and what to write when it is kept."""

    rule: str
    story: str
    kept: str


_DECIDES: Final[dict[Promise, _Decides]] = {
    "idempotency": _Decides("SG301", "a request that comes twice is done twice", "key"),
    "rejects_late_actions": _Decides("SG115", "an action that comes after its undo is done after all", "true"),
    "remembers_failures": _Decides("SG316", "a second copy of what was rejected is done", "true"),
    "status_query": _Decides("SG306", "nobody can find out whether the pivot was done", "true"),
}

Missing = dict[str, dict[Promise, list[FlowStep]]]
"""Participant -> promise -> the steps that rely on it."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    missing = _missing(facts)
    if len(missing) > 1 and not _anything_is_stated(facts):
        yield _of_all(missing, saga)
    else:
        for id, promises in missing.items():
            yield _of_one(id, promises, saga)


def _missing(facts: Facts) -> Missing:
    found: Missing = {}
    hanging = set(facts.delivery.hanging)
    for step in facts.delivery.sent:
        for promise in _needed(step, step in hanging):
            _note(found, step.step.participant, promise, step)
    for step in facts.delivery.undone:
        if step.undo_promises.idempotency is None:
            _note(found, undone_by(step), "idempotency", step)
    return found


def _note(found: Missing, participant: str | None, promise: Promise, step: FlowStep) -> None:
    steps = found.setdefault(participant or "", {}).setdefault(promise, [])
    if step not in steps[-1:]:
        steps.append(step)


def _needed(step: FlowStep, may_hang: bool) -> Iterator[Promise]:
    """The promises about an action that are not stated and that its safety hangs on."""
    promises = step.promises
    if promises.idempotency is None:
        yield "idempotency"
    if promises.rejects_late_actions is None and may_hang:
        yield "rejects_late_actions"
    if promises.remembers_failures is None and needs_memory(step):
        yield "remembers_failures"
    # Where nobody waits for the answer of a pivot, unknown-unresolved asks for the query.
    may_stay_unknown = step.kind == "pivot" and step.step.reply is not False and not step.action.until_known
    if promises.status_query is None and may_stay_unknown:
        yield "status_query"


def _anything_is_stated(facts: Facts) -> bool:
    return any(
        said is not None
        for step in facts.delivery.sent
        for promises in (step.promises, step.undo_promises)
        for said in _four(promises)
    )


def _four(promises: Promises) -> tuple[str | bool | None, ...]:
    return (
        promises.idempotency,
        promises.rejects_late_actions,
        promises.remembers_failures,
        promises.status_query,
    )


# -- what is said


def _of_all(missing: Missing, saga: Saga) -> Hit:
    together: dict[Promise, list[FlowStep]] = {}
    for promises in missing.values():
        for promise, steps in promises.items():
            together.setdefault(promise, []).extend(steps)
    first = next(iter(next(iter(together.values()))))
    place = Place(("participants",), "key") if saga.participants else at_step(first.step.route, "participant")
    return Hit(
        "no participant says what becomes of messages that come twice, too late or not at all",
        place,
        help=_yaml(missing),
        note=_stories(together),
    )


def _of_one(id: str, promises: Mapping[Promise, list[FlowStep]], saga: Saga) -> Hit:
    names = [f"`{promise}`" for promise in promises]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    relying = list(dict.fromkeys(step for steps in promises.values() for step in steps))
    declared = id in saga.participants
    return Hit(
        f"`{id}` does not state {listed}",
        Place(("participants", id), "key") if declared else at_step(relying[0].step.route, "participant"),
        relying[0].id,
        help=_yaml({id: promises}),
        note=_stories(promises),
        related=tuple(
            Related(f"`{step.id}` relies on it", at_step(step.step.route))
            for step in relying[not declared :][:_RELATED]
        ),
    )


def _yaml(missing: Mapping[str, Mapping[Promise, list[FlowStep]]]) -> str:
    """What to add if all promises are kept."""
    lines = [
        f"  {id}: {{{', '.join(f'{promise}: {_DECIDES[promise].kept}' for promise in promises)}}}"
        for id, promises in missing.items()
    ]
    return "\n".join(["participants:", *lines, "# as far as it is true: `none` and `false` are answers too"])


def _stories(promises: Mapping[Promise, list[FlowStep]]) -> str:
    return "\n".join(
        f"`{promise}` decides {decides.rule}: without it {decides.story} ({_named(promises[promise])})"
        for promise, decides in _DECIDES.items()
        if promise in promises
    )


def _named(steps: list[FlowStep]) -> str:
    names = [f"`{id}`" for id in dict.fromkeys(step.id for step in steps)]
    more = [f"and {len(names) - _RELATED} more"] * (len(names) > _RELATED)
    return ", ".join(names[:_RELATED] + more)


RULE = Rule(
    code="SG990",
    name="unstated-promise",
    severity="info",
    why="What nobody has promised nobody may rely on, and whether the way back is safe cannot be said.",
    check=check,
)
