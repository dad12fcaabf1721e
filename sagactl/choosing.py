"""How a choice goes for given data: the first outcome whose predicate holds, else the last one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sagactl.model import Choice
from sagactl.predicates import Mistake, Undecided, evaluate, parse


class Chosen(NamedTuple):
    """An outcome: the predicate that holds, or which datum the last one was taken for want of; both empty otherwise."""

    outcome: str
    because: str = ""
    lacks: str = ""


def choose(choice: Choice, data: Mapping[str, Any]) -> Chosen:
    """The outcome of the choice; where a datum is missing nobody can say what holds, and the last one is taken."""
    last = choice.outcomes[-1].id
    for known in choice.outcomes:
        predicate = parse(known.predicate) if not known.is_otherwise else None
        if predicate is None or isinstance(predicate, Mistake):
            break
        held = evaluate(predicate, data)
        if isinstance(held, Undecided):
            return Chosen(last, lacks=held.reason)
        if held:
            return Chosen(known.id, because=known.predicate)
    return Chosen(last)
