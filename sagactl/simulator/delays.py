"""How long it takes until a move happens: typically, or as chance has it.

A message takes half of its participant's latency each way.  Where times are drawn, a request and its answer share one
draw, so that both together take what the distribution says; a pause is drawn from the range that the machine allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.commands import Pause
from sagactl.machine.transition import resume
from sagactl.model import Latency
from sagactl.simulator.chance import Chance, named
from sagactl.simulator.latency import LATENCY_S, sample_s, slowed, typical_s
from sagactl.world.by_style import AnyWorld
from sagactl.world.moments import participant_of
from sagactl.world.parts import Move, Operation

DEFAULT: Final = Latency(shape="fixed", values_s=(LATENCY_S,))


class Delay(NamedTuple):
    """A time to be drawn under a name, of which the move takes a share; nothing is drawn of a fixed one."""

    latency: Latency
    share: float
    name: int

    def drawn_s(self, chance: Chance) -> float:
        if self.fixed_s >= 0:
            return self.fixed_s
        return sample_s(self.latency, chance.uniform(self.name)) * self.share

    @property
    def fixed_s(self) -> float:
        """The time where nothing is left to chance, else -1."""
        return self.latency.values_s[0] * self.share if self.latency.shape == "fixed" else -1.0


def typical_delay_s(flow: Flow, move: Move, slow: Mapping[str, float]) -> float:
    """The middle of a latency, the longest pause, the timeout."""
    if move.kind in ("deliver", "answer"):
        plan = flow.steps[move.step]
        if plan.step.local:
            return 0.0
        whole_s = typical_s(latency_of(flow, plan, move.operation, slow))
        return whole_s if move.operation == "wait" else whole_s / 2
    if move.kind == "deadline":
        return _deadline_s(flow, move.detail)
    if move.kind not in ("timeout", "retry"):
        return 0.0
    plan = flow.steps[move.step]
    policy = plan.action if move.operation in ("action", "wait", "status") else plan.undo
    assert policy is not None
    return policy.pause_s(move.attempt) if move.kind == "retry" else policy.timeout_s or 0.0


def delay_of(flow: Flow, world: AnyWorld, move: Move, slow: Mapping[str, float], crashes: int) -> Delay:
    """What there is to draw; `crashes` tells what is sent again after a crash from what was sent before."""
    if move.kind == "retry":
        step = flow.steps[move.step].id
        return Delay(_pause(flow, world, move), 1.0, named("pause", step, *move[2:4], world.state.restarts))
    if move.kind in ("deliver", "answer") and not flow.steps[move.step].step.local:
        latency = latency_of(flow, flow.steps[move.step], move.operation, slow)
        share = 1.0 if move.operation == "wait" else 0.5
        words = (flow.steps[move.step].id, move.operation, move.attempt, move.copy, move.run, crashes)
        return Delay(latency, share, named("latency", *words))
    return Delay(_fixed(typical_delay_s(flow, move, slow)), 1.0, 0)


def latency_of(flow: Flow, plan: FlowStep, operation: Operation, slow: Mapping[str, float]) -> Latency:
    """The nearest statement wins; what is stated on a step holds where the step is done."""
    name = participant_of(plan, operation)
    owner = flow.saga.participants.get(name)
    near = plan.step.latency if name == (plan.step.participant or "") else None
    latency = near or (owner.latency if owner is not None else None) or DEFAULT
    return slowed(latency, slow[name]) if name in slow else latency


def _deadline_s(flow: Flow, scope: str) -> float:
    deadline = flow.saga.deadline
    if scope == "":
        return deadline.after_s if deadline is not None else 0.0
    return next(each.after_s for each in flow.scopes if each.name == scope)


def _pause(flow: Flow, world: AnyWorld, move: Move) -> Latency:
    """The range of the pause that the machine asks for."""
    pauses = (command for command in resume(flow, world.state) if isinstance(command, Pause))
    pause = next(command for command in pauses if command.step == move.step)
    if pause.least_s == pause.most_s:
        return _fixed(pause.most_s)
    return Latency(shape="uniform", values_s=(pause.least_s, pause.most_s))


def _fixed(value_s: float) -> Latency:
    return Latency(shape="fixed", values_s=(value_s,))


# -- which time it is


def request_of(move: Move) -> tuple[object, ...]:
    """The timer of the request that an answer answers; of any other move, none that there is."""
    return ("deliver", *move.subject[1:4], "", *move.subject[5:]) if move.kind == "answer" else ()


def is_of_the_run(move: Move) -> bool:
    """Whether its time counts from the start of the run, restarts or not."""
    return move.kind == "deadline" and move.detail == ""


def timer_of(move: Move) -> tuple[object, ...]:
    """What tells one running time from another."""
    return (*move.subject, move.detail) if move.kind in ("decide", "deadline", "hear") else move.subject
