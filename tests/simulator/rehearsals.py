"""Rehearsals of real definitions and of short ones, in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sagactl.flow import Flow, flow
from sagactl.model import Saga
from sagactl.simulator import make_plan, rehearse
from sagactl.source.build import read
from sagactl.trace import Trace

DEFINITIONS: Final = Path(__file__).parents[2] / "definitions"
REHEARSED: Final = (
    "expense-approval", "food-delivery", "ftgo-create-order", "ftgo-revise-order", "insurance-claim", "loan-approval",
    "money-transfer", "number-porting", "order-fulfillment", "points-redemption", "subscription-signup",
    "travel-arrangement", "travel-booking",
)  # fmt: skip
REFUSED: Final = ("account-opening", "basket-order", "conference-trip", "ride-hailing", "stock-transfer")


def definition(name: str) -> Saga:
    path = DEFINITIONS / f"{name}.saga.yaml"
    saga = read(path.read_bytes(), path.name).saga
    assert saga is not None
    return saga


def rehearsed(saga: Saga | Flow | str, *faults: str, **more: Any) -> Trace:
    """The trace under these faults; `fail`, `timeout`, `fail_undo`, `choose` are words divided by blanks."""
    given = definition(saga) if isinstance(saga, str) else saga
    plan = given if isinstance(given, Flow) else flow(given)
    words: dict[str, Any] = {key: value.split() if isinstance(value, str) else value for key, value in more.items()}
    return rehearse(plan, make_plan(plan, faults=faults, **words))


def told(trace: Trace, *what: str) -> list[str]:
    """The moments of these kinds, as `step detail`."""
    return [f"{moment.step} {moment.detail}".strip() for moment in trace.moments if moment.what in what]


def letters(trace: Trace) -> list[str]:
    return [f"{letter.step}: {letter.reason}" for letter in trace.dead_letters]
