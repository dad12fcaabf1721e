"""Facts about one saga that several rules need, each computed once and only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sagactl.access import Access, Locks, accesses
from sagactl.budgets import Budget, budget
from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.linter.concerns import CONCERNS
from sagactl.linter.retries import Repeated, repeated
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.advice import Recommend
    from sagactl.linter.data import Datum
    from sagactl.linter.delivery import Delivery
    from sagactl.linter.events import Events
    from sagactl.linter.keys import Key
    from sagactl.linter.locks import Left

COMMITTED_KINDS = ("pivot", "retriable", "read-only")
"""A step that declares one of these kinds says by that why nothing undoes it."""

PLACEHOLDERS = frozenset(
    (
        *("", "fixme", "later", "n/a", "na", "nil", "no", "none", "not needed", "nothing"),
        *("tba", "tbd", "todo", "true", "wip", "x", "xx", "xxx", "yes"),
    )
)
"""What people write where a reason is asked for and none is given."""


class NoReturn(NamedTuple):
    """An effect that cannot be undone, and (as a bit set) the steps after or beside it that can still fail."""

    step: FlowStep
    failing: int


class Facts:
    """A saga's flow and what follows from it; `sagas` are the valid definitions of the run, by id.

    `recommend` says which style suits a saga, where whoever calls lint can tell.
    """

    def __init__(self, saga: Saga, sagas: Mapping[str, Saga] | None = None, recommend: Recommend | None = None) -> None:
        self.saga = saga
        self.sagas = sagas or {}
        self.recommend = recommend
        self.flow = Flow(saga, self.sagas)

    def forget(self) -> None:
        """Let go of all that was found out: some of it refers back to the facts, and would wait for the collector."""
        vars(self).clear()

    @cached_property
    def concerns(self) -> frozenset[str]:
        """What the saga has of all that rules are concerned with."""
        return frozenset(name for name, has in CONCERNS.items() if has(self.saga))

    @cached_property
    def by_events(self) -> bool:
        """Whether the saga is a choreography, or any of its steps names an event that it hears or publishes."""
        return self.choreographed or any(
            step.listens is not None or step.publishes is not None for step in self.saga.steps
        )

    @cached_property
    def choreographed(self) -> bool:
        """Whether nobody leads: the saga says so, or it leaves the style open and something listens to events."""
        if self.saga.style is not None:
            return self.saga.style == "choreography"
        return any(
            step.listens is not None or (step.compensation is not None and step.compensation.listens is not None)
            for step in self.saga.steps
        )

    @cached_property
    def events(self) -> Events:
        """The events of the saga; what does not go by events need not ask."""
        from sagactl.linter.events import Events

        return Events(self)

    @cached_property
    def forgotten(self) -> int:
        """The steps that say neither how they are undone nor why not, as a bit set.

        missing-compensation and unexplained-omission speak of them.
        """
        bits = 0
        for index, step in enumerate(self.saga.steps):
            if is_forgotten(step) or is_unexplained(step):
                bits |= 1 << index
        return bits & ~self.flow.reactions

    @cached_property
    def meant(self) -> Flow:
        """The flow as its author means it: a forgotten compensation makes no pivot.

        Rules about phases look at this one, so that one omission is one finding and not one for each step after it.
        """
        forgotten = self.forgotten
        if not forgotten:
            return self.flow
        steps = tuple(
            replace(step, kind="compensatable") if forgotten >> index & 1 and step.kind is None else step
            for index, step in enumerate(self.saga.steps)
        )
        return Flow(replace(self.saga, steps=steps), self.sagas)

    @cached_property
    def after_pivot(self) -> int:
        """The steps that run only when a pivot is committed, as a bit set."""
        bits = 0
        if self.meant.pivots:
            for step in self.meant.steps:
                if step.place == "after":
                    bits |= 1 << step.index
        return bits

    @cached_property
    def failing(self) -> int:
        """The steps that can end a run's way forward, as a bit set."""
        bits = 0
        for step in self.flow.steps:
            if step.can_fail and (step.step.saga is None or self._child_fails(step.step)):
                bits |= 1 << step.index
        return bits

    @cached_property
    def apart(self) -> int:
        """The steps of which nobody can say when they run, as a bit set.

        They answer a failure, or what starts them comes from somewhere that the definition does not name.
        """
        bits = 0
        if self.by_events:
            known = {*self.saga.starts_on, *self.events.awaited, *self.events.publishers}
            for step in self.flow.steps:
                heard = step.step.listens
                if step.reacts or (heard is not None and not known.issuperset(heard.events)):
                    bits |= 1 << step.index | self.flow.descendants[step.index]
        return bits

    @cached_property
    def no_return(self) -> tuple[NoReturn, ...]:
        """The effects that cannot be undone although something may fail afterwards or at the same time."""
        return tuple(self._no_return())

    @cached_property
    def budget(self) -> Budget:
        """The worst times of the flow as its author means it."""
        return budget(self.meant, self.sagas)

    @cached_property
    def repeated(self) -> tuple[Repeated, ...]:
        """The actions and compensations that are tried more than once."""
        return tuple(repeated(self.saga, self.meant))

    @cached_property
    def accesses(self) -> dict[str, tuple[Access, ...]]:
        """What the steps read and write, by resource, in the order of the flow."""
        return accesses(self.meant)

    @cached_property
    def locks(self) -> Locks:
        """The locks that the steps take, and how long they are held."""
        return Locks(self.meant)

    @cached_property
    def left_behind(self) -> tuple[Left, ...]:
        """The locks that some end of a run leaves behind."""
        from sagactl.linter.locks import left_behind

        return tuple(left_behind(self)) if self.locks.holds else ()

    @cached_property
    def undone_early(self) -> Mapping[int, int]:
        """For steps whose compensation does not wait for those of all later steps, the ones it does not wait for."""
        if self.saga.rollback.order != "parallel" and all(
            step.compensation is None or step.compensation.listens is None for step in self.saga.steps
        ):
            return {}
        from sagactl.linter.undoing import undone_early

        return undone_early(self)

    @cached_property
    def data(self) -> tuple[Datum, ...]:
        """The answers of steps that other steps need, their compensations included."""
        if not any(step.output for step in self.saga.steps):
            return ()
        from sagactl.linter.data import needed

        return needed(self.saga, self.flow.index)

    @cached_property
    def input_used(self) -> frozenset[str]:
        """The names of the input that some step, choice or key reads."""
        return frozenset(text.split(".")[1] for text in self._paths() if text.startswith("input."))

    @cached_property
    def delivery(self) -> Delivery:
        """What travels as messages, and where the promises about it are stated."""
        from sagactl.linter.delivery import Delivery

        return Delivery(self)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The idempotency keys of its commands; none where no step writes one, as the defaults are sound."""
        from sagactl.linter.keys import keys

        return keys(self)

    def fails_later(self, index: int) -> int:
        """The steps after or beside a step that can fail, as a bit set; none that excludes it, and none apart."""
        apart = self.apart
        if apart >> index & 1:
            return 0
        near = (self.flow.descendants[index] | self.flow.beside(index)) & self.failing & ~apart
        own = self.flow.steps[index].step
        if near and own.when:
            for step in self.flow.members(near):
                if exclusive(own, step.step):
                    near &= ~(1 << step.index)
        return near

    def endangers(self, index: int) -> int:
        """The steps after or beside a step whose failure would undo the run, as a bit set: none that is retriable."""
        near = self.fails_later(index)
        if near:
            for step in self.meant.members(near):
                if step.kind == "retriable":
                    near &= ~(1 << step.index)
        return near

    def never_undone(self, step: FlowStep) -> str:
        """Why no run ever starts the compensation of a step, in words; empty if some run may."""
        if step.undo is None or step.kind != "compensatable" or self.failing >> step.index & 1:
            return ""
        if step.place == "after":
            return "" if step.step.kind is not None else f"nothing is undone after the pivot `{self.pivot_of(step).id}`"
        if step.step.local and not self.may_be_called_off(step) and not self.fails_later(step.index):
            return "nothing after it can fail"
        return ""

    def may_be_called_off(self, step: FlowStep) -> bool:
        """Whether a cancellation or the deadline may still strike when the step is done."""
        triggers = self.saga.rollback.triggers
        rest = self.flow.descendants[step.index] | self.flow.beside(step.index)
        return bool(rest) and (
            triggers is None or "cancel" in triggers or (self.saga.deadline is not None and "deadline" in triggers)
        )

    def pivot_of(self, step: FlowStep) -> FlowStep:
        """The pivot that surely comes before a step which stands after one."""
        flow = self.meant
        before = (flow.steps[index] for index in flow.pivots if flow.sure_ancestors[step.index] >> index & 1)
        return next(pivot for pivot in before if not exclusive(pivot.step, step.step))

    def child(self, step: Step) -> Saga | None:
        """The definition that a step runs, if it is known."""
        return self.sagas.get(step.saga) if step.saga is not None else None

    def needs(self, step: Step) -> frozenset[str]:
        """The steps whose output a step's own data come from."""
        found = set()
        for text in strings(step.input):
            if text.startswith("steps."):
                found.add(text.split(".")[1])
        for choice_id in step.when:
            choice = self.saga.choices.get(choice_id)
            for outcome in choice.outcomes if choice is not None else ():
                found |= {piece.split(".")[0] for piece in outcome.predicate.split("steps.")[1:]}
        return frozenset(found)

    def _no_return(self) -> Iterator[NoReturn]:
        for step in self.meant.steps:
            if step.compensation is not None or not _is_final(step):
                continue
            failing = self.endangers(step.index)
            for other in self.meant.members(failing & self.meant.sure_descendants(step.index)):
                # rollback-after-pivot speaks of waits and checks, missing-compensation of what has to be retriable.
                owed = step.step.kind == "pivot" and self.forgotten >> other.index & 1 and not other.says_no
                if other.kind == "read-only" or owed:
                    failing &= ~(1 << other.index)
            if failing:
                yield NoReturn(step, failing)

    def _child_fails(self, step: Step) -> bool:
        """Whether a nested saga can fail; one that is not at hand is given the benefit of the doubt."""
        if step.rejects:
            return True
        child = self.child(step)
        return child is not None and any(inner.can_fail for inner in Flow(child).steps)

    def _paths(self) -> Iterator[str]:
        """Every text of the definition that may name a datum."""
        saga = self.saga
        if saga.correlation is not None:
            yield saga.correlation
        for choice in saga.choices.values():
            for outcome in choice.outcomes:
                yield from _inputs_in(outcome.predicate)
        for step in saga.steps:
            yield from strings(step.input)
            yield from (step.for_each or "",)
            yield from _inputs_in(step.key)
            if step.compensation is not None:
                yield from strings(step.compensation.input)
                yield from _inputs_in(step.compensation.key)


