"""Services of a choreography on databases of their own: repeated, reordered and killed, waiting, deciding, cancelled."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from sagactl.errors import UsageError
from sagactl.runtime.choreography import ChoreographyParticipant
from sagactl.runtime.clock import VirtualClock
from sagactl.runtime.context import Context, Failed, Rejected
from sagactl.runtime.definition import Definition
from sagactl.runtime.handlers import needs
from sagactl.runtime.messages import Published, write
from sagactl.runtime.observers import Observer
from sagactl.runtime.service.playing import LATE
from sagactl.runtime.transports import Receive
from sagactl.runtime.transports.in_process import InProcessTransport
from sagactl.styles import OWN_SERVICE
from tests.runtime.services import definition

PROMISES = "{idempotency: key, rejects_late_actions: true, remembers_failures: true}"
SALE = definition(f"""
saga: sale
style: choreography
input: {{amount: integer, fails: boolean}}
defaults: {{retry: {{attempts: 3, initial: 10ms, jitter: false}}}}
rollback: {{retry: {{attempts: 9, initial: 10ms, jitter: false}}}}
participants: {{stock: {PROMISES}, bank: {PROMISES}, van: {PROMISES}}}
steps:
  - {{step: reserve, participant: stock, action: Reserve, compensation: Release}}
  - {{step: charge, participant: bank, action: Charge, compensation: Refund, after: [reserve]}}
  - {{step: load, participant: van, action: Load, compensation: Unload, after: [reserve]}}
  - {{step: hand-over, participant: stock, action: HandOver, rejects: [Closed], kind: pivot, after: [charge, load]}}
