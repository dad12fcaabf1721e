"""A document becomes a saga, with findings for everything that is wrong with it.

Reading never raises on what a user wrote.  A node that cannot be understood is dropped with its finding, so that
the rest can still be drawn and discussed; `valid` says whether every verb may rely on the saga.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.errors import nearest, suggest
from sagactl.finding import Change, Finding, Fix, Place, Put, Related, Rename
from sagactl.flow import Flow
from sagactl.model import OTHERWISE, Compensation, Latency, Route, Saga, Step
from sagactl.source.check import MISSING, RULE_NAMES, Kept, check_record, region, short
from sagactl.source.document import Document, parse

KEY_VARIABLES: Final = ("saga_id", "step", "item")
REFUSED_VARIABLES: Final = ("attempt", "now", "uuid")
"""Recognised so that the linter can say why a key must not hold them (unstable-key)."""


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
    names = _Names(saga, document)
    for step in saga.steps:
        _step_references(kept, names, saga, step)
    _saga_references(kept, names, saga)
    if saga.choices:
        _predicates(kept, names, saga, document)
    _cycles(kept, saga)


def _participants_of(step: Step) -> Iterator[str]:
    undo = step.compensation
    yield from (name for name in (step.participant, undo.participant if undo else None) if name is not None)


def _latency(kept: Kept, latency: Latency | None) -> None:
    if latency is not None and len(latency.values_s) == 2 and latency.values_s[0] > latency.values_s[1]:
        kept.add("SG019", "the first of these is longer than the second", Place(latency.route), help="exchange them")


class _Names:
    """The ids that a definition declares; participants may be left undeclared as a whole in a draft.

    `dropped` are steps that are written and could not be understood: what names them is right all the same.
    """

    def __init__(self, saga: Saga, document: Document) -> None:
        self.steps = {step.id: step for step in saga.steps}
        self.dropped = _written_steps(document) - self.steps.keys()
        named = [name for step in saga.steps for name in _participants_of(step)]
        self.participants = saga.participants or dict.fromkeys(named)
        self.input = saga.input


def _written_steps(document: Document) -> set[str]:
    """The ids that stand in the text, those of steps that were dropped included."""
    listed = document.node(("steps",))
    number = len(listed.value) if listed is not None and listed.kind == "sequence" else 0
    nodes = (document.node(("steps", index, "step")) for index in range(number))
    return {str(node.value) for node in nodes if node is not None and node.kind == "scalar"}


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


# -- references


def _unknown(
    kept: Kept, what: str, name: str, known: Iterable[str], route: Route, step: str = "", text: str = ""
) -> None:
    """`text` is what is written at the route where that is the name itself, or a path with the name in it."""
    names = tuple(known)
    guess = nearest(name, names) if text else None
    fix = None
    if guess is not None:
        fix = meant(guess, Put(route, ".".join(guess if part == name else part for part in text.split("."))))
    message = f"there is no {what} `{short(name)}`"
    kept.add("SG003", message, Place(route), step=step, help=suggest(name, names), fix=fix)


def meant(guess: str, change: Change) -> Fix:
    """The name that comes nearest, which only its author can confirm."""
    return Fix(f"write `{guess}`", safe=False, changes=(change,))


def _step_references(kept: Kept, names: _Names, saga: Saga, step: Step) -> None:
    route = step.route
    for index, id in enumerate(step.after or ()):
        if id == step.id:
            kept.add("SG003", f"`{id}` comes after itself", Place((*route, "after", index)), step=id)
        elif id not in names.steps and id not in names.dropped:
            _unknown(kept, "step", id, names.steps, (*route, "after", index), step.id, id)
    for choice_id, outcome in step.when.items():
        _condition(kept, saga, step, choice_id, outcome)
    _participant(kept, names, step)
    for key, resources in (("reads", step.reads), ("writes", step.writes)):
        for index, id in enumerate(resources):
            if id not in saga.resources:
                _unknown(kept, "resource", id, saga.resources, (*route, key, index), step.id, id)
    for key, resource in (("lock", step.lock), ("unlock", step.unlock)):
        if resource is not None and resource not in saga.resources:
            _unknown(kept, "resource", resource, saga.resources, (*route, key), step.id, resource)
    if step.input:
        _data(kept, names, step, step.input, (*route, "input"))
    if step.for_each is not None:
        _path(kept, names, step, step.for_each, (*route, "for_each"))
    if step.key is not None:
        _template(kept, names, step, step.key, (*route, "key"))
    if step.saga == saga.id:
        message = f"`{step.id}` runs `{saga.id}` inside itself: it would never end"
        kept.add("SG010", message, Place((*route, "saga")), step=step.id)
    if step.compensation is not None:
        _compensation_references(kept, names, step, step.compensation)


def _condition(kept: Kept, saga: Saga, step: Step, choice_id: str, outcome: str) -> None:
    route = (*step.route, "when", choice_id)
    choice = saga.choices.get(choice_id)
    if choice is None:
        known = tuple(saga.choices)
        help, guess = suggest(choice_id, known), nearest(choice_id, known)
        fix = meant(guess, Rename(route, guess)) if guess is not None and guess not in step.when else None
        message = f"there is no choice `{short(choice_id)}`"
        kept.add("SG003", message, Place(route, "key"), step=step.id, help=help, fix=fix)
    elif all(outcome != known.id for known in choice.outcomes):
        known = tuple(known.id for known in choice.outcomes)
        _unknown(kept, f"outcome of `{choice_id}` called", outcome, known, route, step.id, outcome)


def _participant(kept: Kept, names: _Names, step: Step) -> None:
    if step.participant is not None:
        _known_participant(kept, names, step.participant, (*step.route, "participant"), step.id)
        return
    misspelt = any((step.route, key) in kept.misspelt for key in ("participant", "local"))
    if step.action is not None and not step.local and not misspelt:
        kept.add(
            "SG020",
            f"`{step.id}` has an action, but nobody to do it",
            Place((*step.route, "step")),
            step=step.id,
            help="add `participant: <who does it>`, or `local: true` if the saga's owner does it itself",
        )


def _known_participant(kept: Kept, names: _Names, id: str | None, route: Route, step: str = "") -> None:
    """In a draft without any `participants` every one that a step names exists, with nothing stated."""
    if id is not None and id not in names.participants:
        _unknown(kept, "participant", id, names.participants, route, step, id)


def _compensation_references(kept: Kept, names: _Names, step: Step, undo: Compensation) -> None:
    route = undo.route
    _known_participant(kept, names, undo.participant, (*route, "participant"), step.id)
    if undo.input:
        _data(kept, names, step, undo.input, (*route, "input"))
    if undo.key is not None:
        _template(kept, names, step, undo.key, (*route, "key"))


def _saga_references(kept: Kept, names: _Names, saga: Saga) -> None:
    for resource in saga.resources.values():
        _known_participant(kept, names, resource.participant, (*resource.route, "participant"))
    if saga.deadline is not None:
        _known_participant(kept, names, saga.deadline.owner, (*saga.deadline.route, "owner"))
    for index, id in enumerate(saga.accept.parked if saga.accept else ()):
        if id not in names.steps and id not in names.dropped:
            _unknown(kept, "step", id, names.steps, ("accept", "parked", index), text=id)
    if saga.correlation is not None and saga.correlation.startswith(("input", "steps")):
        _path(kept, names, None, saga.correlation, ("correlation",))


# -- data


def _data(kept: Kept, names: _Names, step: Step, data: Mapping[str, Any], route: Route) -> None:
    """Paths may stand anywhere in the data; whatever is no path is a literal."""
    waiting: list[tuple[Any, Route]] = [(value, (*route, name)) for name, value in data.items()]
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, str):
            if value.startswith(("input.", "steps.")) or _is_misspelt_path(value):
                _path(kept, names, step, value, place)
        elif isinstance(value, dict):
            waiting += [(inner, (*place, name)) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(inner, (*place, index)) for index, inner in enumerate(value)]


def _is_misspelt_path(text: str) -> bool:
    """Whether a literal was probably meant to be a path: `inptu.total`."""
    root, dot, rest = text.partition(".")
    return (
        bool(dot and rest)
        and rest.replace(".", "").replace("_", "").isalnum()
        and root != "item"
        and bool(nearest(root, ("input", "steps")))
    )


def _path(kept: Kept, names: _Names, step: Step | None, text: str, route: Route, whole: bool = True) -> None:
    """A path, which is the `whole` of what is written at the route or a part of it."""
    segments = tuple(text.split("."))
    if not all(segments) or any(char.isspace() for char in text):
        kept.add("SG008", f"`{short(text)}` is not a path", Place(route), help=_PATH_HELP, step=step.id if step else "")
        return
    unknown = _unknown_datum(names, segments)
    if unknown is not None:
        what, name, known = unknown
        _unknown(kept, what, name, known, route, step.id if step else "", text if whole else "")


_PATH_HELP: Final = "write `input.<name>` or `steps.<step>.output.<name>`"


def _unknown_datum(names: _Names, segments: tuple[str, ...]) -> tuple[str, str, Iterable[str]] | None:
    """What a path names that nobody declares, or None when it is fine."""
    if segments[0] == "item":
        return None
    if segments[0] == "input":
        if len(segments) > 1 and segments[1] not in names.input:
            return "input", segments[1], names.input
        return None
    if segments[0] != "steps":
        return "data", segments[0], ("input", "steps", "item")
    if len(segments) > 1 and segments[1] in names.dropped:
        return None
    if len(segments) < 2 or segments[1] not in names.steps:
        return "step", segments[1] if len(segments) > 1 else "", names.steps
    if len(segments) < 4 or segments[2] != "output":
        return f"data of `{segments[1]}` called", ".".join(segments[2:]), ("output",)
    output = names.steps[segments[1]].output
    if segments[3] not in output:
        return f"output of `{segments[1]}` called", segments[3], output
    return None


def _template(kept: Kept, names: _Names, step: Step, text: str, route: Route) -> None:
    for name in _variables(text):
        if name is None:
            message = f"`{short(text)}` has a brace that is not closed"
            kept.add("SG008", message, Place(route), help="write variables as `{saga_id}`", step=step.id)
        elif name.startswith("input."):
            _path(kept, names, step, name, route, whole=False)
        elif name.split(".")[0] == "item":
            if step.for_each is None:
                _unknown(kept, "item outside `for_each`:", name, KEY_VARIABLES[:2], route, step.id)
        elif name not in KEY_VARIABLES and name not in REFUSED_VARIABLES:
            _unknown(
                kept, "key variable", name, (*KEY_VARIABLES, *(f"input.{key}" for key in names.input)), route, step.id
            )


def _variables(text: str) -> Iterator[str | None]:
    """The names in braces; None for a brace without its partner."""
    position = 0
    while True:
        opening, closing = text.find("{", position), text.find("}", position)
        if opening < 0:
            if closing >= 0:
                yield None
            return
        if closing < opening:
            yield None
            return
        yield text[opening + 1 : closing].strip()
        position = closing + 1


# -- choices and order


def _predicates(kept: Kept, names: _Names, saga: Saga, document: Document) -> None:
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
                unknown = _unknown_datum(names, path)
                if unknown is not None:
                    _unknown(kept, *unknown, outcome.route)


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