def is_forgotten(step: Step) -> bool:
    """Whether nothing says how the step's action is undone, or why it is not."""
    return (
        step.action is not None
        and step.compensation is None
        and not step.omits_compensation
        and step.kind not in COMMITTED_KINDS
    )


def is_unexplained(step: Step) -> bool:
    """Whether the step is said to have no compensation, without a reason that is one."""
    if not step.omits_compensation or step.kind in COMMITTED_KINDS:
        return False
    return step.no_compensation is None or step.no_compensation.strip(" .-_?!…").lower() in PLACEHOLDERS


def strings(value: Any) -> Iterator[str]:
    """The texts in a piece of data; the reader has bounded its depth, and this uses none of it."""
    if not value:
        return
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            yield current
        elif isinstance(current, Mapping):
            waiting.extend(current.values())
        elif isinstance(current, list | tuple):
            waiting.extend(current)


def _inputs_in(text: str | None) -> Iterator[str]:
    """The `input.x` in a predicate or a key template."""
    for piece in (text or "").split("input.")[1:]:
        length = 0
        while length < len(piece) and (piece[length].isalnum() or piece[length] == "_"):
            length += 1
        yield "input." + piece[:length]


def _is_final(step: FlowStep) -> bool:
    """Whether what the step does stands for good: a pivot, or a retriable step that no pivot protects."""
    if step.kind == "pivot":
        return True
    return step.kind == "retriable" and step.place == "beside" and step.step.wait is None