""")
INPUT = {"amount": 5, "fails": False}


class Seller(ChoreographyParticipant):
    """Does every command of its participant by an entry in a table, and what a script wants besides."""

    def __init__(
        self, name: str, wanted: Definition, path: Path, transport: Any, script: Any = None, **more: Any
    ) -> None:
        self.name = name  # type: ignore[misc]
        self.local_too = name == OWN_SERVICE  # type: ignore[misc]
        options: dict[str, Any] = {"poll_s": 0.05, "connect": lambda: sqlite3.connect(path, timeout=10), **more}
        super().__init__(definition=wanted, transport=transport, **options)
        self.script = dict(script or {})
        for need in needs(wanted.flow({}), ()):
            if need.mark.participant == name or (need.local and self.local_too):
                self.on(need.mark.kind, need.mark.command, self.book)

    def prepare(self, connection: Any) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS entries (run TEXT, step TEXT, operation TEXT)")

    def book(self, context: Context) -> Any:
        entry = (context.run_id, context.step, context.operation)
        mark = "?" if isinstance(context.connection, sqlite3.Connection) else "%s"
        context.connection.execute(f"INSERT INTO entries VALUES ({mark}, {mark}, {mark})", entry)
        if context.step == "hand-over" and context.run_input["fails"]:
            raise Rejected("Closed")
        say = self.script.get(context.step)
        return say(context) if callable(say) else say


def entries(folder: Path) -> list[tuple[str, str, str]]:
    """What was done and undone, by run."""
    found: list[tuple[str, str, str]] = []
    for path in folder.glob("*.db"):
        connection = sqlite3.connect(path)
        found += connection.execute("SELECT * FROM entries").fetchall()
        connection.close()
    return sorted(found)


def sellers(wanted: Definition, folder: Path, transport: Any, **more: Any) -> dict[str, Seller]:
    names = list(wanted.saga.participants)
    return {name: Seller(name, wanted, folder / f"{name}.db", transport, **more) for name in names}


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = 20) -> None:
    async with asyncio.timeout(patience_s):
        while not await holds():
            await asyncio.sleep(0.01)


def together(services: dict[str, Seller], trial: Callable[[], Awaitable[Any]]) -> Any:
    """The trial while the services live."""

    async def go() -> Any:
        for service in services.values():
            await service.open()
        try:
            return await trial()
        finally:
            for service in services.values():
                await service.close()

    return asyncio.run(go())


async def record(service: Seller, run: str, step: str) -> str:
    try:
        state = await service.view(run, step)
    except UsageError:
        return "unheard of"
    flow = service._current.flow({})
    return "none" if state is None else state.steps[flow.index[step]].record


class Disorder(InProcessTransport):
    """Every message comes, some of them twice and most of them late."""

    chance = Random(3)

    async def publish(self, channel: str, body: str, key: str) -> None:
        for _ in range(1 + (self.chance.random() < 0.3)):
            asyncio.get_running_loop().call_later(
                self.chance.random() * 0.1,
                lambda: asyncio.ensure_future(InProcessTransport.publish(self, channel, body, key)),
            )


def wrong(booked: list[tuple[str, str, str]], fails: dict[str, bool]) -> list[str]:
    """Where a run that goes through was not done once, or one that fails has left something."""
    found = []
    for run, failed in fails.items():
        for step in ("reserve", "charge", "load", "hand-over"):
            done, undone = booked.count((run, step, "action")), booked.count((run, step, "undo"))
            right = (1, 0) if not failed else (0, 0) if step == "hand-over" else (1, 1)
            if (done, undone) != right:
                found.append(f"{run} {step}: done {done}, undone {undone}")
    return found


async def sell(services: dict[str, Seller], fails: dict[str, bool], patience_s: float = 20) -> None:
    """Start all runs, and wait until the last thing of each is done."""
    for run, failed in fails.items():
        assert await services["bank"].start({"amount": 1, "fails": failed}, key=run) == run
    for run, failed in fails.items():
        await ended(services["stock"], run, failed, patience_s)
    await asyncio.sleep(0.3)


FIFTEEN = {f"run-{n}": n % 3 == 0 for n in range(15)}


def test_runs_end_right_whatever_the_order_of_events(tmp_path: Path) -> None:
    services = sellers(SALE, tmp_path, Disorder())
    together(services, lambda: sell(services, FIFTEEN))
    assert wrong(entries(tmp_path), FIFTEEN) == []


def test_services_may_share_a_database(tmp_path: Path, postgres: Any) -> None:
    """On PostgreSQL, with several connections each."""
    url = postgres.new_place()
    more = {"connect": lambda: psycopg.connect(url), "connections": 3}
    services = sellers(SALE, tmp_path, Disorder(), **more)
    together(services, lambda: sell(services, FIFTEEN))
    with psycopg.connect(url) as connection:
        booked = connection.execute("SELECT * FROM entries").fetchall()
    assert wrong(booked, FIFTEEN) == []


async def ended(stock: Seller, run: str, failed: bool, patience_s: float = 20) -> None:
    """The last thing that the service does in a run that goes through, and in one that fails."""
    step, wanted = ("reserve", "undone") if failed else ("hand-over", "done")
    await until(lambda: _is(stock, run, step, wanted), patience_s)


async def _is(service: Seller, run: str, step: str, wanted: str) -> bool:
    return await record(service, run, step) == wanted


def test_the_same_start_again_is_the_same_run(tmp_path: Path) -> None:
    services = sellers(SALE, tmp_path, InProcessTransport())

    async def trial() -> None:
        for _ in range(3):
            await services["van"].start(INPUT, key="o-1")
        await until(lambda: _is(services["stock"], "o-1", "hand-over", "done"))
        await asyncio.sleep(0.1)

    together(services, trial)
    assert wrong(entries(tmp_path), {"o-1": False}) == []


def test_a_failed_try_is_repeated_where_it_failed(tmp_path: Path) -> None:
    """Nothing is left of a try that failed; when none is left, everybody undoes."""
    script = {"charge": _fails}
    services = sellers(SALE, tmp_path, InProcessTransport(), script=script)

    async def trial() -> None:
        await services["bank"].start(INPUT, key="o-1")
        await until(lambda: _is(services["stock"], "o-1", "reserve", "undone"))

    together(services, trial)
    assert [entry for entry in entries(tmp_path) if entry[1] == "charge"] == []


def _fails(context: Context) -> None:
    raise Failed("Busy")


def test_a_cancelled_run_is_taken_back(tmp_path: Path) -> None:
    slow = definition(SALE.texts["=test.saga.yaml"].replace("attempts: 3, initial: 10ms", "attempts: 9, initial: 5s"))
    services = sellers(slow, tmp_path, InProcessTransport(), script={"load": _not_yet})

    async def trial() -> None:
        await services["bank"].start(INPUT, key="o-1")
        await until(lambda: _is(services["van"], "o-1", "load", "paused"))
        await until(lambda: _is(services["bank"], "o-1", "charge", "done"))
        await services["stock"].cancel("o-1", why="the customer called")
        await until(lambda: _is(services["bank"], "o-1", "charge", "undone"))

    together(services, trial)
    assert ("o-1", "charge", "undo") in entries(tmp_path)


def _not_yet(context: Context) -> None:
    if context.operation == "action":
        raise Failed("NotYet")


def test_killed_at_any_moment_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """All services in a process that is killed again and again, with events on their way in the outboxes alone.

    What a broker would hand out again after the death of a receiver, the services here find in a spool.
    """
    fails = {f"run-{n}": n % 3 == 0 for n in range(8)}
    chance = Random(5)
    for _ in range(12):
        child = os.fork()
        if child == 0:
            _live(tmp_path, fails, chance.uniform(0.05, 0.5))
        _, how = os.waitpid(child, 0)
        assert os.WIFSIGNALED(how)
        chance.random()
    child = os.fork()
    if child == 0:
        _live(tmp_path, fails, 0.0)
    _, how = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(how) == 0
    assert wrong(entries(tmp_path), fails) == []


class Spool(InProcessTransport):
    """What is published stays in a file until it was received; all of it comes again in the next life."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("CREATE TABLE IF NOT EXISTS spool (id INTEGER PRIMARY KEY, lane TEXT, body TEXT)")

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        async def take(body: str) -> None:
            number, _, rest = body.partition(" ")
            await receive(rest)
            self._file.execute("DELETE FROM spool WHERE id = ?", (number,))

        await super().subscribe(channel, take, group)
        for id, body in self._file.execute(
            "SELECT id, body FROM spool WHERE lane = ?", (f"{channel}@{group}",)
        ).fetchall():
            self._queues[channel, group].put_nowait(f"{id} {body}")

    async def publish(self, channel: str, body: str, key: str) -> None:
        for lane in self._receivers:
            if lane[0] == channel:
                values = (f"{lane[0]}@{lane[1]}", body)
                id = self._file.execute("INSERT INTO spool (lane, body) VALUES (?, ?)", values).lastrowid
                self._queues[lane].put_nowait(f"{id} {body}")


