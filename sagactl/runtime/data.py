"""Which data a command carries, and under which key: what a definition says as paths and templates, for one run.

A step of a nested saga (`outer/inner`) sees the input that its outer step gives it; an item of a `for_each`
(`step[2]`) has its place in the list as `{item}`, which is the same in every try.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sagactl.flow import FlowStep
from sagactl.model import Saga

_VARIABLE: Final = re.compile(r"\{\s*([^{}\s]+)\s*\}")
_ITEM: Final = re.compile(r"^(.*)\[(\d+)\]$")


class RunData(NamedTuple):
    """What a run knows: its id (another one for each restart), its input, the results so far, and the definitions."""

    saga_id: str
    input: Mapping[str, Any]
    results: Mapping[str, Any]
    saga: Saga
    sagas: Mapping[str, Saga]


class Scope(NamedTuple):
    """What one step sees: its own name, the item it is for, and the input and results around it."""

    step: str
    position: int
    saga_id: str
    input: Mapping[str, Any]
    item: Any
    results: Mapping[str, Any]


def scope_of(data: RunData, id: str) -> Scope:
    """What the step of this id sees."""
    *outers, own = id.split("/")
    saga, given, prefix, saga_id = data.saga, data.input, "", data.saga_id
    for outer in outers:
        around = Scope(outer, 0, saga_id, given, None, _inner(data.results, prefix))
        step = saga.step(outer)
        if step is not None and step.input:
            given = render(step.input, around)
        prefix, saga_id = f"{prefix}{outer}/", f"{saga_id}/{outer}"
        saga = data.sagas.get(step.saga or "", saga) if step is not None else saga
    found = _ITEM.match(own)
    name, position = (found[1], int(found[2])) if found else (own, 0)
    plain = Scope(name, position, saga_id, given, None, _inner(data.results, prefix))
    step = saga.step(name)
    if step is None or step.for_each is None:
        return plain
    items = _at(step.for_each, plain)
    has_item = isinstance(items, list) and 0 < position <= len(items)
    return plain._replace(item=items[position - 1] if has_item else None)


def _inner(results: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """The results of the steps of one saga, by the names that it gives them."""
    if not prefix:
        return results
    return {id[len(prefix) :]: result for id, result in results.items() if id.startswith(prefix)}


def render(wanted: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The data of a command: a text that starts with `input.`, `steps.` or `item` is a path, all else itself."""
    return {name: _rendered(value, scope) for name, value in wanted.items()}


def _rendered(value: Any, scope: Scope) -> Any:
    if isinstance(value, str):
        is_path = value == "item" or value.startswith(("input.", "steps.", "item."))
        return _at(value, scope) if is_path else value
    if isinstance(value, Mapping):
        return render(value, scope)
    if isinstance(value, list | tuple):
        return [_rendered(each, scope) for each in value]
    return value


def _at(path: str, scope: Scope) -> Any:
    """The datum at a path, None where the run does not have it (a step that was not taken has no output)."""
    root, _, rest = path.partition(".")
    names = rest.split(".") if rest else []
    if root == "steps":
        step, *names = names
        names = names[1:] if names[:1] == ["output"] else names
        value: Any = scope.results.get(step)
    else:
        value = scope.item if root == "item" else scope.input
    for name in names:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return value


def evaluation_data(scope: Scope) -> dict[str, Any]:
    """What predicates are evaluated over."""
    return {"input": scope.input, "steps": {id: {"output": result} for id, result in scope.results.items()}}


def keys_of(plan: FlowStep, scope: Scope) -> tuple[str, str]:
    """The idempotency keys of the action and of the compensation."""
    item = ":{item}" if scope.position else ""
    undo = plan.compensation.key if plan.compensation is not None else None
    forward = _filled(plan.step.key or "{saga_id}:{step}" + item, scope)
    return forward, _filled(undo or "{saga_id}:{step}" + item + ":undo", scope)


def _filled(template: str, scope: Scope) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name == "saga_id":
            return scope.saga_id
        if name == "step":
            return scope.step
        if name == "item":
            return str(scope.position)
        return str(_at(name, scope))

    return _VARIABLE.sub(value, template)
