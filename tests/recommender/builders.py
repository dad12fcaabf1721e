"""Sagas in a few words, for the tests of the recommendation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sagactl.model import (
    Choice,
    Compensation,
    Deadline,
    Outcome,
    Participant,
    Requires,
    Retry,
    Saga,
    Step,
    Wait,
)

FOREVER = Retry(attempts="forever")


def act(id: str, participant: str, **more: Any) -> Step:
    """A step that says neither how it is undone nor why not, unless `more` does."""
    return Step(id=id, participant=participant, action="Do" + id.title(), **more)


def done(id: str, participant: str, **more: Any) -> Step:
    """A step with a compensation."""
    return act(id, participant, compensation=Compensation(command="Undo" + id.title()), **more)


def pivot(id: str, participant: str, **more: Any) -> Step:
    return act(id, participant, kind="pivot", **more)


def reaction(id: str, participant: str, **more: Any) -> Step:
    return act(id, participant, kind="retriable", **{"retry": FOREVER, **more})


def read(id: str, participant: str, **more: Any) -> Step:
    return act(id, participant, kind="read-only", **more)


def person(id: str, **more: Any) -> Step:
    return Step(id=id, wait=Wait(decision="Approve", by="clerk"), **more)


def chain(count: int, services: int | None = None, *, last: str = "pivot") -> tuple[Step, ...]:
    """So many steps in a row, each by a service of its own unless there are fewer; the last is the pivot."""
    names = [f"p{index % (services or count)}" for index in range(count)]
    steps = [done(f"s{index}", name) for index, name in enumerate(names)]
    if last == "pivot":
        steps[-1] = pivot(f"s{count - 1}", names[-1])
    return tuple(steps)


def saga(
    steps: Iterable[Step],
    *,
    stores: dict[str, str] | None = None,
    contexts: dict[str, str] | None = None,
    owners: dict[str, str] | None = None,
    deadline: bool = False,
    **more: Any,
) -> Saga:
    """A saga whose participants state what is given, and whose choices are those that its steps name."""
    every = tuple(steps)
    stores, contexts, owners = stores or {}, contexts or {}, owners or {}
    participants = {
        name: Participant(id=name, store=stores.get(name), context=contexts.get(name), owner=owners.get(name))
        for name in dict.fromkeys(step.participant for step in every if step.participant is not None)
    }
    choices = dict.fromkeys(choice for step in every for choice in step.when)
    if deadline:
        more["deadline"] = Deadline(after_s=900.0)
    if isinstance(more.get("requires"), dict):
        more["requires"] = Requires(**more["requires"])
    return Saga(
        id=more.pop("id", "sample"),
        steps=every,
        participants=participants,
        choices={id: choice(id) for id in choices},
        **more,
    )


def choice(id: str) -> Choice:
    yes, no = Outcome(id="yes", predicate="input.x"), Outcome(id="no", predicate="otherwise")
    return Choice(id=id, outcomes=(yes, no))
