"""The runtime does what a rehearsal shows: for every definition and every fault, the same things at the same times."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sagactl.errors import SagactlError
from sagactl.flow import Flow
from sagactl.model import Fragment, Saga
from sagactl.runtime import change
from sagactl.runtime.definition import Definition, load
from sagactl.runtime.store import Store
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.simulator.matrix import Cases, pairs, rows, singles
from sagactl.simulator.plan import Plan
from tests.runtime.conformance.stage import play
from tests.runtime.servers import Postgres

DEFINITIONS = sorted(Path("definitions").glob("*.saga.yaml"))
_SAMPLES: dict[str, Any] = {
    "string": "x", "number": 1, "integer": 1, "boolean": True, "object": {}, "array": ["one", "two"]
}  # fmt: skip


def sample(saga: Saga) -> dict[str, Any]:
    """An input that the definition accepts."""
    return {name: _sample(fragment) for name, fragment in saga.input.items()}


def _sample(fragment: Fragment) -> Any:
    if isinstance(fragment, str):
        return _SAMPLES[fragment]
    if "enum" in fragment:
        return fragment["enum"][0]
    if fragment.get("type") == "object":
        return {name: _sample(inner) for name, inner in fragment.get("properties", {}).items()}
    if fragment.get("type") == "array":
        return [_sample(fragment.get("items", "string"))] * 2
    return max(_SAMPLES[fragment["type"]], fragment.get("minimum", 0)) if fragment["type"] != "string" else "x"


def plans(flow: Flow, cases: Cases) -> Iterator[Plan]:
    """The plan of each row of the table of a rehearsal."""
    for row in rows(flow, cases):
        if row is not None:
            yield Plan((*row.case.faults, *row.beside), row.choices)


@pytest.fixture
def _decide() -> Iterator[None]:
    kept = change.decide
    yield
    change.decide = kept


def differences(
    definition: Definition, cases: Cases | None = None, make: Callable[[], Store] = MemoryStore
) -> list[str]:
    data = sample(definition.saga)
    flow = definition.flow(data)
    found = []
    for plan in plans(flow, cases or singles(flow)):
        name = " ".join(map(str, plan.faults)) or "no fault"
        try:
            theirs, ours = asyncio.run(play(definition, flow, make(), plan, data))
        except (AssertionError, SagactlError) as error:
            found.append(f"{name}: {type(error).__name__} {error}")
            continue
        for step in {**theirs, **ours}:
            if theirs.get(step) != ours.get(step):
                found.append(
                    f"{name}: {step or 'the run'}\n  rehearsed {theirs.get(step)}\n  ran       {ours.get(step)}"
                )
    return found


each_definition = pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name.split(".")[0])


@pytest.mark.usefixtures("_decide")
@each_definition
def test_every_fault_of_every_step(path: Path) -> None:
    assert differences(load(str(path))) == []


@pytest.mark.usefixtures("_decide")
@each_definition
def test_faults_of_two_steps(path: Path) -> None:
    """A sample of the pairs, the same each time."""
    definition = load(str(path))
    cases = pairs(definition.flow(sample(definition.saga))).cases
    some = Random(path.name).sample(cases, min(12, len(cases)))
    assert differences(definition, Cases(tuple(some), 0)) == []


@pytest.mark.usefixtures("_decide")
def test_every_fault_on_postgresql(postgres: Postgres) -> None:
    from sagactl.runtime.stores.postgres import PostgresStore

    definition = load("definitions/order-fulfillment.saga.yaml")
    made: list[PostgresStore] = []

    def make() -> Store:
        if made:
            made.pop().close()
        made.append(PostgresStore(postgres.new_place()))
        return made[0]

    assert differences(definition, make=make) == []
    made.pop().close()
