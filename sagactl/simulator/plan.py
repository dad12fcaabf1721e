"""Which faults a rehearsal injects, read from the words of the command line.

A fault is addressed as `STEP:FAULT` (its first try), `STEP#2:FAULT` (its second) or `STEP#*:FAULT` (every try).
`STEP[2]:FAULT` names an item, `OUTER/INNER:FAULT` a step of a nested saga; the step alone means all of them.
`STEP:cancel`, `STEP:deadline` and `STEP:crash` happen while the step is in flight, `STEP!:cancel` after its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from sagactl.errors import NotSupported, UnknownName, UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import State
from sagactl.model import Style
from sagactl.world.faults import BY_NAME, impossible
from sagactl.world.parts import Operation

EVERY_TRY: Final = 0
MAX_TRIES: Final = 20
"""After so many tries the rehearsal stops waiting for what is tried for ever."""

_address = re.compile(
    r"(?P<step>[^#:!]+)(?P<after>!)?(?:#(?P<attempt>\*|[1-9][0-9]{0,5}))?(?P<after2>!)?:(?P<fault>[a-z-]+)"
)


class PlannedFault(NamedTuple):
    """One fault of a plan: at which try of which step (`EVERY_TRY` for all), and which row of the table.

    `after` is for what happens to the run: not while the step is in flight, but just after its answer.  `word` is what
    was asked for, where that stands for several steps: it is met when one of them meets it.
    """

    step: str
    attempt: int
    fault: str
    after: bool = False
    word: str = ""

    def __str__(self) -> str:
        attempt = "#*" if self.attempt == EVERY_TRY else f"#{self.attempt}" if self.attempt > 1 else ""
        return f"{self.step}{'!' if self.after else ''}{attempt}:{self.fault}"

    def hits(self, step: str, operation: Operation, attempt: int, fault: str, run: int = 0) -> bool:
        """Whether this is the fault: one of the compensation hits that alone, any other the action (or wait) alone.

        A fault of one try happens once, so not again after the saga was restarted.
        """
        own = operation == "undo" if fault.startswith("compensation-") else operation in ("action", "wait")
        if self.step != step or self.fault != fault or not own:
            return False
        return self.attempt == EVERY_TRY or (self.attempt == attempt and run == 0)


class Plan(NamedTuple):
    """What a rehearsal injects and decides; `data` is the input of the run, None when none was given.

    `state` is a saved state to go on from (`state_data` as it was read), `cancel_now` cancels the run at once, and
    `profile` names the engine whose way of going back is rehearsed.  `moves` are made first, in their order, whatever
    their times are; `assume` names promises that are taken for given (as `payment.idempotency`), and `beside` says how
    the run meets another one, if it is one of two.
    """

    faults: tuple[PlannedFault, ...] = ()
    choices: Mapping[str, str] = {}
    data: Mapping[str, Any] | None = None
    max_tries: int = MAX_TRIES
    cancel_now: bool = False
    profile: str = ""
    state: State | None = None
    state_data: Any = None
    moves: tuple[Mapping[str, Any], ...] = ()
    assume: tuple[str, ...] = ()
    style: Style = "orchestration"
    beside: str = ""

    def as_json(self) -> dict[str, Any]:
        """All that is needed to play the run again."""
        told: dict[str, Any] = {"cancel_now": self.cancel_now, "profile": self.profile, "state": self.state_data}
        told |= {"moves": [dict(move) for move in self.moves], "assume": list(self.assume)}
        told["beside"] = self.beside
        told["style"] = self.style if self.style != "orchestration" else ""
        return {
            "faults": [str(fault) for fault in self.faults],
            "choices": dict(self.choices),
            "input": self.data,
            "max_tries": self.max_tries,
            **{name: value for name, value in told.items() if value},
        }


def make_plan(
    flow: Flow,
    *,
    fail: Iterable[str] = (),
    timeout: Iterable[str] = (),
    fail_undo: Iterable[str] = (),
    faults: Iterable[str] = (),
    choose: Iterable[str] = (),
    data: Mapping[str, Any] | None = None,
    max_tries: int = MAX_TRIES,
    style: Style | None = None,
) -> Plan:
    """The plan that these words name; raises UsageError for what does not exist or can never happen.

    Without a style it is that of the definition, or an orchestration.
    """
    style = style or style_of(flow)
    planned = [
        *(_fail(flow, step)._replace(word=_word(flow, id)) for id in fail for step in find_steps(flow, id)),
        *(_timeout(flow, step)._replace(word=_word(flow, id)) for id in timeout for step in find_steps(flow, id)),
        *(_fail_undo(step)._replace(word=_word(flow, id)) for id in fail_undo for step in find_steps(flow, id)),
        *(fault for text in faults for fault in _parse(flow, text)),
    ]
    for fault in planned:
        _refuse_impossible(flow, fault, style)
    if max_tries < 1:
        raise UsageError("the number of tries must be at least 1")
    return Plan(tuple(dict.fromkeys(planned)), _choices(flow, choose), data, max_tries, style=style)


def style_of(flow: Flow) -> Style:
    """The style that the definition declares; where it leaves that open, somebody leads."""
    return flow.saga.style or "orchestration"


def find_steps(flow: Flow, id: str) -> tuple[FlowStep, ...]:
    """The steps that this id stands for; raises UnknownName with what comes close."""
    found = flow.named(id)
    if not found:
        raise UnknownName("step", id, dict.fromkeys((*flow.parts, *flow.index)))
    return found


def refuse_unsupported(flow: Flow, style: Style = "orchestration") -> None:
    """Raises NotSupported for what cannot be run in this style, by name."""
    for plan in flow.steps:
        where = f"step `{plan.id}`"
        if plan.step.for_each is not None or plan.step.saga is not None:
            raise NotSupported("simulate", "a saga that was not unfolded", where)
        if plan.reacts and style == "orchestration":
            what = "a step that starts when another one fails or is undone, in an orchestration"
            raise NotSupported("simulate", what, where)
    if flow.saga.rollback.then == "restart" and style == "choreography":
        what = "a saga that is tried again as a whole, in a choreography, where nobody could start it again"
        raise NotSupported("simulate", what, "`rollback`")


def _fail(flow: Flow, plan: FlowStep) -> PlannedFault:
    """A business no where the step lists one; otherwise a technical failure of every try."""
    if plan.step.rejects:
        return PlannedFault(plan.id, _once(flow), "reject")
    if plan.step.wait is not None:
        return PlannedFault(plan.id, _once(flow), "request-lost")
    return PlannedFault(plan.id, EVERY_TRY, "fail")


def _once(flow: Flow) -> int:
    """The first try; all of them where the saga is tried again, because what fails would fail again."""
    return EVERY_TRY if flow.saga.rollback.then == "restart" else 1


def _word(flow: Flow, id: str) -> str:
    return "" if id in flow else id


def _fail_undo(plan: FlowStep) -> PlannedFault:
    return PlannedFault(plan.id, EVERY_TRY, "compensation-fail")


def _timeout(flow: Flow, plan: FlowStep) -> PlannedFault:
    """The answer never comes, to any try: it was done, but nobody knows; a wait is simply never answered."""
    if plan.step.wait is not None:
        return PlannedFault(plan.id, _once(flow), "request-lost")
    return PlannedFault(plan.id, EVERY_TRY, "reply-lost")


def _parse(flow: Flow, text: str) -> list[PlannedFault]:
    matched = _address.fullmatch(text)
    if matched is None:
        raise UsageError(
            f"`{text}` names no fault", help="write STEP:FAULT, STEP#2:FAULT or STEP#*:FAULT, such as `pay:reply-lost`"
        )
    steps = find_steps(flow, matched["step"])
    if matched["fault"] not in BY_NAME:
        raise UnknownName("fault", matched["fault"], BY_NAME)
    attempt = {None: 1, "*": EVERY_TRY}.get(matched["attempt"])
    number = int(matched["attempt"]) if attempt is None else attempt
    after = bool(matched["after"] or matched["after2"])
    if after and BY_NAME[matched["fault"]].subject != "run":
        raise UsageError(f"`{text}`: only `crash`, `cancel` and `deadline` can come just after an answer")
    word = _word(flow, matched["step"])
    return [PlannedFault(plan.id, number, matched["fault"], after, word) for plan in steps]


def _refuse_impossible(flow: Flow, planned: PlannedFault, style: Style) -> None:
    """A fault that the definition or the style rules out is a mistake of the call."""
    fault, plan = BY_NAME[planned.fault], flow[planned.step]
    reason = impossible(fault, plan, style)
    if fault.name == "deadline" and flow.saga.deadline is None:
        reason = f"`{flow.saga.id}` has no deadline"
    if not reason and plan.step.wait is not None and "wait" not in fault.operations:
        reason = f"`{plan.id}` waits; nothing of this kind is sent"
    operations: tuple[Operation, ...] = fault.operations
    policy = plan.undo if "undo" in operations and "action" not in operations else plan.action
    if not reason and policy is not None and policy.tries is not None and planned.attempt > policy.tries:
        reason = f"`{plan.id}` is tried {policy.tries} time{'s' if policy.tries > 1 else ''} at most"
    if reason:
        raise UsageError(f"`{planned}` can never happen: {reason}", help=_instead(plan, planned.fault, style))


def _instead(plan: FlowStep, fault: str, style: Style) -> str:
    possible = [name for name, row in BY_NAME.items() if name != fault and not impossible(row, plan, style)]
    return f"possible at `{plan.id}`: " + ", ".join(f"`{name}`" for name in possible) if possible else ""


def _choices(flow: Flow, choose: Iterable[str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for text in choose:
        name, equals, outcome = text.partition("=")
        if not equals:
            raise UsageError(f"`{text}` chooses nothing", help="write CHOICE=OUTCOME")
        choice = flow.saga.choices.get(name)
        if choice is None:
            raise UnknownName("choice", name, flow.saga.choices)
        if all(outcome != known.id for known in choice.outcomes):
            raise UnknownName(f"outcome of `{name}`:", outcome, [known.id for known in choice.outcomes])
        chosen[name] = outcome
    return chosen
