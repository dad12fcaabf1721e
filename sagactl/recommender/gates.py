"""The questions that come before any score: a table of gates in the order in which they are asked.

The first that matches decides.  A gate never matches on what is not stated: a participant without a `store` has one
of its own but is not taken to share it, and a compensation that a draft still misses is not taken to be impossible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.model import Countermeasure, Saga
from sagactl.recommender.factors import Verdict
from sagactl.recommender.facts import Facts, quoted
from sagactl.styles import OWN_SERVICE, service_of

ENGINE_FLOOR: Final = -4.0
"""An engine that is in place is used unless the score is this low or lower."""

COVERS_STRICT: Final[frozenset[Countermeasure]] = frozenset({"semantic-lock", "by-value"})
"""The countermeasures that keep others from acting on a broken invariant: a lock that the application sees, or
a distributed transaction for the requests that are worth it.  The others detect or soften what has been seen.

Source: Richardson, Microservices Patterns, section 4.3, after Frank & Zahle 1998."""

Names = Mapping[str, str]
"""What a reason says about this saga: the words for the fields of its template."""


class Gate(NamedTuple):
    """One question that may decide before anything is weighed.

    `test` returns the words for `reason` and `instead` when the answer is yes, else None; it is given the score too.
    `counted` marks a gate that looks at nothing but counts and score, so that a what-if can ask it again.
    `otherwise` says what would have to be different, after the word "if".
    """

    name: str
    verdict: Verdict
    question: str
    test: Callable[[Facts, float], Names | None]
    reason: str
    instead: str
    otherwise: str
    source: str
    counted: bool = False


# -- all writes in one store


def _one_store(facts: Facts) -> Names | None:
    """The one store in which every step with effects writes: one that each of them states, or a participant's own.

    A participant owns its data, so all its steps can be one local transaction whether or not its store has a name; a
    single write whose store has none is the next gate's.  What people outside see (`external`) is in no store, a
    nested saga is no single write, and no transaction stays open while somebody is waited for; so none of these may
    be among, or between, the writes.
    """
    writers = tuple(facts.writers)
    if any(step.step.external for step in writers) or _waits_between(facts.flow, writers):
        return None
    stores = {_store(facts.saga, step) for step in writers}
    store = stores.pop() if len(stores) == 1 else None
    names = {"steps": quoted(step.id for step in writers)}
    one = len(writers) == 1
    if store is not None:
        verb = "writes" if one else "write"
        return {**names, "where": f"{verb} in one store, {quoted([store])}", "there": f"on {quoted([store])}"}
    services = {service_of(step.step) if step.step.saga is None else None for step in writers}
    service = services.pop() if len(services) == 1 else None
    if service is None or (one and writers[0].step.for_each is None):
        return None
    owner, there = (OWN_SERVICE, "there") if service == OWN_SERVICE else (quoted([service]), f"in {quoted([service])}")
    belong, they = ("belongs", "it writes") if one else ("all belong", "they write")
    return {**names, "where": f"{belong} to {owner}, which owns the data {they}", "there": there}


def _store(saga: Saga, step: FlowStep) -> str | None:
    participant = saga.participants.get(step.step.participant or "")
    return participant.store if participant is not None else None


def _waits_between(flow: Flow, writers: tuple[FlowStep, ...]) -> bool:
    bits = 0
    for step in writers:
        bits |= 1 << step.index
    return any(
        step.step.wait is not None and flow.ancestors[step.index] & bits and flow.descendants[step.index] & bits
        for step in flow.steps
    )


# -- one write


def _one_write(facts: Facts) -> Names | None:
    """The one step that writes, if everything else is read-only or an independent retriable reaction to it.

    If all that writes only reacts, the first of it is the write: retriable or not, nothing must be coordinated.
    Nothing after or beside it may say no, or the write would have to be undone; a nested saga and a step for each
    item of a list are several writes.
    """
    if len(facts.backbone) > 1 or not (facts.backbone or facts.reactions):
        return None
    write = the_write(facts)
    if write.step.saga is not None or write.step.for_each is not None:
        return None
    near = facts.flow.descendants[write.index] | facts.flow.beside(write.index)
    if any(step.says_no and not exclusive(step.step, write.step) for step in facts.flow.members(near)):
        return None
    others = [step.id for step in facts.reactions if step.index != write.index]
    if not others:
        return {"step": quoted([write.id]), "rest": "nothing else has effects", "after": "the rest"}
    names = quoted(others)
    reacts = "only react and can be tried until they succeed"
    if len(others) == 1:
        reacts = "only reacts and can be tried until it succeeds"
    return {"step": quoted([write.id]), "rest": f"{names} {reacts}", "after": names}


def the_write(facts: Facts) -> FlowStep:
    """The first step on the backbone, or of all that only reacts."""
    if facts.backbone:
        return facts.backbone[0]
    return min(facts.reactions, key=lambda step: facts.flow.order.index(step.index))


def _only_reads(facts: Facts) -> Names | None:
    """Whether no step has effects."""
    if any(True for _ in facts.writers):
        return None
    return {"steps": quoted(step.id for step in facts.flow.steps) or "nothing"}


# -- strict resources


def _strict_resource(facts: Facts) -> Names | None:
    """Whether there is a resource that must not be seen half done, and one owner who can merge all that writes it."""
    found = strict_writers(facts)
    if found is None:
        return None
    names = quoted(step.id for step in found.writers)
    return {"resource": quoted([found.resource]), "steps": names, "owner": quoted([found.owner])}


class StrictWriters(NamedTuple):
    """A strict resource, its writing steps, and whom all of them belong to."""

    resource: str
    owner: str
    writers: tuple[FlowStep, ...]


def strict_writers(facts: Facts) -> StrictWriters | None:
    """The first strict resource that several steps write, all of one stated owner, and that nothing covers.

    It is covered by a countermeasure of `COVERS_STRICT`, or by a `lock` on it that is taken before anything writes.
    A resource with a single writing step is left alone: there is nothing to merge it with.
    """
    for resource in facts.saga.resources.values():
        if resource.strict is not True or resource.countermeasure in COVERS_STRICT:
            continue
        writers = [step for step in facts.flow.steps if resource.id in step.step.writes]
        owners = {_owner(facts.saga, step) for step in writers}
        owner = owners.pop() if len(owners) == 1 else None
        if len(writers) < 2 or owner is None or _locked(facts.flow, resource.id, writers):
            continue
        return StrictWriters(resource.id, owner, tuple(writers))
    return None


def _owner(saga: Saga, step: FlowStep) -> str | None:
    if step.step.participant is None:
        return saga.owner if step.step.local else None
    participant = saga.participants.get(step.step.participant)
    return participant.owner if participant is not None else None


def _locked(flow: Flow, resource: str, writers: list[FlowStep]) -> bool:
    return any(
        step.step.lock == resource
        and all(step.index == writer.index or flow.sure_ancestors[writer.index] >> step.index & 1 for writer in writers)
        for step in flow.steps
    )


# -- the point of no return


def _no_way_back(facts: Facts) -> Names | None:
    """The first effect that cannot be undone beside or before a step that can fail, if both may run."""
    flow, missing = facts.flow, frozenset(facts.missing)
    failing = 0
    for step in flow.steps:
        if _fails_behind(step, missing, facts.sagas):
            failing |= 1 << step.index
    for index in flow.order:
        effect = flow.steps[index]
        if not _stays(effect, missing):
            continue
        for step in flow.members(failing & (flow.descendants[index] | flow.beside(index))):
            if not exclusive(effect.step, step.step):
                after = bool(flow.descendants[index] >> step.index & 1)
                return {
                    "effect": quoted([effect.id]),
                    "step": quoted([step.id]),
                    "where": "after it" if after else "beside it",
                    "how": _how(step),
                }
    return None


def _stays(step: FlowStep, missing: frozenset[str]) -> bool:
    """Whether what a step does cannot be undone: a pivot, or an effect without compensation that stands elsewhere.

    What is retriable after the pivot is left to the pivot, a nested saga undoes itself, and a compensation that is
    only missing may yet be written.
    """
    if step.kind == "pivot":
        return True
    if not step.has_effects or step.step.saga is not None or step.id in missing or step.place == "after":
        return False
    return step.compensation is None


def _fails_behind(step: FlowStep, missing: frozenset[str], sagas: Mapping[str, Saga]) -> bool:
    """Whether a step hurts behind a point of no return.

    A definitive no does, wherever it comes from.  Tries that are used up hurt where something would be rolled back;
    a retriable step is parked instead (whether anybody hears of that is SG203's question), and a read is repeated.
    A second pivot that can fail does: two decisions cannot both be the one that settles the run.
    """
    if step.says_no:
        return True
    child = sagas.get(step.step.saga or "")
    if child is not None and not any(inner.can_fail for inner in Flow(child, sagas).steps):
        return False
    return step.kind in ("compensatable", "pivot") and step.id not in missing and step.can_fail


def _how(step: FlowStep) -> str:
    if step.step.rejects:
        return f"may be rejected ({quoted(step.step.rejects, 3)})"
    if step.step.wait is not None:
        return "may give up waiting"
    return "is a point of no return itself" if step.kind == "pivot" else "may fail"


# -- an engine


def _engine(facts: Facts, score: float) -> Names | None:
    """The engine that is in place, unless the score speaks strongly against a coordinator."""
    engine = facts.saga.requires.engine
    if engine is None or not engine_decides(score):
        return None
    return {"engine": quoted([engine])}


def engine_decides(score: float) -> bool:
    """Whether an engine that is in place is used at this score."""
    return score > ENGINE_FLOOR


GATES: Final[tuple[Gate, ...]] = (
    Gate(
        "one-store",
        "none",
        "Are all writes in one store?",
        lambda facts, score: _one_store(facts),
        "{steps} {where}",
        "Do it in one local transaction {there}: it is atomic and isolated, and there is nothing to compensate.",
        "not every write were in the same store",
        "Richardson: Microservices Patterns, ch. 4; Azure Architecture Center, saga",
    ),
    Gate(
        "one-write",
        "none",
        "Is there only one writing step, and are all others retriable reactions?",
        lambda facts, score: _one_write(facts),
        "{step} is the only write to coordinate; {rest}",
        "Commit {step} together with its event in one transaction (transactional outbox) and let {after} hear it.",
        "a second step had effects that may have to be undone",
        "Richardson: Microservices Patterns, ch. 3 (transactional outbox)",
    ),
    Gate(
        "only-reads",
        "none",
        "Are there only reads?",
        lambda facts, score: _only_reads(facts),
        "no step has effects ({steps})",
        "Compose the reads where the answer is needed; a read that fails is repeated.",
        "a step had effects",
        "Richardson: Microservices Patterns, ch. 7 (API composition)",
    ),
    Gate(
        "strict-resource",
        "none",
        "Must an invariant hold at every moment, and does one owner have all that write it?",
        lambda facts, score: _strict_resource(facts),
        "{resource} is strict and nothing covers it, and all that write it ({steps}) belong to {owner}",
        "Merge {steps} into one local transaction, or use two-phase commit: a saga shows {resource} half done.",
        "a countermeasure covered the resource, or its writers had different owners",
        "Garcia-Molina & Salem: Sagas, SIGMOD 1987 (no isolation); Richardson: Microservices Patterns, section 4.3",
    ),
    Gate(
        "point-of-no-return",
        "redesign",
        "May a step fail beside or after an effect that cannot be undone?",
        lambda facts, score: _no_way_back(facts),
        "{effect} cannot be undone, and {step}, {where}, {how}",
        "Let {step} come before {effect}, or make sure that it cannot fail; `sagactl lint` names the place. "
        "The style is secondary.",
        "nothing that can fail came beside or after what cannot be undone",
        "Mehrotra, Rastogi, Silberschatz, Korth, ICDCS 1992; Richardson: Microservices Patterns, ch. 4 (pivot)",
    ),
    Gate(
        "engine",
        "orchestration",
        "Is an engine already in place, and is the score above -4?",
        _engine,
        "{engine} is in place and the score does not speak strongly against it",
        "Orchestrate it on {engine}.",
        "no engine were in place",
        "Rücker: Practical Process Automation",
        counted=True,
    ),
)


class Answer(NamedTuple):
    """What a gate that was asked said; `reason` and `instead` are empty unless it decided."""

    gate: Gate
    decided: bool
    reason: str = ""
    instead: str = ""


def ask(facts: Facts, score: float, gates: tuple[Gate, ...] = GATES) -> Iterator[Answer]:
    """The gates one after the other, up to and with the one that decides."""
    for gate in gates:
        names = gate.test(facts, score)
        if names is None:
            yield Answer(gate, False)
            continue
        yield Answer(gate, True, gate.reason.format_map(names), gate.instead.format_map(names))
        return
