"""Data of a run is checked against the types that a definition gives it, by jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sagactl.model import Fragment, Saga, Step

MAX_PROBLEMS = 20


Check = Callable[[Any], list[str]]
"""What is wrong with data, one sentence each."""


def input_check(saga: Saga) -> Check:
    """The check of the input of runs; making it costs more than using it."""
    return _check(_object_schema(saga.input), "input")


def output_check(step: Step) -> Check:
    """The check of the result of a step."""
    return _check(_object_schema(step.output), f"steps.{step.id}.output")


def problems_of_input(saga: Saga, data: Any) -> list[str]:
    """What is wrong with the input of a run, one sentence each."""
    return input_check(saga)(data)


def problems_of_output(saga: Saga, step: str, data: Any) -> list[str]:
    """What is wrong with the result of a step."""
    found = saga.step(step)
    return output_check(found if found is not None else Step(id=step))(data)


def _object_schema(types: Mapping[str, Fragment]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": t} if isinstance(t, str) else dict(t) for name, t in types.items()},
        "required": list(types),
        "additionalProperties": False,
    }


def _check(schema: dict[str, Any], root: str) -> Check:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError) as error:
        wrong = _cannot(root, error)
        return lambda data: [wrong]
    validator = Draft202012Validator(schema)

    def check(data: Any) -> list[str]:
        try:
            errors = sorted(validator.iter_errors(data), key=lambda error: list(map(str, error.path)))
        except RecursionError as error:
            return [_cannot(root, error)]
        return [
            ".".join([root, *map(str, error.absolute_path)]) + ": " + error.message[:200]
            for error in errors[:MAX_PROBLEMS]
        ]

    return check


def _cannot(root: str, error: Exception) -> str:
    return f"`{root}` cannot be checked, its schema is wrong: {getattr(error, 'message', 'it is too deep')}"
