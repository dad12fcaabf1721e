"""A run in plain words: at most ten lines about the step that it is about, faults in capitals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.trace import Moment, What
from sagactl.world.parts import Move, World
from sagactl.world.world import apply, begin

MAX_LINES: Final = 10

RESTARTED: Final = "the saga is tried again from its start, with new keys"

LINES: Final[dict[What, str]] = {
    "sent": "`{action}` is sent to {participant}",
    "retrying": "`{action}` is sent again",
    "executed": "{participant} does `{action}`{again}",
    "deduplicated": "{participant} knows the request already and only answers",
    "refused": "{participant} refuses the late `{action}`",
    "turned-down": "REJECTED: {participant} says no ({detail}), and nothing is done",
    "broke": "FAILS: {participant} answers with an error, and nothing is done",
    "lost": "LOST: {lost}",
    "duplicated": "DUPLICATED: the request will be delivered twice",
    "forgotten": "KEY EXPIRED: {participant} takes the repetition for a new request and does it{again}",
    "done": "the answer arrives: `{step}` is recorded as done",
    "rejected": "the answer arrives: `{step}` is recorded as rejected",
    "failed": "the error arrives",
    "timed-out": "{early}no answer to `{action}`",
    "asked": "{participant} is asked what became of it",
    "answered": "{participant} answers the question",
    "ignored": "an answer arrives that no longer matters",
    "rollback": "the run goes back ({detail})",
    "restarted": RESTARTED,
    "undo-sent": "`{undo}` is sent to {undoer}",
    "fallback-sent": "the fallback `{undo}` is sent to {undoer}",
    "undo-retrying": "`{undo}` is sent again",
    "undo-executed": "{undoer} undoes it{undone_again}",
    "nothing-to-undo": "`{undo}` finds nothing to undo, and {undoer} answers: undone",
    "undone": "the answer arrives: `{step}` is recorded as undone",
    "undo-rejected": "{undoer} refuses to undo it: {detail}",
    "undo-failed": "the error arrives: `{undo}` did not work",
    "undo-timed-out": "{early}no answer to `{undo}`",
    "dead-letter": "`{step}` goes to the dead letters: {detail}",
    "given-up": "nothing more is tried: {detail}",
    "by-hand": "BY HAND: {detail}",
    "cancel": "CANCEL: somebody takes the run back",
    "deadline": "DEADLINE: the time of the run is over",
    "crashed": "CRASH: the orchestrator restarts and sends again what is outstanding",
    "waiting": "the run waits for {detail}",
    "arrived": "{detail} arrives",
    "withdrawn": "the wait is called off",
}
"""What is told of a moment; those that are missing are left out."""

SELF_EVIDENT: Final = ("the run goes back", "an answer arrives that no longer matters")
"""Lines that a long story can do without."""

OF_THE_RUN: Final = frozenset({"rollback", "restarted", "cancel", "deadline", "crashed"})


class Told(NamedTuple):
    """A run as it is told: its moments, the faults of it as addresses, and each moment's line, if it has one."""

    moments: tuple[Moment, ...]
    faults: tuple[str, ...]
    story: tuple[str, ...]


def tell(flow: Flow, plan: FlowStep, moves: tuple[Move, ...]) -> Told:
    """The run that the moves make, as far as it concerns the step."""
    first = begin(flow)
    world, moments, faults = first.world, list(first.moments), list[str]()
    teller = _Teller(plan)
    story = list(teller.lines(first.moments, world, ""))
    for move in moves:
        fault = fault_of(world, move)
        if fault:
            faults.append(_address(flow, plan, world, move, fault))
        step = apply(flow, world, move)
        world = step.world
        told = tuple(moment._replace(fault=fault or moment.fault) for moment in step.moments[:1]) + step.moments[1:]
        moments += told
        story += teller.lines(told, world, fault)
    return Told(tuple(moments), tuple(faults), _short((*_before(flow, plan, moments), *story)))


