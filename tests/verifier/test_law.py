"""The law of one step: when it is safe whatever fails, and what its shortest defect looks like when it is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sagactl.verifier import verify
from sagactl.world import alone as exploring
from sagactl.world import local
from sagactl.world.explore import explore, explore_within
from tests.builders import act, participant, saga, undo
from tests.verifier.policies import ALL_FAILED_STEPS, Policy, policies

GOLDEN = Path(__file__).parent / "expected" / "policies.txt"
LIMIT = 1_000_000


def broken(policy: Policy) -> set[str]:
    small = policy.alone()
    return {each.property for each in explore(small.tables(), (small.step,)).broken}


def is_sound(policy: Policy) -> bool:
    """No further than the first defect."""
    small = policy.alone()
    return not explore(small.tables(), (small.step,), stop=True).broken


def test_the_language_can_state_96_policies_and_each_gives_what_was_written_down() -> None:
    """What breaks, and how many worlds were seen; UPDATE=1 writes it down anew."""
    lines = []
    for policy in policies():
        small = policy.alone()
        found = explore(small.tables(), (small.step,))
        names = " ".join(sorted(each.property for each in found.broken))
        assert found.complete and policy.is_lawful == (not names), str(policy)
        lines.append(f"{policy}: {names or 'safe'}, {found.worlds} worlds\n")
    assert len(lines) == 96
    if os.environ.get("UPDATE"):
        GOLDEN.write_text("".join(lines), encoding="utf-8")
    assert "".join(lines) == GOLDEN.read_text(encoding="utf-8")


def test_the_verdict_follows_the_law() -> None:
    """Each unsafe one has a run of the whole saga that shows it."""
    for policy in policies((1,)):
        verdict = verify(policy.saga())
        assert verdict.verdict == ("safe" if policy.is_lawful else "unsafe"), str(policy)
        assert all(found.moves and found.story for found in verdict.violations), str(policy)


def test_the_law_holds_for_the_32_that_no_word_states_too() -> None:
    every = list(policies(failed_steps=ALL_FAILED_STEPS))
    assert len(every) == 128
    assert [str(policy) for policy in every if is_sound(policy) != policy.is_lawful] == []


def test_three_messages_in_flight_show_nothing_that_two_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    two = {policy: policy.alone() for policy in (Policy(), Policy(tries=1))}
    few = [explore(small.tables(), (small.step,)).worlds for small in two.values()]
    monkeypatch.setattr(local, "MAX_MESSAGES", 3)
    more = [explore(small.tables(), (small.step,)).worlds for small in two.values()]
    assert all(number < 6 * other for number, other in zip(few, more, strict=True)) and more > few
    assert [str(policy) for policy in policies() if is_sound(policy) != policy.is_lawful] == []


def test_three_tries_show_nothing_that_two_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    few = explore(Policy(tries=3).alone().tables(), (0,)).worlds
    assert few == explore(Policy(tries=2).alone().tables(), (0,)).worlds
    monkeypatch.setattr(exploring, "fewer_tries", lambda policy: policy)
    assert explore(Policy(tries=3).alone().tables(), (0,)).worlds > few
    assert [str(policy) for policy in policies((3,)) if is_sound(policy) != policy.is_lawful] == []


def test_every_unsafe_policy_shows_within_two_faults() -> None:
    for policy in policies(failed_steps=ALL_FAILED_STEPS):
        small = policy.alone()
        within = [bool(found.broken) for found in explore_within(small.tables(), (small.step,), 2, LIMIT)]
        assert within[2] is not policy.is_lawful and not within[0], str(policy)


def test_without_an_idempotent_action_one_fault_is_enough() -> None:
    small = Policy(action=False).alone()
    assert [bool(found.broken) for found in explore_within(small.tables(), (small.step,), 1, LIMIT)] == [False, True]


REMOVED = [
    (Policy(undo=False), {"S2"}),
    (Policy(tombstone=False), {"S6"}),
    (Policy(memory=False), {"S5"}),
    (Policy(failed_step="never"), {"S5"}),
    (Policy(action=False, failed_step="always"), {"S1"}),
    (Policy(action=False), {"S1", "S5"}),  # what is done twice may be done at first and refused then
]


@pytest.mark.parametrize(
    ("policy", "properties"), REMOVED, ids=lambda each: " ".join(sorted(each)) if isinstance(each, set) else str(each)
)
def test_each_promise_that_is_taken_away_breaks_its_own_property(policy: Policy, properties: set[str]) -> None:
    assert broken(policy) == properties
    assert broken(policy._replace(tries=1)) == properties


def test_a_step_that_never_says_no_needs_no_memory() -> None:
    step = act("pay", retry=2, compensation=undo(retry=2))
    forgetful = saga(step, participants=[participant("shop", remembers_failures=None)])
    assert verify(forgetful).verdict == "safe"


STORIES = [
    (
        Policy(action=False),
        ("pay:crash",),
        (
            "`DoPay` is sent to `shop`",
            "`shop` does `DoPay`",
            "CRASH: the orchestrator restarts and sends again what is outstanding",
            "`shop` does `DoPay` again",
        ),
    ),
    (
        Policy(tombstone=False),
        ("pay:late", "pay:cancel"),
        (
            "TIMES OUT EARLY, the message is still on its way: no answer to `DoPay`",
            "CANCEL: somebody takes the run back",
            "the run goes back (cancel)",
            "`Undo` is sent to `shop`",
            "`Undo` finds nothing to undo, and `shop` answers: undone",
            "`shop` does `DoPay`",
        ),
    ),
    (
        Policy(memory=False),
        ("pay:reject", "pay:crash"),
        (
            "REJECTED: `shop` says no (No), and nothing is done",
            "CRASH: the orchestrator restarts and sends again what is outstanding",
            "`shop` does `DoPay`",
            "the answer arrives: `pay` is recorded as rejected",
        ),
    ),
    (
        Policy(failed_step="never"),
        ("pay:reply-lost", "pay!:cancel"),
        (
            "`shop` does `DoPay`",
            "LOST: the answer never arrives",
            "CANCEL: somebody takes the run back",
            "`pay` goes to the dead letters: outcome unknown, not undone",
        ),
    ),
    (
        Policy(undo=False),
        ("pay:cancel", "pay:crash"),
        ("`shop` undoes it", "`shop` undoes it again"),
    ),
]


@pytest.mark.parametrize(("policy", "faults", "lines"), STORIES, ids=lambda each: str(each)[:40])
def test_the_shortest_stories(policy: Policy, faults: tuple[str, ...], lines: tuple[str, ...]) -> None:
    """The lines occur in this order, and at most ten tell everything."""
    found = verify(policy.saga()).violations[0]
    assert found.faults == faults
    assert len(found.story) <= 10
    places = [found.story.index(line) for line in lines]
    assert places == sorted(places)
