"""Idempotency keys: by which text a participant recognises each command, and what that text is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.rule import at_step
from sagactl.promises import undone_by

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class Key(NamedTuple):
    """The key of one command: `text` is its template, `default` the one that holds where none is written.

    `same_as` is equal for two commands that one participant cannot tell apart in a run.
    """

    step: FlowStep
    is_undo: bool
    text: str
    default: str
    is_written: bool
    place: Place
    participant: str
    variables: tuple[str, ...]
    same_as: str

    @property
    def command(self) -> str:
        """The command that carries the key."""
        undo = self.step.compensation
        return undo.command if self.is_undo and undo is not None else self.step.step.action or ""


def keys(facts: Facts) -> tuple[Key, ...]:
    """The keys of all commands that are recognised by one; nothing when no step writes a key of its own."""
    if all(
        step.key is None and (step.compensation is None or step.compensation.key is None) for step in facts.saga.steps
    ):
        return ()
    return tuple(_keys(facts))


def _keys(facts: Facts) -> Iterator[Key]:
    undone = {step.index for step in facts.delivery.undone}
    for step in facts.delivery.sent:
        if step.promises.idempotency not in ("natural", "none"):
            yield _key(step, step.step.key, step.step.participant)
        undo = step.compensation
        if undo is not None and step.index in undone and step.undo_promises.idempotency not in ("natural", "none"):
            yield _key(step, undo.key, undone_by(step), is_undo=True)


def _key(step: FlowStep, written: str | None, participant: str | None, *, is_undo: bool = False) -> Key:
    default = "{saga_id}:{step}" + ":{item}" * (step.step.for_each is not None) + ":undo" * is_undo
    text = written or default
    place = Place((*step.step.route, "compensation", "key")) if is_undo else at_step(step.step.route, "key")
    names = tuple(variables(text))
    return Key(
        step, is_undo, text, default, written is not None, place, participant or "", names, _filled(text, step.id)
    )


def variables(template: str) -> Iterator[str]:
    """The names in braces; the reader has made sure that every brace has its partner."""
    for piece in template.split("{")[1:]:
        yield piece.partition("}")[0].strip()


def _filled(template: str, step: str) -> str:
    """The template with the step's id in its place; the other variables are the same for all steps of a run."""
    first, *pieces = template.split("{")
    text = first
    for piece in pieces:
        name, _, rest = piece.partition("}")
        text += (step if name.strip() == "step" else f"{{{name.strip()}}}") + rest
    return text
