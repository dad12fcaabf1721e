"""One definition in both styles: what is sent and answered, and what is published and heard.

In an orchestration one service sends commands, hears replies, and owns the state and every timer of a run.
In a choreography each step hears what concerns it:

Rule 1.  A step starts on the success of its direct predecessors; one that was skipped tells so like one that is done.
Rule 2.  What undoes a step hears how those that directly depend on it fail or are undone, so that a rollback goes back
         in a chain.  With `order: parallel` nobody waits for anybody but the pivot, and it hears all that depend on it
         fail.
Rule 3.  A step hears failures beside it, so that it stops and is undone, and the success of a pivot beside it, after
         which it is not.
Rule 4.  What surely comes after a point of no return is never undone: it hears no failure, and nobody hears its own.
Rule 5.  What is declared takes the place of what would be derived: `listens` says what starts a step, and
         `compensation.listens` all that it hears of failures.

A step that has nothing to undo passes on what it hears: it tells that nothing is left of it and of what follows it.

Source: Richardson, Microservices Patterns, 2018, chapter 4; Azure Architecture Center, Choreography pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from sagactl.flow import Flow, FlowStep, failure_event, success_event, undone_event
from sagactl.model import Listens, Step

EventKind = Literal["start", "success", "failure", "undone"]
"""What an event tells: that somebody outside wants a run, or how a step ended."""

Purpose = Literal["start", "undo", "stop"]
"""Why a step hears an event: to start, to be undone after what depends on it, or to stop for what is beside it."""

Operation = Literal["action", "compensation", "fallback"]

OWN_SERVICE: Final = "the saga's own service"
"""Who does a local step that names no participant; no participant can be called so, because ids have no blanks."""

ORCHESTRATOR: Final = "orchestrator"
OUTSIDE: Final = ""
"""Who publishes an event that no step of the saga publishes, and who is waited for."""

FROM_OUTSIDE: Final[tuple[tuple[str, EventKind], ...]] = ((OUTSIDE, "start"),)

NAMES: Final[Mapping[EventKind, Callable[[Step], str]]] = {
    "success": success_event,
    "failure": failure_event,
    "undone": undone_event,
}
"""What a step calls the event that tells of each of its ends."""


class Event(NamedTuple):
    """Something that is published: by which step of which participant, both empty when it comes from outside."""

    name: str
    kind: EventKind
    step: str
    participant: str
    declared: bool


class Subscription(NamedTuple):
    """A step hears an event; `source` is the step that publishes it, empty when no step of the saga does.

    `mode` says whether all events that it hears for this purpose are needed, or any one.
    """

    step: str
    participant: str
    event: str
    source: str
    kind: EventKind
    purpose: Purpose
    mode: Literal["all", "any"]
    declared: bool


class Timer(NamedTuple):
    """Something that has to be noticed in time, and by whom; `step` is empty for the deadline of the run."""

    step: str
    after_s: float
    owner: str
    watches: Literal["deadline", "reply", "wait"]


class Choreography(NamedTuple):
    """The definition as events and subscriptions; each service keeps the state of its own steps."""

    events: tuple[Event, ...]
    subscriptions: tuple[Subscription, ...]
    timers: tuple[Timer, ...]

    def heard_by(self, step: str, *purposes: Purpose) -> tuple[Subscription, ...]:
        """What the step hears, for these purposes or for any."""
        return tuple(
            each for each in self.subscriptions if each.step == step and each.purpose in (purposes or PURPOSES)
        )

    def listeners(self, source: str, kind: EventKind) -> tuple[Subscription, ...]:
        """Who hears this event of the step."""
        return tuple(each for each in self.subscriptions if each.source == source and each.kind == kind)


class Command(NamedTuple):
    """A request to a participant, and the replies that it may give."""

    name: str
    step: str
    participant: str
    operation: Operation
    replies: tuple[str, ...]


class Channel(NamedTuple):
    """The commands that one participant takes, and the replies that it gives."""

    participant: str
    commands: tuple[str, ...]
    replies: tuple[str, ...]


class Orchestration(NamedTuple):
    """The definition as commands and replies; the orchestrator owns the state and the timers."""

    commands: tuple[Command, ...]
    channels: tuple[Channel, ...]
    timers: tuple[Timer, ...]


PURPOSES: Final[tuple[Purpose, ...]] = ("start", "undo", "stop")


def service_of(step: Step) -> str | None:
    """The service that does a step, or None for a wait, which nobody does."""
    if step.participant is not None:
        return step.participant
    if step.saga is not None:
        return f"saga {step.saga}"
    return OWN_SERVICE if step.local else None


def host_of(flow: Flow, plan: FlowStep) -> str:
    """The service that does a step; of a wait the one that goes on after it, or else the one that came before."""
    if plan.step.wait is None:
        return service_of(plan.step) or OUTSIDE
    after, before = flow.descendants[plan.index], flow.ancestors[plan.index]
    near = [index for index in flow.order if after >> index & 1]
    near += [index for index in reversed(flow.order) if before >> index & 1]
    return next(filter(None, (service_of(flow.steps[index].step) for index in near)), OUTSIDE)


def undoer_of(flow: Flow, plan: FlowStep) -> str:
    """The service that undoes a step: a compensation may be somebody else's."""
    elsewhere = plan.compensation.participant if plan.compensation is not None else None
    return elsewhere or host_of(flow, plan)


