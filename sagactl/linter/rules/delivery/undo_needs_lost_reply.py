"""SG309 undo-needs-lost-reply: the compensation needs a datum that only the answer of its own action brings.

When that answer is lost nobody knows whether the action was done, so it is undone to be safe; and just then the datum
is missing. Let the caller choose the id before it sends anything, and give it to both the action and the compensation:
the participant finds by it what is to be undone. An answer that did arrive is attached to the compensation anyway.

Source: the Cadence and Temporal booking samples, of which the later one draws the request ids before the call.
Since: 0.1

Bad:
    saga: trip
    input: {trip_id: string}
    steps:
      - step: book-car
        participant: cars
        action: BookCar
        input: {trip: input.trip_id}
        output: {booking_id: string}
        compensation: {command: CancelCar, input: {booking: steps.book-car.output.booking_id}}
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {trip: input.trip_id}
        kind: pivot

Good:
    saga: trip
    input: {trip_id: string}
    steps:
      - step: book-car
        participant: cars
        action: BookCar
        input: {trip: input.trip_id}
        output: {booking_id: string}
        compensation: {command: CancelCar, input: {trip: input.trip_id}}
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {trip: input.trip_id}
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.facts import strings
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.delivery.undone_unknown:
        undo = step.compensation
        if undo is not None and undo.input and step.step.output:
            needed = _needed(step, undo.input)
            if needed is not None:
                yield _hit(step, undo.command, *needed)


def _needed(step: FlowStep, data: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first name of the compensation's input that comes from the step's own answer, and what it takes from it."""
    own = f"steps.{step.id}.output."
    for name, value in data.items():
        for text in strings(value):
            if text.startswith(own):
                return name, text.removeprefix(own).split(".")[0]
    return None


def _hit(step: FlowStep, command: str, name: str, datum: str) -> Hit:
    lost = "and nobody waits for it" if step.step.reply is False else "and that may be lost"
    return Hit(
        f"`{command}` needs `{datum}`, which only the answer of `{step.id}` brings, {lost}",
        Place((*step.step.route, "compensation", "input", name)),
        step.id,
        help=f"choose the id before the call, and give it to `{step.step.action}` and to `{command}`:\n"
        f"input: {{{datum}: input.{datum}}}",
        related=(Related("comes with the answer", Place((*step.step.route, "output", datum), "key")),),
    )


RULE = Rule(
    code="SG309",
    name="undo-needs-lost-reply",
    severity="warning",
    why="Where the answer was lost the compensation does not know what to undo, and the effect stays behind.",
    check=check,
    concerns="outputs",
)
