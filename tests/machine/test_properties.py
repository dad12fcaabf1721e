"""What holds of every run of every saga, whatever happens in whatever order."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final, TypeGuard, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.flow import Flow, flow
from sagactl.machine import State, outcome, resume, start, transition
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.commands import Command, Commands
from sagactl.machine.events import Event, StepEvent
from sagactl.machine.state import ACTIVE, CLEAN
from sagactl.model import Saga
from tests.builders import sagas

MOST_EVENTS: Final = 400
"""More than any run of a small saga takes once its answers turn good."""

SEEDS: Final = st.integers(0, 2**32 - 1)
often = settings(derandomize=True, max_examples=200, deadline=None, database=None)


# -- drivers


def any_event(chance: Random, plan: Flow) -> Event:
    """Any event at all, most of them senseless."""
    kind = chance.choice((*get_args(StepEvent), e.Decided, e.DeadlinePassed, e.CancelRequested))
    step, attempt = chance.randrange(-1, len(plan.steps) + 1), chance.randrange(1, 4)
    if kind in (e.DeadlinePassed, e.CancelRequested):
        return kind()  # type: ignore[no-any-return]
    if kind is e.Decided:
        return e.Decided(chance.choice(("way", "size", "other")), chance.choice(("left", "right", "small", "none")))
    if kind is e.StatusAnswered:
        return e.StatusAnswered(step, chance.choice(("done", "not-done", "none")))
    if kind in (e.ActionFailed, e.ActionTimedOut, e.RetryDue):
        return kind(step, attempt)  # type: ignore[no-any-return]
    if kind in (e.CompensationFailed, e.CompensationTimedOut, e.CompensationRetryDue):
        return kind(step, attempt, fallback=chance.random() < 0.3)  # type: ignore[no-any-return]
    return kind(step)  # type: ignore[no-any-return]


def answer(chance: Random, plan: Flow, command: Command, good: bool) -> Event | None:
    """A sensible answer to a command, None if it needs none; `good` ones do not fail."""
    luck = 0.0 if good else chance.random()
    match command:
        case c.RunAction(step, attempt, _):
            bad: Event = chance.choice(
                (e.ActionFailed(step, attempt), e.ActionTimedOut(step, attempt), e.ActionRejected(step, "No"))
            )
            return e.ActionSucceeded(step) if luck < 0.7 else bad
        case c.AwaitEvent(step, _):
            return (
                e.ActionSucceeded(step)
                if luck < 0.7
                else chance.choice((e.ActionTimedOut(step, 1), e.ActionRejected(step)))
            )
        case c.AskStatus(step, _):
            return e.StatusAnswered(step, chance.choice(("done", "not-done", "none")))
        case c.RunCompensation(step, attempt, _, fallback, _):
            failed = chance.choice(
                (
                    e.CompensationFailed(step, attempt, fallback=fallback),
                    e.CompensationTimedOut(step, attempt, fallback),
                    e.CompensationRejected(step, fallback=fallback),
                )
            )
            return e.CompensationSucceeded(step) if luck < 0.6 else failed
        case c.Pause(step, attempt, direction, _, _, fallback):
            forward = direction == "forward"
            return e.RetryDue(step, attempt) if forward else e.CompensationRetryDue(step, attempt, fallback)
        case c.Decide(choice):
            return e.Decided(choice, chance.choice(plan.saga.choices[choice].outcomes).id)
        case _:
            return None


def fair_run(saga: Saga, seed: int) -> Iterator[tuple[Flow, State, Event, State, Commands]]:
    """A run driven to its end: each transition with what came before and after."""
    chance, plan = Random(seed), flow(saga)
    state, _ = start(plan)
    for turn in range(MOST_EVENTS):
        if state.phase == "ended":
            return
        waiting = [command for command in resume(plan, state) if not isinstance(command, c.WatchDeadline)]
        assert waiting, "a run that has not ended waits for something"
        happens: Event | None = None
        if chance.random() < 0.04:
            happens = chance.choice((e.CancelRequested(), e.DeadlinePassed()))
        elif chance.random() < 0.04:
            happens = any_event(chance, plan)
        else:
            happens = answer(chance, plan, chance.choice(waiting), turn > 60)
        assert happens is not None
        after, commands = transition(plan, state, happens)
        yield plan, state, happens, after, commands
        state = after
    raise AssertionError("the run does not end")


# -- no sequence of events is too strange


@often
@given(sagas(), SEEDS)
def test_no_sequence_of_events_raises_and_the_record_stays_a_value(saga: Saga, seed: int) -> None:
    chance, plan = Random(seed), flow(saga)
    state, _ = start(plan)
    for _ in range(60):
        state, commands = transition(plan, state, any_event(chance, plan))
        hash((state, commands))
        named = {getattr(command, "step", None) for command in commands}
        assert named <= {None, *range(len(plan.steps))}
        assert state.phase != "ended" or outcome(plan, state) is not None


@often
@given(sagas(), SEEDS)
def test_what_changed_nothing_changes_nothing_again_and_repetitions_change_nothing(saga: Saga, seed: int) -> None:
    for plan, _, event, state, _ in fair_run(saga, seed):
        again, commands = transition(plan, state, event)
        assert again == state
        assert all(isinstance(command, c.Alert) for command in commands), "a cancel may be refused twice, nothing more"


@often
@given(sagas(), SEEDS)
def test_a_wrong_try_is_late(saga: Saga, seed: int) -> None:
    for plan, _, _, state, _ in fair_run(saga, seed):
        for index, step in enumerate(state.steps):
            for attempt in {0, step.tries - 1, step.tries + 1}:
                wrong: tuple[Event, ...] = (
                    e.ActionFailed(index, attempt),
                    e.ActionTimedOut(index, attempt),
                    e.RetryDue(index, attempt),
                    e.CompensationFailed(index, attempt),
                    e.CompensationTimedOut(index, attempt),
                    e.CompensationRetryDue(index, attempt),
                )
                assert all(transition(plan, state, event) == (state, ()) for event in wrong)


# -- every run


@often
@given(sagas(), SEEDS)
def test_every_run_ends_once_and_hands_over_what_it_parked(saga: Saga, seed: int) -> None:
    """Every step of a dead letter is parked at the end and every parked step has its dead letter, except left ones."""
    plan = flow(saga)
    state, first = start(plan)
    commands = list(first)
    for _, _, _, after, said in fair_run(saga, seed):
        state = after
        commands += said
    how = outcome(plan, state)
    assert how is not None
    assert [command for command in commands if isinstance(command, c.Finish)] == [c.Finish(how)]
    letters = [command.step for command in commands if isinstance(command, c.SendDeadLetter)]
    parked = [index for index, step in enumerate(state.steps) if step.record in ("stuck", "dead", "standing")]
    assert sorted(letters) == parked
    assert not any(step.record in ACTIVE for step in state.steps)
    assert resume(plan, state) == ()


@often
@given(sagas(), SEEDS)
def test_compensated_means_that_nothing_is_left(saga: Saga, seed: int) -> None:
    for plan, _, _, state, _ in fair_run(saga, seed):
        left = [p.id for p, s in zip(plan.steps, state.steps, strict=True) if s.record not in CLEAN and p.has_effects]
        if outcome(plan, state) == "compensated":
            assert left == []
        if outcome(plan, state) == "completed":
            assert all(step.record in ("done", "skipped") for step in state.steps)


@often
@given(sagas(), SEEDS)
def test_no_undo_starts_before_what_depends_on_its_step_is_settled(saga: Saga, seed: int) -> None:
    """Unless the rollback is parallel."""
    for plan, _, _, state, commands in fair_run(saga, seed):
        for command in commands:
            if isinstance(command, c.RunCompensation) and saga.rollback.order != "parallel":
                later = [state.steps[step.index] for step in plan.members(plan.descendants[command.step])]
                assert not any(step.record in ACTIVE for step in later)
                assert all(
                    step.record not in ("done", "unknown") or not plan.steps[other.index].has_effects
                    for other, step in zip(plan.members(plan.descendants[command.step]), later, strict=True)
                )


@often
@given(sagas(), SEEDS)
def test_after_a_pivot_nothing_is_undone_and_on_the_way_back_nothing_is_started(saga: Saga, seed: int) -> None:
    for plan, before, _, state, commands in fair_run(saga, seed):
        if any(before.steps[pivot].record == "done" for pivot in plan.pivots):
            assert state.phase != "back"
            assert not any(isinstance(command, c.RunCompensation) for command in commands)
        if state.phase == "back":
            assert not any(isinstance(command, c.RunAction | c.AwaitEvent | c.Decide) for command in commands)


@often
@given(sagas(), SEEDS)
def test_while_a_rollback_is_wished_for_nothing_new_starts(saga: Saga, seed: int) -> None:
    for _, _, _, state, commands in fair_run(saga, seed):
        if state.wish:
            new = [command for command in commands if isinstance(command, c.RunAction) and command.attempt == 1]
            assert new == []


@often
@given(sagas(), SEEDS)
def test_a_result_is_attached_exactly_if_the_action_answered(saga: Saga, seed: int) -> None:
    answered: set[int] = set()
    for _, before, event, _, commands in fair_run(saga, seed):
        if _hears_of_success(event) and event[0] in range(len(before.steps)):
            matters = before.steps[event[0]].record in ("requested", "paused", "asked", "unknown")
            answered |= {event[0]} if matters else set()
        for command in commands:
            if isinstance(command, c.RunCompensation):
                assert (command.result_of == command.step) is (command.step in answered)


def _hears_of_success(event: Event) -> TypeGuard[e.ActionSucceeded | e.StatusAnswered]:
    return isinstance(event, e.ActionSucceeded) or (isinstance(event, e.StatusAnswered) and event.answer == "done")


# -- crashes


def scripted_run(saga: Saga, seed: int, crash_at: int = -1) -> tuple[State, Commands]:
    """A run whose driver answers by a script; after a crash it knows only what `resume` tells it.

    The script depends on the command alone, so the run is the same whenever what is outstanding is the same.
    """
    plan = flow(saga)
    state, outstanding = start(plan)
    ends: Commands = ()
    for turn in range(MOST_EVENTS):
        if turn == crash_at:
            outstanding = resume(plan, state)
        waiting = sorted(filter(_needs_answer, outstanding), key=repr)
        if not waiting:
            assert state.phase == "ended"
            return state, ends
        command = Random(f"{seed} {turn}").choice(waiting)
        happens = answer(Random(f"{seed} {command!r}"), plan, command, good=turn > 60)
        assert happens is not None
        state, new = transition(plan, state, happens)
        ends += tuple(said for said in new if isinstance(said, c.SendDeadLetter | c.Finish))
        outstanding = (*(old for old in outstanding if _still(state, old, command, new)), *new)
    raise AssertionError("the run does not end")


def _needs_answer(command: Command) -> bool:
    return not isinstance(command, c.WatchDeadline | c.Alert | c.Finish | c.SendDeadLetter | c.WithdrawWait)


def _still(state: State, old: Command, answered: Command, new: Commands) -> bool:
    """Whether an earlier command still waits: it was not answered, and the run still wants the answer."""
    if isinstance(old, c.Decide):
        return old != answered and state.phase == "forward"
    step = getattr(old, "step", None)
    replaced = any(getattr(command, "step", None) == step for command in new)
    wants = step is not None and state.steps[step].record in ACTIVE and not replaced
    return wants and old != answered


@often
@given(sagas(), SEEDS, st.integers(0, 25))
def test_a_crash_at_any_point_leads_to_the_same_end(saga: Saga, seed: int, crash_at: int) -> None:
    assert scripted_run(saga, seed, crash_at) == scripted_run(saga, seed)


@often
@given(sagas(), SEEDS)
def test_resume_repeats_the_last_command_of_every_active_step(saga: Saga, seed: int) -> None:
    plan = flow(saga)
    last: dict[object, Command] = {}
    _, first = start(plan)
    for command in first:
        last[getattr(command, "step", getattr(command, "choice", None))] = command
    for _, _, _, state, commands in fair_run(saga, seed):
        for command in commands:
            if _needs_answer(command):
                last[getattr(command, "step", getattr(command, "choice", None))] = command
        for command in resume(plan, state):
            if not isinstance(command, c.WatchDeadline):
                assert last[getattr(command, "step", getattr(command, "choice", None))] == command