# -- choreography


def choreography(flow: Flow) -> Choreography:
    """The events and subscriptions of the saga, declared or derived."""
    published = publishers(flow)
    subscriptions = tuple(each for plan in flow.steps for each in _subscriptions(flow, plan, published))
    events = (*_from_outside(flow, subscriptions), *_published(flow, subscriptions))
    return Choreography(tuple(dict.fromkeys(events)), subscriptions, tuple(_timers(flow)))


Publishers = dict[str, tuple[tuple[str, EventKind], ...]]
"""By the name of an event: the steps that publish it, and what it tells of each."""


def publishers(flow: Flow) -> Publishers:
    """Who publishes what; a name may tell of several steps, and of different ends of one."""
    found: dict[str, list[tuple[str, EventKind]]] = {}
    for plan in flow.steps:
        for kind, name_of in NAMES.items():
            found.setdefault(name_of(plan.step), []).append((plan.id, kind))
    return {name: tuple(sources) for name, sources in found.items()}


def start_events(flow: Flow) -> tuple[str, ...]:
    """The events from outside that start a run: those that are declared, else one that is called after the saga."""
    pascal = "".join(word.capitalize() for word in flow.saga.id.split("-"))
    return flow.saga.starts_on or (f"{pascal}Requested",)


def is_past_return(flow: Flow, plan: FlowStep) -> bool:
    """Whether a pivot that is always taken surely comes before the step."""
    before = flow.sure_ancestors[plan.index]
    return any(before >> pivot & 1 and not flow.steps[pivot].step.when for pivot in flow.pivots)


def _subscriptions(flow: Flow, plan: FlowStep, published: Publishers) -> Iterator[Subscription]:
    host, undoer = host_of(flow, plan), undoer_of(flow, plan)
    if plan.step.listens is not None:
        yield from _declared(plan, host, "start", plan.step.listens, published)
    else:
        yield from _derived_starts(flow, plan, host)
    if plan.compensation is not None and plan.compensation.listens is not None:
        yield from _declared(plan, undoer, "undo", plan.compensation.listens, published)
    else:
        for other, kind, purpose in _ends(flow, plan):
            name = NAMES[kind](other.step)
            yield Subscription(plan.id, undoer, name, other.id, kind, purpose, "any", declared=False)


def _declared(
    plan: FlowStep, service: str, purpose: Purpose, listens: Listens, published: Publishers
) -> Iterator[Subscription]:
    for name in listens.events:
        for source, kind in published.get(name, FROM_OUTSIDE):
            if source != plan.id:
                yield Subscription(plan.id, service, name, source, kind, purpose, listens.mode, declared=True)


def _derived_starts(flow: Flow, plan: FlowStep, service: str) -> Iterator[Subscription]:
    for index in plan.after:
        other = flow.steps[index]
        name = success_event(other.step)
        yield Subscription(plan.id, service, name, other.id, "success", "start", plan.join, declared=False)
    if not plan.after:
        for name in start_events(flow):
            yield Subscription(plan.id, service, name, OUTSIDE, "start", "start", "any", declared=False)


