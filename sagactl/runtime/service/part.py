"""What one service knows of one run in a choreography: the views of its own steps, data, work to do, and timers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

from sagactl.runtime.record import Run, Timer, state_data, state_from, timers_data, timers_from, to_text
from sagactl.world.parts import Message
from sagactl.world.views import View


class Arrival(NamedTuple):
    """Something from outside that came before anybody here waited for it."""

    name: str
    answer: str
    detail: str
    data: Any


class Part(NamedTuple):
    """The part of a run that a service plays.

    `views` are by the index of the step; `work` is what its own steps are to do, waits among it; `ended` are the last
    steps of the saga that are known to have passed, which whoever owns the deadline wants to know.
    """

    run: str
    digest: str
    correlation: str
    input: Mapping[str, Any]
    started_s: float
    views: Mapping[int, View]
    choices: tuple[str | None, ...]
    results: Mapping[str, Any] = {}
    work: tuple[Message, ...] = ()
    timers: tuple[Timer, ...] = ()
    early: tuple[Arrival, ...] = ()
    ended: frozenset[int] = frozenset()
    begun: bool = False

    @property
    def due_s(self) -> float | None:
        """When something is to be done here: at once if there is work, None if only an event can go on."""
        if self.next_work is not None:
            return 0.0
        return self.next_timer_s if self.timers else None

    @property
    def next_timer_s(self) -> float:
        return min((timer.due_s for timer in self.timers), default=inf)

    @property
    def next_work(self) -> Message | None:
        """What is to be done next; what is waited for comes by itself."""
        return next((message for message in self.work if message.operation != "wait"), None)

    def as_run(self, saga: str, step: int) -> Run:
        """The run as the view of a step has it."""
        state = self.views[step].state
        assert state is not None, "a step that has not begun has nothing to do"
        return Run(
            id=self.run, saga=saga, digest=self.digest, start_key=self.run, correlation=self.correlation,
            input=self.input, state=state, started_s=self.started_s, changed_s=self.started_s, results=self.results,
        )  # fmt: skip


def part_text(part: Part) -> str:
    """The part as it is kept."""
    told = {
        **part._asdict(),
        "views": [[step, _view_data(view)] for step, view in part.views.items()],
        "timers": timers_data(part.timers),
        "ended": sorted(part.ended),
    }
    return to_text(told, f"what is known of `{part.run}`")


def part_from(text: str) -> Part:
    told = json.loads(text)
    return Part(
        **{
            **told,
            "views": {step: _view_from(view) for step, view in told["views"]},
            "choices": tuple(told["choices"]),
            "work": tuple(Message(*message) for message in told["work"]),
            "timers": timers_from(told["timers"]),
            "early": tuple(Arrival(*arrival) for arrival in told["early"]),
            "ended": frozenset(told["ended"]),
        }
    )


def _view_data(view: View) -> Any:
    return [None if view.state is None else state_data(view.state), sorted(view.heard)]


def _view_from(told: Any) -> View:
    state, heard = told
    return View(None if state is None else state_from(state), frozenset((step, kind) for step, kind in heard))
