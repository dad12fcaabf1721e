"""Every store keeps the promises of `Store`: one fate for each write, and all of a write or nothing of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sagactl.machine import events as e
from sagactl.machine.state import State
from sagactl.runtime.change import begin, queued, react
from sagactl.runtime.definition import Definition
from sagactl.runtime.record import Run
from sagactl.runtime.store import Act, Mail, Outgoing, Store, Write
from tests.runtime.services import definition

TEXT = """
saga: pair
version: 2
limits: {stuck_after: 1h}
steps:
  - {step: one, participant: a, action: One, compensation: UndoOne, rejects: [No], timeout: 5s}
  - {step: two, participant: b, action: Two, compensation: UndoTwo, rejects: [No], timeout: 5s}
"""
PAIR: Definition = definition(TEXT)


def longest(least: float, most: float) -> float:
    return most


def run(id: str = "r-1", key: str = "") -> Run:
    return Run(
        id=id, saga="pair", digest=PAIR.digest, start_key=key or id, correlation="c", input={"a": ["é", 1.5, None]},
        state=State("forward", ()), started_s=100.0, changed_s=100.0,
    )  # fmt: skip


def started(id: str = "r-1", key: str = "", **more: Any) -> Write:
    change = begin(PAIR, run(id, key), 100.0, longest)
    return Write(change, 0, "w", **{"keeps": True, **more})


def after(write: Write, event: e.Event, at_s: float = 101.0, **more: Any) -> Write:
    change = react(PAIR, write.change.run, event, at_s, longest, {"id": "x"})
    return Write(change, write.change.run.revision, "w", **{"keeps": True, **more})


@pytest.fixture
def kept(store: Store) -> Store:
    store.keep_definition(PAIR.digest, "pair", 2, PAIR.text)
    return store


def fates(store: Store, *writes: Any) -> list[str | None]:
    return [written.fate for written in store.commit(writes)]


def test_installing_twice_changes_nothing(kept: Store) -> None:
    assert fates(kept, started()) == ["written"]
    kept.install()
    assert kept.load("r-1") is not None


def test_a_run_comes_back_as_it_was_written(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0))
    assert fates(kept, first, second) == ["written", "written"]
    assert kept.load("r-1") == second.change.run
    assert kept.definition(PAIR.digest) == PAIR.text
    assert kept.definitions_in_use("pair") == (PAIR.digest,)
    assert [(entry.event, entry.moments) for entry in kept.history("r-1")] == [
        (write.change.event, write.change.moments) for write in (first, second)
    ]


def test_who_knows_an_old_record_writes_nothing(kept: Store) -> None:
    first = started()
    right, wrong = after(first, e.ActionSucceeded(0)), after(first, e.ActionRejected(0, "No"), message="m")
    assert fates(kept, first, right, wrong) == ["written", "written", "stale"]
    assert kept.load("r-1") == right.change.run
    assert fates(kept, after(right, e.ActionSucceeded(1), message="m")) == ["written"], "the message was not used up"


def test_a_message_counts_once(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0), message="m")
    again = after(second, e.ActionSucceeded(1), message="m")
    assert fates(kept, first, second, again) == ["written", "written", "repeated"]
    assert kept.load("r-1") == second.change.run


def test_a_start_key_starts_one_run(kept: Store) -> None:
    assert fates(kept, started("r-1", "k"), started("r-2", "k")) == ["written", "exists"]
    assert kept.find("pair", "k") == "r-1"
    assert kept.find("pair", "other") is None


def test_runs_beyond_the_limit_wait(kept: Store) -> None:
    assert fates(kept, *(started(f"r-{n}", at_most=2) for n in range(3))) == ["written", "written", "full"]
    waiting = Write(
        begin(PAIR, run("r-9"), 100.0, longest)._replace(run=replace(queued(PAIR, run("r-9")), revision=1)), 0, "w"
    )
    assert fates(kept, waiting) == ["written"]
    (claimed,) = kept.claim("w", ["pair"], 200.0, 10)
    assert claimed.run.id == "r-9"
    assert not claimed.run.begun
    begun = Write(begin(PAIR, claimed.run, 200.0, longest), claimed.run.revision, "w", keeps=True, at_most=2)
    assert fates(kept, begun) == ["full"]


def test_messages_stay_until_they_are_sent_and_in_order(kept: Store) -> None:
    messages = tuple(Outgoing("r-1", "a", f"body {n}") for n in range(3))
    (written,) = kept.commit([started(outbox=messages)])
    ids = [message.id for message in written.outbox]
    assert ids == sorted(ids)
    kept.beat("w", 1000.0)
    assert kept.unsent("other", 500.0, 10) == []
    assert [message.body for message in kept.unsent("w", 500.0, 10)] == ["body 0", "body 1", "body 2"]
    kept.sent(ids[:1])
    assert [message.body for message in kept.unsent("other", 2000.0, 10)] == ["body 1", "body 2"], "its worker is dead"


def test_a_run_is_claimed_by_one(kept: Store) -> None:
    kept.commit([started("r-1", keeps=False), started("r-2")])
    kept.beat("w", 1000.0)
    assert [claimed.run.id for claimed in kept.claim("v", ["pair"], 500.0, 10)] == ["r-1"]
    kept.beat("v", 1000.0)
    assert kept.claim("u", ["pair"], 500.0, 10) == []
    assert kept.claim_run("v", "r-2", 500.0) is None
    taken = kept.claim_run("v", "r-2", 2000.0)
    assert taken is not None
    assert taken.orphaned
    assert fates(kept, after(started("r-2"), e.ActionSucceeded(0))) == ["stale"], "its old owner has lost it"


def test_who_retires_leaves_everything_to_others(kept: Store) -> None:
    kept.commit([started()])
    kept.beat("w", 1000.0)
    kept.retire("w")
    (claimed,) = kept.claim("v", ["pair"], 500.0, 10)
    assert (claimed.run.id, claimed.orphaned) == ("r-1", False)


def test_mail_waits_and_wakes(kept: Store) -> None:
    kept.commit([started(keeps=False)])
    kept.beat("v", 1000.0)
    assert kept.claim_run("v", "r-1", 10.0) is not None
    assert kept.release("v", "r-1", 9e9, 0)
    assert kept.claim("v", ["pair"], 500.0, 10) == []
    assert kept.post(Mail("m", "r-1", "{}"), 500.0)
    assert not kept.post(Mail("m", "r-1", "{}"), 500.0)
    assert not kept.post(Mail("n", "r-unknown", "{}"), 500.0)
    (claimed,) = kept.claim("v", ["pair"], 500.0, 10)
    assert [mail.id for mail in kept.mail_for("v")] == ["m"] == [mail.id for mail in kept.mail_of("r-1")]
    assert not kept.release("v", "r-1", None, 0), "there is mail that it has not seen"
    assert kept.release("v", "r-1", None, 1)
    assert claimed.run.id == "r-1"


def test_what_is_handed_to_people_is_kept_until_they_act(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0))
    back = after(second, e.ActionRejected(1, "No"))
    dead = after(back, e.CompensationFailed(0, 1))
    assert fates(kept, first, second, back, dead) == ["written"] * 4
    (letter,) = kept.letters()
    assert (letter.step, letter.direction, letter.body["command"], letter.body["result"]) == (
        "one",
        "back",
        "UndoOne",
        {"id": "x"},
    )
    (summary,) = kept.runs()
    assert (summary.status, summary.outcome, summary.open_letters, summary.version) == ("FAILED", "parked", 1, 2)
    assert kept.forget(9e9) == 0, "it waits for people"
    assert kept.claim("v", ["pair"], 9e9, 10) == []


def test_acts_are_kept_with_who_and_why(kept: Store) -> None:
    first = started()
    act = Act("r-1", "cancel", "", "ann", "wrong order", 101.0)
    assert fates(kept, first, after(first, e.CancelRequested(), act=act)) == ["written", "written"]
    assert kept.acts("r-1") == [act]


def test_a_run_under_way_for_too_long_is_named_once(kept: Store) -> None:
    kept.commit([started(stuck_s=3700.0)])
    assert kept.overdue(["pair"], 3000.0) == []
    assert [run.id for run in kept.overdue(["pair"], 4000.0)] == ["r-1"]
    assert kept.overdue(["pair"], 5000.0) == []


def test_work_in_the_transaction_is_undone_with_it(kept: Store) -> None:
    first = started()
    kept.commit([first])

    def table(connection: Any) -> Write:
        connection.execute("CREATE TABLE notes (note TEXT)")
        return after(first, e.ActionSucceeded(0))

    def stale(connection: Any) -> Write:
        connection.execute("INSERT INTO notes VALUES ('stale')")
        return after(first, e.ActionSucceeded(0))

    def broken(connection: Any) -> Write:
        connection.execute("INSERT INTO notes VALUES ('broken')")
        raise KeyError("broken")

    done, late, failed = kept.commit([table, stale, broken])
    assert (done.fate, late.fate, failed.fate) == ("written", "stale", None)
    assert isinstance(failed.error, KeyError)
    assert kept.connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)  # type: ignore[attr-defined]


def test_what_is_old_is_forgotten(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0), message="m")
    last = after(second, e.ActionSucceeded(1), 200.0)
    kept.commit([first, second, last])
    assert kept.forget(150.0) == 0
    assert kept.forget(300.0) == 1
    assert kept.load("r-1") is None
    assert kept.history("r-1") == []


def test_nothing_is_asked_in_vain(kept: Store) -> None:
    assert kept.load("none") is None
    assert kept.summary("none") is None
    assert kept.definition("none") is None
    assert kept.next_wake_s(["pair"]) is None
    assert kept.history("none") == []


def test_a_parked_run_is_reopened_by_what_is_for_it(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0))
    back = after(second, e.ActionRejected(1, "No"))
    parked = after(back, e.CompensationRejected(0, "No"), keeps=False)
    assert fates(kept, first, second, back, parked) == ["written"] * 4
    assert parked.change.ended == "parked"
    assert kept.post(Mail("late", "r-1", "{}"), 500.0)
    assert kept.claim("v", ["pair"], 500.0, 10) == []
    assert kept.post(Mail("by-hand", "r-1", "{}", reopens=True), 500.0)
    (claimed,) = kept.claim("v", ["pair"], 500.0, 10)
    assert (claimed.run.id, claimed.run.has_ended, claimed.orphaned) == ("r-1", True, False)


def test_a_letter_of_the_same_step_stays_open_when_an_act_closes_the_old_one(kept: Store) -> None:
    first = started()
    second = after(first, e.ActionSucceeded(0))
    back = after(second, e.ActionRejected(1, "No"))
    parked = after(back, e.CompensationRejected(0, "No"), keeps=False)
    again = Write(
        parked.change._replace(run=replace(parked.change.run, revision=parked.change.run.revision + 1)),
        parked.change.run.revision, "w", act=Act("r-1", "retry", parked.change.letters[0].step, "ann", "again"),
    )  # fmt: skip
    assert fates(kept, first, second, back, parked, again) == ["written"] * 5
    assert [letter.closed for letter in kept.letters("r-1", closed=True)] == ["retry", ""]
