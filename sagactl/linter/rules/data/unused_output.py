"""SG704 unused-output: a step's answer brings a datum that nothing in the saga takes.

Either it is left over, or a step that was meant to take it does without. The result of an action is attached to its own
compensation, so what an undone step brings counts as used; so does what the last steps bring, because that is the
result of the run. Where a later step does not say what data it takes, nothing is said.

Source: dead stores in every optimizing compiler.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    input: {order_id: string}
    steps:
      - step: check-address
        participant: shipping
        action: CheckAddress
        input: {order: input.order_id}
        kind: read-only
        output: {zone: string}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        input: {order: input.order_id}
        kind: pivot

Good:
    saga: order
    input: {order_id: string}
    steps:
      - step: check-address
        participant: shipping
        action: CheckAddress
        input: {order: input.order_id}
        kind: read-only
        output: {zone: string}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        input: {order: input.order_id, zone: steps.check-address.output.zone}
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.remedies import without
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    taken: set[tuple[int, str]] | None = None
    for index, step in enumerate(saga.steps):
        if step.output and step.compensation is None and _later_steps_say(index, facts):
            taken = _taken(saga, facts) if taken is None else taken
            for name in step.output:
                if (index, name) not in taken:
                    yield _hit(step, name)


def _later_steps_say(index: int, facts: Facts) -> bool:
    """Whether there are later steps, and all of them say what data they take."""
    later = facts.flow.descendants[index]
    return bool(later) and all(
        step.step.input is not None or step.step.wait is not None for step in facts.flow.members(later)
    )


def _taken(saga: Saga, facts: Facts) -> set[tuple[int, str]]:
    """The steps and outputs that something takes; a choice that no step asks for and the correlation count too."""
    taken = {(datum.source, datum.output) for datum in facts.data}
    texts = [outcome.predicate for choice in saga.choices.values() for outcome in choice.outcomes]
    for text in (*texts, saga.correlation or ""):
        for piece in text.split("steps.")[1:]:
            id, *rest = piece.split(".")
            if id in facts.flow.index and len(rest) > 1:
                at = facts.flow.index[id]
                taken.update((at, name) for name in saga.steps[at].output if rest[1].startswith(name))
    return taken


def _hit(step: Step, name: str) -> Hit:
    route = (*step.route, "output", name)
    return Hit(
        f"`{step.id}` brings `{name}`, and nothing takes it",
        Place(route, "key"),
        step.id,
        help=f"remove it, or let a later step take it:\ninput: {{{name}: steps.{step.id}.output.{name}}}",
        fix=without(route, len(step.output)),
    )


RULE = Rule(
    code="SG704",
    name="unused-output",
    severity="info",
    why="What is brought and never taken was meant for a step that does without it.",
    check=check,
    concerns="outputs",
)
