"""The values that a world without an orchestrator is made of."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sagactl.machine.state import Record, State, StepState
from sagactl.styles import EventKind
from sagactl.trace import Moment
from sagactl.world.parts import Message, Truth
from sagactl.world.routes import Signal

Told = EventKind | Literal["deadline", "cancel"]
"""What an event tells: how a step ended, that time is over, or that somebody wants the run taken back."""


class View(NamedTuple):
    """What the participant of one step knows of a run; no record while it waits for the failure on which it starts.

    `heard` holds the events for which a declaration waits.
    """

    state: State | None
    heard: frozenset[Signal] = frozenset()


class Notice(NamedTuple):
    """An event on its way to one listener: whose it is, what it tells, and what is known to have passed before it."""

    listener: int
    source: int
    kind: Told
    scope: str
    record: StepState = StepState()
    passed: tuple[tuple[int, Record], ...] = ()


class EventWorld(NamedTuple):
    """The views, the work under way, the events on their way, and the truth of the participants, step by step.

    `choices` are decided by data, so all views decide alike; `over` holds the deadlines that have passed, and whether
    the run was cancelled.
    """

    views: tuple[View, ...]
    messages: tuple[Message, ...]
    notices: tuple[Notice, ...]
    truths: tuple[Truth, ...]
    choices: tuple[str | None, ...]
    over: frozenset[str] = frozenset()
    ended: bool = False

    @property
    def state(self) -> State:
        """The run as somebody would see it who knew what every participant knows of its own step."""
        views = [view.state for view in self.views]
        steps = tuple(view.steps[own] if view is not None else StepState() for own, view in enumerate(views))
        back = any(view is not None and view.phase == "back" for view in views)
        return State("ended" if self.ended else "back" if back else "forward", steps, self.choices)

    @property
    def past(self) -> tuple[tuple[Truth, ...], ...]:
        """Nobody is there to try the whole saga again."""
        return ()


class EventStep(NamedTuple):
    """The world after a move, with the moments of it."""

    world: EventWorld
    moments: tuple[Moment, ...]
