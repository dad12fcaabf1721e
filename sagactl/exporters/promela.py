"""The model that was explored, as Promela: Spin has to find the same number of worlds, and the same verdict.

What the machine does is written out record by record, as the machine said it.  What messages, participants and faults
do is written a second time, in Promela, and shares nothing with the explorer: that is what makes the comparison worth
something.

Source: Holzmann, The SPIN Model Checker, 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple, TypeVar

from sagactl.errors import NotSupported
from sagactl.flow import FlowStep
from sagactl.machine import events as e
from sagactl.world.explore import AT_ONCE
from sagactl.world.local import MAX_MESSAGES, Reply, Request
from sagactl.world.participants import is_idempotent
from sagactl.world.parts import Answer, Message, Truth
from sagactl.world.properties import PROPERTIES, Property
from sagactl.world.tables import Tables
from sagactl.world.timers import Send, Timer
from sagactl.world.world import heard, is_silent

TRUTHS: Final = tuple(Truth(*each) for each in product((0, 1, 2), (0, 1, 2), (False, True)))


class Case(NamedTuple):
    """What a participant does with a request in one situation: when, what it changes, what it answers."""

    when: str
    changes: str
    answer: Answer


def render(tables: Tables, steps: tuple[int, ...], title: str) -> str:
    """The model of a flow that was explored to its end; `steps` are those whose properties are asserted."""
    for plan in tables.flow.steps:
        if plan.promises.ordered_delivery:
            raise NotSupported("export", "`ordered_delivery` as Promela", f"step `{plan.id}`")
    return "\n".join(_Model(tables).lines(steps, title)) + "\n"


class _Model:
    """The model in the making."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.steps = tables.flow.steps
        locals_ = [tables.locals[plan.index] for plan in self.steps]
        self.requests = [_all(request for local in known for request in local.requests) for known in locals_]
        self.replies = [
            _all((*(reply for local in known for reply in local.replies), *self._possible_replies(plan)))
            for plan, known in zip(self.steps, locals_, strict=True)
        ]
        self.heard = tables.heard()

    def _possible_replies(self, plan: FlowStep) -> Iterator[Reply]:
        """What the participant would answer, although the explorer saw no world in which it does: Spin may see one."""
        for request in self.requests[plan.index]:
            if request[0] != "wait" and not plan.step.local and not is_silent(plan, Message(plan.index, *request)):
                yield from ((*request, case.answer) for case in self._cases(plan, request) if case.answer)

    def lines(self, steps: tuple[int, ...], title: str) -> Iterator[str]:
        yield f"/* {title}"
        yield "   r is the record of the run; for each step: q… requests and p… replies on their way,"
        yield "   done… and undone… how often its action and its compensation took effect, no… whether it is refused."
        yield "*/"
        yield from self._declarations()
        yield from self._records()
        yield "active proctype world() {"
        yield "end:"
        yield "  do"
        for plan in self.steps:
            yield from self._of_step(plan)
        yield from self._of_the_run()
        yield from self._given_up()
        yield from self._properties(steps)
        yield "  od"
        yield "}"

    # -- what there is

    def _declarations(self) -> Iterator[str]:
        begin = self.tables.begin()
        yield f"short r = {begin >> self.tables.shift};"
        for plan in self.steps:
            local = self.tables.local_of(begin, plan.index)
            for request in self.requests[plan.index]:
                yield f"byte {_q(plan.index, request)} = {local.requests.count(request)};"
            for reply in self.replies[plan.index]:
                yield f"bit {_p(plan.index, reply)} = 0;"
            yield f"byte done{plan.index} = 0; byte undone{plan.index} = 0; bit no{plan.index} = 0;"
            flying = [_q(plan.index, each) for each in self.requests[plan.index]]
            flying += [_p(plan.index, each) for each in self.replies[plan.index]]
            yield f"#define IN_FLIGHT{plan.index} ({' + '.join(flying) or '0'})"

    def _records(self) -> Iterator[str]:
        for number, state in enumerate(self.tables.records):
            told = ", ".join(f"{plan.id} {step.record}" for plan, step in zip(self.steps, state.steps, strict=True))
            yield f"/* r == {number}: {state.phase}: {told.replace('*/', '')} */"

    # -- messages

    def _of_step(self, plan: FlowStep) -> Iterator[str]:
        yield f"  /* {plan.id} */"
        for request in self.requests[plan.index]:
            yield from self._delivered(plan, request)
        for reply in self.replies[plan.index]:
            name = _p(plan.index, reply)
            event, _ = heard(Message(plan.index, *reply, detail=reply[2] if reply[2] in ("no", "refuses-undo") else ""))
            yield from self._told(name, f"{name} = 0", event, plan.index)
            if "reply-lost" in self.tables.possible[plan.index]:
                yield _statement(name, f"{name} = 0")

    def _delivered(self, plan: FlowStep, request: Request) -> Iterator[str]:
        index, q = plan.index, _q(plan.index, request)
        taken, possible = f"{q}--", self.tables.possible[index]
        if request[0] == "wait":
            yield from self._told(q, taken, e.ActionSucceeded(index), index)
            if "reject" in possible:
                yield from self._told(q, taken, e.ActionRejected(index, "no"), index)
            if "request-lost" in possible:
                yield _statement(q, taken)
            return
        for case in self._cases(plan, request):
            yield from self._answered(plan, request, case)
        undo = request[0] in ("undo", "fallback")
        lost, copied = (
            ("compensation-request-lost", "compensation-duplicate") if undo else ("request-lost", "duplicate")
        )
        if lost in possible and request[0] != "status":
            yield _statement(q, taken)
        if copied in possible and request[0] != "status":
            yield _statement(f"{q} && IN_FLIGHT{index} < {MAX_MESSAGES}", f"{q}++")

    def _cases(self, plan: FlowStep, request: Request) -> Iterator[Case]:
        """What the participant does, then what it may do wrong."""
        index, operation = plan.index, request[0]
        done, undone, no = f"done{index}", f"undone{index}", f"no{index}"
        once_more = f"{done} = ({done} < 2 -> {done} + 1 : 2)"
        undone_more = f"{undone} = ({undone} < 2 -> {undone} + 1 : 2)"
        knows = "1" if is_idempotent(plan, Message(index, *request)) else "0"
        possible = self.tables.possible[index]
        if operation == "status":
            yield Case(f"{done} > 0", "", "done")
            yield Case(f"{done} == 0", f"{no} = 1", "not-done")
        elif operation == "action":
            again = f"(!{no} && {done} > 0 && {knows})"
            runs = f"(!{no} && !({done} > 0 && {knows}))"
            yield Case(no, "", "no")
            yield Case(again, "", "ok")
            yield Case(runs, once_more, "ok")
            remembers = f"{no} = 1" if plan.promises.remembers_failures else ""
            yield from _if("reject" in possible, Case(runs, remembers, "no"))
            yield from _if("fail" in possible, Case(runs, "", "error"))
            yield from _if("key-expired" in possible, Case(again, once_more, "ok"))
            yield from _if("send-lost" in possible, Case(runs, once_more, ""))
            yield from _if("write-lost" in possible, Case(runs, "", "ok"))
        else:
            tombstone = f"{no} = 1" if plan.promises.rejects_late_actions else ""
            again = f"({done} > 0 && {undone} > 0 && {knows})"
            runs = f"({done} > 0 && !({undone} > 0 && {knows}))"
            yield Case(f"{done} == 0", tombstone, "undone")
            yield Case(again, "", "undone")
            yield Case(runs, _and(undone_more, tombstone), "undone")
            rejects = operation == "undo" and plan.compensation is not None and bool(plan.compensation.rejects)
            failed: Answer = "refuses-undo" if rejects else "not-undone"
            yield from _if("compensation-fail" in possible, Case(runs, "", failed))
            expired = "key-expired" in possible and operation == "undo"
            yield from _if(expired, Case(f"({undone} > 0 && {knows})", undone_more, "undone"))

    def _answered(self, plan: FlowStep, request: Request, case: Case) -> Iterator[str]:
        q = _q(plan.index, request)
        guard, changes = f"{q} && {case.when}", _and(f"{q}--", case.changes)
        if case.answer and plan.step.local:
            event, _ = heard(Message(plan.index, *request, answer=case.answer))
            yield from self._told(guard, changes, event, plan.index)
        elif case.answer and not is_silent(plan, Message(plan.index, *request)):
            reply = _p(plan.index, (*request, case.answer))
            yield _statement(guard, _and(changes, f"{reply} = 1"))
        else:
            yield _statement(guard, changes)

    # -- the machine

    def _told(self, guard: str, changes: str, event: e.Event, step: int) -> Iterator[str]:
        """The orchestrator hears of the event: nothing comes of it, or what the machine says."""
        ignoring = []
        for record in range(len(self.tables.records)):
            after, sends = self.heard.get((record, type(event), event), (record, ()))
            if after == record and not sends:
                ignoring.append(record)
            else:
                yield self._moved(guard, changes, record, after, sends, step)
        if ignoring:
            yield _statement(f"{guard} && {_one_of(ignoring)}", changes)

    def _moved(
        self, guard: str, changes: str, record: int, after: int, sends: tuple[Send, ...], taken: int = -1
    ) -> str:
        """One change of the record; what it sends needs room, which the message that was taken has left."""
        conditions, actions = [guard] if guard else [], [changes] if changes else []
        conditions.append(f"r == {record}")
        for step, request, again in sends:
            room = MAX_MESSAGES + (1 if step == taken else 0)
            if request is None:
                actions += [f"{_q(step, each)} = 0" for each in self.requests[step] if each[0] == "wait"]
            elif again:
                limit = 1 if request[0] == "wait" else room
                actions.append(f"if :: IN_FLIGHT{step} < {limit} -> {_q(step, request)}++ :: else fi")
            else:
                conditions.append(f"IN_FLIGHT{step} < {room}")
                actions.append(f"{_q(step, request)}++")
        return _statement(" && ".join(conditions), "; ".join([*actions, f"r = {after}"]))

    def _of_the_run(self) -> Iterator[str]:
        yield "  /* timeouts, retries, decisions, and what happens to the run */"
        for record in range(len(self.tables.records)):
            for timer, after, sends in self.tables.ticking(record):
                yield self._moved(self._not_early(timer), "", record, after, sends)

    def _not_early(self, timer: Timer) -> str:
        """Where a timer cannot be early, nothing that it waits for may be on its way."""
        if timer.kind != "timeout" or self.tables.possible[timer.step] & {"late", "compensation-late"}:
            return ""
        of_try = [_q(timer.step, each) for each in self.requests[timer.step] if each[:2] == timer[3:5]]
        of_try += [_p(timer.step, each) for each in self.replies[timer.step] if each[:2] == timer[3:5]]
        return f"({' + '.join(of_try) or '0'}) == 0"

    def _given_up(self) -> Iterator[str]:
        quiet = " && ".join(f"IN_FLIGHT{plan.index} == 0" for plan in self.steps)
        for record, after, sends in self.tables.giving_up():
            yield self._moved(quiet, "", record, after, sends)

    # -- properties

    def _properties(self, steps: tuple[int, ...]) -> Iterator[str]:
        yield "  /* what must not be */"
        ended = [number for number, state in enumerate(self.tables.records) if state.phase == "ended"]
        quiet = " && ".join(f"IN_FLIGHT{plan.index} == 0" for plan in self.steps)
        for plan in (self.steps[index] for index in steps if self.steps[index].has_effects):
            for law in PROPERTIES:
                for guard in self._broken(plan, law, ended, quiet):
                    yield f"  :: d_step {{ {guard} -> assert(false) }} /* {law.name} */"

    def _broken(self, plan: FlowStep, law: Property, ended: list[int], quiet: str) -> Iterator[str]:
        """Where a property does not hold, situation by situation."""
        at_once = law.name in AT_ONCE
        for number, truth in product([0] if at_once else ended, TRUTHS):
            state = self.tables.records[number]
            if law.broken(plan, state.steps[plan.index], truth, state):
                yield _is(plan, truth) if at_once else f"r == {number} && {quiet} && {_is(plan, truth)}"


def _is(plan: FlowStep, truth: Truth) -> str:
    index = plan.index
    return f"done{index} == {truth.done} && undone{index} == {truth.undone} && no{index} == {int(truth.refuses)}"


def _statement(guard: str, changes: str) -> str:
    return f"  :: d_step {{ {guard} -> {changes} }}"


def _one_of(records: list[int]) -> str:
    return "(" + " || ".join(f"r == {record}" for record in records) + ")"


def _and(*changes: str) -> str:
    return "; ".join(change for change in changes if change)


def _if(wanted: bool, case: Case) -> Iterator[Case]:
    if wanted:
        yield case


Token = TypeVar("Token", Request, Reply)


def _all(found: Iterable[Token]) -> list[Token]:
    return sorted(set(found))


def _q(step: int, request: Request) -> str:
    return f"q{step}_{request[0]}{request[1]}"


def _p(step: int, reply: Reply) -> str:
    return f"p{step}_{reply[0]}{reply[1]}_{reply[2].replace('-', '_')}"
