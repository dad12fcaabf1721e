"""A saga is unfolded into the one that runs: nested sagas become their steps, items become steps of their own.

A step `outer` that runs another saga becomes that saga's steps, called `outer/inner`; a step with `for_each` becomes
one step for each item, called `step[1]`, `step[2]`, and so on.  What the inner saga leaves to its own defaults is
written out, so that the result stands by itself and means the same.

Source: nested transactions become open subtransactions of their parent (Weikum and Schek, 1992); a nested saga is
undone by its own compensations, which unfolding keeps in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import MAX_DEPTH, Flow, FlowStep, Scope
from sagactl.model import FOREVER, Choice, Compensation, Participant, Retry, Saga, Step
from sagactl.policies import Policy

ASSUMED_ITEMS: Final = 2
"""How many items a rehearsal assumes when no input says otherwise: the least that can fail in part."""

MAX_STEPS: Final = 5_000
"""Of an unfolded saga; more is not a rehearsal any more."""


class Unfolded(NamedTuple):
    """The saga that runs, and the steps that each step of the definition became."""

    saga: Saga
    parts: Mapping[str, tuple[str, ...]]
    scopes: tuple[Scope, ...] = ()

    @property
    def flow(self) -> Flow:
        """What follows from the unfolded saga."""
        return Flow(self.saga, scopes=self.scopes, parts=self.parts)


def unfold(saga: Saga, sagas: Mapping[str, Saga] | None = None, data: Mapping[str, Any] | None = None) -> Unfolded:
    """The saga without nesting and repetition; `data` is the input, which says how many items there are.

    Raises UsageError for more items than `max_items`, and for a saga that grows beyond all bounds.
    """
    if all(step.saga is None and step.for_each is None for step in saga.steps):
        return Unfolded(saga, {step.id: (step.id,) for step in saga.steps})
    return _Unfolding(sagas or {}).unfold(saga, data, MAX_DEPTH)


class _Unfolding:
    """One unfolding: it counts the steps that it makes."""

    def __init__(self, sagas: Mapping[str, Saga]) -> None:
        self.sagas = sagas
        self.made = 0

    def unfold(self, saga: Saga, data: Mapping[str, Any] | None, depth: int) -> Unfolded:
        flow = Flow(saga, self.sagas)
        steps: list[Step] = []
        parts: dict[str, tuple[str, ...]] = {}
        ends: dict[str, tuple[str, ...]] = {}
        choices, participants, scopes = dict(saga.choices), dict(saga.participants), list[Scope]()
        for plan in sorted(flow.steps, key=lambda step: flow.order.index(step.index)):
            before = tuple(dict.fromkeys(end for index in plan.after for end in ends[flow.steps[index].id]))
            if plan.step.saga is not None:
                made = self._nested(plan, before, depth, choices, participants, scopes)
            elif plan.step.for_each is not None:
                made = _items(plan, before, data)
            else:
                made = [replace(plan.step, after=before, listens=None if plan.join == "all" else plan.step.listens)]
            self._count(saga, len(made))
            steps += made
            parts[plan.id] = tuple(step.id for step in made)
            ends[plan.id] = _ends(made) or before
        whole = replace(saga, steps=tuple(steps), choices=choices, participants=participants)
        return Unfolded(whole, parts, tuple(scopes))

    def _count(self, saga: Saga, number: int) -> None:
        self.made += number
        if self.made > MAX_STEPS:
            raise UsageError(f"`{saga.id}` unfolds into more than {MAX_STEPS} steps", help="take fewer items")

    def _nested(
        self,
        outer: FlowStep,
        before: tuple[str, ...],
        depth: int,
        choices: dict[str, Choice],
        participants: dict[str, Participant],
        scopes: list[Scope],
    ) -> list[Step]:
        child = self.sagas.get(outer.step.saga or "")
        if child is None:
            raise UsageError(f"there is no definition of `{outer.step.saga}`, which `{outer.id}` runs")
        if depth == 0:
            raise UsageError(f"`{outer.id}` is nested more than {MAX_DEPTH} levels deep")
        unfolded = self.unfold(_explicit(child, self.sagas), None, depth - 1)
        inner = unfolded.saga
        rename = _Rename(outer.id, inner, participants)
        for choice in inner.choices.values():
            choices[rename(choice.id)] = replace(choice, id=rename(choice.id))
        participants.update(rename.participants())
        scopes += [Scope(rename(each.name), tuple(map(rename, each.steps)), each.after_s) for each in unfolded.scopes]
        if child.deadline is not None:
            ids = tuple(rename(step.id) for step in inner.steps)
            scopes.append(Scope(outer.id, ids, child.deadline.after_s))
        return [rename.step(step, before, outer.step.when) for step in inner.steps]


class _Rename:
    """The names of an inner saga as its parent knows them."""

    def __init__(self, outer: str, inner: Saga, known: Mapping[str, Participant]) -> None:
        self.outer = outer
        self.inner = inner
        self.new = {id: id if known.get(id) in (None, p) else self(id) for id, p in inner.participants.items()}

    def __call__(self, id: str) -> str:
        return f"{self.outer}/{id}"

    def participants(self) -> dict[str, Participant]:
        return {self.new[id]: replace(each, id=self.new[id]) for id, each in self.inner.participants.items()}

    def _participant(self, id: str | None) -> str | None:
        return self.new.get(id, id) if id is not None else None

    def step(self, step: Step, before: tuple[str, ...], when: Mapping[str, str]) -> Step:
        undo = step.compensation
        return replace(
            step,
            id=self(step.id),
            after=tuple(map(self, step.after or ())) or before,
            when={**when, **{self(choice): outcome for choice, outcome in step.when.items()}},
            participant=self._participant(step.participant),
            compensation=replace(undo, participant=self._participant(undo.participant)) if undo else None,
        )


def _explicit(saga: Saga, sagas: Mapping[str, Saga]) -> Saga:
    """The saga with every policy that its steps inherit written at the step."""
    return replace(saga, steps=tuple(_explicit_step(plan) for plan in Flow(saga, sagas).steps))


def _explicit_step(plan: FlowStep) -> Step:
    undo: Compensation | None = plan.compensation
    if undo is not None and plan.undo is not None:
        undo = replace(undo, timeout_s=plan.undo.timeout_s, retry=_retry(plan.undo))
    if plan.step.saga is not None:
        return plan.step
    return replace(
        plan.step,
        kind=plan.kind,
        timeout_s=plan.action.timeout_s,
        retry=_retry(plan.action),
        compensation=undo,
        failed_step=plan.failed_step,
    )


def _retry(policy: Policy) -> Retry:
    return Retry(
        attempts=FOREVER if policy.tries is None else policy.tries,
        initial_s=policy.initial_s,
        factor=policy.factor,
        max_s=policy.max_s,
        jitter=policy.jitter,
        only=policy.only,
    )


def _items(plan: FlowStep, before: tuple[str, ...], data: Mapping[str, Any] | None) -> list[Step]:
    """A step for each item: one after the other, or so many at once as `parallel` allows."""
    number = _number_of_items(plan.step, data)
    at_once = plan.step.parallel
    width = number if at_once is True else max(1, int(at_once or 1))
    ids = [f"{plan.id}[{position}]" for position in range(1, number + 1)]
    single = replace(plan.step, for_each=None, max_items=None, parallel=None, kind=plan.kind, listens=None)
    return [
        replace(single, id=id, after=before if position < width else (ids[position - width],))
        for position, id in enumerate(ids)
    ]


def _number_of_items(step: Step, data: Mapping[str, Any] | None) -> int:
    found = _list_at(step.for_each or "", data)
    number = ASSUMED_ITEMS if found is None else found
    if step.max_items is not None and found is None:
        number = min(number, step.max_items)
    if step.max_items is not None and number > step.max_items:
        raise UsageError(
            f"`{step.id}` takes at most {step.max_items} items, and the input has {number}",
            help="a run with more items would be refused at its start",
        )
    return number


def _list_at(path: str, data: Mapping[str, Any] | None) -> int | None:
    """How many items the input holds at a path, or None when it does not say."""
    if data is None or not path.startswith("input."):
        return None
    value: Any = data
    for name in path.split(".")[1:]:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return len(value) if isinstance(value, list) else None


def _ends(steps: list[Step]) -> tuple[str, ...]:
    """The steps of a group that no other step of it waits for."""
    waited = {id for step in steps for id in step.after or ()}
    return tuple(step.id for step in steps if step.id not in waited)
