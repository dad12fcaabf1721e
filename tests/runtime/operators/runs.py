"""Runs for the tests, without store, clock or handlers: what happens is drawn, and what is written is kept."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from sagactl.machine import events as e
from sagactl.machine.repair import BY_NAME, Repair, repair
from sagactl.machine.state import State
from sagactl.runtime.change import Change, begin, outstanding, react
from sagactl.runtime.definition import Definition, load
from sagactl.runtime.orders import Order, event_of
from sagactl.runtime.record import Run
from sagactl.runtime.repairs import mend
from sagactl.runtime.store import Act, LogEntry

ROOT: Final = Path(__file__).parents[3]
DEFINITIONS: Final = sorted((ROOT / "definitions").glob("*.saga.yaml"))
STARTED_S: Final = 1000.25
MOST: Final = 300


class Written(NamedTuple):
    """A run that has ended, and its log."""

    definition: Definition
    run: Run
    entries: tuple[LogEntry, ...]


def driven(path: Path, seed: int, luck: float, *, repairs: int = 0, data: dict[str, Any] | None = None) -> Written:
    """A run of which so many answers are good, and which people repair so often at its end."""
    return _Driver(load(str(path)), Random(seed), luck, repairs, data or {}).drive()


class _Driver:
    def __init__(self, definition: Definition, chance: Random, luck: float, repairs: int, data: dict[str, Any]) -> None:
        self.definition, self.chance, self.luck, self.repairs = definition, chance, luck, repairs
        self.now_s = STARTED_S
        self.entries: list[LogEntry] = []
        self.refused: set[str] = set()
        nothing = State("forward", ())
        self.run = Run(
            id="r", saga=definition.saga.id, digest=definition.digest, start_key="r", correlation="r", input=data,
            state=nothing, started_s=STARTED_S, changed_s=STARTED_S,
        )  # fmt: skip
        self.flow = definition.flow(data)

    def drive(self) -> Written:
        self.take(begin(self.definition, self.run, self.now_s, self.draw))
        for turn in range(MOST):
            self.luck = 1.0 if turn > 80 else self.luck
            if not self.run.has_ended:
                self.happens()
            elif self.repairs == 0 or not self.by_hand():
                return Written(self.definition, self.run, tuple(self.entries))
        raise AssertionError("the run does not end")

    def draw(self, least_s: float, most_s: float) -> float:
        return self.chance.uniform(least_s, most_s)

    def take(self, change: Change) -> None:
        if change.run.state.restarts > self.run.state.restarts:
            self.refused = set()
        self.run = change.run
        if change.moments:
            self.entries.append(LogEntry(self.run.revision, self.run.changed_s, change.event, change.moments))

    def happens(self) -> None:
        """An answer to something outstanding, or a timer that is due."""
        waiting = [order for order in outstanding(self.definition, self.run) if not order.silent]
        timers = [timer for timer in self.run.timers if self.luck < 1.0 or not waiting]
        if self.luck < 1.0 and self.chance.random() < 0.03:
            self.react(self.chance.choice((e.CancelRequested(), e.DeadlinePassed())))
        elif timers and (not waiting or self.chance.random() > 0.8):
            timer = self.chance.choice(timers)
            self.now_s = max(self.now_s, timer.due_s)
            self.react(timer.event)
        else:
            self.answered(self.chance.choice(waiting))

    def answered(self, order: Order) -> None:
        good = self.chance.random() < self.luck
        answer, detail = self.answer(order, good)
        event = event_of(self.flow, order.step, order.operation, order.attempt, answer, detail)
        assert event is not None
        self.now_s += self.chance.random()
        self.react(event)

    def answer(self, order: Order, good: bool) -> tuple[str, str]:
        """What such a participant can say: a no that the definition lists, or an error; who refused, refuses again."""
        plan, operation = self.flow[order.step], order.operation
        undo, refuses = plan.compensation, order.step in self.refused
        if operation == "status":
            done = not refuses and self.run.state.steps[plan.index].cause == "timeout" and self.chance.random() < 0.5
            self.refused |= set() if done else {order.step}
            return ("done" if done else "not-done"), ""
        if refuses and not order.local:
            return ("no", "not accepted any more") if operation == "action" else ("ok", "")
        rejects = (undo.rejects if undo is not None else ()) if operation == "undo" else plan.step.rejects
        if good or order.local or (operation == "wait" and not rejects):
            return "ok", ""
        if not rejects or (operation == "action" and self.chance.random() < 0.5):
            return "error", ""
        self.refused |= {order.step} if operation == "action" else set()
        return "no", self.chance.choice(rejects)

    def react(self, event: e.Event) -> None:
        self.take(react(self.definition, self.run, event, self.now_s, self.draw))

    def by_hand(self) -> bool:
        """One repair that makes sense, if there is one."""
        self.repairs -= 1
        self.now_s += 60
        possible: list[tuple[str, Repair]] = [
            (name, made(step)) for name, made in BY_NAME.items() for step in range(len(self.flow.steps))
            if not repair(self.flow, self.run.state, made(step)).refusal
        ]  # fmt: skip
        if not possible:
            return False
        name, wanted = self.chance.choice(possible)
        act = Act("r", name.removesuffix(" with its result"), self.flow.steps[wanted.step].id, "ann", "seen")
        self.take(mend(self.definition, self.run, wanted, act, self.now_s, self.draw, {"by": "hand"}))
        return True
