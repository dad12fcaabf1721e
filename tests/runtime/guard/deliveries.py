"""Moves of the world whose requests go through the guard to a real database, side by side with the model's word.

Whatever is delivered is carried out by the ledger, in a transaction of its own.  Its answer must be the one that the
world puts on its way, and what can then be counted in the database must be the world's truth; so a property that
breaks in the world is broken in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from sagactl.flow import Flow, FlowStep
from sagactl.runtime.guard import Keeps, Rejected
from sagactl.trace import Violation
from sagactl.world.faults import BY_NAME
from sagactl.world.participants import is_idempotent, treat
from sagactl.world.parts import Answer, Message, Move, Truth, World
from sagactl.world.properties import violations
from sagactl.world.world import DUPLICATES, apply, begin, moves, overdue
from tests.runtime.guard.ledger import Broken, Cause, Ledger, Store

CAUSES: Final[dict[str, Cause]] = {
    "": None,
    "reject": Rejected("No"),
    "fail": Broken,
    "compensation-fail": Broken,
    "request-lost": None,
    "compensation-request-lost": None,
}
"""What goes wrong with the work in which fault.  A lost request is one whose transaction never commits."""

LOST: Final = frozenset({"request-lost", "compensation-request-lost"})
STEPS: Final = 400
"""Of one run, which all end much earlier."""


def keeps(plan: FlowStep) -> Keeps:
    """What the participant of a step promises."""
    action, undo = Message(plan.index, "action", 1), Message(plan.index, "undo", 1)
    promises = plan.promises
    return Keeps(
        idempotent_actions=is_idempotent(plan, action),
        idempotent_compensations=is_idempotent(plan, undo),
        rejects_late_actions=bool(promises.rejects_late_actions),
        remembers_failures=bool(promises.remembers_failures),
    )


class Play:
    """A run, move by move."""

    def __init__(self, flow: Flow, store: Store, run: str) -> None:
        self.flow, self.store, self.run = flow, store, run
        self.world: World = begin(flow).world
        self.executed = 0

    def moves(self) -> list[Move]:
        return [move for move in moves(self.flow, self.world) if move.kind != "deliver" or _is_ours(move)]

    def make(self, move: Move) -> None:
        """The move happens in the world and in the database."""
        before, self.world = self.world, apply(self.flow, self.world, move).world
        if move.kind == "deliver" and move.operation != "wait" and move.fault not in DUPLICATES:
            self._deliver(before, move)

    def _deliver(self, before: World, move: Move) -> None:
        plan = self.flow.steps[move.step]
        message = Message(move.step, move.operation, move.attempt)
        truth, answer = _expected(plan, _truths(before, move)[move.step], message, move.fault)
        key = f"{self.run}.{move.run}:{plan.id}"
        got = self._carried_out(Ledger(self.store, keeps(plan)), key, move)
        with self.store.transaction() as connection:
            assert Ledger(self.store).truth(connection, key) == truth, (move, key)
        assert move.fault in LOST or _same(got, answer), (move, got, answer)
        self.executed += 1

    def _carried_out(self, ledger: Ledger, key: str, move: Move) -> Answer:
        with self.store.transaction() as connection:
            answer = ledger.receive(connection, move.operation, key, CAUSES[move.fault])
            if move.fault in LOST or answer in ("error", "not-undone"):
                connection.rollback()
            return answer

    def follow(self, wanted: Iterable[Move]) -> None:
        """The moves as far as they are possible; those that the participant's answers have made impossible are not."""
        for move in wanted:
            if move in self.moves():
                self.make(move)

    def come_to_rest(self) -> tuple[Violation, ...]:
        """Nothing else goes wrong from now on; what is broken at the end."""
        for _ in range(STEPS):
            move = next(_calm(self.flow, self.world, self.moves()), None)
            if move is None:
                return tuple(violations(self.flow, self.world))
            self.make(move)
        raise AssertionError("the run does not end")


def _is_ours(move: Move) -> bool:
    """The world's participant forgets a key and does not mind; the guard's `forget` is for the tests of its own."""
    return move.fault in CAUSES or move.fault in DUPLICATES


def _calm(flow: Flow, world: World, possible: list[Move]) -> Iterator[Move]:
    """What happens next where nothing goes wrong: messages first, timers only once none is on its way."""
    free = [move for move in possible if not move.fault and move.kind not in ("cancel", "deadline")]
    for kinds in (("deliver", "answer"), ("retry", "decide"), ("timeout",)):
        yield from (move for move in free if move.kind in kinds)
    given_up = overdue(flow, world)
    if given_up is not None:
        yield given_up


def _expected(plan: FlowStep, truth: Truth, message: Message, fault: str) -> tuple[Truth, Answer]:
    effect = BY_NAME[fault].effect(plan, truth, message) if fault else treat(plan, truth, message)
    return effect.truth, effect.answer


def _truths(world: World, move: Move) -> tuple[Truth, ...]:
    return world.truths if move.run == len(world.past) else world.past[move.run]


def _same(got: Answer, expected: Answer) -> bool:
    """A compensation that fails may be the kind that says no; the world tells them apart by the definition."""
    return got == expected or {got, expected} == {"not-undone", "refuses-undo"}


Chooser = Callable[[int], int]
"""One of so many."""


def wander(play: Play, choose: Chooser, most: int) -> None:
    """Moves as they come, whatever goes wrong; messages, which the world lists first, are likelier than a cancel."""
    for _ in range(most):
        possible = play.moves()
        if not possible:
            return
        play.make(possible[min(choose(len(possible)) for _ in range(3))])
