"""What must hold of every run, as tables of named properties: of a world at rest, and of every move that is made.

Source: SEMANTICS of the project's docs; S1 to S6 restate exactly-once effects under at-least-once messages (Helland,
Life beyond Distributed Transactions, CIDR 2007), S10 and S11 the point of no return (Mehrotra et al., ICDCS 1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import ACTIVE, BACK, PARKED, Record, State, StepState
from sagactl.trace import Violation
from sagactl.world.parts import Truth, World
from sagactl.world.views import EventWorld


class Property(NamedTuple):
    """One thing that must hold: `broken` explains what is wrong with a step, or says nothing."""

    name: str
    sentence: str
    broken: Callable[[FlowStep, StepState, Truth, State], str]
    promise: Callable[[FlowStep], str]


class MoveProperty(NamedTuple):
    """One thing that must hold of every move: `broken` explains what is wrong with how a step's record changes."""

    name: str
    sentence: str
    broken: Callable[[Flow, FlowStep, State, State], str]


def _stands(truth: Truth) -> bool:
    return truth.done > truth.undone


def _double_effect(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    return f"`{plan.step.action}` took effect twice" if truth.done > 1 else ""


def _double_undo(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    name = plan.compensation.command if plan.compensation else ""
    return f"`{name}` took effect twice" if truth.undone > 1 else ""


def _undo_of_nothing(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    return "it was undone though it had not been done" if truth.undone > 0 == truth.done else ""


def _done_means_done(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    broken = step.record == "done" and not (truth.done >= 1 and truth.undone == 0)
    return "it is recorded as done, but its effect is not there" if broken else ""


def _clean_means_clean(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    if not _stands(truth):
        return ""
    if step.record == "standing" and plan.undo is not None and not step.known:
        return "its outcome was unknown, `failed_step: never` kept it from being undone, and its effect stands"
    broken = step.record in ("idle", "skipped", "rejected")
    return f"it is recorded as {step.record}, but its effect stands" if broken else ""


def _undone_means_undone(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    broken = step.record == "undone" and _stands(truth) and truth.done < 2
    return "it is recorded as undone, but its effect stands" if broken else ""


def _pivot_known(plan: FlowStep, step: StepState, truth: Truth, state: State) -> str:
    if plan.promises.status_query:
        return ""  # whoever can be asked says it in the end
    broken = plan.kind == "pivot" and step.record == "standing"
    return "nobody knows whether the pivot was done, and the run went back" if broken else ""


def _nothing(plan: FlowStep) -> str:
    return ""


def _action_idempotency(plan: FlowStep) -> str:
    return "idempotency" if plan.promises.idempotency is None else ""


def _undo_idempotency(plan: FlowStep) -> str:
    return "idempotency" if plan.undo_promises.idempotency is None else ""


def _memory(plan: FlowStep) -> str:
    return "remembers_failures" if plan.promises.remembers_failures is None else ""


def _tombstone(plan: FlowStep) -> str:
    return "rejects_late_actions" if plan.promises.rejects_late_actions is None else ""


PROPERTIES: Final[tuple[Property, ...]] = (
    Property("S1", "No action takes effect twice.", _double_effect, _action_idempotency),
    Property("S2", "No compensation takes effect twice.", _double_undo, _undo_idempotency),
    Property("S3", "Nothing is undone that was not done.", _undo_of_nothing, _nothing),
    Property("S4", "What is recorded as done is done once, and stands.", _done_means_done, _nothing),
    Property("S5", "Of what is recorded as not done nothing stands.", _clean_means_clean, _memory),
    Property("S6", "What is recorded as undone is undone.", _undone_means_undone, _tombstone),
    Property("S11", "It is known whether the pivot was done.", _pivot_known, _nothing),
)


def _given_up_in_silence(flow: Flow, plan: FlowStep, before: State, after: State) -> str:
    broken = _becomes(plan, before, after, PARKED) and not after.steps[plan.index].cause
    return "it is given up, and people are not told why" if broken else ""


def _undone_too_early(flow: Flow, plan: FlowStep, before: State, after: State) -> str:
    """With `order: parallel` nobody waits."""
    if flow.saga.rollback.order == "parallel" or not _becomes(plan, before, after, BACK):
        return ""
    later = flow.members(flow.descendants[plan.index])
    found = [other.id for other in later if _is_unsettled(other, after.steps[other.index])]
    return f"it is undone before {', '.join(f'`{id}`' for id in found)}" if found else ""


def _undone_too_late(flow: Flow, plan: FlowStep, before: State, after: State) -> str:
    done = [flow.steps[pivot].id for pivot in flow.pivots if before.steps[pivot].record == "done"]
    broken = done and _becomes(plan, before, after, BACK)
    return f"it is undone although `{done[0]}` is done, which nothing can take back" if broken else ""


def _becomes(plan: FlowStep, before: State, after: State, records: frozenset[Record]) -> bool:
    old, new = before.steps[plan.index].record, after.steps[plan.index].record
    return new in records and old not in records


def _is_unsettled(plan: FlowStep, step: StepState) -> bool:
    return step.record in ACTIVE or (step.record in ("done", "unknown", "unheard") and plan.has_effects)


MOVE_PROPERTIES: Final[tuple[MoveProperty, ...]] = (
    MoveProperty("S7", "What is given up is handed to people, with the reason.", _given_up_in_silence),
    MoveProperty("S9", "Nothing is undone before everything that builds on it is settled.", _undone_too_early),
    MoveProperty("S10", "Behind the point of no return nothing is undone, and nothing says no.", _undone_too_late),
)


SENTENCES: Final[dict[str, str]] = {
    **{law.name: law.sentence for law in PROPERTIES},
    **{law.name: law.sentence for law in MOVE_PROPERTIES},
    "S8": "Every run ends completed, compensated or parked.",
    "S12": "A compensation needs no data that only a lost answer would have brought.",
    "I1": "Nothing is read that is undone later.",
    "I2": "No write goes over another run's write that it has not seen.",
    "I3": "What is read twice in one run is the same both times.",
    "I4": "No undo goes over another run's write.",
    "I5": "No run waits for a lock for ever.",
    "L2": "The worst case fits into the time that the definition allows.",
    "L3": "Nothing before the pivot is tried without an end.",
    "accept": "A run ends completed, compensated, or as `accept` lists.",
}
"""All properties that a single saga can be asked for; the longer ones are judged on all its runs together."""


def violations(flow: Flow, world: World | EventWorld) -> Iterator[Violation]:
    """Every property that does not hold of a world in which nothing is in flight any more."""
    for plan, step, truth in zip(flow.steps, world.state.steps, world.truths, strict=True):
        yield from _broken(plan, step, truth, world.state)
    for truths in world.past:
        for plan, truth in zip(flow.steps, truths, strict=True):
            # A restart follows only a rollback after which nothing was left.
            yield from _broken(plan, StepState("undone"), truth, world.state)


def disorders(flow: Flow, before: State, after: State) -> Iterator[Violation]:
    """Every property that a move breaks."""
    for plan, old, new in zip(flow.steps, before.steps, after.steps, strict=True):
        if old.record != new.record:
            for law in MOVE_PROPERTIES:
                explanation = law.broken(flow, plan, before, after)
                if explanation:
                    yield Violation(law.name, plan.id, explanation)


def _broken(plan: FlowStep, step: StepState, truth: Truth, state: State) -> Iterator[Violation]:
    if not plan.has_effects:
        return
    for law in PROPERTIES:
        explanation = law.broken(plan, step, truth, state)
        if explanation:
            yield Violation(law.name, plan.id, explanation, law.promise(plan))
