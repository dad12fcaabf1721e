"""Observers hear everything and change nothing, whatever they do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sagactl import runtime
from sagactl.runtime.context import Rejected
from sagactl.runtime.observers import Observer
from sagactl.runtime.stores.memory import MemoryStore
from tests.runtime.services import Scripted

TRIP = """
saga: trip
participants: {hotel: {idempotency: key}, bank: {idempotency: key}}
steps:
  - {step: room, participant: hotel, action: HoldRoom, compensation: ReleaseRoom}
  - {step: money, participant: bank, action: ChargeGuest, compensation: Refund, rejects: [Declined]}
"""


class Broken(Observer):
    """Raises wherever it can."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("on_"):
            raise RuntimeError(name)
        return super().__getattribute__(name)

    @contextmanager
    def _broken(self, at_start: bool) -> Iterator[None]:
        if at_start:
            raise RuntimeError("enter")
        yield
        raise RuntimeError("leave")

    def around(self, order: Any) -> Any:
        return self._broken(order.step == "room")


class Hearing(Observer):
    """Notes what is carried out, and what a handler is called in."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @contextmanager
    def around(self, order: Any) -> Iterator[None]:
        self.heard.append(f"into {order.step}")
        yield
        self.heard.append(f"out of {order.step}")

    def on_answer(self, order: Any, answer: str, detail: str) -> None:
        self.heard.append(f"{answer} {detail}".rstrip())


def test_a_broken_observer_keeps_nobody_from_hearing() -> None:
    hearing = Hearing()

    async def go() -> Any:
        script = {"ChargeGuest": [Rejected("Declined")]}
        async with Scripted(TRIP, script, store=MemoryStore(), observers=[Broken(), hearing]) as sagas:
            return await asyncio.wait_for(sagas.run({}), 20)

    assert asyncio.run(go()).outcome == "compensated"
    assert hearing.heard == [
        "into room", "out of room", "ok", "into money", "out of money", "no Declined", "into room", "out of room", "ok",
    ]  # fmt: skip


@pytest.mark.parametrize("name", runtime.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert getattr(runtime, name).__doc__


def test_an_unknown_name_is_none() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = runtime.Nothing
