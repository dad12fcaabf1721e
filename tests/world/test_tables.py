"""The tables say what the world says: the same moves from the same worlds lead to the same worlds."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.flow import Flow, FlowStep, flow
from sagactl.machine.state import State
from sagactl.model import Saga
from sagactl.policies import Policy
from sagactl.world import Move, World, apply, begin, moves
from sagactl.world.explore import explore
from sagactl.world.local import MAX_MESSAGES, Local
from sagactl.world.tables import Tables, move_of, possible_faults
from sagactl.world.timers import plain
from tests.builders import act, choice, local, participant, pivot, retriable, saga, sagas, undo, wait

often = settings(derandomize=True, max_examples=100, deadline=None, database=None)
MOVES = 40


class View(NamedTuple):
    """What the tables know of a world."""

    record: State
    locals: tuple[Local, ...]


def view_of(plan: Flow, world: World) -> View | None:
    """The world as the tables see it, or None where they do not: too many messages, or the same answer twice."""
    locals_ = tuple(_local(step, world) for step in plan.steps)
    answers = [message[:4] for message in world.messages if message.is_reply]
    if len(set(answers)) < len(answers) or any(each.in_flight > MAX_MESSAGES for each in locals_):
        return None
    return View(plain(plan, world.state), locals_)


def _local(step: FlowStep, world: World) -> Local:
    own = [message for message in world.messages if message.step == step.index]
    requests = [(message.operation, message.attempt) for message in own if not message.is_reply]
    replies = sorted((message.operation, message.attempt, message.answer) for message in own if message.is_reply)
    in_order = requests if step.promises.ordered_delivery else sorted(requests)
    return Local(tuple(in_order), tuple(replies), world.truths[step.index])


def seen(tables: Tables, world: int) -> View:
    return View(tables.record_of(world), tuple(tables.local_of(world, step.index) for step in tables.flow.steps))


def counted(plan: Flow) -> Flow:
    """With two tries for ever and for all that are more: a later try answers for itself in the world alone."""
    few = copy(plan)
    few.steps = tuple(
        replace(step, action=_two(step.action), undo=step.undo and _two(step.undo)) for step in plan.steps
    )
    return few


def _two(policy: Policy) -> Policy:
    return policy._replace(tries=2) if policy.tries is None or policy.tries > 2 else policy


def tables_of(plan: Flow) -> Tables:
    return Tables(plan, {step.index: possible_faults(step) for step in plan.steps})


def ways_on(plan: Flow, world: World) -> dict[Move, View | None]:
    """Every move of the world that changes what the tables see, without the numbers of copies and words of a no."""
    here = view_of(plan, world)
    found: dict[Move, View | None] = {}
    for move in moves(plan, world):
        there = view_of(plan, apply(plan, world, move).world)
        if there != here and not _is_early_wait(world, move):
            found[move._replace(copy=0, detail="" if move.answer else move.detail)] = there
    return found


def _is_early_wait(world: World, move: Move) -> bool:
    """What a wait waits for is not late, it comes or does not."""
    return move.kind == "timeout" and move.operation == "wait" and any(m.step == move.step for m in world.messages)


def walk(plan: Flow, chance: Random) -> Iterator[tuple[World, Tables, int]]:
    """A random path of the tables and the world in step, as far as two messages go."""
    tables = tables_of(plan)
    world, number = begin(plan).world, tables.begin()
    for _ in range(MOVES):
        yield world, tables, number
        possible = [edge for edge in tables.edges(number) if _is_plain(edge[3].kind, world)]
        if not possible:
            return
        edge = chance.choice(possible)
        wanted = move_of(edge)
        found = next((each for each in moves(plan, world) if _same(each, wanted)), wanted)
        world, number = apply(plan, world, found).world, edge[1]
        if view_of(plan, world) is None:
            return


def _same(move: Move, wanted: Move) -> bool:
    return move._replace(copy=0, detail="" if move.answer else move.detail) == wanted


def _is_plain(kind: str, world: World) -> bool:
    """A walk that is interrupted at once shows little."""
    return kind not in ("cancel", "deadline") or len(world.messages) > 1


@often
@given(sagas(most=3), st.booleans(), st.integers(0, 2**32 - 1))
def test_every_move_of_the_world_is_an_edge_and_every_edge_is_a_move(drawn: Saga, ordered: bool, seed: int) -> None:
    drawn = replace(drawn, participants={"shop": replace(drawn.participants["shop"], ordered_delivery=ordered)})
    plan = counted(flow(drawn))
    for world, tables, number in walk(plan, Random(seed)):
        assert seen(tables, number) == view_of(plan, world)
        there = {move_of(edge): seen(tables, edge[1]) for edge in tables.edges(number)}
        ways = ways_on(plan, world)
        assert {move: view for move, view in ways.items() if view is not None and there.get(move) != view} == {}
        assert [move for move in there if move not in ways and move.kind not in ("give-up", "crash")] == []


@often
@given(sagas(most=3), st.integers(0, 2**32 - 1))
def test_the_fast_way_on_is_the_same_as_the_told_one(drawn: Saga, seed: int) -> None:
    for _, tables, number in walk(counted(flow(drawn)), Random(seed)):
        _same_ways(tables, number)


def _same_ways(tables: Tables, number: int) -> None:
    edges, (free, faulty) = tables.edges(number), tables.after(number)
    assert sorted(free) == sorted(edge[1] for edge in edges if not edge[0])
    assert sorted(faulty) == sorted(edge[1] for edge in edges if edge[0])


def promising(**more: Any) -> list[Any]:
    return [participant("shop", **more)]


SMALL = {
    "one step": saga(act("a", rejects="No", retry=2, compensation=undo(retry=2))),
    "in order": saga(act("a", retry=2), participants=promising(ordered_delivery=True)),
    "asked": saga(act("a"), pivot("b", rejects="No"), participants=promising(status_query=True)),
    "twice written": saga(act("a"), participants=promising(messaging="dual-write")),
    "unheard": saga(act("a", reply=False), retriable("b")),
    "fallback": saga(act("a", compensation=undo(fallback="Otherwise", rejects=("Never",)))),
    "wait": saga(act("a"), wait("b", timeout_s=5.0, on_timeout="fail"), deadline_s=60.0),
    "own": saga(local("a"), act("b")),
    "choice": saga(act("a"), act("b", when={"way": "up"}), choices=[choice("way", "up", "down")]),
}


@pytest.mark.parametrize("name", SMALL)
def test_the_two_ways_on_agree_in_every_world(name: str) -> None:
    """And no world has a way to itself."""
    tables = tables_of(flow(SMALL[name]))
    assert explore(tables, ()).complete
    reached, waiting = {tables.begin()}, [tables.begin()]
    while waiting and len(reached) < 4_000:
        world = waiting.pop()
        _same_ways(tables, world)
        new = {edge[1] for edge in tables.edges(world)} - reached
        assert all(edge[1] != world or edge[0] or edge[3].kind != "timeout" for edge in tables.edges(world))
        reached |= new
        waiting += new


def test_a_try_beyond_the_second_of_what_is_tried_for_ever_answers_like_the_second() -> None:
    """An error of the third try leads to the fourth, not to giving up."""
    plan = flow(saga(pivot("a", retry="forever"), timeout_s=None))
    found = explore(Tables(plan, {0: frozenset({"fail"})}), (0,))
    assert {record for _, record in found.ends} == {"done"}
