"""The skeleton of a saga as Promela: Spin has to find the same number of states, and the same verdict.

What the machine does is written out state by state, as the machine said it.  What can happen to a step, and what must
hold of the order and of the ends, is written a second time, in Promela, of the records alone: where Spin sees something
happen of which the machine was never asked, it says so.

Source: Holzmann, The SPIN Model Checker, 2003.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import Record, State
from sagactl.world.skeleton import Skeleton, Turn, one_try, onward, opening

KINDS: Final[dict[str, tuple[Record, ...]]] = {
    "ON": ("requested", "paused", "asked"),
    "BACK": ("undoing", "undo-paused", "falling-back", "fallback-paused"),
    "OWED": ("done", "unknown", "unheard"),
    "PARKED": ("stuck", "dead", "left", "standing", "unconfirmed"),
    "NOT_BEGUN": ("idle", "skipped"),
}
"""Records by what they mean; something of a step that is owed has to be undone, if it has effects."""

PHASES: Final = ("forward", "back", "ended")
DECIDED: Final = 1
"""Of a choice that is just being decided; outcomes count from the number after it, and 0 is not asked yet."""


class Chance(NamedTuple):
    """Something that can happen: when, as Promela says it, and its name in the skeleton."""

    guard: str
    step: int
    what: str


def render(flow: Flow, found: Skeleton, title: str) -> str:
    """The model of a skeleton that was seen to its end."""
    return "\n".join(_Model(one_try(flow), found).lines(title)) + "\n"


class _Model:
    """The model in the making."""

    def __init__(self, flow: Flow, found: Skeleton) -> None:
        self.flow = flow
        self.numbers = {state: number for number, state in enumerate(found.seen)}
        self.rows: dict[tuple[int, str], list[tuple[State, State]]] = {}
        for state in found.seen:
            for turn, after in onward(flow, state) if state.phase != "ended" else ():
                self.rows.setdefault(_key(turn), []).append((state, after))

    def lines(self, title: str) -> Iterator[str]:
        yield f"/* {title}"
        yield "   r is the state of the run; x… are the records of the steps, c… what became of each choice."
        yield "*/"
        yield from self._words()
        yield from self._declarations(opening(self.flow))
        yield "inline order() {"
        yield from self._order()
        yield "}"
        yield "active proctype saga() {"
        yield "  do"
        for chance in self._chances():
            yield from self._turn(chance)
        yield from self._ends()
        yield "  od"
        yield "}"

    # -- what there is

    def _words(self) -> Iterator[str]:
        records = {step.record for state in self.numbers for step in state.steps}
        for number, record in enumerate(sorted(records.union(*KINDS.values()))):
            yield f"#define {_word(record)} {number}"
        for kind, members in KINDS.items():
            yield f"#define {kind}(x) ({' || '.join(f'x == {_word(record)}' for record in members)})"
        for number, phase in enumerate(PHASES):
            yield f"#define {_word(phase)}_PHASE {number}"

    def _declarations(self, begin: State) -> Iterator[str]:
        yield "short r = 0; bit wish = 0;"
        yield f"byte phase = {_word(begin.phase)}_PHASE;"
        for plan, step in zip(self.flow.steps, begin.steps, strict=True):
            yield f"byte x{plan.index} = {_word(step.record)}; hidden byte was{plan.index}; /* {plan.id} */"
        for number, value in enumerate(self._choices(begin)):
            yield f"byte c{number} = {value};"

    def _choices(self, state: State) -> Iterator[int]:
        for choice, chosen in zip(self.flow.saga.choices.values(), state.choices, strict=True):
            ids = [outcome.id for outcome in choice.outcomes]
            yield 0 if chosen is None else DECIDED if chosen == "" else DECIDED + 1 + ids.index(chosen)

    # -- what can happen

    def _chances(self) -> Iterator[Chance]:
        for plan in self.flow.steps:
            yield from self._forward(plan)
            yield from self._back(plan)
        for number, choice in enumerate(self.flow.saga.choices.values()):
            yield from (Chance(f"c{number} == {DECIDED}", -1, f"{choice.id}={each.id}") for each in choice.outcomes)
        forward = "phase == FORWARD_PHASE"
        yield Chance(forward, -1, "cancel")
        if self.flow.saga.deadline is not None:
            yield Chance(forward, -1, "deadline")
        for scope in self.flow.scopes:
            inner = [f"x{self.flow.index[id]}" for id in scope.steps]
            begun = " || ".join(f"!NOT_BEGUN({x})" for x in inner)
            waiting = " || ".join(f"ON({x}) || {x} == IDLE" for x in inner)
            yield Chance(f"{forward} && ({begun}) && ({waiting})", -1, f"deadline of {scope.name}")

    def _forward(self, plan: FlowStep) -> Iterator[Chance]:
        """A step that is under way is done, says no, or uses up its tries, so that nobody knows."""
        index, own, on = plan.index, plan.step, f"ON(x{plan.index})"
        yield Chance(on, index, "done")
        if own.rejects:
            yield Chance(on, index, "rejected")
        if own.wait is not None:
            if plan.action.timeout_s is not None:
                yield Chance(on, index, "timed out")
            return
        asked = f"x{index} == ASKED"
        if plan.promises.status_query:
            yield Chance(asked, index, "not done")
            yield Chance(asked, index, "not to be asked either")
        if plan.action.tries is not None:
            what = "never answers" if plan.promises.status_query else "unknown"
            yield Chance(f"{on} && !({asked})", index, what)

    def _back(self, plan: FlowStep) -> Iterator[Chance]:
        if plan.undo is not None:
            yield Chance(f"BACK(x{plan.index})", plan.index, "undone")
            if not plan.step.local and plan.undo.tries is not None:
                yield Chance(f"BACK(x{plan.index})", plan.index, "not undone")

    def _turn(self, chance: Chance) -> Iterator[str]:
        """What the machine makes of it in each state; in others it was never asked, so nothing may happen there."""
        told = self.flow.steps[chance.step].id if chance.step >= 0 else "the run"
        yield f"  /* {told}: {chance.what} */"
        yield f"  :: d_step {{ {chance.guard} -> {self._before()}"
        yield "     if"
        for state, after in self.rows.get((chance.step, chance.what), ()):
            yield f"     :: r == {self.numbers[state]} -> {self._changes(state, after)}"
        yield "     :: else -> assert(false)"
        yield "     fi; order() }"

    def _before(self) -> str:
        return " ".join(f"was{plan.index} = x{plan.index};" for plan in self.flow.steps)

    def _changes(self, state: State, after: State) -> str:
        """Only what differs is set."""
        found = [f"r = {self.numbers[after]}"]
        if after.phase != state.phase:
            found.append(f"phase = {_word(after.phase)}_PHASE")
        if after.wish != state.wish:
            found.append(f"wish = {int(bool(after.wish))}")
        for plan, old, new in zip(self.flow.steps, state.steps, after.steps, strict=True):
            if new.record != old.record:
                found.append(f"x{plan.index} = {_word(new.record)}")
        for number, (before, chosen) in enumerate(zip(self._choices(state), self._choices(after), strict=True)):
            if chosen != before:
                found.append(f"c{number} = {chosen}")
        return "; ".join(found)

    # -- what must hold

    def _order(self) -> Iterator[str]:
        """S9 and S10, of every move."""
        for plan in self.flow.steps:
            begins = f"(BACK(x{plan.index}) && !BACK(was{plan.index}))"
            later = list(self.flow.members(self.flow.descendants[plan.index]))
            if later and self.flow.saga.rollback.order != "parallel":
                open_ones = " || ".join(map(_unsettled, later))
                yield f"  assert(!({begins} && ({open_ones}))); /* S9 {plan.id} */"
            for pivot in self.flow.pivots:
                yield f"  assert(!({begins} && was{pivot} == DONE)); /* S10 {plan.id} */"
        yield "  skip"

    def _ends(self) -> Iterator[str]:
        """S8: it goes on without a fault, or has ended; then S11, and `accept`."""
        under_way = [f"ON(x{plan.index}) || BACK(x{plan.index})" for plan in self.flow.steps]
        under_way += [f"c{number} == {DECIDED}" for number in range(len(self.flow.saga.choices))]
        yield "  /* the end */"
        yield f"  :: d_step {{ phase != ENDED_PHASE && !({' || '.join(under_way)}) -> assert(false) }} /* S8 */"
        yield "  :: d_step { phase == ENDED_PHASE -> skip }"
        for plan in self.flow.steps:
            x, id = f"x{plan.index}", plan.id
            if plan.kind == "pivot" and not plan.promises.status_query:
                yield f"  :: d_step {{ phase == ENDED_PHASE && {x} == STANDING -> assert(false) }} /* S11 {id} */"
            if self.flow.saga.accept is not None and id not in self.flow.accepted:
                yield f"  :: d_step {{ phase == ENDED_PHASE && PARKED({x}) -> assert(false) }} /* accept {id} */"


def _key(turn: Turn) -> tuple[int, str]:
    return turn.step, turn.what


def _word(record: str) -> str:
    return record.upper().replace("-", "_")


def _unsettled(plan: FlowStep) -> str:
    x = f"x{plan.index}"
    return f"ON({x}) || BACK({x})" + (f" || OWED({x})" if plan.has_effects else "")
