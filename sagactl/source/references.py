"""What a definition names is held against what it declares: steps, outcomes, participants, resources, data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from sagactl.errors import nearest, suggest
from sagactl.finding import Change, Fix, Place, Put, Rename
from sagactl.model import Compensation, Route, Saga, Step
from sagactl.source.check import Kept, short
from sagactl.source.document import Document

KEY_VARIABLES: Final = ("saga_id", "step", "item")
REFUSED_VARIABLES: Final = ("attempt", "now", "uuid")
"""Recognised so that the linter can say why a key must not hold them (unstable-key)."""


def _participants_of(step: Step) -> Iterator[str]:
    undo = step.compensation
    yield from (name for name in (step.participant, undo.participant if undo else None) if name is not None)


class Names:
    """The ids that a definition declares; participants may be left undeclared as a whole in a draft.

    `dropped` are steps that are written and could not be understood: what names them is right all the same.
    """

    def __init__(self, saga: Saga, document: Document) -> None:
        self._document = document
        self.steps = {step.id: step for step in saga.steps}
        named = [name for step in saga.steps for name in _participants_of(step)]
        self.participants = saga.participants or dict.fromkeys(named)
        self.input = saga.input

    @cached_property
    def dropped(self) -> set[str]:
        listed = self._document.node(("steps",))
        number = len(listed.value) if listed is not None and listed.kind == "sequence" else 0
        nodes = (self._document.node(("steps", index, "step")) for index in range(number))
        written = {str(node.value) for node in nodes if node is not None and node.kind == "scalar"}
        return written - self.steps.keys()


def check_references(kept: Kept, names: Names, saga: Saga) -> None:
    """Say what is named and not declared."""
    for step in saga.steps:
        _step_references(kept, names, saga, step)
    _saga_references(kept, names, saga)


def undeclared(
    kept: Kept, what: str, name: str, known: Iterable[str], route: Route, step: str = "", text: str = ""
) -> None:
    """Say that nobody declares a name.

    `text` is what is written at the route, where that is the name itself or a path with the name in it.
    """
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


def _step_references(kept: Kept, names: Names, saga: Saga, step: Step) -> None:
    route = step.route
    for index, id in enumerate(step.after or ()):
        if id == step.id:
            kept.add("SG003", f"`{id}` comes after itself", Place((*route, "after", index)), step=id)
        elif id not in names.steps and id not in names.dropped:
            undeclared(kept, "step", id, names.steps, (*route, "after", index), step.id, id)
    for choice_id, outcome in step.when.items():
        _condition(kept, saga, step, choice_id, outcome)
    _participant(kept, names, step)
    for key, resources in (("reads", step.reads), ("writes", step.writes)):
        for index, id in enumerate(resources):
            if id not in saga.resources:
                undeclared(kept, "resource", id, saga.resources, (*route, key, index), step.id, id)
    for key, resource in (("lock", step.lock), ("unlock", step.unlock)):
        if resource is not None and resource not in saga.resources:
            undeclared(kept, "resource", resource, saga.resources, (*route, key), step.id, resource)
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
        undeclared(kept, f"outcome of `{choice_id}` called", outcome, known, route, step.id, outcome)


def _participant(kept: Kept, names: Names, step: Step) -> None:
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


def _known_participant(kept: Kept, names: Names, id: str | None, route: Route, step: str = "") -> None:
    """In a draft without any `participants` every one that a step names exists, with nothing stated."""
    if id is not None and id not in names.participants:
        undeclared(kept, "participant", id, names.participants, route, step, id)


def _compensation_references(kept: Kept, names: Names, step: Step, undo: Compensation) -> None:
    route = undo.route
    _known_participant(kept, names, undo.participant, (*route, "participant"), step.id)
    if undo.input:
        _data(kept, names, step, undo.input, (*route, "input"))
    if undo.key is not None:
        _template(kept, names, step, undo.key, (*route, "key"))


def _saga_references(kept: Kept, names: Names, saga: Saga) -> None:
    for resource in saga.resources.values():
        _known_participant(kept, names, resource.participant, (*resource.route, "participant"))
    if saga.deadline is not None:
        _known_participant(kept, names, saga.deadline.owner, (*saga.deadline.route, "owner"))
    for index, id in enumerate(saga.accept.parked if saga.accept else ()):
        if id not in names.steps and id not in names.dropped:
            undeclared(kept, "step", id, names.steps, ("accept", "parked", index), text=id)
    if saga.correlation is not None and saga.correlation.startswith(("input", "steps")):
        _path(kept, names, None, saga.correlation, ("correlation",))


# -- data


def _data(kept: Kept, names: Names, step: Step, data: Mapping[str, Any], route: Route) -> None:
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


def _path(kept: Kept, names: Names, step: Step | None, text: str, route: Route, whole: bool = True) -> None:
    """A path, which is the `whole` of what is written at the route or a part of it."""
    segments = tuple(text.split("."))
    if not all(segments) or any(char.isspace() for char in text):
        kept.add("SG008", f"`{short(text)}` is not a path", Place(route), help=_PATH_HELP, step=step.id if step else "")
        return
    unknown = unknown_datum(names, segments)
    if unknown is not None:
        what, name, known = unknown
        undeclared(kept, what, name, known, route, step.id if step else "", text if whole else "")


_PATH_HELP: Final = "write `input.<name>` or `steps.<step>.output.<name>`"


def unknown_datum(names: Names, segments: tuple[str, ...]) -> tuple[str, str, Iterable[str]] | None:
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


def _template(kept: Kept, names: Names, step: Step, text: str, route: Route) -> None:
    for name in _variables(text):
        if name is None:
            message = f"`{short(text)}` has a brace that is not closed"
            kept.add("SG008", message, Place(route), help="write variables as `{saga_id}`", step=step.id)
        elif name.startswith("input."):
            _path(kept, names, step, name, route, whole=False)
        elif name.split(".")[0] == "item":
            if step.for_each is None:
                undeclared(kept, "item outside `for_each`:", name, KEY_VARIABLES[:2], route, step.id)
        elif name not in KEY_VARIABLES and name not in REFUSED_VARIABLES:
            undeclared(
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
