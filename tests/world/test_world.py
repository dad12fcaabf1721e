"""The world lists its moves in a fixed order and each consumes what it happens to; what is promised is safe."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.flow import Flow, flow
from sagactl.machine.state import ACTIVE, outcome
from sagactl.model import Saga
from sagactl.world import Message, Move, Truth, World, apply, begin, moves
from sagactl.world.properties import violations
from tests.builders import act, bare, choice, local, participant, pivot, retriable, saga, sagas, undo, wait

often = settings(derandomize=True, max_examples=200, deadline=None, database=None)
SEEDS = st.integers(0, 2**32 - 1)
MOST_MOVES = 3000
SAFETY = {"S1", "S2", "S3", "S4", "S5", "S6"}


def brief(move: Move) -> str:
    return ":".join(
        filter(None, (move.kind, move.operation if move.step >= 0 else "", move.fault, move.answer, move.detail))
    )


def listed(saga: Saga, *taken: int) -> list[str]:
    """The moves of the world after the moves at these positions were taken."""
    plan = flow(saga)
    world = begin(plan).world
    for position in taken:
        world = apply(plan, world, list(moves(plan, world))[position]).world
    return [brief(move) for move in moves(plan, world)]


def test_moves_come_in_a_fixed_order_the_normal_one_before_its_faults() -> None:
    wide = saga(act("a", rejects="No"), wait("b", after="", rejects="No", timeout_s=5.0), deadline_s=60.0)
    assert listed(wide) == [
        "deliver:action", "deliver:action:reject", "deliver:action:fail", "deliver:action:request-lost", "deliver:action:duplicate",
        "deliver:wait", "deliver:wait:reject", "deliver:wait:request-lost",
        "timeout:action", "timeout:wait", "deadline", "cancel", "crash:crash",
    ]  # fmt: skip
    assert listed(saga(act("a", rejects="No")), 0) == [
        "answer:action:ok",
        "answer:action:reply-lost:ok",
        "timeout:action",
        "cancel",
        "crash:crash",
    ]


@pytest.mark.parametrize(
    ("saga", "taken", "expected"),
    [
        (saga(act("a"), timeout_s=None), (), ["deliver:action", "deliver:action:fail", "deliver:action:request-lost", "deliver:action:duplicate", "cancel", "crash:crash"]),
        (saga(act("a"), timeout_s=None), (2,), ["cancel", "crash:crash"]),
        (saga(act("a"), timeout_s=None), (0, 0), []),
        (saga(act("a", retry=2)), (1, 0), ["retry:action", "cancel", "crash:crash"]),
        (saga(local("a", timeout_s=5.0)), (), ["deliver:action", "deliver:action:fail", "cancel", "crash:crash"]),
        (saga(act("a", status_query=True)), (2, 0), ["deliver:status", "timeout:status", "cancel", "crash:crash"]),
        (saga(bare("a"), wait("b")), (0, 0), ["deliver:wait", "deliver:wait:request-lost", "cancel", "crash:crash"]),
        (
            saga(bare("a", when={"way": "up"}), choices=[choice("way", "up", "down")]),
            (),
            ["decide:way=up", "decide:way=down", "cancel", "crash:crash"],
        ),
        (
            saga(act("a"), act("b", rejects="No")),
            (0, 0, 1, 0),
            ["deliver:undo", "deliver:undo:compensation-fail", "deliver:undo:compensation-request-lost", "deliver:undo:compensation-duplicate", "timeout:undo", "crash:crash"],
        ),
    ],
)  # fmt: skip
def test_what_can_happen_follows_from_the_record_and_the_messages(
    saga: Saga, taken: tuple[int, ...], expected: list[str]
) -> None:
    assert listed(saga, *taken) == expected


def test_delivery_consumes_the_request_and_puts_its_answer_in_flight() -> None:
    plan = flow(saga(act("a")))
    world = begin(plan).world
    assert (world.messages, world.truths) == ((Message(0, "action", 1),), (Truth(),))
    after = apply(plan, world, Move("deliver", 0, "action", 1)).world
    assert (after.messages, after.truths) == ((Message(0, "action", 1, "ok"),), (Truth(done=1),))
    assert after.state == world.state


def test_a_move_that_is_not_possible_is_a_mistake_of_the_driver() -> None:
    plan = flow(saga(act("a")))
    with pytest.raises(AssertionError, match="no such message"):
        apply(plan, begin(plan).world, Move("deliver", 0, "undo", 1))


def test_a_withdrawn_wait_is_not_in_flight_any_more() -> None:
    plan = flow(saga(wait("a", after=""), act("b", after="", rejects="No")))
    world = begin(plan).world
    world = apply(plan, world, Move("deliver", 1, "action", 1, fault="reject")).world
    step = apply(plan, world, Move("answer", 1, "action", 1, answer="no"))
    assert step.world.messages == ()
    assert [moment.what for moment in step.moments] == ["rejected", "rollback", "withdrawn", "ended"]


def test_an_answer_that_no_longer_matters_says_so() -> None:
    plan = flow(saga(act("a", retry=2)))
    world = begin(plan).world
    for move in (
        Move("timeout", 0, "action", 1), Move("retry", 0, "action", 1), Move("deliver", 0, "action", 1),
        Move("deliver", 0, "action", 2), Move("answer", 0, "action", 1, answer="ok"),
    ):  # fmt: skip
        world = apply(plan, world, move).world
    late = apply(plan, world, Move("answer", 0, "action", 2, answer="ok"))
    assert [(moment.what, moment.detail) for moment in late.moments] == [("ignored", "done")]
    assert late.world == world._replace(messages=())


def test_a_compensation_elsewhere_happens_at_its_own_participant() -> None:
    plan = flow(saga(act("a", compensation=undo(participant="bank")), act("b", rejects="No")))
    world, who = begin(plan).world, []
    for position in (0, 0, 1, 0, 0, 0):
        step = apply(plan, world, list(moves(plan, world))[position])
        world = step.world
        who += [(moment.what, moment.participant) for moment in step.moments if moment.what.startswith("und")]
    assert who == [("undo-sent", "bank"), ("undo-executed", "bank"), ("undone", "bank")]


# -- walks


def walk(plan: Flow, chance: Random, faults: int = 4, early: int = 4) -> list[tuple[World, Move, World]]:
    """A random path to the end, with at most so many faults and so many timeouts of what is still on its way."""
    path: list[tuple[World, Move, World]] = []
    world = begin(plan).world
    while len(path) < MOST_MOVES:
        possible = [move for move in moves(plan, world) if _wanted(world, move, faults, early)]
        if not possible and world.state.phase == "ended":
            return path
        move = chance.choice(_weighed(possible, chance)) if possible else _give_up(world)
        faults -= bool(move.fault)
        early -= move.kind == "timeout" and _on_its_way(world, move)
        after = apply(plan, world, move).world
        path.append((world, move, after))
        world = after
    raise AssertionError("the walk does not end")


def _wanted(world: World, move: Move, faults: int, early: int) -> bool:
    if move.kind in ("cancel", "deadline"):
        return early > 0 and len(world.messages) > 0
    if move.fault:
        return faults > 0
    return move.kind != "timeout" or early > 0 or not _on_its_way(world, move)


def _weighed(possible: list[Move], chance: Random) -> list[Move]:
    """Interruptions are rare, or no run would get far."""
    rare = [move for move in possible if move.kind not in ("cancel", "deadline")]
    return possible if chance.random() < 0.1 or not rare else rare


def _on_its_way(world: World, move: Move) -> bool:
    return any(message.step == move.step and message.operation == move.operation for message in world.messages)


def _give_up(world: World) -> Move:
    index, step = next((i, step) for i, step in enumerate(world.state.steps) if step.record in ACTIVE)
    back = step.record in ("undoing", "undo-paused", "falling-back", "fallback-paused")
    return Move("give-up", index, "undo" if back else "action", step.tries)


@often
@given(sagas(), SEEDS)
def test_a_move_consumes_one_message_or_one_timer(saga: Saga, seed: int) -> None:
    """And the truth of the participants never goes back, nor beyond what the world counts."""
    plan = flow(saga)
    for before, move, after in walk(plan, Random(seed)):
        if move.kind == "crash" or move.fault == "duplicate" or move.fault == "compensation-duplicate":
            assert before.truths == after.truths
            assert before.state == after.state
            continue
        gone, new = (
            Counter(before.messages) - Counter(after.messages),
            Counter(after.messages) - Counter(before.messages),
        )
        gone = Counter({message: count for message, count in gone.items() if message.operation != "wait"})
        if move.kind in ("deliver", "answer"):
            assert sum(gone.values()) <= 1
            assert move.operation == "wait" or gone.total() == 1
        else:
            assert not gone
        if move.kind == "deliver":
            assert move.operation == "wait" or plan.steps[move.step].step.local or before.state == after.state
        if move.kind == "answer":
            assert before.truths == after.truths
        if move.kind in ("timeout", "retry"):
            assert move not in moves(plan, after)
        assert all(message.answer == "" for message in new) or move.kind == "deliver"
        for old, truth in zip(before.truths, after.truths, strict=True):
            assert old.done <= truth.done <= 2 and old.undone <= truth.undone <= 2 and old.refuses <= truth.refuses
        hash(after)


@often
@given(sagas(), SEEDS)
def test_the_order_of_moves_is_a_function_of_the_world(saga: Saga, seed: int) -> None:
    plan = flow(saga)
    for before, move, after in walk(plan, Random(seed)):
        found = list(moves(plan, before))
        assert found == list(moves(plan, before))
        assert move in found or move.kind == "give-up"
        assert apply(plan, before, move).world == after


@settings(often, max_examples=500)
@given(sagas(known_pivots=True), SEEDS)
def test_with_all_promises_kept_every_walk_ends_safely(saga: Saga, seed: int) -> None:
    """Lost, late, failed and rejected messages, cancels and deadlines, in any order."""
    plan = flow(saga)
    path = walk(plan, Random(seed))
    if path:
        world = path[-1][2]
        assert world.messages == ()
        assert outcome(plan, world.state) is not None
        never = {step.id for step in plan.steps if step.failed_step == "never"}  # asks for an unknown to be left alone
        broken = [found for found in violations(plan, world) if found.property in SAFETY]
        assert [found for found in broken if found.property != "S5" or found.step not in never] == []
        _nothing_before_a_pivot_is_undone(plan, world)


def _nothing_before_a_pivot_is_undone(plan: Flow, world: World) -> None:
    for pivot_index in plan.pivots:
        if world.truths[pivot_index].done and world.state.steps[pivot_index].record == "done":
            assert all(truth.undone == 0 for truth in world.truths)


def test_every_property_can_be_broken() -> None:
    """A walk among participants that promise nothing breaks each of them; a check that never fires proves nothing."""
    breaking: list[tuple[dict[str, Any], str]] = [
        ({"idempotency": "none"}, "S1"),
        ({"idempotency": "none"}, "S2"),
        ({"rejects_late_actions": False}, "S6"),
        ({"remembers_failures": False}, "S5"),
    ]
    for promise, broken in breaking:
        breakable = saga(
            act("a", retry=2, rejects="No", compensation=undo(retry=2)), act("b", rejects="No"),
            participants=[participant("shop", **promise)],
        )  # fmt: skip
        plan, found = flow(breakable), set()
        for seed in range(1500):
            found |= {violation.property for violation in violations(plan, walk(plan, Random(seed))[-1][2])}
            if broken in found:
                break
        assert broken in found and not found - {broken, "S1", "S2", "S4", "S5", "S6"}


def test_a_pivot_of_unknown_outcome_is_a_violation_of_its_own() -> None:
    plan = flow(saga(act("a"), pivot("p"), retriable("b")))
    found = {v.property for seed in range(60) for v in violations(plan, walk(plan, Random(seed))[-1][2])}
    assert found == {"S11"}


# -- the law of one step

PROMISES = (
    "idempotent action",
    "idempotent undo",
    "rejects late actions",
    "remembers failures",
    "undoes unknown",
    "undoes rejected",
)


def step_keeping(kept: frozenset[str]) -> Saga:
    """One step that keeps these promises, then one that may end the run."""
    # `failed_step` decides both: auto undoes what is unknown, always what is rejected too, never neither.
    failed_step = "always" if "undoes rejected" in kept else "auto" if "undoes unknown" in kept else "never"
    first = act(
        "a", retry=2, rejects="No", failed_step=failed_step,
        idempotency="key" if "idempotent action" in kept else "none",
        rejects_late_actions="rejects late actions" in kept,
        remembers_failures="remembers failures" in kept,
        compensation=undo(retry=2, idempotency="key" if "idempotent undo" in kept else "none"),
    )  # fmt: skip
    return saga(first, act("b", rejects="No"))


def is_broken(world: World, plan: Flow) -> bool:
    """Whether something went wrong with the step; an effect that is parked as unknown stands all the same."""
    unsafe = any(found.property in SAFETY and found.step == "a" for found in violations(plan, world))
    step, truth = world.state.steps[0], world.truths[0]
    return unsafe or (step.record == "standing" and truth.done > truth.undone)


@pytest.mark.parametrize("number", range(1 << len(PROMISES)))
def test_a_step_is_safe_exactly_if_it_keeps_the_promises_of_the_law(number: int) -> None:
    """Idempotent both ways, refusing late actions, undoing the unknown, and remembering a no or undoing it as well."""
    kept = frozenset(name for bit, name in enumerate(PROMISES) if number >> bit & 1)
    if "undoes rejected" in kept and "undoes unknown" not in kept:
        return  # cannot be written down
    plan = flow(step_keeping(kept))
    needed = {"idempotent action", "idempotent undo", "rejects late actions", "undoes unknown"}
    safe = needed <= kept and bool({"remembers failures", "undoes rejected"} & kept)
    walks = (walk(plan, Random(seed))[-1][2] for seed in range(400 if safe else 4000))
    assert any(is_broken(world, plan) for world in walks) is not safe
