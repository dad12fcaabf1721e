"""One step alone sees exactly what it sees in its whole saga, and how much that is has been written down."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.flow import flow
from sagactl.machine.state import StepState
from sagactl.model import Saga
from sagactl.world.alone import alone, plainer
from sagactl.world.explore import Found, Judge, explore, explore_within, shortest
from sagactl.world.local import Local
from sagactl.world.tables import BITS, MASK, Tables, move_of, possible_faults
from tests.builders import act, choice, local, participant, pivot, retriable, saga, undo, wait
from tests.verifier.policies import Policy, alone_in


def promising(**more: Any) -> list[Any]:
    return [participant("shop", **more)]


TWICE = act("a", rejects="No", retry=2, compensation=undo(retry=2))
B = act("b")

COUNTS: dict[str, tuple[Saga, int, str, str]] = {
    "before the pivot": (saga(TWICE, B), 2108, "", "dead done rejected undone"),
    "the last step": (saga(TWICE), 1054, "", "dead done rejected undone"),
    "the pivot": (saga(pivot("a", rejects="No", retry=2), B), 271, "S11", "done rejected standing"),
    "a pivot that can be asked": (
        saga(pivot("a", rejects="No", retry=2), participants=promising(status_query=True)), 498, "", "done rejected standing",
    ),
    "after the pivot": (saga(pivot("p"), retriable("a")), 107, "", "done"),
    "beside the pivot": (
        saga(act("z"), act("a", after="z", rejects="No"), pivot("p", after="z")), 846, "", "dead done rejected stuck undone",
    ),
    "local": (saga(local("a", rejects="No"), B), 12, "", "done rejected undone"),
    "a wait": (
        saga(wait("a", after="", timeout_s=5.0, on_timeout="fail", rejects="No"), act("b", after="")), 11, "", "done rejected withdrawn",
    ),
    "it can be asked": (saga(TWICE, B, participants=promising(status_query=True)), 2820, "", "dead done rejected undone"),
    "a fallback": (saga(act("a", compensation=undo(fallback="Otherwise", rejects=("Never",))), B), 984, "", "dead done undone"),
    "nobody waits for the answer": (saga(act("a", reply=False), B), 82, "", "dead undone unheard"),
    "nobody waits for the undo": (saga(act("a", compensation=undo(reply=False)), B), 180, "", "done unconfirmed"),
    "a dual write": (
        saga(act("a", retry=2, compensation=undo(retry=2)), B, participants=promising(messaging="dual-write")), 2700, "S4", "dead done undone",
    ),
    "delivered in order": (saga(TWICE, B, participants=promising(ordered_delivery=True)), 1336, "", "dead done rejected undone"),
    "tried for ever": (saga(act("a", retry="forever", compensation=undo(retry="forever")), B), 2006, "", "done undone"),
    "no timeout": (saga(act("a", retry=2), B, timeout_s=None), 770, "", "dead done stuck undone"),
    "keys that are forgotten": (saga(act("a", retry=3), B, participants=promising(dedup_window_s=1.0)), 2460, "S1 S2", "dead done undone"),
}  # fmt: skip


def found_of(drawn: Saga, id: str = "a") -> Found:
    small = alone_in(flow(drawn), id)
    return explore(small.tables(), (small.step,))


@pytest.mark.parametrize("name", COUNTS)
def test_how_many_worlds_a_step_has_what_breaks_and_how_it_ends(name: str) -> None:
    drawn, worlds, properties, ends = COUNTS[name]
    found = found_of(drawn)
    broken = " ".join(sorted(each.property for each in found.broken))
    records = " ".join(sorted({record for _, record in found.ends}))
    assert (found.worlds, broken, records) == (worlds, properties, ends)


def test_steps_that_behave_alike_are_one() -> None:
    plan = flow(saga(*(act(f"s{index}", rejects="No") for index in range(5)), pivot("p"), act("other", rejects="No")))
    keys = {alone_in(plan, step.id).key for step in plan.steps}
    assert len(keys) == 3


DISTINCT: dict[str, dict[str, Any]] = {
    "action": {"idempotency": "none"},
    "tombstone": {"rejects_late_actions": False},
    "memory": {"remembers_failures": False},
    "question": {"status_query": True},
    "rejection": {"rejects": ()},
    "failed step": {"failed_step": "never"},
    "tries": {"retry": 2},
    "undo": {"compensation": undo("UndoA", idempotency="none")},
    "no answer": {"reply": False},
    "no timeout": {"timeout_s": 1.0},
}


def test_steps_that_behave_differently_are_not() -> None:
    """The time of a timeout alone makes no difference."""
    keys = {
        name: alone_in(flow(saga(act("a", **{"rejects": "No", **more}), B)), "a").key for name, more in DISTINCT.items()
    }
    keys["plain"] = alone_in(flow(saga(act("a", rejects="No"), B)), "a").key
    same = keys.pop("no timeout")
    assert len(set(keys.values())) == len(keys) and same == keys["plain"]


# -- the whole against its parts

WHOLE: dict[str, Saga] = {
    "in a row": saga(act("a", rejects="No"), B),
    "side by side": saga(act("a"), act("b", after="")),
    "before a pivot": saga(act("a"), pivot("p", rejects="No")),
    "after a pivot": saga(act("a"), pivot("p", retry="forever"), retriable("c")),
    "local first, a wait last": saga(local("l", rejects="No"), B, wait("w", timeout_s=5.0, on_timeout="fail")),
    "behind a choice": saga(act("a"), act("b", when={"way": "up"}, rejects="No"), choices=[choice("way", "up", "down")]),
    "nobody waits": saga(act("a", reply=False), B),
    "can be asked": saga(act("a", rejects="No"), pivot("b"), participants=promising(status_query=True)),
    "unlawful": saga(act("a", rejects="No"), pivot("p"), participants=promising(remembers_failures=False)),
}  # fmt: skip


def every_world(tables: Tables) -> set[int]:
    begin = tables.begin()
    seen, waiting = {begin}, [begin]
    while waiting:
        free, faulty = tables.after(waiting.pop())
        new = {*free, *faulty} - seen
        seen |= new
        waiting += new
    return seen


def seen_by(tables: Tables, step: int) -> set[tuple[StepState, Local]]:
    """What a step sees: its record and its messages, in all worlds in which it has begun."""
    pairs = {(world >> tables.shift, world >> BITS * step & MASK) for world in every_world(tables)}
    found = {(tables.records[record].steps[step], tables.locals[step][own]) for record, own in pairs}
    return {(state, own) for state, own in found if state.record not in ("idle", "skipped")}


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_shows_of_a_step_what_the_step_alone_shows(name: str) -> None:
    """Neither more, which would be missed, nor less, which would be a false alarm."""
    plan = plainer(flow(WHOLE[name]))
    tables = Tables(plan, {step.index: possible_faults(step) for step in plan.steps})
    for step in plan.steps:
        small = alone_in(plan, step.id)
        assert seen_by(small.tables(), small.step) == seen_by(tables, step.index), step.id


# -- limits


def test_an_exploration_that_meets_its_limit_says_so() -> None:
    small = Policy().alone()
    found = explore(small.tables(), (small.step,), limit=100)
    assert not found.complete and 100 < found.worlds < 200


def test_an_exploration_whose_time_is_up_says_so() -> None:
    small = Policy().alone()
    assert not explore(small.tables(), (small.step,), is_over=lambda: True).complete
    found = list(explore_within(small.tables(), (small.step,), 9, 1_000_000, lambda: True))
    assert not found[-1].complete


def test_one_that_stops_at_the_first_defect_is_not_complete() -> None:
    small = Policy(action=False).alone()
    found = explore(small.tables(), (small.step,), stop=True)
    assert not found.complete and len(found.broken) == 1


def test_within_more_faults_more_is_seen_until_nothing_is_new() -> None:
    small = Policy().alone()
    worlds = [found.worlds for found in explore_within(small.tables(), (small.step,), 40, 1_000_000)]
    assert worlds == sorted(worlds) and worlds[0] < 20
    assert worlds[-1] == explore(small.tables(), (small.step,)).worlds


def test_the_shortest_way_has_fewest_faults_then_fewest_moves() -> None:
    small = Policy(memory=False).alone()
    tables = small.tables()
    way = shortest(tables, lambda world: tables.local_of(world, small.step).truth.done == 1)
    assert way is not None and [move_of(edge).kind for edge in way] == ["deliver"]
    back = shortest(tables, lambda world: tables.record_of(world).steps[small.step].record == "undone")
    assert back is not None and sum(edge[0] for edge in back) == 1
    assert shortest(tables, lambda world: False) is None
    assert shortest(tables, lambda world: False, limit=10) is None


def test_a_step_explored_with_more_kept_is_safe_although_it_does_not_state_it() -> None:
    plan = flow(saga(act("a", rejects="No"), participants=promising(idempotency=None, remembers_failures=None)))
    step = plan.steps[0]
    kept = step.promises._replace(idempotency="key", remembers_failures=True)
    small = alone(plan, step, kept, kept)
    assert explore(small.tables(), (small.step,)).broken == ()


@pytest.mark.parametrize(("idempotency", "everywhere"), [("key", False), ("none", True)])
def test_worlds_are_taken_apart_only_where_something_may_be_broken(
    idempotency: str, everywhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a step that keeps its promises only the worlds at rest are; of one that may do it twice the others are, too."""
    plan = flow(saga(act("a", retry=2), participants=promising(idempotency=idempotency)))
    tables = Tables(plan, {0: possible_faults(plan.steps[0])})
    taken: list[bool] = []
    broken_here = Judge._broken_here

    def spy(judge: Judge, world: int, rests: bool) -> list[tuple[str, int]]:
        taken.append(rests)
        return broken_here(judge, world, rests)

    monkeypatch.setattr(Judge, "_broken_here", spy)
    found = explore(tables, (0,))
    assert len(taken) < found.worlds
    assert (not all(taken)) is everywhere
