"""What is written of a run, as moves that a rehearsal can make again.

A log holds what the orchestrator heard, not what happened at the participants.  The plainest story that explains it is
told: an answer was given when it was heard, what timed out never arrived, and where only an effect explains what came
later (an undo that failed, a status query), the effect was there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sagactl.errors import SagactlError
from sagactl.flow import Flow
from sagactl.runtime.repairs import REPAIRED
from sagactl.runtime.store import LogEntry
from sagactl.trace import Moment
from sagactl.world.kept_moves import move_json
from sagactl.world.parts import Message, Move, World
from sagactl.world.world import apply, begin, is_silent, moves

Wanted = Callable[[Move], bool]


class Unexplained(SagactlError):
    """Something is written that no world of this definition knows; `number` is the entry."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"entry {number} of the history, {what}, happens in no rehearsal of the definition")
        self.number = number


def kept_moves(flow: Flow, started_s: float, entries: Sequence[LogEntry]) -> tuple[Mapping[str, Any], ...]:
    """The moves of the run, each with its time; raises Unexplained."""
    story = _Story(flow, _effects(entries))
    for entry in entries:
        story.at_s = max(story.at_s, round(entry.at_s - started_s, 6))
        story.tell(entry)
    if story.world.state.phase == "ended":
        story.lose_the_rest()
    return tuple(story.kept)


def _effects(entries: Sequence[LogEntry]) -> frozenset[int]:
    """The failed tries that must have been carried out: of each step whose success was not heard, the last one."""
    found: set[int] = set()
    tries: dict[str, int] = {}
    for entry in entries:
        first = entry.moments[0] if entry.moments else Moment("alert")
        if entry.event in ("ActionFailed", "ActionTimedOut"):
            tries[first.step] = entry.number
        elif entry.event == "ActionSucceeded":
            tries.pop(first.step, None)
        elif first.what in ("undo-failed", "undo-rejected") or (entry.event, first.what) == ("StatusAnswered", "done"):
            found |= {tries.pop(first.step)} if first.step in tries else set()
        if any(moment.what == "restarted" for moment in entry.moments):
            tries.clear()
    return frozenset(found)