def fault_of(world: World, move: Move) -> str:
    """The fault that a move is, a timeout being one while what it waits for is still on its way."""
    if move.kind in ("cancel", "deadline"):
        return move.kind
    if move.kind != "timeout":
        return move.fault
    wanted = (move.step, move.operation, move.attempt)
    if any(message[:3] == wanted for message in world.messages):
        return "compensation-late" if move.operation in ("undo", "fallback") else "late"
    return ""


def _address(flow: Flow, plan: FlowStep, world: World, move: Move, fault: str) -> str:
    """As `--fault` takes it."""
    step = flow.steps[move.step].id if move.step >= 0 else plan.id
    if move.step < 0:
        in_flight = any(message.step == plan.index for message in world.messages)
        return f"{step}{'' if in_flight else '!'}:{fault}"
    return f"{step}{f'#{move.attempt}' if move.attempt > 1 else ''}:{fault}"


class _Teller:
    """The words for the moments of one step; it knows what was done before."""

    def __init__(self, plan: FlowStep) -> None:
        self.plan = plan
        self.done = self.undone = 0

    def lines(self, moments: tuple[Moment, ...], world: World, fault: str) -> Iterator[str]:
        """A line for each moment that is told."""
        for moment in moments:
            if moment.step != self.plan.id and not (moment.what in OF_THE_RUN and not moment.step):
                continue
            if moment.what == "restarted":
                self.done = self.undone = 0
            self.done += moment.what in ("executed", "forgotten")
            self.undone += moment.what == "undo-executed"
            line = LINES.get(moment.what)
            if line is not None:
                yield line.format(**self._words(moment, fault))

    def _words(self, moment: Moment, fault: str) -> dict[str, str]:
        plan, compensation = self.plan, self.plan.compensation
        undoer = (compensation.participant if compensation is not None else None) or plan.step.participant
        early = "TIMES OUT EARLY, the message is still on its way: " if fault.endswith("late") else "times out: "
        return {
            "step": plan.id,
            "action": plan.step.action or (plan.step.wait.name if plan.step.wait is not None else plan.id),
            "undo": compensation.command if compensation is not None else "",
            "participant": f"`{plan.step.participant}`" if plan.step.participant else "the participant",
            "undoer": f"`{undoer}`" if undoer else "the participant",
            "detail": moment.detail or "no",
            "again": " again" if self.done > 1 else "",
            "undone_again": " again" if self.undone > 1 else "",
            "early": early,
            "lost": _lost(moment, fault),
        }


def _lost(moment: Moment, fault: str) -> str:
    if fault == "reply-lost":
        return "the answer never arrives"
    if fault == "write-lost":
        return "`{}` answers, and does not commit what it answered".format(moment.participant or "the participant")
    return "the request never arrives"


def _before(flow: Flow, plan: FlowStep, moments: list[Moment]) -> Iterator[str]:
    """What came before the step, in one line."""
    start = next((i for i, each in enumerate(moments) if each.step == plan.id and each.what in ("sent", "waiting")), 0)
    done = [moment.step for moment in moments[:start] if moment.what in ("done", "arrived")]
    if done:
        names = ", ".join(f"`{id}`" for id in done[:3]) + (f" and {len(done) - 3} more" if len(done) > 3 else "")
        yield f"{names} {'is' if len(done) == 1 else 'are'} done"


def _short(lines: tuple[str, ...]) -> tuple[str, ...]:
    """At most ten lines: what follows from the others goes first, then the middle, where tries are alike."""
    if len(lines) > MAX_LINES:
        lines = tuple(line for line in lines if not line.startswith(SELF_EVIDENT))
    if len(lines) <= MAX_LINES:
        return lines
    middle = lines[5 : 6 - MAX_LINES]
    alike = ", of tries that come to nothing" if len(set(middle)) < len(middle) else ""
    return (*lines[:5], f"… {len(middle)} more moments{alike}", *lines[6 - MAX_LINES :])
