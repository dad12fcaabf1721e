"""One move of a choreography in the making: a view is told something, and what follows from that for the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.flow import Flow
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.state import ENDED_BACK, PASSED, UNDER_WAY, Record, State, StepState, outcome, status
from sagactl.machine.transition import (
    has_nothing_to_undo,
    owes_undo,
    presumed,
    start_view,
    transition,
    waiting_for_nobody,
)
from sagactl.styles import NAMES, EventKind
from sagactl.trace import Moment
from sagactl.world.moments import command_moment, skipped_moment
from sagactl.world.rest import is_over, stops
from sagactl.world.routes import NOBODY, routes
from sagactl.world.views import EventStep, EventWorld, Notice
from sagactl.world.world import ANSWERS, message_for

ROLLBACK: Final = "rollback: "
TELLS_OF_FAILURE: Final[frozenset[Record]] = frozenset({"rejected", "unknown", "stuck", "withdrawn"})

WORDS: Final = {
    ("success", "skipped"): "skipped",
    ("failure", "withdrawn"): "never started",
    ("failure", "unknown"): "outcome unknown",
    ("failure", "stuck"): "handed to people",
    ("undone", "withdrawn"): "nothing to undo",
    ("undone", "dead"): "handed to people",
    ("undone", "standing"): "handed to people",
    ("undone", "unconfirmed"): "not confirmed",
}
"""What an event says beside its name, where its name is not all."""


class Telling:
    """The world as it changes; `lost` names the fault by which nobody hears what is published in this move.

    `commands` are those for the own steps of the views, and `published` what each of them tells, for no listener yet.
    """

    def __init__(self, flow: Flow, world: EventWorld) -> None:
        self.flow, self.routes = flow, routes(flow)
        self.world = world
        self.views = list(world.views)
        self.notices = list(world.notices)
        self.messages = list(world.messages)
        self.truths = list(world.truths)
        self.choices = list(world.choices)
        self.over = world.over
        self.moments: list[Moment] = []
        self.commands: list[c.Command] = []
        self.published: list[Notice] = []
        self.lost = ""
        self.gives_up = False

    def step(self) -> EventStep:
        """What came of it; a run in which nothing can happen any more has ended."""
        if not self.world.ended and is_over(self.flow, self._changed()):
            self._leave_the_rest()
            world = self._changed()._replace(ended=True)
            self.add(Moment("ended", detail=outcome(self.flow, world.state) or ""))
        else:
            world = self._changed()
        now = status(self.flow, world.state)
        return EventStep(world, tuple(moment._replace(status=now) for moment in self.moments))

    def _changed(self) -> EventWorld:
        return EventWorld(
            tuple(self.views),
            tuple(self.messages),
            tuple(self.notices),
            tuple(self.truths),
            tuple(self.choices),
            self.over,
            self.world.ended,
        )

    def _leave_the_rest(self) -> None:
        """A rollback that stops at its first failure leaves what was not told of it."""
        if not stops(self.flow, self._changed().state):
            return
        for own, view in enumerate(self.views):
            if view.state is not None and owes_undo(self.flow, view.state, own):
                steps = list(view.state.steps)
                steps[own] = steps[own]._replace(record="left", cause="the rollback stopped before it")
                self.views[own] = view._replace(state=view.state._replace(steps=tuple(steps)))

    def add(self, moment: Moment) -> None:
        """A moment of a step happens where the step is done, unless it says where."""
        if moment.step and not moment.participant:
            moment = moment._replace(participant=self.routes.hosts[self.flow.index[moment.step]])
        self.moments.append(moment)

    # -- a view is told something

    def enter(self, own: int) -> None:
        """The participant of a step begins to keep its record."""
        idle = State("forward", (StepState(),) * len(self.flow.steps), tuple(self.choices))
        state, commands = start_view(self.flow, own)
        self._settle(own, idle, state, commands)

    def tell(self, own: int, event: e.Event, moment: Moment | None = None) -> None:
        """The machine of one view hears of an event."""
        before = self.views[own].state
        if before is None:
            return
        state, commands = transition(self.flow, before, event)
        changes = state != before or bool(commands)
        if moment is not None:
            late = moment.what in ANSWERS and not changes
            self.add(moment._replace(what="ignored", detail=moment.what) if late else moment)
        if changes:
            self._settle(own, before, state, commands)

    def hear(self, notice: Notice) -> None:
        """The event reaches its listener."""
        own = notice.listener
        self.add(self._heard(notice))
        if notice.kind == "deadline":
            self.tell(own, e.DeadlinePassed(notice.scope))
        elif notice.kind == "cancel":
            self.tell(own, e.CancelRequested())
        else:
            self._hear_of_a_step(own, notice, notice.kind)

    def _heard(self, notice: Notice) -> Moment:
        own = self.flow.steps[notice.listener].id
        if notice.kind == "deadline":
            service = self.routes.hosts[notice.listener]
            return Moment("heard", own, "the deadline has passed", service, sender=self.routes.owner)
        if notice.kind == "cancel":
            return Moment("heard", own, "the run is cancelled", self.routes.hosts[notice.listener])
        words = self._name(notice.source, notice.kind, notice.record.record)
        sender = self._service(notice.source, notice.kind, publishes=True)
        return Moment("heard", own, words, self._service(notice.listener, notice.kind), sender=sender)

    def _hear_of_a_step(self, own: int, notice: Notice, kind: EventKind) -> None:
        """By rule 5 of the styles, what is declared decides alone what wakes a step or undoes it."""
        signal = (notice.source, kind)
        wakes, undoes = self.routes.starts.get(own), self.routes.undoes.get(own)
        if wakes is not None or undoes is not None:
            view = self.views[own]
            self.views[own] = view._replace(heard=view.heard | {signal})
        if self.views[own].state is None:
            if wakes is not None and wakes.holds(self.views[own].heard):
                self._wake(own)
            return
        if undoes is not None and any(signal in event for event in undoes.events):
            if undoes.holds(self.views[own].heard):
                self._undo_now(own, notice)
            return
        self.tell(own, e.Heard(notice.source, notice.record.record, notice.record.cause, notice.passed))

    def _wake(self, own: int) -> None:
        """A step that starts when another one fails starts now."""
        self.enter(own)
        for before in self.flow.steps[own].after:
            self.tell(own, e.Heard(before, "done"))

    def _undo_now(self, own: int, notice: Notice) -> None:
        """What is declared is reason enough: whatever else may be under way, it is not waited for."""
        view = self.views[own]
        assert view.state is not None
        self.views[own] = view._replace(state=waiting_for_nobody(self.flow, view.state, own))
        self.tell(own, e.Heard(notice.source, "undone", notice.record.cause))

    # -- and what follows

    def _settle(self, own: int, before: State, after: State, commands: c.Commands) -> None:
        """The view is kept, what it tells is published, and what it commands for its own step is carried out."""
        cause = next(filter(None, map(_turns_back, commands)), "")
        if after.phase == "ended":  # a participant never knows that a run has ended everywhere
            after = after._replace(phase="back" if cause or before.phase == "back" else "forward")
        after = presumed(self.flow, after, own)
        is_first = not any(view.state is not None and view.state.phase == "back" for view in self.views)
        self.views[own] = self.views[own]._replace(state=after)
        self.moments += skipped_moment(self.flow.steps[own], before.steps[own], after.steps[own], self._chosen(after))
        for kind, record in _told(self.flow, own, before, after):
            self._publish(own, kind, StepState(record, cause=after.steps[own].cause or cause))
        for command in commands:
            self._carry_out(own, command, is_first)

    def _chosen(self, state: State) -> dict[str, str | None]:
        return dict(zip(self.flow.saga.choices, state.choices, strict=True))

    def _carry_out(self, own: int, command: c.Command, is_first: bool) -> None:
        """Commands for other steps are theirs to give; a rollback is told of once, and an alert by one of all."""
        if isinstance(command, c.Decide):
            self._decide(own, command.choice)
        elif isinstance(command, c.Alert):
            if is_first if _turns_back(command) else own == self._speaker():
                self._tell_of(command)
        elif getattr(command, "step", None) == own:
            self.commands.append(command)
            if isinstance(command, c.WithdrawWait):
                self.messages = [each for each in self.messages if (each.step, each.operation) != (own, "wait")]
            message = message_for(command, 0)
            self.messages += [message] if message is not None else []
            self._tell_of(command)

    def _tell_of(self, command: c.Command) -> None:
        moment = command_moment(self.flow, command)
        if moment is not None:
            self.add(moment)

    def _speaker(self) -> int:
        """The step whose view speaks for the whole run: a pivot knows best where the run stands."""
        return self.flow.pivots[0] if self.flow.pivots else 0

    def _decide(self, own: int, choice: str) -> None:
        """A choice is decided by data that its askers share, so it is decided once."""
        position = list(self.flow.saga.choices).index(choice)
        known = self.choices[position]
        if known:
            self.tell(own, e.Decided(choice, known))
        else:
            self.choices[position] = ""

    def _publish(self, own: int, kind: EventKind, record: StepState) -> None:
        """The event goes to each listener by itself."""
        listeners = self.routes.listeners.get((own, kind), ())
        if self.gives_up or (not listeners and record.record in ("withdrawn", "dead")):
            return
        services = dict.fromkeys(self._service(listener, kind) for listener in listeners)
        readers = f" for {', '.join(services)}" if listeners else ", which nobody here hears"
        name, service = self._name(own, kind, record.record), self._service(own, kind, publishes=True)
        self.add(Moment("published", self.flow.steps[own].id, name + readers, service))
        if self.lost:
            self.add(Moment("lost", self.flow.steps[own].id, name, service, self.lost))
        else:
            passed = tuple(self._passed(own)) if kind == "success" else ()
            told = record._replace(record="undone") if (kind, record.record) == ("undone", "withdrawn") else record
            notice = Notice(NOBODY, own, kind, "", told, passed)
            self.published.append(notice)
            self.notices += [notice._replace(listener=listener) for listener in listeners]

    def _service(self, step: int, kind: EventKind, *, publishes: bool = False) -> str:
        """Who listens to, or publishes, an event of this kind: on the way back those who undo."""
        undoes = kind == "undone" if publishes else kind != "success"
        return self.routes.undoers[step] if undoes else self.routes.hosts[step]

    def _passed(self, own: int) -> Iterator[tuple[int, Record]]:
        """What the publisher knows to have passed before its step."""
        state = self.views[own].state
        assert state is not None
        for plan in self.flow.members(self.flow.ancestors[own]):
            record = state.steps[plan.index].record
            if record in PASSED:
                yield plan.index, record

    def _name(self, step: int, kind: EventKind, record: Record) -> str:
        words = WORDS.get((kind, record), "")
        return NAMES[kind](self.flow.steps[step].step) + (f" ({words})" if words else "")


def _turns_back(command: c.Command) -> str:
    """Why the run turns back, if the command says that it does."""
    is_rollback = isinstance(command, c.Alert) and command.what.startswith(ROLLBACK)
    return command.what.removeprefix(ROLLBACK) if isinstance(command, c.Alert) and is_rollback else ""


def _told(flow: Flow, own: int, before: State, after: State) -> Iterator[tuple[EventKind, Record]]:
    """What the participant of a step has to tell, now that its view has changed."""
    (old, _, _, _), (new, _, _, known) = before.steps[own], after.steps[own]
    if new in PASSED and old not in PASSED and after.phase == "forward":
        yield "success", new
    if old in UNDER_WAY and not known and new not in UNDER_WAY | PASSED:
        yield "failure", new if new in TELLS_OF_FAILURE else "unknown"
    elif new == "idle" and _never_starts(flow, own, after) and not _never_starts(flow, own, before):
        yield "failure", "withdrawn"
    if new in ENDED_BACK and old not in ENDED_BACK and not (new == "dead" and stops(flow, after)):
        yield "undone", new
    elif has_nothing_to_undo(flow, after, own) and not has_nothing_to_undo(flow, before, own):
        yield "undone", "withdrawn"


def _never_starts(flow: Flow, own: int, state: State) -> bool:
    """Whether a step that has not started will not: a pivot says so as soon as somebody wishes to go back."""
    return state.phase == "back" or (own in flow.pivots and bool(state.wish))
