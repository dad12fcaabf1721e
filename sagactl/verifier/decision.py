"""The one move by which a bad run differs from the nearest good one."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from sagactl.evidence.steps import Explored, Way
from sagactl.flow import FlowStep
from sagactl.world.explore import Judge
from sagactl.world.local import Change
from sagactl.world.tables import Edge, Tables
from sagactl.world.timers import Timer

MAX_WORLDS: Final = 20_000


def decision(plan: FlowStep, way: Way) -> str:
    """The last move that could have gone otherwise, and what should have come instead; empty if nothing could."""
    explored = way.explored
    tables, step = explored.tables, explored.small.step
    worlds = [tables.begin(), *(edge[1] for edge in way.edges)]
    for place in reversed(range(len(way.edges))):
        taken = way.edges[place]
        good = _good_end(explored, worlds[place], without=taken)
        if good is not None:
            here = _Place(plan, tables, step, worlds[place])
            return f"it turns where {here.phrase(taken)}: if {here.phrase(good)} instead, the run ends well"
    return ""


def _good_end(explored: Explored, world: int, without: Edge) -> Edge | None:
    """The first of the moves by which a run ends well from here without a fault, but for the one that was taken."""
    tables = explored.tables
    judge = Judge(tables, (explored.small.step,))
    waiting: deque[tuple[int, Edge]] = deque()
    seen = {world}
    for edge in tables.edges(world):
        if not edge[0] and edge[1] != without[1]:
            waiting.append((edge[1], edge))
    while waiting and len(seen) < MAX_WORLDS:
        here, first = waiting.popleft()
        if here in seen or any(judge.broken(here)):
            continue
        if tables.is_at_rest(here):
            return first
        seen.add(here)
        waiting += ((edge[1], first) for edge in tables.edges(here) if not edge[0])
    return None


class _Place(NamedTuple):
    """Where a move is made: the step as its saga knows it, and as it stands in its tables."""

    plan: FlowStep
    tables: Tables
    step: int
    world: int

    def phrase(self, edge: Edge) -> str:
        """A move in a few words."""
        _, _, where, move = edge
        if where != self.step and where >= 0:
            return "the rest of the saga goes on"
        command = f"`{self._command(move)}`"
        if isinstance(move, Change):
            return _of_message(command, move)
        if move.kind == "timeout":
            early = self.tables.local_of(self.world, self.step).has(move.operation, move.attempt)
            return f"the wait for an answer to {command} ends{' too early' if early else ''}"
        return _OF_THE_RUN.get(move.kind) or f"{command} is sent again"

    def _command(self, move: Change | Timer) -> str:
        compensation = self.plan.compensation
        if move.operation in ("undo", "fallback") and compensation is not None:
            return compensation.command
        return self.plan.step.action or self.plan.id


_OF_THE_RUN: Final = {
    "cancel": "the run is cancelled",
    "deadline": "the deadline passes",
    "crash": "the orchestrator crashes",
    "give-up": "nobody waits any longer",
    "repair": "people step in",
}


_ANSWERS: Final = {"no": "the no", "refuses-undo": "the no", "error": "the error", "not-undone": "the error"}


def _of_message(command: str, move: Change) -> str:
    subject = f"{_ANSWERS.get(move.answer, 'the answer')} to {command}" if move.kind == "answer" else command
    if move.fault.endswith("duplicate"):
        return f"{subject} is delivered twice"
    if move.fault.endswith("lost"):
        return f"{subject} is lost"
    if move.fault:
        return f"{subject} {'is refused' if move.fault == 'reject' else 'fails'}"
    return f"{subject} arrives"
