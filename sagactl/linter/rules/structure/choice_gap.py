"""SG007 choice-gap: a choice without `otherwise`, or one that decides nothing.

When no outcome holds the run stops in the middle, with effects that nobody undoes: a datum was missing, a new value was
introduced, a bound was exclusive on both sides. The last outcome is `otherwise`, so that every run has a way to go. A
choice of which no step uses an outcome is reported as a warning: the condition was probably forgotten on a step.

Source: public Step Functions definitions with a Choice state that has no Default (States.NoChoiceMatched).
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total > 1000, small: input.total < 1000}
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
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Put
from sagactl.linter.remedies import without
from sagactl.linter.rule import Hit, Rule
from sagactl.model import OTHERWISE, Choice, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.choices:
        used = {choice for step in saga.steps for choice in step.when}
        for choice in saga.choices.values():
            if not _is_complete(choice):
                yield _gap(choice)
            if choice.id not in used:
                yield _unused(choice, len(saga.choices))


def _is_complete(choice: Choice) -> bool:
    if choice.outcomes[-1].is_otherwise:
        return True
    from sagactl.predicates import Mistake, constant, parse

    parsed = (parse(outcome.predicate) for outcome in choice.outcomes)
    return any(not isinstance(each, Mistake) and constant(each) is True for each in parsed)


def _gap(choice: Choice) -> Hit:
    names = [f"`{outcome.id}`" for outcome in choice.outcomes]
    listed = names[0] + " does not hold" if len(names) == 1 else f"none of {', '.join(names)} holds"
    last = choice.outcomes[-1]
    advice = f"let the last one take the rest, `{last.id}: {OTHERWISE}`, or add an outcome that does"
    return Hit(
        f"choice `{choice.id}` has no `{OTHERWISE}`: when {listed}, the run cannot go on",
        Place(choice.route, "key"),
        help=advice if len(names) > 1 else f"add an outcome `<name>: {OTHERWISE}` at the end",
        fix=_take_the_rest(choice) if len(names) > 1 else None,
    )


def _take_the_rest(choice: Choice) -> Fix:
    last = choice.outcomes[-1]
    return Fix(f"let `{last.id}` take the rest", safe=False, changes=(Put(last.route, OTHERWISE),))


def _unused(choice: Choice, choices: int) -> Hit:
    first = choice.outcomes[0].id
    return Hit(
        f"choice `{choice.id}` decides nothing: no step has it under `when`",
        Place(choice.route, "key"),
        help=f"add `when: {{{choice.id}: {first}}}` to the step that depends on it, or remove the choice",
        note="A step that was meant to depend on it runs in every case.",
        severity="warning",
        fix=without(choice.route, choices),
    )


RULE = Rule(
    code="SG007",
    name="choice-gap",
    severity="error",
    why="A run for which no outcome holds stops in the middle, and nobody undoes what it has done.",
    check=check,
    concerns="choices",
)
