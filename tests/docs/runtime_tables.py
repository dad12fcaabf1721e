"""What the page of the runtime takes from its source: names, options, hooks, metrics and limits."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

from sagactl import runtime
from sagactl.runtime.context import Context
from sagactl.runtime.observers import Observer
from sagactl.runtime.orchestrator import SagaOrchestrator
from tests.docs.language import cell
from tests.docs.words import CONTEXT, OPTIONS

_LIMITS: Final = (
    ("record.MAX_PAYLOAD", "characters of one input, result or message as JSON"),
    ("guard.encoding.MAX_KEY", "characters of an idempotency key"),
    ("guard.encoding.MAX_RESULT_BYTES", "bytes of a result that the guard remembers, unless it is told otherwise"),
    ("guard.answers.MAX_REASON", "characters of the reason of a rejection"),
    ("writer.MOST_AT_ONCE", "transitions in one transaction of the store"),
    ("change.MAX_DECISIONS", "choices that one event may make due"),
)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    lines.insert(1, ("---",) * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _sentence(thing: Any) -> str:
    """The first sentence of what a thing says of itself."""
    said = (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")
    return cell(said.partition(". ")[0].partition(".  ")[0].rstrip("."))


def names() -> str:
    """Every public name in the words of its own docstring."""
    return _table(
        ("name", "what it is"), ((f"`{name}`", _sentence(getattr(runtime, name))) for name in runtime.__all__)
    )


def options() -> str:
    """What an orchestrator is made with."""
    parameters = list(inspect.signature(SagaOrchestrator).parameters.values())
    assert [each.name for each in parameters] == list(OPTIONS)
    return _table(
        ("option", "meaning", "default"),
        ((f"`{each.name}`", OPTIONS[each.name], _default(each)) for each in parameters),
    )


def _default(parameter: inspect.Parameter) -> str:
    if parameter.default is inspect.Parameter.empty:
        return "**required**"
    return "" if parameter.default in (None, "", ()) else f"`{parameter.default}`"


def methods() -> str:
    """What can be asked of an orchestrator."""
    public = [
        (name, each) for name, each in vars(SagaOrchestrator).items() if inspect.isfunction(each) and name[0] != "_"
    ]
    return _table(("method", "what it does"), ((_call(name, each), _sentence(each)) for name, each in public))


def _call(name: str, function: Any) -> str:
    shown = [each.name for each in inspect.signature(function).parameters.values() if each.name != "self"]
    return f"`{name}({', '.join(shown)})`"


def context() -> str:
    """The fields of a context."""
    fields = [field.name for field in dataclasses.fields(Context)]
    assert fields == list(CONTEXT)
    return _table(("`context.…`", "what it is"), ((f"`{name}`", CONTEXT[name]) for name in fields))


def hooks() -> str:
    """What an observer may hear."""
    own = [(name, each) for name, each in vars(Observer).items() if inspect.isfunction(each)]
    return _table(("method", "when"), ((_call(name, each), _sentence(each)) for name, each in own))


class _Meters:
    """A provider that notes which instruments are made."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []

    def get_meter(self, *_: Any, **__: Any) -> _Meters:
        return self

    def __getattr__(self, made: str) -> Any:
        kind = made.removeprefix("create_")

        def create(name: str, unit: str = "", description: str = "", **_: Any) -> None:
            self.rows.append((f"`{name}`", kind, unit, description[:1].lower() + description[1:]))

        return create


def metrics() -> str:
    """Every instrument of the telemetry."""
    from sagactl.runtime.telemetry import Telemetry

    meters: Any = _Meters()
    Telemetry(meter_provider=meters)
    return _table(("metric", "kind", "unit", "what it says"), meters.rows)


def limits() -> str:
    """What a run, a message or the guard may hold at most."""
    rows = []
    for where, meaning in _LIMITS:
        module, _, name = where.rpartition(".")
        rows.append((meaning, f"{getattr(import_module(f'sagactl.runtime.{module}'), name):,}"))
    return _table(("limit of", "at most"), rows)
