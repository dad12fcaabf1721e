"""Which data each step takes from the answers of others, and whether they are there when it needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sagactl.access import runs_whenever
from sagactl.finding import Place
from sagactl.flow import FlowStep, exclusive
from sagactl.model import Choice, Route, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

For = Literal["input", "for_each", "when", "undo"]


class Datum(NamedTuple):
    """A path that a step needs, who brings it, and where it is named.

    `use` says what it is needed for: the action, its items, the choice that takes the step, or the compensation.
    """

    step: int
    path: str
    source: int
    output: str
    place: Place
    use: For
    choice: str = ""


class Gap(NamedTuple):
    """Why a datum may be missing: in words, and what would change that."""

    reason: str
    cause: Literal["own", "apart", "unordered", "skipped", "unheard", "given-up"]


def needed(saga: Saga, index: Mapping[str, int]) -> tuple[Datum, ...]:
    """The answers of steps that other steps need, step by step."""
    return tuple(_needed(saga, index))


def _needed(saga: Saga, index: Mapping[str, int]) -> Iterator[Datum]:
    decided = {choice.id: found for choice in saga.choices.values() if (found := _decided_by(choice))}
    for at, step in enumerate(saga.steps):
        if step.input:
            for text, route in _paths(step.input, (*step.route, "input")):
                yield from _datum(at, text, Place(route), "input", index)
        if step.for_each is not None:
            yield from _datum(at, step.for_each, Place((*step.route, "for_each")), "for_each", index)
        for choice in step.when if decided else ():
            place = Place((*step.route, "when", choice), "key")
            for text in decided.get(choice, ()):
                yield from _datum(at, text, place, "when", index, choice)
        if step.compensation is not None and step.compensation.input:
            for text, route in _paths(step.compensation.input, (*step.compensation.route, "input")):
                yield from _datum(at, text, Place(route), "undo", index)


def _datum(step: int, text: str, place: Place, use: For, index: Mapping[str, int], choice: str = "") -> Iterator[Datum]:
    segments = text.split(".")
    if segments[0] == "steps" and len(segments) > 3 and segments[1] in index:
        yield Datum(step, text, index[segments[1]], segments[3], place, use, choice)


def _decided_by(choice: Choice) -> tuple[str, ...]:
    """The answers of steps on which a choice depends."""
    if not any("steps." in outcome.predicate for outcome in choice.outcomes):
        return ()
    from sagactl.predicates import Predicate, parse

    found: dict[str, None] = {}
    for outcome in choice.outcomes:
        predicate = parse(outcome.predicate) if not outcome.is_otherwise else None
        if isinstance(predicate, Predicate):
            found.update((".".join(path), None) for path in predicate.paths if path[0] == "steps")
    return tuple(found)


def _paths(data: Mapping[str, Any], route: Route) -> Iterator[tuple[str, Route]]:
    """The answers of steps named in a piece of data, each with its route; the reader has bounded its size."""
    waiting: list[tuple[Any, Route]] = []
    for name, value in data.items():
        if isinstance(value, str):
            if value.startswith("steps."):
                yield value, (*route, name)
        elif isinstance(value, Mapping | list | tuple):
            waiting.append((value, (*route, name)))
    while waiting:
        value, place = waiting.pop()
        if isinstance(value, str):
            if value.startswith("steps."):
                yield value, place
        elif isinstance(value, Mapping):
            waiting += [(inner, (*place, name)) for name, inner in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(inner, (*place, at)) for at, inner in enumerate(value)]


def gap(datum: Datum, facts: Facts) -> Gap | None:
    """Why the datum may be missing when the step needs it, or None where every path brings it."""
    flow = facts.flow
    step, source = flow.steps[datum.step], flow.steps[datum.source]
    if source is step:
        return Gap(f"that is the answer of `{step.id}` itself", "own")
    if exclusive(source.step, step.step):
        return Gap(f"`{source.id}` is never taken where `{step.id}` is", "apart")
    if not flow.sure_ancestors[step.index] >> source.index & 1:
        return Gap(_order(step, source, facts), "unordered")
    if source.step.reply is False:
        return Gap(f"nobody waits for the answer of `{source.id}`", "unheard")
    if source.step.wait is not None and source.step.on_timeout == "continue" and source.action.timeout_s is not None:
        return Gap(f"the run goes on when `{source.id}` has waited in vain", "given-up")
    if not runs_whenever(source.step, step.step):
        choice, outcome = next(each for each in source.step.when.items() if step.step.when.get(each[0]) != each[1])
        return Gap(f"`{source.id}` is skipped unless `{choice}` is `{outcome}`", "skipped")
    return None


def _order(step: FlowStep, source: FlowStep, facts: Facts) -> str:
    flow = facts.flow
    if flow.ancestors[source.index] >> step.index & 1:
        return f"`{source.id}` comes later"
    if flow.ancestors[step.index] >> source.index & 1:
        return f"`{step.id}` may start without waiting for `{source.id}`"
    return f"`{source.id}` runs at the same time"
