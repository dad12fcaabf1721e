"""SG706 type-mismatch: a datum is taken for another type than it is declared to have.

A text is never equal to a number, so the outcome that asks for it is never taken, and `otherwise` gets all; an order
between the two has no answer at all, and the run stops at the choice. The list of a `for_each` has to be an array, a
number has no parts, and what a nested saga is started with has to be of the types that it declares.

Source: CEL language definition, on comparisons of different types; JSON Schema, on types.
Since: 0.1

Bad:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total > '1000', small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total > 1000, small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sagactl.finding import Place, Related
from sagactl.linter.datatypes import a_type, agree, json_type, mismatches, type_of, type_of_value
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Choice, Outcome, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for choice in saga.choices.values():
        for outcome in choice.outcomes:
            if not outcome.is_otherwise:
                yield from _outcome(saga, choice, outcome)
    for step in saga.steps:
        if step.for_each is not None:
            yield from _items(saga, step)
        if step.saga is not None:
            child = facts.child(step)
            if child is not None and step.input is not None:
                yield from _nested(saga, step, child)


def _outcome(saga: Saga, choice: Choice, outcome: Outcome) -> Iterator[Hit]:
    from sagactl.predicates import Mistake, parse

    predicate = parse(outcome.predicate)
    if isinstance(predicate, Mistake):
        return
    for mismatch in mismatches(saga, predicate):
        yield Hit(
            f"outcome `{outcome.id}` of `{choice.id}`: {mismatch.said}",
            Place(outcome.route or (*choice.route, outcome.id)),
            help="compare it with a value of its own type, or declare it as what it is",
            related=_declared(saga, mismatch.path),
        )


def _declared(saga: Saga, path: str) -> tuple[Related, ...]:
    """Where the type of a path is declared."""
    segments = path.split(".")
    if segments[0] == "input":
        return (Related("declared here", Place(("input", segments[1]))),)
    step = saga.step(segments[1])
    return (Related("declared here", Place((*step.route, "output", segments[3]))),) if step is not None else ()


def _items(saga: Saga, step: Step) -> Iterator[Hit]:
    path = step.for_each or ""
    typed = type_of(saga, path)
    if typed.broken or not agree(typed.type, "array"):
        yield Hit(
            f"`{step.id}` is done for each of `{path}`, but "
            + (typed.broken or f"that is {a_type(typed.type or '')} and not an array"),
            at_step(step.route, "for_each"),
            step.id,
            help=f"name a list:\nfor_each: {path if typed.broken else 'input.items'}",
            related=_declared(saga, path),
        )


def _nested(saga: Saga, step: Step, child: Saga) -> Iterator[Hit]:
    """What a nested saga is started with, against what it declares."""
    given = step.input or {}
    for name, value in given.items():
        wanted, has = json_type(child.input.get(name)), _type(saga, value)
        if not agree(has, wanted):
            yield Hit(
                f"`{child.id}` takes `{name}` as {a_type(wanted or '')}, and gets {a_type(has or '')}",
                Place((*step.route, "input", name)),
                step.id,
                help=f"give it {a_type(wanted or '')}, or declare it in `{child.id}` as what it is",
            )


def _type(saga: Saga, value: Any) -> str | None:
    if isinstance(value, str) and value.startswith(("input.", "steps.")):
        return type_of(saga, value).type
    return None if isinstance(value, str) and value.split(".")[0] == "item" else type_of_value(value)


RULE = Rule(
    code="SG706",
    name="type-mismatch",
    severity="warning",
    why="The comparison is never true, or has no answer, and the run takes the wrong way or stops.",
    check=check,
)