def _live(folder: Path, fails: dict[str, bool], dies_after_s: float) -> None:
    """One life of all services; what the relay of the last life had in hand is free at once."""

    async def trial() -> None:
        if dies_after_s:
            asyncio.get_running_loop().call_later(dies_after_s, os.kill, os.getpid(), signal.SIGKILL)
        for run, failed in fails.items():
            await services["bank"].start({"amount": 1, "fails": failed}, key=run)
        for run, failed in fails.items():
            await ended(services["stock"], run, failed)
        await asyncio.sleep(60 if dies_after_s else 0.5)

    try:
        for path in folder.glob("*.db"):
            connection = sqlite3.connect(path)
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sagactl_service_outbox'").fetchone():
                connection.execute("UPDATE sagactl_service_outbox SET taken_until = 0")
                connection.commit()
            connection.close()
        services = sellers(SALE, folder, Spool(folder / "spool"))
        together(services, trial)
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)


APPROVAL = definition(f"""
saga: approval
style: choreography
input: {{amount: integer}}
deadline: {{after: 1h, owner: bank}}
choices: {{size: {{large: input.amount > 100, small: otherwise}}}}
participants: {{bank: {PROMISES}, desk: {PROMISES}}}
steps:
  - {{step: file, participant: desk, action: File, compensation: Tear}}
  - {{step: look, wait: {{decision: Approved, by: manager}}, rejects: [Denied], when: {{size: large}}}}
  - {{step: pay, participant: bank, action: Pay, compensation: TakeBack}}
""")


