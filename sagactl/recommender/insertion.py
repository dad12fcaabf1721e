"""What has to be changed to insert one more step in the middle: both compilations with it and without it, compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.model import Compensation, Participant, Saga, Step
from sagactl.styles import ORCHESTRATOR, OUTSIDE, OWN_SERVICE, choreography, orchestration

NEW: Final = "new step"
"""The step that is inserted, and its service; no definition has an id with a blank in it."""

Part = tuple[str, object]
"""What one service has to know: a command that it takes, an event that it publishes or hears."""


class Insertion(NamedTuple):
    """A step of a service of its own, inserted before a step; the services that have to change in either style."""

    before: str
    orchestration: tuple[str, ...]
    choreography: tuple[str, ...]


def insertion(flow: Flow) -> Insertion | None:
    """One more step in the middle of the flow; None where no step has another one before it."""
    before = _middle(flow)
    if before is None or NEW in flow:
        return None
    old, new = _derived(flow, before), Flow(_with_step(flow, before))
    return Insertion(
        before.id,
        (ORCHESTRATOR, *_changed(_commands(old), _commands(new))),
        _changed(_events(old), _events(new)),
    )


def _middle(flow: Flow) -> FlowStep | None:
    """The step before which the new one comes: where there is one, in the middle of what may still be undone."""
    later = [flow.steps[index] for index in flow.order if flow.steps[index].after and not flow.steps[index].reacts]
    early = [plan for plan in later if plan.place != "after"]
    middle = early or later
    return middle[len(middle) // 2] if middle else None


def _derived(flow: Flow, before: FlowStep) -> Flow:
    """The flow with a way back that is derived: what is declared of it would have to be written anew."""
    return Flow(replace(flow.saga, steps=tuple(_derived_step(flow, step, before) for step in flow.saga.steps)))


def _derived_step(flow: Flow, step: Step, before: FlowStep) -> Step:
    if step.compensation is not None and step.compensation.listens is not None:
        step = replace(step, compensation=replace(step.compensation, listens=None))
    return replace(step, after=_ids(flow, before.after), listens=None) if step.id == before.id else step


def _with_step(flow: Flow, before: FlowStep) -> Saga:
    steps: list[Step] = []
    for step in _derived(flow, before).saga.steps:
        if step.id == before.id:
            steps.append(_new_step(flow, before))
            step = replace(step, after=(NEW,))
        steps.append(step)
    participants = {**flow.saga.participants, NEW: Participant(id=NEW)}
    return replace(flow.saga, steps=tuple(steps), participants=participants)


def _new_step(flow: Flow, before: FlowStep) -> Step:
    """It is taken whenever the next one is, and it can be undone unless that comes after the point of no return."""
    after = before.place == "after"
    return Step(
        id=NEW,
        after=_ids(flow, before.after),
        when=before.step.when,
        participant=NEW,
        action="Do",
        kind="retriable" if after else "compensatable",
        compensation=None if after else Compensation(command="Undo"),
    )


def _ids(flow: Flow, indexes: Iterable[int]) -> tuple[str, ...]:
    return tuple(flow.steps[index].id for index in indexes)


def _commands(flow: Flow) -> dict[str, set[Part]]:
    """The commands that each service takes and the replies that it gives; what the orchestrator knows is its own."""
    known: dict[str, set[Part]] = {}
    for command in orchestration(flow).commands:
        if command.participant != OWN_SERVICE:
            known.setdefault(command.participant, set()).add((command.name, command.replies))
    return known


def _events(flow: Flow) -> dict[str, set[Part]]:
    """The events that each service publishes for others, and those that it hears."""
    known: dict[str, set[Part]] = {}
    compiled = choreography(flow)
    for each in compiled.subscriptions:
        known.setdefault(each.participant, set()).add((each.event, (each.step, each.purpose)))
    for event in compiled.events:
        known.setdefault(event.participant, set()).add((event.name, "published"))
    return {service: parts for service, parts in known.items() if service != OUTSIDE}


def _changed(old: dict[str, set[Part]], new: dict[str, set[Part]]) -> tuple[str, ...]:
    """The services that know something else now, those that were there first."""
    return tuple(name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name))
