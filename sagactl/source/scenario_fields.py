"""The keys of a scenario file, as one table: their shapes and what they mean.

What the words name (steps, faults, choices) is decided against the definition, by whoever plays the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sagactl import scenario
from sagactl.model import Route
from sagactl.source.shapes import Count, Data, Field, Group, Many, Record, Table, Text, Time, Word

MAX_SCENARIOS: Final = 1_000

_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_PART = rf"{_ID}(?:\[[1-9][0-9]{{0,5}}\])?"
_STEP = Text(rf"{_PART}(?:/{_PART})*", "a step such as `charge-payment`, `pack[2]` or `outer/inner`", 1_100)
_STEPS = Many(_STEP, single=True)
_LIST = Many(_STEP)
_FAULT = Text(what="a fault such as `charge-payment#2:reply-lost`", max_length=1_200)
_CHOICE = Text(rf"{_PART}(?:/{_PART})*", "a choice such as `speed`", 1_100)
_OUTCOME = Text(_ID, "an outcome such as `express`", 64)
_DATUM = Text(r"[A-Za-z_][A-Za-z0-9_]*", "a data name such as `order_id`", 64)
_PROPERTIES = tuple(f"S{number}" for number in range(1, 14))


class ScenarioFile(NamedTuple):
    """What a scenario file says: the path of its definition, as written, and the scenarios."""

    definition: str
    scenarios: tuple[scenario.Scenario, ...]


def _file(*, definition: str, scenarios: tuple[scenario.Scenario, ...], route: Route) -> ScenarioFile:
    return ScenarioFile(definition, scenarios)


def _expectation(*, route: Route, **values: Any) -> scenario.Expectation:
    return scenario.Expectation(**values)


def _letter(*, route: Route, **values: Any) -> scenario.Letter:
    return scenario.Letter(**values)


# fmt: off
RECORDS: Final[Mapping[str, Record]] = {
    "file": Record(
        "a scenario file",
        (
            Field("definition", Text(what="the path of a definition", max_length=1_000), "The definition that is rehearsed, relative to this file.", required=True),
            Field("scenarios", Many(Group("scenario"), least=1, most=MAX_SCENARIOS, unique=False), "The rehearsals, each one by itself.", required=True),
        ),
        _file,
    ),
    "scenario": Record(
        "a scenario",
        (
            Field("name", Text(what="a name such as `a declined card gives the goods back`", max_length=200), "What the scenario shows, in words; unique in the file.", required=True),
            Field("fail", _STEPS, "These steps say no, or fail at every try."),
            Field("timeout", _STEPS, "No answer of these steps ever arrives."),
            Field("fail_undo", _STEPS, "The compensations of these steps fail at every try."),
            Field("faults", Many(_FAULT, single=True), "Faults as `STEP:FAULT`, `STEP#2:FAULT` or `STEP#*:FAULT`."),
            Field("choose", Table(_CHOICE, _OUTCOME, least=1), "How choices are decided.", default="by `input`, else `otherwise`"),
            Field("input", Table(_DATUM, Data()), "The input of the run."),
            Field("max_tries", Count(1, 10_000), "After so many tries the rehearsal stops waiting for what is tried for ever.", default="20"),
            Field("style", Word(("orchestration", "choreography")), "Whether somebody leads the run, or the participants hear each other's events.", default="that of the definition"),
            Field("expect", Group("expectation", scalar="outcome"), "How the run must end.", required=True),
        ),
        scenario.Scenario,
    ),
    "expectation": Record(
        "an expectation",
        (
            Field("outcome", Word(("completed", "compensated", "parked")), "How the run ends.", required=True),
            Field("executed", _LIST._replace(unique=False), "The steps that are done, in this order, those that are undone later among them."),
            Field("compensated", _LIST._replace(unique=False), "The steps that are undone, in this order."),
            Field("dead_letters", Many(Group("letter", scalar="step"), unique=False), "The steps that people have to look at, in any order."),
            Field("skipped", _LIST, "The steps that are not undone because the rollback stopped before them, in any order."),
            Field("duration_at_most", Time(), "The longest the run may take, in virtual time.", attribute="duration_at_most_s"),
            Field("violations", Many(Word(_PROPERTIES)), "The properties that do not hold, in any order.", default="none that the participants promise to keep"),
        ),
        _expectation,
    ),
    "letter": Record(
        "a dead letter",
        (
            Field("step", _STEP, "The step.", required=True),
            Field("reason", Text(what="a reason such as `still retrying`", max_length=200), "Why, as the JSON of `simulate` says it.", default="any reason"),
        ),
        _letter,
    ),
}
# fmt: on
