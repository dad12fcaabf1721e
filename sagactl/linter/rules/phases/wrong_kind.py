"""SG201 wrong-kind: the declared kind contradicts what the step says or where it stands.

A pivot or a retriable step is never undone, so its compensation would never run; a compensatable step has a
compensation; a read-only step writes and locks nothing; a retriable step stands where nothing can fail any more, which
is after the pivot. One of the two statements is wrong, and the way back follows the wrong one.

Source: Richardson, Microservices Patterns, chapter 4: compensatable, pivot and retriable transactions.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        kind: retriable
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        kind: compensatable
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Change, Drop, Fix, Put, Related
from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.linter.remedies import behind
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if step.kind is not None:
            hit = _in_itself(step) or _by_its_place(facts.meant.steps[index], facts)
            if hit is not None:
                yield hit


def _in_itself(step: Step) -> Hit | None:
    """Whether the step says two things that exclude each other."""
    kind = step.kind
    if step.wait is not None:
        if kind == "read-only":
            return None
        hit = _hit(step, f"a wait has no effects, so it cannot be {_a(kind)}", "remove `kind` from the wait", "wait")
        return hit._replace(fix=Fix("remove the kind", safe=False, changes=(Drop((*step.route, "kind")),)))
    if kind in ("pivot", "retriable") and step.compensation is not None:
        said = f"{_a(kind)} is never undone, but `{step.compensation.command}` is to undo it"
        help = "remove the compensation, or write `kind: compensatable`"
        return _hit(step, said, help, "compensation")
    if kind == "compensatable" and step.omits_compensation:
        help = "kind: pivot\n# or, after the pivot:\nkind: retriable"
        return _hit(step, "it is declared compensatable, but has no compensation", help, "no_compensation")
    if kind == "read-only":
        return _read_only(step)
    return None


def _read_only(step: Step) -> Hit | None:
    for key, resource in (
        ("writes", step.writes[0] if step.writes else None),
        ("lock", step.lock),
        ("unlock", step.unlock),
    ):
        if resource is not None:
            said = (
                f"it is declared read-only, but {key} `{resource}`"
                if key == "writes"
                else f"a read-only step does not {key} `{resource}`"
            )
            return _hit(step, said, "kind: compensatable\ncompensation: <what undoes it>", key)
    return None


def _by_its_place(step: FlowStep, facts: Facts) -> Hit | None:
    """Whether the declared kind can be, where the step stands."""
    definition, flow = step.step, facts.meant
    if definition.kind == "retriable" and step.place == "before" and facts.fails_later(step.index):
        return _too_early(step, facts)
    if definition.kind == "compensatable":
        return _never_undone(step, facts)
    if definition.kind == "pivot" and not facts.failing >> step.index & 1:
        first = _pivot_before(flow, step)
        if first is not None:
            said = f"the pivot is `{first.id}` already, and this step cannot fail"
            related = (Related("the pivot", at_step(first.step.route)),)
            hit = _hit(definition, said, "kind: retriable", related=related)
            return hit._replace(fix=_declared(definition, "retriable"))
    return None


def _too_early(step: FlowStep, facts: Facts) -> Hit:
    flow = facts.meant
    pivot = next(
        (each for each in flow.steps if each.kind == "pivot" and flow.descendants[step.index] >> each.index & 1), None
    )
    if pivot is not None:
        said = f"it is declared retriable, but the pivot `{pivot.id}` comes after it and may still fail"
    else:
        pivot = next(flow.members(facts.fails_later(step.index)))
        said = f"it is declared retriable, but no pivot comes before it and `{pivot.id}` may still fail"
    move = behind(step, 1 << pivot.index, flow).strip()
    help = f"{move}\n# or, where it stands:\nkind: compensatable\ncompensation: <what undoes it>"
    return _hit(step.step, said, help, related=(Related(f"`{pivot.id}` can fail", at_step(pivot.step.route)),))


def _never_undone(step: FlowStep, facts: Facts) -> Hit | None:
    definition = step.step
    child = facts.child(definition)
    if child is not None:
        inner = next((each for each in Flow(child, facts.sagas).steps if each.kind == "pivot"), None)
        if inner is not None:
            said = f"it is declared compensatable, but the pivot `{inner.id}` of `{child.id}` cannot be undone"
            return _hit(definition, said, "kind: pivot", "saga")._replace(fix=_declared(definition, "pivot"))
    if step.place != "after" or facts.failing >> step.index & 1:
        return None
    pivot = _pivot_before(facts.meant, step)
    if pivot is None:
        return None
    said = f"it is declared compensatable, but nothing is undone after the pivot `{pivot.id}`"
    hit = _hit(definition, said, "kind: retriable", related=(Related("the pivot", at_step(pivot.step.route)),))
    return hit._replace(fix=_declared(definition, "retriable"))


def _declared(step: Step, kind: str) -> Fix:
    """Another kind, and without a compensation that such a step never uses."""
    changes: list[Change] = [Put((*step.route, "kind"), kind)]
    if step.compensation is not None:
        changes.append(Drop((*step.route, "compensation")))
    return Fix(f"declare it {kind}", safe=False, changes=tuple(changes))


def _pivot_before(flow: Flow, step: FlowStep) -> FlowStep | None:
    pivots = (flow.steps[index] for index in flow.pivots if flow.sure_ancestors[step.index] >> index & 1)
    return next((pivot for pivot in pivots if not exclusive(pivot.step, step.step)), None)


def _a(kind: str | None) -> str:
    return f"a {kind}" if kind == "pivot" else f"a {kind} step"


def _hit(step: Step, said: str, help: str, other: str = "", related: tuple[Related, ...] = ()) -> Hit:
    if other:
        related = (Related("this contradicts it", at_step(step.route, other)),)
    return Hit(f"`{step.id}`: {said}", at_step(step.route, "kind"), step.id, help=help, related=related)


RULE = Rule(
    code="SG201",
    name="wrong-kind",
    severity="error",
    why="The way back follows the kind, so a wrong one leaves an effect standing or undoes what was settled.",
    check=check,
)