def _ends(flow: Flow, plan: FlowStep) -> Iterator[tuple[FlowStep, EventKind, Purpose]]:
    """What a step hears of the others by rules 2 to 4."""
    if plan.reacts or is_past_return(flow, plan):
        return
    together = flow.saga.rollback.order == "parallel"
    direct = sum(1 << other for other in flow.dependants[plan.index])
    dependants, beside = flow.descendants[plan.index] if together else direct, flow.beside(plan.index)
    for other in _members(flow, dependants | beside):
        if other.reacts or is_past_return(flow, other):
            continue
        yield other, "failure", "undo" if dependants >> other.index & 1 else "stop"
        if dependants >> other.index & 1 and (not together or other.kind == "pivot"):
            yield other, "undone", "undo"
        if other.kind == "pivot" and beside >> other.index & 1:
            yield other, "success", "stop"


def _members(flow: Flow, bits: int) -> Iterator[FlowStep]:
    while bits:
        lowest = bits & -bits
        yield flow.steps[lowest.bit_length() - 1]
        bits ^= lowest


def _from_outside(flow: Flow, subscriptions: tuple[Subscription, ...]) -> Iterator[Event]:
    for name in flow.saga.starts_on:
        yield Event(name, "start", OUTSIDE, OUTSIDE, declared=True)
    for each in subscriptions:
        if each.source == OUTSIDE and each.event not in flow.saga.starts_on:
            yield Event(each.event, "start", OUTSIDE, OUTSIDE, declared=False)


def _published(flow: Flow, subscriptions: tuple[Subscription, ...]) -> Iterator[Event]:
    """Success always; the other ends where they can come, are declared, or are heard."""
    heard = {(each.source, each.kind) for each in subscriptions}
    for plan in flow.steps:
        can_come = {"success": True, "failure": plan.can_fail, "undone": plan.undo is not None}
        for kind, name_of in NAMES.items():
            publishes = plan.step.publishes
            declared = publishes is not None and getattr(publishes, kind) is not None
            if can_come[kind] or declared or (plan.id, kind) in heard:
                service = undoer_of(flow, plan) if kind == "undone" else host_of(flow, plan)
                yield Event(name_of(plan.step), kind, plan.id, service, declared)


def _timers(flow: Flow) -> Iterator[Timer]:
    """The deadline, and what each wait has for a timeout; nobody waits for a reply."""
    deadline = flow.saga.deadline
    if deadline is not None:
        yield Timer("", deadline.after_s, deadline.owner or OUTSIDE, "deadline")
    for plan in flow.steps:
        if plan.step.wait is not None and plan.action.timeout_s is not None:
            yield Timer(plan.id, plan.action.timeout_s, host_of(flow, plan), "wait")


# -- orchestration


def orchestration(flow: Flow) -> Orchestration:
    """The commands, replies, channels and timers of the saga."""
    commands = tuple(command for plan in flow.steps for command in _commands(flow, plan))
    return Orchestration(commands, tuple(_channels(commands)), tuple(_orchestrators_timers(flow)))


def _commands(flow: Flow, plan: FlowStep) -> Iterator[Command]:
    step, compensation, undoer = plan.step, plan.compensation, undoer_of(flow, plan)
    if step.wait is not None:
        return
    success = () if step.reply is False else (success_event(step), *step.rejects)
    yield Command(step.action or step.saga or "", step.id, host_of(flow, plan), "action", success)
    if compensation is None:
        return
    undone = () if compensation.reply is False else (undone_event(step), *compensation.rejects)
    yield Command(compensation.command, step.id, undoer, "compensation", undone)
    if compensation.fallback is not None:
        yield Command(compensation.fallback, step.id, undoer, "fallback", undone)


def _channels(commands: tuple[Command, ...]) -> Iterator[Channel]:
    for participant in dict.fromkeys(each.participant for each in commands):
        mine = [each for each in commands if each.participant == participant]
        replies = dict.fromkeys(reply for each in mine for reply in each.replies)
        yield Channel(participant, tuple(dict.fromkeys(each.name for each in mine)), tuple(replies))


def _orchestrators_timers(flow: Flow) -> Iterator[Timer]:
    for timer in _timers(flow):
        yield timer._replace(owner=ORCHESTRATOR)
    for plan in flow.steps:
        if plan.step.wait is None and not plan.step.local and plan.action.timeout_s is not None:
            yield Timer(plan.id, plan.action.timeout_s, ORCHESTRATOR, "reply")
