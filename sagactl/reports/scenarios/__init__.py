"""Played scenarios, one file per format; a member is a module with `render(run) -> str`.

A `Run` is what one call has to say: the scenarios that were played, and the files that could not be.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from json import dumps
from shlex import join
from typing import Final, NamedTuple

from sagactl.linter.linted import Linted
from sagactl.reports.style import Style, plain
from sagactl.scenario import Scenario
from sagactl.simulator.scenarios import Played

FORMATS: Final = ("text", "json", "junit")


class Result(NamedTuple):
    """One scenario that was played: its file, its line there, and the path of its definition."""

    path: str
    line: int
    definition: str
    played: Played


class Run(NamedTuple):
    """Everything that was played, the files with findings, and how to show it all.

    `deselected` counts the scenarios that were not asked for.
    """

    results: tuple[Result, ...]
    broken: tuple[Linted, ...] = ()
    deselected: int = 0
    style: Style = plain
    width: int = 100
    ascii: bool = False
    verbose: bool = False

    @property
    def failed(self) -> int:
        return sum(not result.played.passed for result in self.results)

    def by_file(self) -> Iterator[tuple[str, tuple[Result, ...]]]:
        return ((path, tuple(group)) for path, group in groupby(self.results, key=lambda result: result.path))


def reproduction(result: Result) -> str:
    """The call that rehearses the scenario alone, as one types it into a shell."""
    scenario = result.played.scenario
    return join(["sagactl", "simulate", result.definition, *_options(scenario), "--expect", scenario.expect.outcome])


def _options(scenario: Scenario) -> Iterator[str]:
    lists = (
        ("--fail", scenario.fail),
        ("--timeout", scenario.timeout),
        ("--fail-undo", scenario.fail_undo),
        ("--fault", scenario.faults),
        ("--choose", tuple(f"{choice}={outcome}" for choice, outcome in scenario.choose.items())),
    )
    for option, words in lists:
        for word in words:
            yield from (option, word)
    if scenario.input is not None:
        yield from ("--input", dumps(dict(scenario.input)))
    if scenario.style is not None:
        yield from ("--style", scenario.style)
    if scenario.max_tries is not None:
        yield from ("--max-tries", str(scenario.max_tries))
