"""What people do to a run by hand, carried out like everything else: one change, written with who did it and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sagactl.errors import UsageError, suggest
from sagactl.flow import Flow
from sagactl.machine.repair import BY_NAME, WITH_RESULT, Repair, ResolveStep, RetryStep, repair
from sagactl.machine.state import outcome, status
from sagactl.runtime.change import Change, Draw, made
from sagactl.runtime.definition import Definition
from sagactl.runtime.messages import Message, Request
from sagactl.runtime.record import Run
from sagactl.runtime.store import Act
from sagactl.trace import Moment
from sagactl.world.by_hand import moment_by_hand, words

CANCEL: Final = "cancel"
REPAIRS: Final = ("retry", "skip", "resolve done", "resolve not-done")
"""What can be asked for, by name."""

REPAIRED: Final = "Repaired"
REFUSED: Final = "Refused"
"""The events that a log tells of."""

NOWHERE: Final = -1


class Refused(UsageError):
    """A repair that makes no sense for the run as it is."""


def is_repair(message: Message) -> bool:
    """Whether the message is for a run that ended parked, too."""
    return isinstance(message, Request) and message.what != CANCEL


def wanted_of(flow: Flow, request: Request) -> Repair:
    """The repair that is asked for; of a step that the saga does not have, one that will be refused."""
    made_of = BY_NAME.get(request.what)
    if made_of is None:
        return RetryStep(NOWHERE)
    wanted = made_of(flow.index.get(request.step, NOWHERE))
    knows = isinstance(wanted, ResolveStep) and wanted.done and request.result is not None
    return ResolveStep(wanted.step, True, True) if knows else wanted


def mend(
    definition: Definition, run: Run, wanted: Repair, act: Act, now_s: float, draw: Draw, result: object = None
) -> Change:
    """The change that the repair is; raises Refused when the machine says that it makes no sense."""
    flow = definition.flow(run.input)
    state, commands, reason = repair(flow, run.state, wanted)
    if reason:
        raise Refused(reason, help=_help(flow, act))
    if isinstance(wanted, ResolveStep) and wanted.known:
        run = replace(run, results={**run.results, act.step: result})
    if state.restarts > run.state.restarts:
        run = replace(run, results={})
    told = moment_by_hand(flow, wanted.step, words(_name(wanted, act), act.who, act.why))
    return made(definition, flow, run, state, commands, (told,), REPAIRED, now_s, draw)


def _name(wanted: Repair, act: Act) -> str:
    return f"{act.what}{WITH_RESULT}" if isinstance(wanted, ResolveStep) and wanted.known else act.what


def _help(flow: Flow, act: Act) -> str:
    return "" if act.step in flow else suggest(act.step, tuple(flow.index))


def refusal(definition: Definition, run: Run, act: Act, refused: Refused, now_s: float) -> Change:
    """Nothing has changed, and the history says why."""
    flow = definition.flow(run.input)
    now = status(flow, run.state)
    told = Moment("alert", detail=f"{act.what} {act.step} refused: {refused.message}", status=now)
    after = replace(run, changed_s=now_s, revision=run.revision + 1)
    moment = told._replace(t_s=max(0.0, now_s - run.started_s))
    return Change(after, REFUSED, (moment,), status=now, ended=outcome(flow, run.state))
