"""What to build where a saga is the wrong tool, in the names of this very definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from sagactl.flow import FlowStep, success_event
from sagactl.recommender.facts import Facts, quoted
from sagactl.recommender.gates import strict_writers, the_write
from sagactl.styles import OWN_SERVICE, service_of
from sagactl.topology import layers

Kind = Literal["transaction", "outbox", "composition", "merge"]


class Instead(NamedTuple):
    """What to build instead: a heading, and what to do, one after the other.

    `drops` are the compensations that nobody has to write or to keep any more.
    """

    kind: Kind
    title: str
    parts: tuple[str, ...]
    drops: tuple[str, ...]


def instead(facts: Facts, gate: str) -> Instead | None:
    """What to build where this gate decided; None where it says all there is to say."""
    build = BUILDERS.get(gate)
    return build(facts) if build is not None else None


def _transaction(facts: Facts) -> Instead:
    writers = [step for step in _in_order(facts) if step.has_effects]
    place = _store(facts, writers)
    reads = [step for step in _in_order(facts) if not step.has_effects and step.step.wait is None]
    parts = [f"begin a transaction{place}"]
    parts += [f"read {_done_by(step)}" for step in reads]
    parts += [_done_by(step) for step in writers]
    parts += ["commit; where a step says no, roll back: nothing has happened"]
    return Instead("transaction", "one local transaction", tuple(parts), tuple(_drops(writers)))


def _outbox(facts: Facts) -> Instead:
    write = the_write(facts)
    event = success_event(write.step)
    others = [step for step in _in_order(facts) if step.index != write.index and step.has_effects]
    reads = [step for step in _in_order(facts) if not step.has_effects and step.step.wait is None]
    before = facts.flow.ancestors[write.index]
    parts = [f"first {_done_by(step)}, which only reads" for step in reads if before >> step.index & 1]
    if not others:
        parts.append(f"{_done_by(write)}, and nothing else: one write needs no saga")
        return Instead("outbox", "one write", tuple(parts), tuple(_drops([write])))
    parts.append(f"{_done_by(write)}, and store {quoted([event])} in the outbox in the same transaction")
    parts += [
        f"{quoted([service_of(step.step) or OWN_SERVICE])} hears {quoted(_heard(facts, step, write))} and does "
        f"{quoted([_name(step)])}, again and again until it is done, and only once under one key"
        for step in others
    ]
    return Instead("outbox", "an outbox and events", tuple(parts), tuple(_drops([write, *others])))


def _composition(facts: Facts) -> Instead:
    parts: list[str] = []
    for layer in layers(facts.flow):
        asked = [facts.flow.steps[index] for index in layer if facts.flow.steps[index].step.wait is None]
        if asked:
            together = ", all at once" if len(asked) > 1 else ""
            parts.append(f"ask for {', '.join(map(_done_by, asked))}{together}")
    parts.append("put the answers together where they are needed; what fails is asked again, or left out and said so")
    return Instead("composition", "a composition of reads", tuple(parts), ())


def _merge(facts: Facts) -> Instead | None:
    found = strict_writers(facts)
    if found is None:
        return None
    resource, owner, writers = found
    services = tuple(dict.fromkeys(service_of(step.step) or OWN_SERVICE for step in writers))
    parts = [
        f"put what {quoted(services)} write of {quoted([resource])} into one store; all belongs to {quoted([owner])}",
        f"do {', '.join(map(_done_by, writers))} there in one transaction",
        f"where the stores have to stay apart: two-phase commit across {quoted(services)}, for this resource alone",
    ]
    rest = [step.id for step in facts.backbone if step not in writers]
    if rest:
        parts.append(f"ask `recommend` again about what is left: the merged step and {quoted(rest)}")
    return Instead("merge", "one transaction of one owner", tuple(parts), tuple(_drops(writers)))


BUILDERS: Final[Mapping[str, Callable[[Facts], Instead | None]]] = {
    "one-store": _transaction,
    "one-write": _outbox,
    "only-reads": _composition,
    "strict-resource": _merge,
}
"""What is built for each gate that says no saga."""


def _in_order(facts: Facts) -> list[FlowStep]:
    return [facts.flow.steps[index] for index in facts.flow.order]


def _heard(facts: Facts, step: FlowStep, write: FlowStep) -> Iterator[str]:
    """What a reaction hears: the events of those before it, or of the write where none is."""
    before = [facts.flow.steps[index] for index in step.after if facts.flow.steps[index].has_effects]
    return (success_event(each.step) for each in before or [write])


def _store(facts: Facts, writers: Iterable[FlowStep]) -> str:
    """Where the transaction is, if a store has a name."""
    owners = (facts.saga.participants.get(step.step.participant or "") for step in writers)
    stores = {owner.store if owner is not None else None for owner in owners}
    store = stores.pop() if len(stores) == 1 else None
    return f" on {quoted([store])}" if store is not None else ""


def _done_by(step: FlowStep) -> str:
    """The command of a step, with the step and who does it."""
    service = service_of(step.step)
    by = f", by {quoted([service])}" if service not in (None, OWN_SERVICE) else ""
    return f"{quoted([_name(step)])} ({quoted([step.id])}{by})"


def _name(step: FlowStep) -> str:
    return step.step.action or step.step.saga or step.id


def _drops(steps: Iterable[FlowStep]) -> Iterator[str]:
    return (step.compensation.command for step in steps if step.compensation is not None)
