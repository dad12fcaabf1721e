"""How probable faults are, read from the words of the command line.

`0.02` is the chance of each message to meet a fault: one of those that can happen to it, each as likely.  `STEP=0.1`
says the same of one step's messages, `FAULT=0.02` is the chance of this very fault wherever it can happen, and
`STEP:FAULT=0.05` its chance there.  The nearest statement wins; a general chance is shared by the faults that have
none of their own.  What happens to the whole run (`crash`, `cancel`, `deadline`) happens only when it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sagactl.errors import UnknownName, UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.model import Style
from sagactl.simulator.plan import find_steps, make_plan, style_of
from sagactl.world.faults import BY_NAME, Fault, impossible

HOW_TO_WRITE: Final = "write 0.02, STEP=0.1, FAULT=0.02 or STEP:FAULT=0.05, with numbers from 0 to 1, or percentages"
LATE: Final = ("late", "compensation-late")
ANY: Final = ""


class Rate(NamedTuple):
    """The chance of a fault (`ANY` for one of those that can happen) at a step (`ANY` for all of them)."""

    chance: float
    step: str = ANY
    fault: str = ANY
    word: str = ""


class Rates(NamedTuple):
    """All chances that were stated, later statements of the same over earlier ones."""

    rates: tuple[Rate, ...] = ()

    def own(self, step: str, fault: str) -> Rate | None:
        """What is stated of this very fault: at this step, else anywhere."""
        return self._nearest(step, fault) or self._nearest(ANY, fault)

    def shared(self, step: str) -> Rate | None:
        """What is stated of faults in general: at this step, else anywhere."""
        return self._nearest(step, ANY) or self._nearest(ANY, ANY)

    def _nearest(self, step: str, fault: str) -> Rate | None:
        return next((rate for rate in reversed(self.rates) if rate.step == step and rate.fault == fault), None)

    def among(self, step: str, faults: Sequence[str]) -> tuple[tuple[Rate, float], ...]:
        """For each of the faults that can happen to a message: the statement that holds, and the chance."""
        own = [self.own(step, fault) for fault in faults]
        shared = self.shared(step) or Rate(0.0)
        portion = shared.chance / max(1, own.count(None))
        return tuple((shared, portion) if rate is None else (rate, rate.chance) for rate in own)


def make_rates(flow: Flow, words: Iterable[str], style: Style | None = None) -> Rates:
    """The rates that these words state; raises UsageError for what does not exist or can never happen."""
    style = style or style_of(flow)
    rates = Rates(tuple(rate for word in words for rate in _parse(flow, word, style)))
    for plan in flow.steps:
        _refuse_more_than_certain(rates, plan, style)
    return rates


def _parse(flow: Flow, word: str, style: Style) -> Iterator[Rate]:
    address, _, number = word.rpartition("=")
    chance = _chance(word, number)
    if not address:
        yield Rate(chance, word=word)
        return
    step, _, fault = address.rpartition(":")
    if step:
        yield from (_checked(flow, Rate(chance, plan.id, fault, word), style) for plan in find_steps(flow, step))
    elif fault in BY_NAME:
        if flow.named(fault):
            raise UsageError(f"`{fault}` is a fault and a step", help="write STEP:FAULT=RATE")
        yield _anywhere(flow, Rate(chance, ANY, fault, word), style)
    elif flow.named(fault):
        yield from (Rate(chance, plan.id, ANY, word) for plan in flow.named(fault))
    else:
        raise UnknownName("step or fault", fault, (*dict.fromkeys((*flow.parts, *flow.index)), *BY_NAME))


def _chance(word: str, number: str) -> float:
    try:
        chance = float(number[:-1]) / 100 if number.endswith("%") else float(number)
    except ValueError:
        raise UsageError(f"`{word}` states no rate", help=HOW_TO_WRITE) from None
    if not 0 <= chance <= 1:
        raise UsageError(f"`{word}`: a rate is a number from 0 to 1", help=HOW_TO_WRITE)
    return chance


def _checked(flow: Flow, rate: Rate, style: Style) -> Rate:
    _refuse_late(rate)
    make_plan(flow, faults=[f"{rate.step}#*:{rate.fault}"], style=style)
    return rate


def _anywhere(flow: Flow, rate: Rate, style: Style) -> Rate:
    """A fault that no step can have is a mistake of the call."""
    _refuse_late(rate)
    problem: UsageError | None = None
    for plan in flow.steps:
        try:
            make_plan(flow, faults=[f"{plan.id}#*:{rate.fault}"], style=style)
        except UsageError as error:
            problem = error
        else:
            return rate
    raise UsageError(f"`{rate.word}`: `{rate.fault}` can happen at no step", help=problem.message if problem else "")


def _refuse_late(rate: Rate) -> None:
    if rate.fault in LATE:
        raise UsageError(
            f"`{rate.word}`: how often a message is late follows from latencies and timeouts",
            help="state `latency` as percentiles, or slow a participant down: `--slow PARTICIPANT=10`",
        )


def _refuse_more_than_certain(rates: Rates, plan: FlowStep, style: Style) -> None:
    """The faults of one message exclude each other, so that their chances add up to 1 at most."""
    for undoing in (False, True):
        for subjects in (("request", "reply"),) if style == "choreography" else (("request",), ("reply",)):
            rows = (row for row in BY_NAME.values() if row.subject in subjects)
            names = [row.name for row in rows if _may(row, plan, undoing, style)]
            own = [rate.chance for name in names if (rate := rates.own(plan.id, name)) is not None]
            general = rates.shared(plan.id) if len(own) < len(names) else None
            total = sum(own) + (general.chance if general is not None else 0.0)
            if total > 1 + 1e-9:
                what = f"{subjects[0]} of the compensation" if undoing else subjects[0]
                raise UsageError(f"the rates of faults of one {what} of `{plan.id}` add up to {total:g}, more than 1")


def _may(row: Fault, plan: FlowStep, undoing: bool, style: Style) -> bool:
    here = ("undo", "fallback") if undoing else ("action", "wait")
    return any(operation in here for operation in row.operations) and not impossible(row, plan, style)


def make_slow(flow: Flow, words: Iterable[str]) -> Mapping[str, float]:
    """By which factor each participant that is named takes longer; raises UsageError for what does not exist."""
    found: dict[str, float] = {}
    known = {step.participant or "": None for step in flow.saga.steps} | dict.fromkeys(flow.saga.participants)
    for word in words:
        name, _, number = word.rpartition("=")
        try:
            factor = float(number)
        except ValueError:
            factor = -1.0
        if not name or not 0 < factor <= 1e6:
            raise UsageError(f"`{word}` slows nobody down", help="write PARTICIPANT=FACTOR, such as `payment=10`")
        if name not in known:
            raise UnknownName("participant", name, [each for each in known if each])
        found[name] = factor
    return found
