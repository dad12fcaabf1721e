"""Services that nobody leads do what a rehearsal of the choreography shows, for every fault of every step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sagactl.errors import SagactlError
from sagactl.flow import Flow
from sagactl.runtime.definition import Definition, load
from sagactl.simulator.matrix import Cases, pairs, rows, singles
from sagactl.simulator.plan import Plan
from tests.runtime.conformance.choreographed import play
from tests.runtime.conformance.test_conformance import sample

CHOREOGRAPHIES = ["subscription-signup", "ticket-sale"]
each = pytest.mark.parametrize("name", CHOREOGRAPHIES)


def plans(flow: Flow, cases: Cases) -> Iterator[Plan]:
    base = Plan(style="choreography")
    for row in rows(flow, cases, base):
        if row is not None:
            yield Plan((*row.case.faults, *row.beside), row.choices, style="choreography")


def differences(definition: Definition, folder: Path, cases: Cases | None = None) -> tuple[int, list[str]]:
    """How many plans were played, and what is not the same."""
    data = sample(definition.saga)
    flow = definition.flow(data)
    played, found = 0, []
    for number, plan in enumerate(plans(flow, cases or singles(flow, "choreography"))):
        words = " ".join(map(str, plan.faults)) or "no fault"
        place = folder / str(number)
        place.mkdir()
        try:
            both = play(definition, flow, place, plan, data)
        except (AssertionError, KeyError, SagactlError) as error:
            found.append(f"{words}: {type(error).__name__} {error}")
            continue
        played += both is not None
        for theirs, ours in zip(*both, strict=True) if both else ():
            if theirs != ours:
                found.append(f"{words}:\n  rehearsed {theirs}\n  ran       {ours}")
    return played, found


@each
def test_every_fault_of_every_step(name: str, tmp_path: Path) -> None:
    played, found = differences(load(f"definitions/{name}.saga.yaml"), tmp_path)
    assert found == []
    assert played > 20


@each
def test_faults_of_two_steps(name: str, tmp_path: Path) -> None:
    """A sample of the pairs, the same each time."""
    definition = load(f"definitions/{name}.saga.yaml")
    cases = pairs(definition.flow(sample(definition.saga)), "choreography").cases
    some = Random(name).sample(cases, min(30, len(cases)))
    played, found = differences(definition, tmp_path, Cases(tuple(some), 0))
    assert found == []
    assert played > 10