class _Story:
    """The world as the moves so far have made it."""

    def __init__(self, flow: Flow, effects: frozenset[int]) -> None:
        self.flow, self.effects = flow, effects
        self.world: World = begin(flow).world
        self.kept: list[Mapping[str, Any]] = []
        self.at_s = 0.0

    def make(self, move: Move) -> None:
        self.kept.append({**move_json(self.flow, move), "at_s": self.at_s})
        self.world = apply(self.flow, self.world, move).world

    def find(self, wanted: Wanted) -> Move | None:
        return next((move for move in moves(self.flow, self.world) if wanted(move)), None)

    def tell(self, entry: LogEntry) -> None:
        """One entry: what happened, and the choices that were decided with it."""
        first = entry.moments[0] if entry.moments else Moment("alert")
        if not self._happens(entry, first) and first.what != "ignored":
            raise Unexplained(entry.number, f"`{entry.event}`" + (f" of `{first.step}`" if first.step else ""))
        for moment in entry.moments:
            if moment.what == "decided":
                self.make(Move("decide", detail=moment.detail))

    def _happens(self, entry: LogEntry, first: Moment) -> bool:
        """Whether it can."""
        if entry.event in _NOTHING:
            return True
        step = self.flow.index.get(first.step, -1)
        if entry.event in _OF_THE_RUN:
            self.make(_OF_THE_RUN[entry.event](step, first.detail))
            return True
        if entry.event in ("RetryDue", "CompensationRetryDue"):
            return self._make_found(lambda move: move.kind == "retry" and move.step == step)
        if step < 0:
            return False
        if entry.event in _TIMEOUTS or first.what == "timed-out":
            return self._times_out(entry, step)
        return self._answers(entry, first, step)

    def _make_found(self, wanted: Wanted) -> bool:
        move = self.find(wanted)
        if move is not None:
            self.make(move)
        return move is not None

    # -- what never came

    def _times_out(self, entry: LogEntry, step: int) -> bool:
        timeout = self.find(lambda move: move.kind == "timeout" and move.step == step)
        if timeout is None:
            return False
        waiting = [m for m in self.world.messages if m[:3] == timeout[1:4] and not m.is_reply]
        if waiting and timeout.operation != "status":
            self._lose(waiting[0], after_effect=entry.number in self.effects)
        self.make(timeout)
        return True

    def _lose(self, message: Message, *, after_effect: bool = False) -> None:
        """The request never arrives, or (where it must have been carried out) its reply does not."""
        if not message.is_reply and (after_effect or message.operation == "status"):
            self._make_found(lambda move: _is_of(move, message) and move.kind == "deliver" and not move.fault)
            replies = [m for m in self.world.messages if m[:3] == message[:3] and m.copy == message.copy]
            if replies and replies[0].is_reply:
                self._lose(replies[0])
            return
        self._make_found(lambda move: _is_of(move, message) and move.fault.endswith("-lost"))

    def lose_the_rest(self) -> None:
        """What nobody has heard of by the end of the run has gone astray; what nobody waits for arrives in its time."""
        for message in self.world.messages:
            if not is_silent(self.flow.steps[message.step], message):
                self._lose(message)

    # -- what was heard

    def _answers(self, entry: LogEntry, first: Moment, step: int) -> bool:
        """The request is delivered if it still is on its way, and the answer arrives."""
        operations, fault, answers = _ANSWERS[entry.event, first.what if entry.event == "StatusAnswered" else ""]
        detail = first.detail if entry.event.endswith("Rejected") else ""
        if entry.event == "ActionFailed" and entry.number in self.effects:
            self._is_done_by_a_copy(step)
        if self._answer(step, operations, answers):
            return True
        tries = self.world.state.steps[step].tries
        found = [
            move
            for move in moves(self.flow, self.world)
            if move.kind == "deliver" and move.step == step and move.operation in operations
            and move.fault in (fault, "" if fault == "reject" else fault)
        ]  # fmt: skip
        if not found:
            return False
        best = min(found, key=lambda move: (move.fault != fault, move.attempt != tries))
        self.make(best._replace(detail=detail if best.fault else ""))
        is_heard_at_once = self.flow.steps[step].step.local or ("wait" in operations and found[0].operation == "wait")
        return is_heard_at_once or self._answer(step, operations, answers)

    def _answer(self, step: int, operations: tuple[str, ...], answers: tuple[str, ...]) -> bool:
        return self._make_found(
            lambda move: (
                move.kind == "answer" and move.step == step and move.operation in operations
                and move.answer in answers and not move.fault
            )
        )  # fmt: skip

    def _is_done_by_a_copy(self, step: int) -> None:
        """An error says nothing about other copies of its request: one of them was carried out."""
        doubled = self.find(lambda move: move.kind == "deliver" and move.step == step and move.fault == "duplicate")
        if doubled is None:
            return
        self.make(doubled)
        copies = [m for m in self.world.messages if m[:3] == doubled[1:4] and not m.is_reply]
        self._make_found(lambda move: _is_of(move, copies[0]) and move.fault == "fail")
        self._lose(copies[-1], after_effect=True)


def _is_of(move: Move, message: Message) -> bool:
    """Whether the move happens to the message."""
    return (*move[1:4], move.answer, move.copy, move.run) == (*message[:4], message.copy, message.run)


_NOTHING: Final = frozenset({"", "Started", "Queued", "Refused"})
_TIMEOUTS: Final = frozenset({"ActionTimedOut", "CompensationTimedOut"})
_OF_THE_RUN: Final[Mapping[str, Callable[[int, str], Move]]] = {
    "Crashed": lambda step, detail: Move("crash", fault="crash"),
    "CancelRequested": lambda step, detail: Move("cancel"),
    "DeadlinePassed": lambda step, detail: Move("deadline", detail=detail.removeprefix("of ")),
    REPAIRED: lambda step, detail: Move("repair", step, detail=detail),
}
_UNDOING: Final = ("undo", "fallback")
_ANSWERS: Final[Mapping[tuple[str, str], tuple[tuple[str, ...], str, tuple[str, ...]]]] = {
    ("ActionSucceeded", ""): (("action", "wait"), "", ("ok",)),
    ("ActionRejected", ""): (("action", "wait"), "reject", ("no",)),
    ("ActionFailed", ""): (("action",), "fail", ("error",)),
    ("StatusAnswered", "done"): (("status",), "", ("done",)),
    ("StatusAnswered", "rejected"): (("status",), "", ("not-done",)),
    ("CompensationSucceeded", ""): (_UNDOING, "", ("undone",)),
    ("CompensationRejected", ""): (_UNDOING, "compensation-fail", ("refuses-undo",)),
    ("CompensationFailed", ""): (_UNDOING, "compensation-fail", ("not-undone",)),
}
"""For each thing that is heard: the operations it may answer, the fault that explains it, and the answer itself."""
