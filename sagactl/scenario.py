"""A scenario: what a rehearsal is given, and how it must end; the plain values, wherever they come from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from sagactl.model import Route, Style

Outcome = Literal["completed", "compensated", "parked"]


class Letter(NamedTuple):
    """An expected dead letter; without a reason any reason will do."""

    step: str
    reason: str | None = None


class Expectation(NamedTuple):
    """How a run must end; None is what nothing is said of.

    `executed` and `compensated` are in order, the others are not.
    """

    outcome: Outcome
    executed: tuple[str, ...] | None = None
    compensated: tuple[str, ...] | None = None
    dead_letters: tuple[Letter, ...] | None = None
    skipped: tuple[str, ...] | None = None
    duration_at_most_s: float | None = None
    violations: tuple[str, ...] | None = None


class Scenario(NamedTuple):
    """One rehearsal with its expectation; `route` is where it stands in its file.

    Without a style the run goes on as its definition says.
    """

    name: str
    expect: Expectation
    fail: tuple[str, ...] = ()
    timeout: tuple[str, ...] = ()
    fail_undo: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    choose: Mapping[str, str] = MappingProxyType({})
    input: Mapping[str, Any] | None = None
    max_tries: int | None = None
    style: Style | None = None
    route: Route = ()
