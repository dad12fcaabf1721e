"""A counterexample in the Informal Trace Format: its shape is that of ADR-015, and its states are those of the run."""

from __future__ import annotations

import json
from typing import Any, Final

import jsonschema
import pytest

from sagactl.errors import NotSupported
from sagactl.exporters.itf import VARS, render
from sagactl.exporters.promela import render as promela
from sagactl.flow import flow
from sagactl.verifier import verify
from sagactl.world.explore import explore
from tests.builders import act, participant, saga
from tests.verifier.policies import Policy, alone_in

VALUE: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": ["string", "boolean"]},
        {"type": "integer"},
        {
            "type": "object",
            "properties": {"#bigint": {"type": "string", "pattern": "^-?[0-9]+$"}},
            "required": ["#bigint"],
            "additionalProperties": False,
        },
        {"type": "object", "properties": {"#set": {"type": "array", "items": {"$ref": "#/$defs/value"}}}, "required": ["#set"], "additionalProperties": False},
        {
            "type": "object",
            "properties": {"#map": {"type": "array", "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/$defs/value"}}}},
            "required": ["#map"],
            "additionalProperties": False,
        },
        {"type": "array", "items": {"$ref": "#/$defs/value"}},
        {"type": "object", "patternProperties": {"^[^#]": {"$ref": "#/$defs/value"}}, "additionalProperties": False},
    ]
}  # fmt: skip
ITF: Final[dict[str, Any]] = {
    "$defs": {"value": VALUE},
    "type": "object",
    "required": ["vars", "states"],
    "properties": {
        "#meta": {"type": "object"},
        "params": {"type": "array", "items": {"type": "string"}},
        "vars": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "loop": {"type": "integer"},
        "states": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": list(VARS),
                "properties": {"#meta": {"type": "object"}},
                "patternProperties": {"^[^#]": {"$ref": "#/$defs/value"}},
            },
        },
    },
    "additionalProperties": False,
}
"""What ADR-015 says of a trace, with the variables that ours have."""


def trace_of(policy: Policy) -> Any:
    drawn = policy.saga()
    return json.loads(render(flow(drawn), verify(drawn).violations[0]))


@pytest.mark.parametrize(
    "policy", [Policy(action=False), Policy(tombstone=False), Policy(failed_step="never")], ids=str
)
def test_a_counterexample_has_the_shape_of_the_format(policy: Policy) -> None:
    trace = trace_of(policy)
    jsonschema.validate(trace, ITF)
    assert trace["#meta"]["format"] == "ITF"
    assert [state["#meta"]["index"] for state in trace["states"]] == list(range(len(trace["states"])))


def test_another_shape_is_refused() -> None:
    trace = trace_of(Policy(action=False))
    trace["states"][0]["done"] = {"#bigint": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(trace, ITF)


def test_the_last_state_shows_the_defect() -> None:
    states = trace_of(Policy(action=False))["states"]
    assert states[0]["action"] == "start" and states[0]["done"] == {"#map": [["pay", {"#bigint": "0"}]]}
    assert states[-1]["done"] == {"#map": [["pay", {"#bigint": "2"}]]}
    assert states[-1]["in_flight"] == {"#set": []} and states[-1]["phase"] == "ended"
    assert "crash crash" in [state["action"] for state in states]


def test_what_the_model_cannot_say_is_refused_by_name() -> None:
    small = alone_in(flow(saga(act("a"), participants=[participant("shop", ordered_delivery=True)])))
    tables = small.tables()
    explore(tables, (small.step,))
    with pytest.raises(NotSupported, match="ordered_delivery"):
        promela(tables, (small.step,), "in order")