def test_choices_and_people_decide(tmp_path: Path) -> None:
    """What comes before it is waited for is kept; a no takes the run back; a small sum needs nobody."""
    services = sellers(APPROVAL, tmp_path, InProcessTransport())
    bank, desk = services["bank"], services["desk"]

    async def trial() -> None:
        await desk.start({"amount": 5}, key="small")
        for run in ("yes", "no"):
            await desk.start({"amount": 500}, key=run)
            await until(lambda: _heard_of(bank, run))  # noqa: B023
        await bank.tell("yes", "Approved", {"by": "Ada"})
        await bank.tell("no", "Approved", rejected="Denied")
        await until(lambda: _is(bank, "small", "pay", "done"))
        await until(lambda: _is(bank, "yes", "pay", "done"))
        await until(lambda: _is(desk, "no", "file", "undone"))
        with pytest.raises(UsageError, match="`bank` has not heard of the run `other`"):
            await bank.tell("other", "Approved")

    together(services, trial)
    booked = entries(tmp_path)
    assert {run for run, step, _ in booked if step == "pay"} == {"small", "yes"}
    assert ("no", "file", "undo") in booked


async def _heard_of(service: Seller, run: str) -> bool:
    return await record(service, run, "pay") != "unheard of"


class Alerts(Observer):
    def __init__(self) -> None:
        self.alerts: list[str] = []
        self.letters: list[str] = []
        self.troubles: list[str] = []

    def on_alert(self, change: Any, what: str) -> None:
        self.alerts.append(what)

    def on_letter(self, change: Any, letter: Any) -> None:
        self.letters.append(f"{letter.step}: {letter.reason}")

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        self.troubles.append(what)


def test_a_deadline_takes_back_what_is_under_way_and_leaves_what_is_over(tmp_path: Path) -> None:
    clock = VirtualClock(1_000.0)
    services = sellers(APPROVAL, tmp_path, InProcessTransport(), clock=clock)
    bank, desk = services["bank"], services["desk"]

    async def trial() -> None:
        await desk.start({"amount": 5}, key="over")
        await desk.start({"amount": 500}, key="waits")
        await until(lambda: _is(bank, "over", "pay", "done"))
        await until(lambda: _is(bank, "waits", "look", "requested"))
        await until(lambda: _has_timers(bank, "over", 0))
        assert await _has_timers(bank, "waits", 1)
        clock.move_to(1_000.0 + 3_601)
        await until(lambda: _is(desk, "waits", "file", "undone"))

    together(services, trial)
    assert [entry for entry in entries(tmp_path) if entry[2] == "undo"] == [("waits", "file", "undo")]


async def _has_timers(service: Seller, run: str, number: int) -> bool:
    return len((await service._part(run)).timers) == number


def test_what_cannot_be_undone_is_handed_to_people(tmp_path: Path) -> None:
    def stays(context: Context) -> None:
        if context.operation == "undo":
            raise Failed("Broken")

    alerts = Alerts()
    services = sellers(SALE, tmp_path, InProcessTransport(), script={"charge": stays}, observers=[alerts])

    async def trial() -> None:
        await services["van"].start({"amount": 1, "fails": True}, key="o-1")
        await until(lambda: _is(services["bank"], "o-1", "charge", "dead"))

    together(services, trial)
    assert alerts.letters == ["charge: Broken"]
    assert LATE not in alerts.alerts


# -- what is refused


