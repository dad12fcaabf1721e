"""Data of a run is checked against the types that a definition gives it, by jsonschema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagactl.model import Fragment, Saga

MAX_PROBLEMS = 20


def problems_of_input(saga: Saga, data: Any) -> list[str]:
    """What is wrong with the input of a run, one sentence each."""
    return _problems(_object_schema(saga.input), data, "input")


def problems_of_output(saga: Saga, step: str, data: Any) -> list[str]:
    """What is wrong with the result of a step."""
    found = saga.step(step)
    return _problems(_object_schema(found.output if found else {}), data, f"steps.{step}.output")


def _object_schema(types: Mapping[str, Fragment]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": t} if isinstance(t, str) else dict(t) for name, t in types.items()},
        "required": list(types),
        "additionalProperties": False,
    }


def _problems(schema: dict[str, Any], data: Any, root: str) -> list[str]:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
        errors = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: list(map(str, error.path)))
    except (SchemaError, RecursionError) as error:
        return [f"`{root}` cannot be checked, its schema is wrong: {getattr(error, 'message', 'it is too deep')}"]
    return [
        ".".join([root, *map(str, error.absolute_path)]) + ": " + error.message[:200] for error in errors[:MAX_PROBLEMS]
    ]
