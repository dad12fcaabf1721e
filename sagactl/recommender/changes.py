"""What could be different about a saga, one unit at a time: a table of changes to what is counted.

A change is tried by counting anew and asking the score again, never by reading it off the table of factors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sagactl.recommender.facts import Counts

MOST_UNITS: Final = 6
"""How many units of one kind of change are tried; what is farther away is no help to a designer."""


class Change(NamedTuple):
    """One kind of change: `apply` makes so many units of it, `tell` says it, e.g. `one more branch`.

    `once` marks what can only be or not be.
    """

    name: str
    apply: Callable[[Counts, int], Counts]
    tell: Callable[[int], str]
    once: bool = False


class Changed(NamedTuple):
    """Counts after so many units of a change, and the words for it."""

    name: str
    units: int
    words: str
    counts: Counts


def _more(noun: str, plural: str, rest: str = "") -> Callable[[int], str]:
    return lambda units: (f"one more {noun}" if units == 1 else f"{units} more {plural}") + rest


def _fewer(noun: str, plural: str, rest: str = "") -> Callable[[int], str]:
    return lambda units: (f"one {noun} fewer" if units == 1 else f"{units} {plural} fewer") + rest


def _number(
    name: str, field: str, noun: str, plural: str, more: str = "", fewer: str | None = None
) -> tuple[Change, Change]:
    """More and fewer of something that is counted; what follows the noun may differ."""
    rest = more if fewer is None else fewer
    return (
        Change(f"{name}+", lambda counts, units: _moved(counts, units, field), _more(noun, plural, more)),
        Change(f"{name}-", lambda counts, units: _moved(counts, -units, field), _fewer(noun, plural, rest)),
    )


def _flag(name: str, field: str, on: str, off: str) -> tuple[Change, Change]:
    """Something that becomes true, or no longer is."""
    return (
        Change(f"{name}+", lambda counts, units: _set(counts, field, True), lambda units: on, once=True),
        Change(f"{name}-", lambda counts, units: _set(counts, field, False), lambda units: off, once=True),
    )


def _required(key: str, field: str, value: str = "true") -> tuple[Change, Change]:
    return _flag(f"requires.{key}", field, f"`requires.{key}: {value}`", f"dropping `requires.{key}`")


def _step_and_participant(counts: Counts, units: int) -> Counts:
    return _moved(_moved(counts, units, "steps"), units, "participants")


CHANGES: Final[tuple[Change, ...]] = (
    *_number("branch", "choices", "branch", "branches"),
    *_number("step", "steps", "step", "steps", " by a participant already there", " and as many participants"),
    Change(
        "own-step+",
        _step_and_participant,
        _more("step with a participant of its own", "steps with participants of their own"),
    ),
    Change(
        "own-step-",
        lambda counts, units: _step_and_participant(counts, -units),
        _fewer("step and its participant", "steps and their participants"),
    ),
    *_number("participant", "participants", "participant", "participants", " for the same steps"),
    *_number("compensation", "rollback_chain", "compensation", "compensations", " on the longest rollback chain"),
    *_number("join", "joins", "join of branches", "joins of branches"),
    *_number("service-cycle", "service_cycles", "pair", "pairs", " of services that listen to each other"),
    *_number("reaction", "reactions", "independent retriable reaction", "independent retriable reactions"),
    *_number("human-wait", "human_waits", "wait for a person", "waits for a person"),
    *_number("context", "contexts", "bounded context stated", "bounded contexts stated"),
    *_flag("deadline", "deadline", "a deadline", "dropping the deadline"),
    *_required("visibility", "visibility"),
    *_required("audit", "audit"),
    *_required("throughput", "high_throughput", "high"),
    *_required("latency", "latency", "<bound>"),
    *_required("changes_often", "changes_often"),
    *_required("no_single_point_of_failure", "no_single_point_of_failure"),
    *_required("engine", "engine", "<name>"),
)


def changes(counts: Counts, most_units: int = MOST_UNITS) -> Iterator[Changed]:
    """All that can be different about a saga, the smallest changes first, in the order of the table."""
    for units in range(1, most_units + 1):
        for change in CHANGES:
            if units > 1 and change.once:
                continue
            changed = change.apply(counts, units)
            if changed != counts and _is_possible(changed, counts):
                yield Changed(change.name, units, change.tell(units), changed)


def _is_possible(changed: Counts, counts: Counts) -> bool:
    """Whether a saga can be counted so: nobody takes part without a step, and two steps stay to be coordinated.

    Where the saga itself is out of these bounds, a change must not take it further out.
    """
    return all(
        excess <= max(before, 0) for excess, before in zip(_excesses(changed), _excesses(counts), strict=True)
    ) and (changed.contexts > 0 or counts.contexts == 0)


def _excesses(counts: Counts) -> tuple[int, ...]:
    """By how much counts are out of each of their bounds; inside it is zero or less."""
    steps, participants = counts.steps, counts.participants
    return (
        2 - steps,
        1 - participants,
        participants - steps,
        counts.rollback_chain - steps,
        counts.service_cycles - min(participants * (participants - 1) // 2, steps // 2),
        counts.contexts - participants,
        -min(counts),
    )


def _moved(counts: Counts, units: int, field: str) -> Counts:
    return counts._replace(**{field: getattr(counts, field) + units})


def _set(counts: Counts, field: str, value: bool) -> Counts:
    return counts._replace(**{field: value})
