"""What people see of a run's data: dead letters pass the program's redaction, and logs hold no data at all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from sagactl.runtime.context import Failed
from sagactl.runtime.redaction import REDACTED, Redact, hiding
from sagactl.runtime.stores.memory import MemoryStore
from tests.runtime.services import Scripted

CARD = """
saga: card
input: {card_number: string, order: string}
defaults: {timeout: 5s, retry: {attempts: 1}}
rollback: {retry: {attempts: 1}}
participants: {bank: {idempotency: key}}
steps:
  - {step: hold, participant: bank, action: Hold, compensation: Free, output: {token: string}}
  - {step: take, participant: bank, action: Take, compensation: Give, after: [hold]}
"""
SECRET = "4111111111111111"


def letter(redact: Redact | None, result: Any) -> Mapping[str, Any]:
    """The dead letter of an undo that failed."""

    async def go() -> Mapping[str, Any]:
        script = {"Hold": [result], "Take": [Failed("down")], "Free": [Failed("down")]}
        async with Scripted(CARD, script, store=MemoryStore(), redact=redact) as sagas:
            run = await sagas.start({"card_number": SECRET, "order": "o-1"})
            assert (await asyncio.wait_for(sagas.wait(run), 20)).outcome == "parked"
            (kept,) = await sagas._writer.ask(sagas._writer.store.letters, run)
            return kept.body

    return asyncio.run(go())


def test_a_letter_holds_everything_where_nobody_hides_anything() -> None:
    body = letter(None, {"token": SECRET})
    assert (body["input"]["card_number"], body["result"]) == (SECRET, {"token": SECRET})


def test_a_letter_hides_what_the_program_hides() -> None:
    body = letter(hiding("card-number", "Token"), {"token": SECRET})
    assert body["input"] == {"card_number": REDACTED, "order": "o-1"}
    assert body["result"] == {"token": REDACTED}


def test_names_are_found_at_every_depth() -> None:
    data = {"input": {"cards": [{"number": SECRET, "owner": "ann"}]}, "result": None}
    assert hiding("number")(data) == {"input": {"cards": [{"number": REDACTED, "owner": "ann"}]}, "result": None}


def broken(data: Mapping[str, Any]) -> Mapping[str, Any]:
    raise KeyError(SECRET)


@pytest.mark.parametrize("redact", [broken, lambda data: {"input": {"x": object()}}, lambda data: 3])
def test_a_redaction_that_fails_hides_everything(redact: Redact) -> None:
    body = letter(redact, {"token": SECRET})
    assert SECRET not in str(body)
    assert body["command"] == "Free"


def test_a_log_holds_no_data(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sagactl.runtime")
    letter(None, {"token": int(SECRET)})
    assert "steps.hold.output.token is not what the definition says" in caplog.text
    assert SECRET not in caplog.text
