"""The same commands on PostgreSQL, and what they say of a server that is not there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.runner import sagactl
from tests.runtime import servers
from tests.runtime.operators.test_repairs import ORDER, PARKED
from tests.runtime.services import Scripted


def test_operators_work_on_a_server(postgres: servers.Postgres) -> None:
    from sagactl.runtime.stores.postgres import PostgresStore

    place = postgres.new_place()

    async def parked(key: str) -> str:
        async with Scripted(ORDER, PARKED, store=PostgresStore(place)) as sagas:
            return (await asyncio.wait_for(sagas.run(key=key), 20)).run

    def on_store(*call: str) -> Any:
        result = sagactl(*call, "--store", place, "--format", "json")
        assert (result.code, result.err) == (0, "")
        return json.loads(result.out)

    run = asyncio.run(parked("bad"))
    assert [each["open_letters"] for each in on_store("runs", "--status", "parked")["runs"]] == [1]
    assert on_store("dead-letters")["dead_letters"][0]["command"] == "Refund"
    posted = on_store("retry", run, "charge", "--why", "the bank is back", "--wait", "0")
    assert posted["how"] == "posted"

    async def carried_out() -> None:
        async with Scripted(ORDER, store=PostgresStore(place)) as sagas:
            for _ in range(500):
                if (await sagas.result(run)).outcome == "compensated":
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("nobody did it")

    asyncio.run(carried_out())
    shown = on_store("show", run)
    assert [act["what"] for act in shown["acts"]] == ["retry"]
    assert [letter["closed"] for letter in shown["letters"]] == ["retry"]
    assert shown["replay"]["moves"]
    other = asyncio.run(parked("other"))
    assert on_store("resolve", other, "charge", "done", "--why", "by hand")["how"] == "written"
    assert on_store("show", other)["outcome"] == "compensated"


def test_a_server_that_is_not_there_is_named() -> None:
    result = sagactl("runs", "--store", "postgres://me:secret@127.0.0.1:1/none")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ") and "secret" not in result.err and "internal" not in result.err
