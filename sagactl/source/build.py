"""A document becomes a saga, with findings for everything that is wrong with it.

Reading never raises on what a user wrote.  A node that cannot be understood is dropped with its finding, so that
the rest can still be drawn and discussed; `valid` says whether every verb may rely on the saga.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sagactl.finding import Finding, Place, Related
from sagactl.flow import Flow
from sagactl.model import OTHERWISE, Latency, Saga, Step
from sagactl.source.check import MISSING, RULE_NAMES, Kept, check_record, region
from sagactl.source.document import Document, parse
from sagactl.source.references import Names, check_references, undeclared, unknown_datum


class Reading(NamedTuple):
    """What became of one file: the saga (None if nothing is left of it), and all that is wrong with it."""

    name: str
    saga: Saga | None
    valid: bool
    findings: tuple[Finding, ...]
    document: Document


def read(data: bytes, name: str) -> Reading:
    """Read one definition; `name` is what messages call it."""
    document = parse(data)
    if document.problems or document.root is None:
        return Reading(name, None, False, tuple(map(_unreadable, document.problems)), document)
    kept = Kept()
    saga = _read_root(kept, document)
    if saga is not None:
        _check_whole(kept, saga, document)
    valid = saga is not None and not any(finding.severity == "error" for finding in kept.findings)
    findings = tuple(_owned(finding, saga.id if saga else "", document) for finding in kept.findings)
    return Reading(name, saga, valid, findings, document)


def _owned(finding: Finding, saga: str, document: Document) -> Finding:
    """The finding with the saga and the step that it is about."""
    place = finding.place
    route = place.route if isinstance(place, Place) else document.route_at(place.line - 1, place.column - 1)
    step = finding.step
    if not step and len(route) > 1 and route[0] == "steps":
        named = document.node((*route[:2], "step"))
        step = str(named.value) if named is not None and named.kind == "scalar" else ""
    return finding._replace(saga=saga, step=step)


def unreadable(name: str, message: str, help: str = "") -> Reading:
    """The reading of a file that could not even be opened."""
    place = Place(())
    finding = Finding("SG018", RULE_NAMES["SG018"], "error", message, place, help=help)
    return Reading(name, None, False, (finding,), parse(b""))


def _unreadable(problem: Any) -> Finding:
    related = tuple(Related(message, region(span)) for message, span in problem.related)
    return Finding(
        "SG018",
        RULE_NAMES["SG018"],
        "error",
        problem.message,
        region(problem.span),
        related=related,
        help=problem.help,
        note=problem.note,
    )


def _read_root(kept: Kept, document: Document) -> Saga | None:
    root = document.root
    if root is None or root.kind != "mapping":
        kept.add("SG019", "a definition is a mapping that starts with `saga: <id>`", Place(()))
        return None
    saga = check_record(kept, "saga", root, ())
    return None if saga is MISSING else saga


def _check_whole(kept: Kept, saga: Saga, document: Document) -> None:
    """What no single value can show: ids, references, cycles, expressions."""
    for participant in saga.participants.values():
        _latency(kept, participant.latency)
    for step in saga.steps:
        _latency(kept, step.latency)
    _duplicates(kept, saga)
    names = Names(saga, document)
    check_references(kept, names, saga)
    if saga.choices:
        _predicates(kept, names, saga, document)
    _cycles(kept, saga)


def _latency(kept: Kept, latency: Latency | None) -> None:
    if latency is not None and len(latency.values_s) == 2 and latency.values_s[0] > latency.values_s[1]:
        kept.add("SG019", "the first of these is longer than the second", Place(latency.route), help="exchange them")


def _duplicates(kept: Kept, saga: Saga) -> None:
    if len({step.id for step in saga.steps}) == len(saga.steps):
        return
    first: dict[str, Step] = {}
    for step in saga.steps:
        known = first.setdefault(step.id, step)
        if known is not step:
            kept.add(
                "SG002",
                f"two steps are called `{step.id}`",
                Place((*step.route, "step")),
                step=step.id,
                related=(Related("the first one is here", Place((*known.route, "step"))),),
                note="ids name steps in `after`, keys and dead letters; a second one would be mixed up with the first",
            )


# -- choices and order


def _predicates(kept: Kept, names: Names, saga: Saga, document: Document) -> None:
    from sagactl.predicates import Mistake, parse

    for choice in saga.choices.values():
        for outcome in choice.outcomes:
            if outcome.predicate.strip() == OTHERWISE:
                if outcome is not choice.outcomes[-1]:
                    message = f"`otherwise` is not the last outcome of `{choice.id}`, so those after it never happen"
                    kept.add("SG008", message, Place(outcome.route), help="move it to the end")
                continue
            parsed = parse(outcome.predicate)
            if isinstance(parsed, Mistake):
                kept.add("SG008", parsed.message, Place(outcome.route))
                continue
            for path in parsed.paths:
                unknown = unknown_datum(names, path)
                if unknown is not None:
                    undeclared(kept, *unknown, outcome.route)


def _cycles(kept: Kept, saga: Saga) -> None:
    if all(step.after is None and step.listens is None for step in saga.steps):
        return
    flow = Flow(saga)
    if not flow.cyclic:
        return
    cycle = _one_cycle(flow)
    ids = [saga.steps[index].id for index in cycle]
    listening = [index for index in cycle if saga.steps[index].listens is not None]
    if len(listening) == len(cycle) and saga.style == "choreography":
        return  # events that go round are the event-loop of the linter, which says it in the words of events
    start = saga.steps[cycle[0]]
    kept.add(
        "SG004",
        "these steps wait for each other: " + " -> ".join(f"`{id}`" for id in (*ids, ids[0])),
        Place((*start.route, "listens" if start.listens else "after")),
        step=start.id,
        related=tuple(
            Related(f"`{saga.steps[i].id}` waits here", Place((*saga.steps[i].route, "after"))) for i in cycle[1:4]
        ),
        note="none of them would ever start",
        help="remove one of these dependencies",
    )


def _one_cycle(flow: Flow) -> list[int]:
    """One cycle among the steps that no order holds, each before the one that waits for it."""
    after = flow.after
    held = set(flow.cyclic)
    walk, seen = [flow.cyclic[0]], {flow.cyclic[0]}
    while True:
        previous = next((index for index in after[walk[-1]] if index in held), None)
        if previous is None:
            held.discard(walk[-1])
            walk = [min(held)]
            seen = set(walk)
            continue
        if previous in seen:
            cycle = walk[walk.index(previous) :]
            return [cycle[0], *reversed(cycle[1:])]
        walk.append(previous)
        seen.add(previous)
