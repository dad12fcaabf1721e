"""What is counted from a saga before anything is judged.

The *backbone* is what somebody has to coordinate: the steps with effects that are no independent retriable reactions.
An *independent retriable reaction* is a retriable step that cannot say no and on which nothing depends but other such
reactions.  That it is tried a limited number of times does not matter here: declaring it retriable promises that it
succeeds in the end, and whether the promise is kept is a matter of the linter (SG203).

A draft is welcome.  A step that says neither how it is undone nor why it is not, and declares no kind, is *missing*
its compensation; it is counted as if that were written, unless it comes after a pivot that is stated: what comes
after a pivot is retriable.  Otherwise the first such step would be taken for the pivot and the rest for reactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.model import Kind, Saga, Step
from sagactl.styles import service_of
from sagactl.topology import joins, mutual_listeners

MAX_SCENARIOS: Final = 64
"""So many combinations of outcomes are tried for the longest rollback chain; beyond, every step counts as taken."""


class Counts(NamedTuple):
    """The numbers that the score is made of; `contexts` is 0 when none is stated.

    steps: steps on the backbone.
    participants: services that do them; all local steps without a participant are done by one service, the saga's.
    choices: choices that the `when` of some step that is no reaction names.
    rollback_chain: most compensations, one after the other on one path, that one failure can force.
    service_cycles: pairs of services that would listen to each other's events of success in a choreography.
    joins: steps that wait for several branches which run together.
    reactions: independent retriable reactions.
    human_waits: waits for a person's decision.
    contexts: different bounded contexts that the participants on the backbone state.
    """

    steps: int = 0
    participants: int = 0
    choices: int = 0
    rollback_chain: int = 0
    service_cycles: int = 0
    joins: int = 0
    reactions: int = 0
    human_waits: int = 0
    contexts: int = 0
    deadline: bool = False
    visibility: bool = False
    audit: bool = False
    high_throughput: bool = False
    latency: bool = False
    changes_often: bool = False
    no_single_point_of_failure: bool = False
    engine: bool = False

    @property
    def reaction_share(self) -> float:
        """Which part of the steps with effects are independent retriable reactions, from 0 to 1."""
        return self.reactions / (self.steps + self.reactions) if self.reactions else 0.0


class Facts(NamedTuple):
    """A saga, its flow, and the things behind its counts by name."""

    saga: Saga
    sagas: Mapping[str, Saga]
    flow: Flow
    backbone: tuple[FlowStep, ...]
    reactions: tuple[FlowStep, ...]
    missing: tuple[str, ...]
    participants: tuple[str, ...]
    choices: tuple[str, ...]
    rollback_chain: tuple[str, ...]
    service_cycles: tuple[tuple[str, str], ...]
    joins: tuple[str, ...]
    human_waits: tuple[str, ...]
    contexts: tuple[str, ...]
    counts: Counts

    @property
    def writers(self) -> Iterator[FlowStep]:
        """The steps with effects, reactions among them, in file order."""
        return (step for step in self.flow.steps if step.has_effects)


def collect(saga: Saga, sagas: Mapping[str, Saga] | None = None) -> Facts:
    """Everything that the recommendation needs to know about a saga; `sagas` are those that its steps may name."""
    flow, missing = _completed(saga, sagas)
    reacting = _reactions(flow)
    backbone = tuple(step for step in flow.steps if step.has_effects and not reacting >> step.index & 1)
    participants = _distinct(service_of(step.step) for step in backbone)
    stated = (saga.participants[id].context for id in participants if id in saga.participants)
    facts = Facts(
        saga=saga,
        sagas=sagas or {},
        flow=flow,
        backbone=backbone,
        reactions=tuple(flow.members(reacting)),
        missing=missing,
        participants=participants,
        choices=_distinct(id for step in flow.steps if not reacting >> step.index & 1 for id in step.step.when),
        rollback_chain=_rollback_chain(flow, frozenset(missing)),
        service_cycles=mutual_listeners(flow),
        joins=tuple(flow.steps[index].id for index in joins(flow)),
        human_waits=tuple(step.id for step in saga.steps if step.wait is not None and step.wait.decision is not None),
        contexts=_distinct(stated),
        counts=Counts(),
    )
    return facts._replace(counts=_counts(facts))


def quoted(names: Iterable[str], limit: int = 6) -> str:
    """Names in backticks, the first few of many; a backtick in a name is no way out of them."""
    every = tuple(names)
    shown = ", ".join("`" + name.replace("`", "'") + "`" for name in every[:limit])
    return f"{shown} and {len(every) - limit} more" if len(every) > limit else shown


def _counts(facts: Facts) -> Counts:
    requires = facts.saga.requires
    return Counts(
        steps=len(facts.backbone),
        participants=len(facts.participants),
        choices=len(facts.choices),
        rollback_chain=len(facts.rollback_chain),
        service_cycles=len(facts.service_cycles),
        joins=len(facts.joins),
        reactions=len(facts.reactions),
        human_waits=len(facts.human_waits),
        contexts=len(facts.contexts),
        deadline=facts.saga.deadline is not None,
        visibility=requires.visibility is True,
        audit=requires.audit is True,
        high_throughput=requires.throughput == "high",
        latency=requires.latency_s is not None,
        changes_often=requires.changes_often is True,
        no_single_point_of_failure=requires.no_single_point_of_failure is True,
        engine=requires.engine is not None,
    )


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name is not None))


# -- drafts


def _completed(saga: Saga, sagas: Mapping[str, Saga] | None) -> tuple[Flow, tuple[str, ...]]:
    """The flow of a saga whose missing compensations are taken as owed, and the steps that miss one."""
    missing = frozenset(step.id for step in saga.steps if _lacks_compensation(step))
    if not missing:
        return Flow(saga, sagas), ()
    flow = Flow(_with_kind(saga, missing, "compensatable"), sagas)
    forced = frozenset(id for id in missing if flow[id].place == "after")
    if forced:
        flow = Flow(_with_kind(flow.saga, forced, "retriable"), sagas)
    return flow, tuple(step.id for step in saga.steps if step.id in missing - forced)


def _lacks_compensation(step: Step) -> bool:
    if step.wait is not None or step.saga is not None or step.compensation is not None or step.omits_compensation:
        return False
    return step.kind is None or step.kind == "compensatable"


def _with_kind(saga: Saga, ids: frozenset[str], kind: Kind) -> Saga:
    return replace(saga, steps=tuple(replace(step, kind=kind) if step.id in ids else step for step in saga.steps))


# -- reactions


def _reactions(flow: Flow) -> int:
    """The independent retriable reactions, as a bit set: decided from the last step to the first."""
    found = 0
    for index in reversed(flow.order):
        step = flow.steps[index]
        reacts = step.kind == "retriable" and step.has_effects and not step.step.rejects
        if reacts and not flow.descendants[index] & ~found:
            found |= 1 << index
    return found


# -- the longest rollback chain


def _rollback_chain(flow: Flow, missing: frozenset[str]) -> tuple[str, ...]:
    """The steps whose compensations one failure forces one after the other, the most there can be, first to last."""
    undone = _bits(step for step in flow.steps if _is_undone(step, missing))
    failing = _bits(step for step in flow.steps if step.place != "after" and step.can_fail)
    chains = (_longest_chain(flow, undone & taken, failing & taken, missing) for taken in _scenarios(flow))
    best: tuple[int, ...] = max(chains, key=len, default=())
    return tuple(flow.steps[index].id for index in best)


def _is_undone(step: FlowStep, missing: frozenset[str]) -> bool:
    """Whether a rollback has something to undo here; a nested saga undoes itself."""
    if not step.has_effects or step.kind == "pivot" or step.place == "after":
        return False
    return step.compensation is not None or step.step.saga is not None or step.id in missing


def _longest_chain(flow: Flow, undone: int, failing: int, missing: frozenset[str]) -> tuple[int, ...]:
    """The longest chain of `undone` steps that one of the `failing` steps forces back.

    A chain is forced back as a whole if its last step is, because a failure that does not come before its last step
    comes before none of it.
    """
    length = [0] * len(flow.steps)
    previous: list[int | None] = [None] * len(flow.steps)
    last: list[int | None] = [None] * len(flow.steps)
    best: int | None = None
    for index in flow.order:
        via = max(flow.steps[index].after, key=lambda earlier: length[earlier], default=None)
        if via is not None:
            length[index], last[index] = length[via], last[via]
        if undone >> index & 1:
            length[index], previous[index], last[index] = length[index] + 1, last[index], index
            forced = failing & ~flow.sure_ancestors[index] & ~(0 if _undoes_itself(flow.steps[index]) else 1 << index)
            if forced and (best is None or length[index] > length[best]):
                best = index
    chain: list[int] = []
    while best is not None:
        chain.append(best)
        best = previous[best]
    return tuple(reversed(chain))


def _undoes_itself(step: FlowStep) -> bool:
    """Whether the step at which a run stops is undone too: when its outcome is unknown, or always."""
    if step.failed_step == "never":
        return False
    unknown = step.action.tries is not None and not step.step.local
    return unknown or (step.failed_step == "always" and bool(step.step.rejects))


def _scenarios(flow: Flow) -> Iterator[int]:
    """The steps taken under each combination of outcomes, as bit sets; all steps at once if there are too many."""
    ways: dict[str, set[str | None]] = {}
    for step in flow.steps:
        for choice, outcome in step.step.when.items():
            # None stands for all outcomes that no step asks for.
            ways.setdefault(choice, {None}).add(outcome)
    combinations = 1
    for outcomes in ways.values():
        combinations *= len(outcomes)
    if combinations > MAX_SCENARIOS:
        yield (1 << len(flow.steps)) - 1
        return
    for picked in product(*(sorted(outcomes, key=str) for outcomes in ways.values())):
        world = dict(zip(ways, picked, strict=True))
        yield _bits(step for step in flow.steps if step.step.when.items() <= world.items())


def _bits(steps: Iterable[FlowStep]) -> int:
    found = 0
    for step in steps:
        found |= 1 << step.index
    return found
