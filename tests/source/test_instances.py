"""The data of a run is checked against the types that the definition gives it."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.source.build import read
from sagactl.source.instances import problems_of_input, problems_of_output

SAGA = read(
    b"""
saga: s
input: {order_id: string, total: {type: number, minimum: 0}}
steps:
  - {step: pay, participant: p, action: Pay, compensation: Refund, output: {payment_id: string}}
""",
    "s.saga.yaml",
).saga
assert SAGA is not None


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({"order_id": "o", "total": 3}, []),
        ({"order_id": 3, "total": 3}, ["input.order_id"]),
        ({"order_id": "o", "total": -1}, ["input.total"]),
        ({"order_id": "o"}, ["input"]),
        ({"order_id": "o", "total": 3, "more": 1}, ["input"]),
        ([], ["input"]),
    ],
)
def test_the_input_of_a_run_is_checked(data: Any, places: list[str]) -> None:
    assert [problem.partition(":")[0] for problem in problems_of_input(SAGA, data)] == places


@pytest.mark.parametrize(("data", "fine"), [({"payment_id": "x"}, True), ({"payment_id": None}, False), ({}, False)])
def test_the_result_of_a_step_is_checked(data: Any, fine: bool) -> None:
    assert (problems_of_output(SAGA, "pay", data) == []) is fine