def event(**more: Any) -> Published:
    fields: dict[str, Any] = {
        "id": "r/charge/success", "run": "r", "saga": "sale", "digest": SALE.digest, "correlation": "r",
        "name": "ChargeSucceeded", "kind": "success", "step": "charge", "record": "done", "cause": "", "passed": [],
        "input": INPUT, "results": {}, **more,
    }  # fmt: skip
    return Published(**fields)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        write(event(saga="other")),
        write(event(step="fly")),
        write(event(kind="rumour")),
        write(event(record="flown")),
        write(event(passed=[["reserve", "flown"]])),
        write(event(passed=["reserve"])),
    ],
)
def test_events_that_make_no_sense_are_told_of_and_dropped(tmp_path: Path, body: str) -> None:
    alerts = Alerts()
    stock = Seller("stock", SALE, tmp_path / "stock.db", InProcessTransport(), observers=[alerts])

    async def trial() -> None:
        await stock._receive(body)
        assert await record(stock, "r", "reserve") == "unheard of"

    together({"stock": stock}, trial)
    assert len(alerts.troubles) == 1
    assert alerts.troubles[0].startswith("an event for `stock` is dropped")


def test_a_run_keeps_the_definition_that_it_started_with(tmp_path: Path) -> None:
    """An event of a definition that is not known comes again; among the earlier ones it is."""
    newer = definition(SALE.texts["=test.saga.yaml"].replace("attempts: 3", "attempts: 4"))
    old = write(event(name="x", kind="start", step="", record=""))

    async def hears(stock: Seller) -> None:
        await stock._receive(old)
        assert await record(stock, "r", "hand-over") == "idle"

    stock = Seller("stock", newer, tmp_path / "stock.db", InProcessTransport(), observers=[Alerts()])
    with pytest.raises(Exception, match="follows another definition of `sale` than `stock` knows"):
        together({"stock": stock}, lambda: hears(stock))
    knows = Seller("stock", newer, tmp_path / "stock.db", InProcessTransport(), earlier=[SALE])
    together({"stock": knows}, lambda: hears(knows))


class Bank(ChoreographyParticipant):
    """It does not know how to refund."""

    name = "bank"

    def charge(self, context: Context) -> None: ...


def test_handlers_are_asked_for_at_the_start(tmp_path: Path) -> None:
    bank = Bank(definition=SALE, connect=lambda: sqlite3.connect(tmp_path / "b.db"), transport=InProcessTransport())
    with pytest.raises(UsageError, match="`bank` cannot take part in `sale`, nobody here carries out `Refund`"):
        asyncio.run(bank.open())


def test_what_a_service_can_do_besides_is_no_handler(tmp_path: Path) -> None:
    text = SALE.texts["=test.saga.yaml"].replace("action: Charge", "action: Start").replace("Refund", "Cancel")
    bank = Bank(
        definition=definition(text), connect=lambda: sqlite3.connect(tmp_path / "b.db"), transport=InProcessTransport()
    )
    with pytest.raises(UsageError, match="nobody here carries out `Start`, `Cancel`"):
        asyncio.run(bank.open())


def test_undoing_for_somebody_else_is_refused(tmp_path: Path) -> None:
    text = SALE.texts["=test.saga.yaml"].replace(
        "compensation: Refund", "compensation: {command: Refund, participant: van}"
    )
    bank = Seller("bank", definition(text), tmp_path / "bank.db", InProcessTransport())
    with pytest.raises(UsageError, match="`charge` is done by `bank` and undone by `van`"):
        asyncio.run(bank.open())


def test_a_wrong_input_starts_nothing(tmp_path: Path) -> None:
    services = sellers(SALE, tmp_path, InProcessTransport())
    with pytest.raises(UsageError, match="`sale` cannot start"):
        together(services, lambda: services["bank"].start({"amount": "much"}))


def test_old_runs_are_forgotten(tmp_path: Path) -> None:
    services = sellers(SALE, tmp_path, InProcessTransport())
    bank = services["bank"]

    async def trial() -> None:
        await bank.start(INPUT, key="o-1")
        await until(lambda: _is(bank, "o-1", "charge", "done"))
        await asyncio.sleep(0.1)
        assert await bank.forget(timedelta(hours=1)) == 0
        assert await bank.forget(timedelta(0)) == 1
        assert await record(bank, "o-1", "charge") == "unheard of"

    together(services, trial)
