"""Rehearsals of real definitions and of short ones, in one call."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from sagactl.flow import Flow
from sagactl.model import Saga
from sagactl.simulator import make_plan, rehearse
from sagactl.source.build import read
from sagactl.trace import Trace
from sagactl.unfold import unfold

DEFINITIONS: Final = Path(__file__).parents[2] / "definitions"
REHEARSED: Final = (
    "expense-approval", "food-delivery", "ftgo-create-order", "ftgo-revise-order", "insurance-claim", "loan-approval",
    "money-transfer", "number-porting", "order-fulfillment", "points-redemption", "subscription-signup",
    "ticket-sale", "travel-arrangement", "travel-booking",
)  # fmt: skip
UNFOLDED: Final = ("account-opening", "basket-order", "conference-trip", "ride-hailing", "stock-transfer")
"""Definitions with nested sagas, items, restarts, and actions that nobody waits for."""


def definition(name: str) -> Saga:
    path = DEFINITIONS / f"{name}.saga.yaml"
    saga = read(path.read_bytes(), path.name).saga
    assert saga is not None
    return saga


@cache
def sagas() -> dict[str, Saga]:
    """All definitions, by id: nested sagas are found here."""
    return {
        path.name.removesuffix(".saga.yaml"): definition(path.name.removesuffix(".saga.yaml"))
        for path in DEFINITIONS.glob("*.saga.yaml")
    }


def rehearsed(saga: Saga | Flow | str, *faults: str, **more: Any) -> Trace:
    """The trace under these faults; `fail`, `timeout`, `fail_undo`, `choose` are words divided by blanks."""
    given = definition(saga) if isinstance(saga, str) else saga
    plan = given if isinstance(given, Flow) else unfold(given, sagas(), more.get("data")).flow
    lists = {key: value.split() for key, value in more.items() if isinstance(value, str) and key != "style"}
    words: dict[str, Any] = {**more, **lists}
    return rehearse(plan, make_plan(plan, faults=faults, **words))


def told(trace: Trace, *what: str) -> list[str]:
    """The moments of these kinds, as `step detail`."""
    return [f"{moment.step} {moment.detail}".strip() for moment in trace.moments if moment.what in what]


def letters(trace: Trace) -> list[str]:
    return [f"{letter.step}: {letter.reason}" for letter in trace.dead_letters]
