"""What each style makes impossible for this very saga, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.durations import duration_text
from sagactl.flow import Flow
from sagactl.recommender.facts import quoted
from sagactl.styles import OUTSIDE, Orchestration


def beyond_orchestration(flow: Flow, participants: Sequence[str]) -> Iterator[str]:
    """What nobody can do any more once one service leads."""
    if participants:
        yield f"no run goes on while the orchestrator is down, even if {quoted(participants)} {_be(participants)} up"
    ends = [index for index in flow.order if not flow.dependants[index]]
    if ends:
        last = quoted([flow.steps[ends[-1]].id])
        yield f"nobody can add a step that reacts to {last} without changing the orchestrator"
    reacting = [plan.id for plan in flow.steps if plan.reacts]
    if reacting:
        yield f"{quoted(reacting)} cannot start on the failure of another step: the orchestrator only undoes"


def beyond_choreography(
    flow: Flow,
    commands: Orchestration,
    services: Sequence[str],
    cycles: Sequence[Sequence[str]],
    refused: str,
) -> Iterator[str]:
    """What nobody can do any more once nobody leads."""
    if refused:
        yield f"it cannot be run: {refused}"
    if len(services) > 1:
        asked = f"{len(services)} services ({quoted(services)})"
        yield f"nobody can say where a run stands without asking {asked}"
        yield f"nobody can take a run back in one place: {len(services)} services have to hear of it"
    yield from _without_owner(flow, commands)
    for ring in cycles:
        yield f"{quoted(ring)} cannot be changed or tested alone: they wait for each other's events"
    yield from _decided_apart(flow)


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _without_owner(flow: Flow, commands: Orchestration) -> Iterator[str]:
    """The timers that an orchestrator would own."""
    deadline = flow.saga.deadline
    if deadline is not None:
        words = f"the deadline of {duration_text(deadline.after_s)}"
        if deadline.owner in (None, OUTSIDE):
            yield f"{words} has no owner: no service has the whole run in view"
        else:
            yield f"{words} belongs to {quoted([deadline.owner or ''])}, which has to hear how every branch ends"
    silent = [timer.step for timer in commands.timers if timer.watches == "reply"]
    if silent:
        answer = "answers" if len(silent) == 1 else "answer"
        yield f"nobody notices that {quoted(silent)} never {answer}: who publishes an event waits for nobody"


def _decided_apart(flow: Flow) -> Iterator[str]:
    for choice in flow.saga.choices:
        deciding = [plan for plan in flow.steps if choice in plan.step.when]
        names = tuple(dict.fromkeys(plan.step.participant for plan in deciding if plan.step.participant))
        if len(names) > 1:
            yield f"the choice {quoted([choice])} is not taken in one place: {quoted(names)} have to decide alike"
