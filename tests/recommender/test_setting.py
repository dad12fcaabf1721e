"""What-if: a requirement stated differently."""

from __future__ import annotations

from dataclasses import fields

import pytest

from sagactl.errors import UnknownName, UsageError
from sagactl.model import Requires
from sagactl.recommender import SETTINGS, recommend, with_setting

from .builders import chain, saga

GIVEN = saga(chain(4), deadline=True)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("requires.audit", "true", Requires(audit=True)),
        ("requires.visibility", "false", Requires(visibility=False)),
        ("requires.changes_often", "true", Requires(changes_often=True)),
        ("requires.no_single_point_of_failure", "true", Requires(no_single_point_of_failure=True)),
        ("requires.throughput", "high", Requires(throughput="high")),
        ("requires.latency", "200ms", Requires(latency_s=0.2)),
        ("requires.engine", "temporal", Requires(engine="temporal")),
    ],
)
def test_setting(name: str, text: str, expected: Requires) -> None:
    assert with_setting(GIVEN, name, text).requires == expected


def test_every_setting_is_tested_and_every_requirement_can_be_set() -> None:
    attributes = {name.removeprefix("requires.").replace("latency", "latency_s") for name in SETTINGS}
    assert attributes | {"route"} == {field.name for field in fields(Requires)}


def test_what_if_changes_the_answer() -> None:
    assert recommend(GIVEN).recommendation == "choreography"
    assert recommend(with_setting(GIVEN, "requires.audit", "true")).recommendation == "orchestration"


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("requires.adit", "did you mean `requires.audit`?"),
        ("requires.changes-often", "did you mean `requires.changes_often`?"),
    ],
)
def test_unknown_setting(name: str, help: str) -> None:
    with pytest.raises(UnknownName) as caught:
        with_setting(GIVEN, name, "true")
    assert caught.value.help == help


def test_the_prefix_is_not_guessed_but_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        with_setting(GIVEN, "audit", "true")
    assert caught.value.help == "did you mean `requires.audit`?"


@pytest.mark.parametrize(
    ("name", "text", "help"),
    [
        ("requires.audit", "ture", "did you mean `true`?"),
        ("requires.audit", "yes", "known: `true`, `false`"),
        ("requires.throughput", "hihg", "did you mean `high`?"),
        ("requires.latency", "200", "write a number and one of ms"),
        ("requires.latency", "0s", "write a number and one of ms"),
        ("requires.engine", " ", "expected the name of an engine"),
    ],
)
def test_text_that_does_not_fit(name: str, text: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_setting(GIVEN, name, text)
    assert caught.value.help.startswith(help)
