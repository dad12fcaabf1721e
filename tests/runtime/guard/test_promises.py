"""Each promise that the guard keeps prevents its own defect, on a real database, in the very runs that verify finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagactl.flow import flow
from sagactl.model import Saga
from sagactl.runtime.guard import Keeps, Rejected
from sagactl.verdict import Counterexample
from sagactl.verifier import verify
from sagactl.world.kept_moves import move_from
from sagactl.world.participants import treat, would_execute
from sagactl.world.parts import Answer, Message, Operation, Truth
from tests.builders import sagas
from tests.runtime.guard.deliveries import Play, keeps, wander
from tests.runtime.guard.ledger import Broken, Cause, Ledger, Opened, Store, effects, on_sqlite
from tests.verifier.policies import Policy, policies
from tests.verifier.sagas import unlawful

GUARDED = frozenset({"S1", "S2", "S3", "S5", "S6"})
"""What a participant's promises are for; the others hang on the definition."""


@cache
def counterexamples(policy: Policy) -> tuple[Counterexample, ...]:
    return verify(policy.saga()).violations


def replay(policy: Policy, found: Counterexample, store: Store, run: str) -> Play:
    """The run that was found for one policy, under this one."""
    plan = flow(policy.saga())
    play = Play(plan, store, run)
    play.follow(move_from(plan, move) for move in found.moves)
    return play


SWITCHED_OFF = [
    (Policy(action=False), "S1", ["done", "done"], ["done"]),
    (Policy(undo=False), "S2", ["done", "undone", "undone"], ["done", "undone"]),
    (Policy(tombstone=False), "S6", ["done"], []),
    (Policy(memory=False), "S5", ["done"], []),
]
"""A promise taken away, the property that it was for, and what stands in the ledger without it and with it."""


@pytest.mark.parametrize(("without", "property", "bad", "good"), SWITCHED_OFF, ids=lambda each: str(each)[:50])
def test_a_promise_switched_off_shows_its_defect_and_switched_on_prevents_it(
    store: Store, without: Policy, property: str, bad: list[str], good: list[str]
) -> None:
    found = next(each for each in counterexamples(without) if each.property == property)
    off = replay(without, found, store, "off")
    assert [(each.property, each.step) for each in off.come_to_rest()] == [(property, "pay")]
    on = replay(Policy(), found, store, "on")
    assert on.come_to_rest() == ()
    assert (effects(store, "off.0:pay"), effects(store, "on.0:pay")) == (bad, good)


def test_the_defects_are_four_and_the_moves_the_same() -> None:
    """The guard is told of each promise by itself."""
    told = [keeps(flow(without.saga()).steps[0]) for without, *_ in SWITCHED_OFF]
    assert [[name for name, kept in each._asdict().items() if not kept] for each in told] == [
        [name] for name in Keeps._fields
    ]


@pytest.mark.parametrize("policy", list(policies()), ids=str)
def test_every_policy_does_in_the_database_what_verify_says_of_it(policy: Policy, tmp_path: Path) -> None:
    """Unlawful ones fail in the runs that were found; lawful ones stand whatever random runs do to them."""
    store = on_sqlite(tmp_path / "shop.db", durable=False)
    for number, found in enumerate(counterexamples(policy)):
        broken = replay(policy, found, store, f"found{number}").come_to_rest()
        assert found.property in {each.property for each in broken}
    if policy.is_lawful:
        for number, play in enumerate(random_runs(policy, store, 20)):
            assert play.come_to_rest() == (), number
    assert policy.is_lawful is (counterexamples(policy) == ())


def random_runs(policy: Policy, store: Store, number: int) -> Iterator[Play]:
    plan = flow(policy.saga())
    for seed in range(number):
        play = Play(plan, store, f"run{seed}")
        wander(play, random.Random(seed).randrange, 25)
        yield play


# -- any saga, any faults

calm = settings(
    derandomize=True, max_examples=60, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
numbers = count()
choices = st.lists(st.integers(0, 10_000), max_size=90)


def played(drawn: Saga, chosen: list[int], store: Store, run: str) -> set[str]:
    """The properties that are broken once everything is at rest."""
    play, rest = Play(flow(drawn), store, run), iter(chosen)
    wander(play, lambda number: next(rest) % number, len(chosen) // 3)
    return {each.property for each in play.come_to_rest()}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return on_sqlite(tmp_path_factory.mktemp("shop") / "shop.db", durable=False)


@calm
@given(drawn=sagas(most=3), chosen=choices)
def test_whatever_goes_wrong_participants_that_keep_all_promises_lose_nothing(
    file: Store, drawn: Saga, chosen: list[int]
) -> None:
    assert not played(drawn, chosen, file, f"run{next(numbers)}") & {"S1", "S2", "S3", "S6"}


@calm
@given(drawn=unlawful(most=2), chosen=choices)
def test_whatever_is_promised_the_database_shows_what_the_world_shows(
    file: Store, drawn: Saga, chosen: list[int]
) -> None:
    """The comparison is in the play itself."""
    played(drawn, chosen, file, f"run{next(numbers)}")


# -- every order of requests

REQUESTS: tuple[tuple[Operation, Cause], ...] = (
    ("action", None),
    ("action", Rejected("No")),
    ("undo", None),
    ("undo", Broken),
    ("status", None),
)
LENGTH = 5


@pytest.mark.parametrize("policy", list(policies((1,), ("auto",))), ids=str)
def test_every_sequence_of_requests_is_treated_as_the_world_treats_it(policy: Policy, tmp_path: Path) -> None:
    store = on_sqlite(tmp_path / "shop.db", durable=False)
    plan = flow(policy.saga()).steps[0]
    ledger = Ledger(store, keeps(plan))

    def visit(connection: Opened, truth: Truth, depth: int) -> Iterator[int]:
        for operation, cause in REQUESTS if depth < LENGTH else ():
            connection.execute("SAVEPOINT here")
            expected, answer = told(truth, operation, cause)
            assert ledger.receive(connection, operation, "r1:pay", cause) == answer
            assert ledger.truth(connection, "r1:pay") == expected
            yield 1
            yield from visit(connection, expected, depth + 1)
            connection.execute("ROLLBACK TO here")
            connection.execute("RELEASE here")

    def told(truth: Truth, operation: Operation, cause: Cause) -> tuple[Truth, Answer]:
        message = Message(0, operation, 1)
        if cause is None or not would_execute(plan, truth, message):
            treated = treat(plan, truth, message)
            return treated.truth, treated.answer
        if operation == "undo":
            return truth, "not-undone"
        return truth._replace(refuses=truth.refuses or policy.memory), "no"

    with store.transaction() as connection:
        connection.execute("BEGIN")
        assert sum(visit(connection, Truth(), 0)) == sum(len(REQUESTS) ** length for length in range(1, LENGTH + 1))
