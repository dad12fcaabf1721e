"""The generated JSON Schema and our own check agree; jsonschema is the referee."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from sagactl.durations import MAX_S, parse_duration
from sagactl.source import fields, scenario_fields
from sagactl.source.build import read
from sagactl.source.check import Kept, check_record, language
from sagactl.source.document import parse
from sagactl.source.schema import DURATION_FORMAT, json_schema, scenario_schema
from tests.source.bad_cases import BAD_CASES, BadCase

ROOT = Path(__file__).parents[2]
DEFINITIONS = sorted((ROOT / "definitions").glob("*.saga.yaml"))
SCHEMA = json_schema()

formats = FormatChecker(formats=())


@formats.checks(DURATION_FORMAT)
def _is_duration(value: object) -> bool:
    return not isinstance(value, str) or (parse_duration(value) or 0.0) <= MAX_S


REFEREE = Draft202012Validator(SCHEMA, format_checker=formats)


def ours(text: str) -> bool:
    """Whether our check of the values alone, without references, accepts a text."""
    document = parse(text.encode())
    kept = Kept()
    if document.root is None or document.root.kind != "mapping":
        return False
    check_record(kept, "saga", document.root, ())
    return not any(finding.severity == "error" for finding in kept.findings)


def referee(text: str) -> list[str]:
    return [error.message for error in REFEREE.iter_errors(parse(text.encode()).data())]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_published_schema_is_fresh() -> None:
    """`make docs` rewrites it."""
    from sagactl.cli.schema import schema_text

    check_published("saga.schema.json", schema_text())


def check_published(name: str, text: str) -> None:
    path = ROOT / "sagactl" / "source" / name
    if os.environ.get("UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_every_key_has_a_description_for_editors() -> None:
    records = [SCHEMA, *SCHEMA["$defs"].values()]
    assert all(len(field["description"]) > 10 for record in records for field in record["properties"].values())


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_both_accept_every_definition(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert referee(text) == []
    assert read(text.encode(), path.name).valid or "saga:" in text


@pytest.mark.parametrize(
    "case", [c for c in BAD_CASES if c.code != "SG017" or "as text" in c.name], ids=lambda c: c.name
)
def test_both_judge_every_bad_case_alike(case: BadCase) -> None:
    """What YAML 1.1 alone reads differently is our finding only: by 1.2 it is fine."""
    assert bool(referee(case.text)) is case.structure
    assert ours(case.text) is not case.structure


VALUES: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 20000),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["", "a", "A", "3s", "0s", "1:30", "forever", "true", "key", "input.x", "otherwise", "x y", "P1D"]),
    st.just([]),
    st.just({}),
    st.lists(st.sampled_from(["a", "b", "3s", 1]), max_size=3),
    st.dictionaries(st.sampled_from(["a", "command", "attempts", "event", "after", "p50"]), st.just("a"), max_size=2),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(data=st.data())
def test_both_judge_every_mutation_of_a_definition_alike(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(DEFINITIONS))
    whole = copy.deepcopy(parse(path.read_bytes()).data())
    node, key = data.draw(st.sampled_from(list(_places(whole))))
    action = data.draw(st.sampled_from(["replace", "drop", "add"]))
    if action == "replace":
        node[key] = data.draw(VALUES)
    elif action == "drop":
        del node[key]
    elif isinstance(node, dict):
        names = [name for record in (SCHEMA, *SCHEMA["$defs"].values()) for name in record["properties"]]
        node[data.draw(st.sampled_from(sorted(set(names))))] = data.draw(VALUES)
    text = yaml.safe_dump(json.loads(json.dumps(whole)), sort_keys=False, allow_unicode=True)
    assert ours(text) is (referee(text) == []), text


# -- scenario files


SCENARIO_FILES = sorted((ROOT / "definitions").glob("*.scenarios.yaml"))
SCENARIO_REFEREE = Draft202012Validator(scenario_schema(), format_checker=formats)
WORDS: Any = st.one_of(
    VALUES,
    st.sampled_from(["pay", "pay[2]", "a/b", "Pay", "pay:late", "parked", "choreography", "S4", "15m"]),
    st.lists(st.sampled_from(["pay", "b", "S4", {"step": "pay"}, {"step": "a", "reason": "no"}]), max_size=3),
)


def scenarios_ours(text: str) -> bool:
    document = parse(text.encode())
    kept = Kept(language(scenario_fields.RECORDS))
    if document.root is None or document.root.kind != "mapping":
        return False
    check_record(kept, "file", document.root, ())
    return not any(finding.severity == "error" for finding in kept.findings)


def scenarios_accepted(text: str) -> bool:
    return not list(SCENARIO_REFEREE.iter_errors(parse(text.encode()).data()))


def test_the_schema_of_scenarios_is_a_schema_and_the_published_one_is_fresh() -> None:
    from sagactl.cli.schema import schema_text

    Draft202012Validator.check_schema(scenario_schema())
    check_published("scenarios.schema.json", schema_text(scenarios=True))


def test_the_two_languages_share_no_record() -> None:
    assert not set(fields.RECORDS) & set(scenario_fields.RECORDS)


@pytest.mark.parametrize("path", SCENARIO_FILES, ids=lambda path: path.stem)
def test_both_accept_every_scenario_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert scenarios_accepted(text) and scenarios_ours(text)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_both_judge_every_mutation_of_a_scenario_file_alike(data: st.DataObject) -> None:
    whole = copy.deepcopy(parse(data.draw(st.sampled_from(SCENARIO_FILES)).read_bytes()).data())
    node, key = data.draw(st.sampled_from(list(_places(whole))))
    action = data.draw(st.sampled_from(["replace", "drop", "add"]))
    if action == "replace":
        node[key] = data.draw(WORDS)
    elif action == "drop":
        del node[key]
    elif isinstance(node, dict):
        names = [field.key for record in scenario_fields.RECORDS.values() for field in record.fields]
        node[data.draw(st.sampled_from(sorted(set(names))))] = data.draw(WORDS)
    text = yaml.safe_dump(json.loads(json.dumps(whole)), sort_keys=False, allow_unicode=True)
    assert scenarios_ours(text) is scenarios_accepted(text), text


def _places(node: Any) -> Any:
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)
