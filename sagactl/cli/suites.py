"""Scenario files are judged here: what makes no sense becomes findings, and everything else is played."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sagactl.errors import UsageError
from sagactl.finding import Finding, Place
from sagactl.linter.lint import lint
from sagactl.linter.linted import Linted, locate
from sagactl.model import Saga
from sagactl.reports.scenarios import Result
from sagactl.scenario import Scenario
from sagactl.simulator.scenarios import Mistake, Played, mistakes, play
from sagactl.source.build import Reading
from sagactl.source.scenarios import finding
from sagactl.unfold import unfold
from sagactl.workspace import Suite, Workspace


class Judged(NamedTuple):
    """What became of a scenario file: its results, the readings with findings, and how many were not asked for."""

    results: tuple[Result, ...]
    broken: tuple[Reading, ...]
    deselected: int


def judge(suite: Suite, wanted: str = "") -> Judged:
    """Every scenario whose name holds `wanted` is played; those that make no sense are told, and the others go on."""
    file, workspace = suite.scenarios.file, suite.definition
    if file is None or workspace is None or not workspace.readings[0].valid:
        definitions = workspace.readings if workspace is not None else ()
        return Judged((), _broken(suite.scenarios.text, *definitions), 0)
    chosen = [scenario for scenario in file.scenarios if wanted.lower() in scenario.name.lower()]
    results: list[Result] = []
    found: list[Finding] = []
    for scenario in chosen:
        outcome = _played(workspace, scenario)
        if isinstance(outcome, Played):
            results.append(_result(suite, outcome))
        else:
            found += outcome
    text = suite.scenarios.having(found).text
    return Judged(tuple(results), _broken(text), len(file.scenarios) - len(chosen))


def _broken(*readings: Reading) -> tuple[Reading, ...]:
    return tuple(reading for reading in readings if not reading.valid)


def _result(suite: Suite, played: Played) -> Result:
    document = suite.scenarios.text.document
    line = locate(document, Place((*played.scenario.route, "name"))).line
    return Result(suite.scenarios.name, line, suite.path, played)


def _played(workspace: Workspace, scenario: Scenario) -> Played | list[Finding]:
    """The scenario's run, or what keeps it from being played."""
    saga = workspace.readings[0].saga
    assert saga is not None, "a valid reading has a saga"
    if found := list(_of_input(saga, scenario)):
        return found
    try:
        flow = unfold(saga, workspace.sagas, scenario.input).flow
        found = list(map(_finding, mistakes(flow, scenario)))
        return found or play(flow, scenario)
    except UsageError as error:
        return [finding("SG019", error.message, Place((*scenario.route, "name")), error.help)]


def _finding(mistake: Mistake) -> Finding:
    return finding("SG003" if mistake.unknown else "SG019", mistake.message, mistake.place, mistake.help)


def _of_input(saga: Saga, scenario: Scenario) -> Iterator[Finding]:
    if scenario.input is not None:
        from sagactl.source.instances import problems_of_input

        for problem in problems_of_input(saga, dict(scenario.input)):
            yield finding("SG019", problem, Place((*scenario.route, "input")))


def linted(readings: Iterable[Reading]) -> tuple[Linted, ...]:
    """Each file once, with its findings at their places."""
    by_name = {reading.name: reading for reading in readings}
    return tuple(lint(reading, ()) for reading in by_name.values())
