"""What the guard answers, what it leaves in the database, and what it says when it cannot."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sagactl.errors import UsageError
from sagactl.runtime.guard import Done, Guard, InvalidKey, InvalidResult, Refused, Rejected, Undone
from tests.runtime.guard.ledger import Broken, Opened, Store, effects, effects_on, remembered, write

KEY = "r1:pay"
guard = Guard("shop")


def doing(store: Store, connection: Opened, result: Any = None, effect: str = "done") -> Callable[[], Any]:
    """Work that writes a row and returns the result, or raises it."""

    def work() -> Any:
        write(store, connection, KEY, effect)
        if isinstance(result, BaseException):
            raise result
        return result

    return work


def act(store: Store, result: Any = None) -> Done | Refused:
    with store.transaction() as connection:
        return guard.action(connection, KEY, doing(store, connection, result))


def undo(store: Store, result: Any = None, **more: Any) -> Undone | Refused:
    with store.transaction() as connection:
        work = doing(store, connection, result, "undone")
        return guard.compensation(connection, KEY, lambda original: work(), **more)


def ask(store: Store) -> Done | Undone | Refused:
    with store.transaction() as connection:
        return guard.status(connection, KEY)


# -- what is answered

ANSWERS: dict[str, tuple[tuple[str, ...], tuple[Any, ...], list[str]]] = {
    "a repeated action is done once": (("act", "act"), (Done(1), Done(1, True)), ["done"]),
    "a repeated compensation, too": (("act", "undo", "undo"), (Done(1), Undone(), Undone(True)), ["done", "undone"]),
    "an action after its compensation is refused": (
        ("act", "undo", "act"), (Done(1), Undone(), Refused("AlreadyCompensated")), ["done", "undone"],
    ),
    "a compensation that comes first keeps the action out": (
        ("undo", "act", "undo"), (Undone(empty=True), Refused("AlreadyCompensated"), Undone(empty=True)), [],
    ),
    "a rejection is one for ever": (("reject", "act"), (Refused("No"), Refused("No")), []),
    "a rejection needs no undoing and stays": (
        ("reject", "undo", "act"), (Refused("No"), Undone(empty=True), Refused("No")), [],
    ),
    "asked and not done is refused from now on": (
        ("ask", "act", "ask", "undo"),
        (Refused("RefusedSinceAsked"), Refused("RefusedSinceAsked"), Refused("RefusedSinceAsked"), Undone(empty=True)), [],
    ),
    "asked and done stays done": (("act", "ask", "act"), (Done(1), Done(1, True), Done(1, True)), ["done"]),
    "asked and undone": (("act", "undo", "ask"), (Done(1), Undone(), Undone(True)), ["done", "undone"]),
    "asked after an empty compensation": (("undo", "ask"), (Undone(empty=True), Refused("AlreadyCompensated")), []),
    "a compensation may say no, and be tried again": (
        ("act", "refuse", "undo", "refuse"), (Done(1), Refused("No"), Undone(), Undone(True)), ["done", "undone"],
    ),
}  # fmt: skip

CALLS: dict[str, Callable[[Store], Any]] = {
    "act": lambda store: act(store, 1),
    "reject": lambda store: act(store, Rejected("No")),
    "undo": undo,
    "refuse": lambda store: undo(store, Rejected("No")),
    "ask": ask,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_answered_and_what_is_done(store: Store, name: str) -> None:
    calls, answers, done = ANSWERS[name]
    assert tuple(CALLS[call](store) for call in calls) == answers
    assert effects(store, KEY) == done


RESULTS: list[Any] = [
    None,
    True,
    0,
    1.5,
    "ü\x00\ud800",
    [],
    {"id": "p-1", "lines": [{"n": 1}, None]},
    (1, (2,)),
    {1: "one"},
]


@pytest.mark.parametrize("result", RESULTS, ids=ascii)
def test_the_first_result_is_answered_again_exactly_and_given_to_the_compensation(store: Store, result: Any) -> None:
    first, again = act(store, result), act(store, "another")
    assert isinstance(first, Done) and again == Done(first.result, repeated=True)
    with store.transaction() as connection:
        given: list[Any] = []
        assert guard.compensation(connection, KEY, given.append) == Undone()
    assert given == [first.result]


def test_participants_and_keys_have_nothing_to_do_with_each_other(store: Store) -> None:
    assert act(store) == Done()
    with store.transaction() as connection:
        assert Guard("bank").status(connection, KEY) == Refused("RefusedSinceAsked")
        assert guard.status(connection, "r2:pay") == Refused("RefusedSinceAsked")
    assert act(store) == Done(repeated=True)


def test_several_requests_of_one_transaction(store: Store) -> None:
    with store.transaction() as connection:
        assert guard.action(connection, KEY, doing(store, connection)) == Done()
        assert guard.action(connection, "r1:ship", lambda: 2) == Done(2)
        assert guard.action(connection, KEY, doing(store, connection)) == Done(repeated=True)
        assert guard.compensation(connection, KEY, lambda result: None) == Undone()
    assert effects(store, KEY) == ["done"]


# -- nothing is half done


@pytest.mark.parametrize("error", [Broken(), KeyboardInterrupt()], ids=repr)
def test_what_fails_leaves_nothing_although_the_transaction_goes_on(store: Store, error: BaseException) -> None:
    with store.transaction() as connection:
        write(store, connection, "other", "before")
        with pytest.raises(type(error)):
            guard.action(connection, KEY, doing(store, connection, error))
        assert remembered(store, connection, KEY) is None
        write(store, connection, "other", "later")
    assert effects(store, KEY) == [] and effects(store, "other") == ["before", "later"]
    assert act(store, 1) == Done(1)


def test_a_compensation_that_fails_leaves_the_action_done(store: Store) -> None:
    act(store, 1)
    with pytest.raises(Broken):
        undo(store, Broken())
    assert ask(store) == Done(1, repeated=True) and effects(store, KEY) == ["done"]
    assert undo(store) == Undone()


def test_what_the_caller_takes_back_was_never_asked_for(store: Store) -> None:
    connection = store.connect()
    assert guard.action(connection, KEY, doing(store, connection)) == Done()
    connection.rollback()
    connection.close()
    assert effects(store, KEY) == [] and act(store) == Done()


def test_a_statement_that_fails_in_the_work_is_passed_on_and_the_transaction_goes_on(store: Store) -> None:
    with store.transaction() as connection:
        with pytest.raises(Exception, match="no_such_table"):
            guard.action(connection, KEY, lambda: connection.execute("SELECT 1 FROM no_such_table"))
        assert guard.action(connection, KEY, doing(store, connection)) == Done()
    assert effects(store, KEY) == ["done"]


# -- what cannot be kept


def _circle() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


UNFIT: dict[str, tuple[Callable[[], Any], str]] = {
    "an object": (object, "not JSON serializable"),
    "no number": (lambda: float("nan"), "not JSON compliant"),
    "a circle": (_circle, "Circular reference"),
    "too deep": (_deep, "nested too deeply"),
    "too long": (lambda: "x" * 70_000, "70,002 bytes, and 65,536 are allowed"),
    "too many digits": (lambda: 10**5000, "limit"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_result_that_cannot_be_kept_is_refused_and_nothing_is_done(store: Store, name: str) -> None:
    make, reason = UNFIT[name]
    with store.transaction() as connection:
        with pytest.raises(InvalidResult, match=reason):
            guard.action(connection, KEY, lambda: doing(store, connection, make())())
        assert remembered(store, connection, KEY) is None and effects_on(store, connection, KEY) == []
    assert act(store, 1) == Done(1)


def test_how_long_a_result_may_be_is_for_the_participant_to_say(store: Store) -> None:
    with store.transaction() as connection:
        with pytest.raises(InvalidResult):
            Guard("shop", max_result_bytes=3).action(connection, KEY, lambda: "ab")
        assert Guard("shop", max_result_bytes=3).action(connection, KEY, lambda: "a") == Done("a")


KEYS: list[Any] = ["", "a\nb", "a\x00", "\ud800", "x" * 256, None, 7, b"r1:pay", "\x1b[31m"]


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_a_key_that_is_none_is_refused_in_plain_letters(store: Store, key: Any) -> None:
    with store.transaction() as connection:
        for call in (
            lambda: guard.action(connection, key, dict),
            lambda: guard.compensation(connection, key, print),
            lambda: guard.status(connection, key),
            lambda: Guard(key),
        ):
            with pytest.raises(InvalidKey) as raised:
                call()
            assert str(raised.value).isprintable() and "`key`" in raised.value.help


@pytest.mark.parametrize("reason", ["", "No\n", "x" * 201, None], ids=ascii)
def test_a_rejection_has_a_name(reason: Any) -> None:
    with pytest.raises(ValueError, match="such as CardDeclined"):
        Rejected(reason)


def test_hostile_texts_are_only_texts(store: Store) -> None:
    key = "'; DROP TABLE sagactl_guard; -- %s %(key)s :key ?"
    with store.transaction() as connection:
        assert guard.action(connection, key, lambda: key) == Done(key)
        assert guard.action(connection, key, lambda: 0) == Done(key, repeated=True)


# -- forgetting


def test_what_is_forgotten_is_new_again_in_bounded_portions(store: Store) -> None:
    with store.transaction() as connection:
        for number in range(5):
            guard.action(connection, f"r{number}:pay", lambda: 1)
        assert guard.forget(connection, timedelta(hours=1)) == 0
    with store.transaction() as connection:
        assert [guard.forget(connection, timedelta(0), limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert guard.action(connection, "r0:pay", lambda: 2) == Done(2)


def test_the_oldest_go_first_and_what_was_asked_for_again_is_not_old(store: Store) -> None:
    for number in range(3):
        with store.transaction() as connection:
            guard.action(connection, f"r{number}:pay", lambda: 1)
    time.sleep(0.01)  # SQLite's clock has thousandths
    with store.transaction() as connection:
        assert guard.action(connection, "r0:pay", lambda: 2) == Done(1, repeated=True)
    with store.transaction() as connection:
        assert guard.forget(connection, timedelta(0), limit=2) == 2
        assert [remembered(store, connection, f"r{number}:pay") is not None for number in range(3)] == [
            True,
            False,
            False,
        ]


def test_other_participants_forget_for_themselves(store: Store) -> None:
    act(store)
    with store.transaction() as connection:
        assert Guard("bank").forget(connection, timedelta(0)) == 0


@pytest.mark.parametrize(("age", "limit"), [(timedelta(seconds=-1), 1), (timedelta(0), 0)])
def test_an_age_that_makes_no_sense(store: Store, age: timedelta, limit: int) -> None:
    with store.transaction() as connection, pytest.raises(UsageError, match="not negative"):
        guard.forget(connection, age, limit)
