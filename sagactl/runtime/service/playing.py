"""How a service plays its part in a choreography: what it hears, or has done, makes a new part and new events.

Pure: no database, no clock, no network.  The rules are those of a rehearsed choreography (`world/telling.py`), asked
for the views of one service alone; what that service publishes travels, and the other views are elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.state import PASSED, RECORDS, Record, StepState, status
from sagactl.model import Choice
from sagactl.runtime.change import Change, Draw, decide, timed
from sagactl.runtime.data import RunData, scope_of
from sagactl.runtime.definition import Definition
from sagactl.runtime.messages import BadMessage, Published
from sagactl.runtime.orders import event_of, letters_of
from sagactl.runtime.record import Timer
from sagactl.runtime.service.part import Arrival, Part
from sagactl.styles import NAMES, EventKind
from sagactl.world.parts import Message, Truth
from sagactl.world.routes import NOBODY, routes
from sagactl.world.telling import Telling
from sagactl.world.views import EventWorld, Notice, View

LATE: Final = "deadline after the point of no return"
"""Nobody knows that a run has ended everywhere, so a deadline passes for good runs too, and is no news then."""


INTERRUPTIONS: Final = "(interruptions)"
"""Where everybody hears that the deadline has passed, or that a run is cancelled; no event can be called so."""


class Stage(NamedTuple):
    """Where a service plays: the definition, its own name and steps, and what time it is."""

    definition: Definition
    flow: Flow
    services: frozenset[str]
    now_s: float
    draw: Draw

    @property
    def own(self) -> tuple[int, ...]:
        """The steps that this service does."""
        return tuple(own for own, host in enumerate(routes(self.flow).hosts) if host in self.services)

    @property
    def owns_deadline(self) -> bool:
        return self.flow.saga.deadline is not None and routes(self.flow).owner in self.services


class Played(NamedTuple):
    """The part afterwards, what is published, and what those who watch are told."""

    part: Part
    published: tuple[Published, ...]
    changes: tuple[Change, ...]


def check(stage: Stage) -> None:
    """Raise UsageError for what services of their own cannot do for each other."""
    found = routes(stage.flow)
    for plan in stage.flow.steps:
        host, undoer = found.hosts[plan.index], found.undoers[plan.index]
        if host != undoer and {host, undoer} & stage.services:
            raise UsageError(
                f"`{plan.id}` is done by `{host}` and undone by `{undoer}`, and neither knows what the other one knows",
                help="let the participant that did it undo it, or lead this saga with an orchestrator",
            )
    if stage.flow.scopes:
        raise UsageError(
            f"the nested saga `{stage.flow.scopes[0].name}` has a deadline, and nobody owns its timer",
            help="leave the deadline to the outer saga, or lead it with an orchestrator",
        )


def begin(stage: Stage, run: str, correlation: str, input: Mapping[str, Any]) -> Part:
    """A part before anything of the run was heard."""
    views = {own: View(None) for own in stage.own}
    choices = (None,) * len(stage.flow.saga.choices)
    return Part(run, stage.definition.digest, correlation, input, stage.now_s, views, choices)


def last_steps(flow: Flow) -> Iterable[int]:
    """The steps after which nothing comes; what only reacts to a failure is none."""
    return (plan.index for plan in flow.steps if not flow.dependants[plan.index] and not plan.reacts)


def channels(stage: Stage) -> Iterable[str]:
    """Where the events are published that concern this service."""
    flow, found = stage.flow, routes(stage.flow)
    heard = {signal for signal, listeners in found.listeners.items() if set(listeners) & set(stage.own)}
    if stage.owns_deadline:
        heard |= {(step, "success") for step in last_steps(flow)}
    names = {NAMES[kind](flow.steps[step].step) for step, kind in heard}
    names |= {event for event, listeners in found.begins.items() if set(listeners) & set(stage.own)}
    return sorted(channel_of(flow.saga.id, name) for name in (*names, INTERRUPTIONS))


def channel_of(saga: str, event: str) -> str:
    """The channel on which an event of a saga is published."""
    return f"{saga}.{event}"


# -- what happens


def hear(stage: Stage, part: Part, event: Published) -> Played:
    """The event reaches those of the own steps that listen to it."""
    part = part._replace(results={**event.results, **part.results})
    playing = _Playing(stage, part)
    for notice in _notices(stage, event):
        playing.telling.hear(notice)
    if event.kind == "success":
        playing.note_end(stage.flow.index[event.step])
    return playing.played()


def done(stage: Stage, part: Part, message: Message, answer: str, detail: str, result: Any) -> Played:
    """What became of the work; it is for the own view alone, and what that tells is published."""
    work = list(part.work)
    work.remove(message)
    plan = stage.flow.steps[message.step]
    known = {**part.results, plan.id: result} if (message.operation, answer) == ("action", "ok") else part.results
    playing = _Playing(stage, part._replace(work=tuple(work), results=known))
    event = event_of(stage.flow, plan.id, message.operation, message.attempt, answer, detail)
    if event is not None:
        playing.telling.tell(message.step, event)
    return playing.played()


def arrive(stage: Stage, part: Part, arrival: Arrival) -> Played:
    """Something from outside has come; if nobody waits for it yet, it is kept."""
    return _Playing(stage, part._replace(early=(*part.early, arrival))).played()


def time_passes(stage: Stage, part: Part) -> Played:
    """The timers that are due go off; that the deadline has passed is for everybody to know."""
    due = [timer for timer in part.timers if timer.due_s <= stage.now_s]
    playing = _Playing(stage, part._replace(timers=tuple(timer for timer in part.timers if timer not in due)))
    for timer in due:
        if isinstance(timer.event, e.DeadlinePassed):
            playing.interrupt("deadline")
        else:
            playing.telling.tell(cast(e.RetryDue, timer.event).step, timer.event)
    return playing.played()


def started(stage: Stage, part: Part, name: str) -> Published:
    """The event that starts the run, as it comes from outside."""
    return _published(part, stage, name, "start")


def cancelled(stage: Stage, part: Part, why: str) -> Published:
    """The event that somebody wants the run to be taken back."""
    return _published(part, stage, INTERRUPTIONS, "cancel", cause=why)


# -- how


class _Playing:
    """The views of one service while something happens to them."""

    def __init__(self, stage: Stage, part: Part) -> None:
        self.stage, self.part = stage, part
        size = len(stage.flow.steps)
        views = tuple(part.views.get(own, View(None)) for own in range(size))
        world = EventWorld(views, part.work, (), (Truth(),) * size, part.choices)
        self.telling = Telling(stage.flow, world)
        self.extra: list[Published] = []
        self.ended = part.ended
        self.timers = list(part.timers)
        if not part.begun:
            self._enter()

    def _enter(self) -> None:
        """The service hears of the run for the first time."""
        for own in self.part.views:
            if own not in routes(self.stage.flow).starts and self.telling.views[own].state is None:
                self.telling.enter(own)
        deadline = self.stage.flow.saga.deadline
        if deadline is not None and self.stage.owns_deadline:
            self.timers.append(Timer(self.part.started_s + deadline.after_s, e.DeadlinePassed()))

    def interrupt(self, kind: str) -> None:
        self.extra.append(_published(self.part, self.stage, INTERRUPTIONS, kind))

    def note_end(self, step: int) -> None:
        """A run of which every last step has passed is over, and its deadline does not matter any more."""
        self.ended |= {step}
        if set(last_steps(self.stage.flow)) <= self.ended:
            self.timers = [timer for timer in self.timers if not isinstance(timer.event, e.DeadlinePassed)]

    def played(self) -> Played:
        """The part afterwards; choices are decided and early arrivals taken on the spot."""
        early = self._settle()
        telling = self.telling
        part = self.part._replace(
            views={own: telling.views[own] for own in self.part.views},
            choices=tuple(telling.choices), work=tuple(telling.messages), timers=self._timers(), early=early,
            results=self.part.results, ended=self.ended, begun=True,
        )  # fmt: skip
        published = (*(_told(part, self.stage, notice) for notice in telling.published), *self.extra)
        return Played(part, published, tuple(self._changes(part)))

    def _settle(self) -> tuple[Arrival, ...]:
        early = list(self.part.early)
        while True:
            taken = next((each for each in early if self._take(each)), None)
            if taken is not None:
                early.remove(taken)
            elif not self._decide():
                return tuple(early)

    def _take(self, arrival: Arrival) -> bool:
        for message in self.telling.messages:
            plan = self.stage.flow.steps[message.step]
            if message.operation == "wait" and plan.step.wait is not None and plan.step.wait.name == arrival.name:
                event = event_of(self.stage.flow, plan.id, "wait", 1, arrival.answer, arrival.detail)
                assert event is not None
                self.telling.messages.remove(message)
                if arrival.answer == "ok":
                    self.part = self.part._replace(results={**self.part.results, plan.id: arrival.data})
                self.telling.tell(message.step, event)
                return True
        return False

    def _decide(self) -> bool:
        """Decide the first choice that is due; those who ask share its data, so that all decide alike."""
        choices = list(self.stage.flow.saga.choices.values())
        for position, (choice, chosen) in enumerate(zip(choices, self.telling.choices, strict=True)):
            if chosen == "":
                outcome = self._outcome(choice)
                self.telling.choices[position] = outcome
                for own, view in enumerate(self.telling.views):
                    if view.state is not None and view.state.choices[position] == "":
                        self.telling.tell(own, e.Decided(choice.id, outcome))
                return True
        return False

    def _outcome(self, choice: Choice) -> str:
        definition, part, outer = self.stage.definition, self.part, choice.id.rpartition("/")[0]
        data = RunData(part.run, part.input, part.results, definition.saga, definition.sagas)
        return decide(choice, scope_of(data, f"{outer}/" if outer else ""))[0]

    def _timers(self) -> tuple[Timer, ...]:
        """Pauses between tries, and the patience of those who wait; nobody times out their own work."""
        for command in self.telling.commands:
            if isinstance(command, c.Pause | c.AwaitEvent):
                event, delay_s = timed(command, self.stage.draw)
                if event is not None and delay_s is not None:
                    self.timers.append(Timer(self.stage.now_s + delay_s, event))
        return tuple(self.timers)

    def _changes(self, part: Part) -> Iterable[Change]:
        """What is told of each view that has something to say; alerts are those of the first."""
        flow, telling = self.stage.flow, self.telling
        alerts = tuple(each.detail for each in telling.moments if each.what == "alert" and each.detail != LATE)
        for own, view in part.views.items():
            if view.state is None:
                continue
            run = part.as_run(flow.saga.id, own)
            commands = [each for each in telling.commands if getattr(each, "step", None) == own]
            letters = tuple(letters_of(self.stage.definition, flow, run, commands))
            moments = tuple(moment for moment in telling.moments if moment.step == flow.steps[own].id)
            if letters or moments or alerts:
                yield Change(run, "Heard", moments, letters=letters, alerts=alerts, status=status(flow, view.state))
                alerts = ()


# -- events as messages


def _published(part: Part, stage: Stage, name: str, kind: str, **more: Any) -> Published:
    fields = {"step": "", "record": "", "cause": "", "passed": [], **more}
    id = f"{part.run}/{fields['step'] or name}/{kind}"
    saga = stage.flow.saga.id
    return Published(
        id=id, run=part.run, saga=saga, digest=part.digest, correlation=part.correlation, name=name, kind=kind,
        input=part.input, results=part.results, **fields,
    )  # fmt: skip


def _told(part: Part, stage: Stage, notice: Notice) -> Published:
    plan = stage.flow.steps[notice.source]
    passed = [[stage.flow.steps[step].id, record] for step, record in notice.passed]
    name = NAMES[cast(EventKind, notice.kind)](plan.step)
    record, cause = notice.record.record, notice.record.cause
    return _published(part, stage, name, notice.kind, step=plan.id, record=record, cause=cause, passed=passed)


def _notices(stage: Stage, event: Published) -> Iterable[Notice]:
    """The event, once for each of the own steps that hears it; raises BadMessage for what no service of ours tells."""
    if event.kind == "start":
        return
    if event.kind in ("deadline", "cancel"):
        for own in stage.own:
            if not stage.flow.steps[own].reacts:
                yield Notice(own, NOBODY, cast(Any, event.kind), "")
        return
    if event.kind not in NAMES or event.step not in stage.flow.index:
        raise BadMessage(f"an event of `{event.run}` tells of nothing that its saga knows")
    source = stage.flow.index[event.step]
    record = StepState(_record(event.record), cause=event.cause)
    passed = tuple((stage.flow.index[step], _record(known)) for step, known in _pairs(stage.flow, event.passed))
    for listener in routes(stage.flow).listeners.get((source, cast(EventKind, event.kind)), ()):
        if listener in stage.own:
            yield Notice(listener, source, cast(Any, event.kind), "", record, passed)


def _record(name: str) -> Record:
    if name not in RECORDS:
        raise BadMessage("an event tells of a step what no step can be")
    return name


def _pairs(flow: Flow, passed: list[list[str]]) -> Iterable[tuple[str, str]]:
    for pair in passed:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] not in flow.index or pair[1] not in PASSED:
            raise BadMessage("an event tells of steps that passed what cannot be")
        yield pair[0], pair[1]
