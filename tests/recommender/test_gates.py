"""Each gate matches where it must and nowhere else, and names the user's own steps, stores and owners."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sagactl.model import Compensation, Resource, Saga, Step, Wait
from sagactl.recommender import GATES, recommend

from .builders import FOREVER, act, chain, done, person, pivot, reaction, read, saga

ONE_DB = {"p0": "db", "p1": "db", "p2": "db"}
TWO_OWNED = {"p0": "team", "p1": "team", "p2": "team"}

LOCAL = Step(id="here", action="Create", local=True, compensation=Compensation(command="Cancel"))
CHILD = Step(id="inner", saga="child")


def _strict(countermeasure: str | None = None, *, owners: dict[str, str] = TWO_OWNED, lock: bool = False) -> Saga:
    steps = (
        done("a", "p0", writes=("balance",), lock="balance" if lock else None),
        done("b", "p1", writes=("balance",)),
        pivot("c", "p2"),
    )
    resource = Resource(id="balance", strict=True, countermeasure=countermeasure)  # type: ignore[arg-type]
    return saga(steps, owners=owners, resources={"balance": resource})


CASES: list[tuple[str, Saga, str | None]] = [
    # all writes in one store
    ("all in one store", saga(chain(3), stores=ONE_DB), "one-store"),
    ("one participant states no store", saga(chain(3), stores={"p0": "db", "p1": "db"}), None),
    ("no participant states a store", saga(chain(3)), None),
    ("one participant alone states no store", saga(chain(3, 1)), "one-store"),
    ("only local steps", saga((LOCAL, replace(LOCAL, id="there"))), "one-store"),
    (
        "one participant, and people outside see an effect",
        saga((*chain(2, 1), reaction("mail", "p0", external=("email",)))),
        None,
    ),
    ("one participant and a nested saga", saga((CHILD, *chain(3, 1))), None),
    (
        "one participant, and somebody decides between the writes",
        saga((done("a", "p0"), person("ask"), pivot("b", "p0"))),
        None,
    ),
    ("one participant for each item", saga((done("a", "p0", for_each="input.items"),)), "one-store"),
    ("one participant alone states its store", saga(chain(3, 1), stores={"p0": "db"}), "one-store"),
    ("two stores", saga(chain(3), stores={**ONE_DB, "p2": "other"}), None),
    ("a read elsewhere does not matter", saga((*chain(3), read("look", "p9", after=())), stores=ONE_DB), "one-store"),
    ("a local step is in a store nobody stated", saga((LOCAL, *chain(3)), stores=ONE_DB), None),
    (
        "a local step of a stated participant",
        saga((replace(LOCAL, participant="p0"), *chain(3)), stores=ONE_DB),
        "one-store",
    ),
    ("a nested saga is no single write", saga((CHILD, *chain(3)), stores=ONE_DB), None),
    (
        "people outside see an effect",
        saga((*chain(2), reaction("mail", "p2", external=("email",))), stores=ONE_DB),
        None,
    ),
    (
        "somebody decides between the writes",
        saga((done("a", "p0"), person("ask"), pivot("b", "p1")), stores=ONE_DB),
        None,
    ),
    ("somebody decides before the writes", saga((person("ask"), *chain(2)), stores=ONE_DB), "one-store"),
    # one write
    ("one write and a reaction", saga((pivot("a", "p0"), reaction("b", "p1"))), "one-write"),
    (
        "one write and a chain of reactions",
        saga((done("a", "p0"), reaction("b", "p1"), reaction("c", "p2"))),
        "one-write",
    ),
    ("one write and nothing else", saga((pivot("a", "p0"),)), "one-write"),
    ("one write after a look-up", saga((read("look", "p1", rejects=("No",)), pivot("a", "p0"))), "one-write"),
    ("reactions tried a few times", saga((pivot("a", "p0"), reaction("b", "p1", retry=None))), "one-write"),
    ("nothing but reactions", saga((reaction("a", "p0"), reaction("b", "p1", after=()))), "one-write"),
    ("a reaction alone", saga((reaction("a", "p0"),)), "one-write"),
    ("two writes", saga((done("a", "p0"), pivot("b", "p1"), reaction("c", "p2"))), None),
    ("a draft with two writes", saga((act("a", "p0"), act("b", "p1"))), None),
    ("a nested saga is many writes", saga((CHILD, reaction("b", "p1"))), None),
    (
        "a write for each item is many writes",
        saga((done("a", "p0", for_each="input.items", external=("shipment",)),)),
        None,
    ),
    ("a no afterwards would undo the write", saga((done("a", "p0"), person("ask", rejects=("No",)))), None),
    (
        "a look-up between write and reaction",
        saga((pivot("a", "p0"), read("look", "p1"), reaction("b", "p2"))),
        "one-write",
    ),
    (
        "a reaction that may be rejected is none",
        saga((done("a", "p0"), act("b", "p1", kind="retriable", rejects=("No",)))),
        None,
    ),
    # only reads
    ("only reads", saga((read("a", "p0"), read("b", "p1"))), "only-reads"),
    ("only a wait", saga((person("ask"),)), "only-reads"),
    ("nothing at all", saga(()), "only-reads"),
    # strict resources
    ("strict, one owner", _strict(), "strict-resource"),
    ("strict, but locked by the application", _strict("semantic-lock"), None),
    ("strict, but risky requests use a distributed transaction", _strict("by-value"), None),
    ("strict, and the countermeasure only repairs", _strict("commutative"), "strict-resource"),
    ("strict, but really locked", _strict(lock=True), None),
    ("strict, two owners", _strict(owners={"p0": "team", "p1": "others"}), None),
    ("strict, owners not stated", _strict(owners={}), None),
    (
        "strict, a single writer",
        saga(
            (done("a", "p0", writes=("x",)), pivot("b", "p1")),
            owners=TWO_OWNED,
            resources={"x": Resource(id="x", strict=True)},
        ),
        None,
    ),
    # the point of no return
    ("two pivots", saga((done("a", "p0"), pivot("b", "p1"), pivot("c", "p2"))), "point-of-no-return"),
    (
        "two pivots that cannot fail",
        saga((pivot("b", "p1", retry=FOREVER), pivot("c", "p2", retry=FOREVER, after=()))),
        None,
    ),
    (
        "two pivots of which one is taken",
        saga((done("a", "p0"), pivot("b", "p1", when={"x": "yes"}), pivot("c", "p2", when={"x": "no"}))),
        None,
    ),
    (
        "an undoable step after the pivot",
        saga((done("a", "p0"), pivot("b", "p1"), done("c", "p2"))),
        "point-of-no-return",
    ),
    (
        "an undoable step beside the pivot",
        saga((done("a", "p0", after=()), pivot("b", "p1", after=()))),
        "point-of-no-return",
    ),
    (
        "an effect for good before something that may fail",
        saga((act("mail", "p0", omits_compensation=True, kind="retriable"), done("b", "p1"), done("c", "p2"))),
        "point-of-no-return",
    ),
    ("a no after the pivot", saga((*chain(2), read("look", "p3", rejects=("No",)))), "point-of-no-return"),
    (
        "a wait that gives up after the pivot",
        saga((*chain(2), Step(id="wait", wait=Wait(event="E"), timeout_s=5.0))),
        "point-of-no-return",
    ),
    (
        "a wait that goes on after the pivot",
        saga((*chain(2), Step(id="wait", wait=Wait(event="E"), timeout_s=5.0, on_timeout="continue"))),
        None,
    ),
    ("a wait without a limit after the pivot", saga((*chain(2), Step(id="wait", wait=Wait(event="E")))), None),
    ("a look-up after the pivot", saga((*chain(3), read("look", "p3"))), None),
    ("a retriable step with finite tries after the pivot", saga((*chain(3), reaction("r", "p4", retry=None))), None),
    (
        "a retriable step that may say no after the pivot",
        saga((*chain(2), reaction("r", "p4", rejects=("No",)))),
        "point-of-no-return",
    ),
    ("a draft's steps after the pivot", saga((*chain(3), act("d", "p4"))), None),
    (
        "a draft's step beside the pivot",
        saga((done("z", "p5"), act("a", "p0", after=("z",)), pivot("b", "p1", after=("z",)))),
        None,
    ),
    ("a nested saga after the pivot", saga((*chain(2), CHILD)), "point-of-no-return"),
    # an engine
    ("an engine in place", saga(chain(3), requires={"engine": "temporal", "audit": True}), "engine"),
    ("an engine, but the score is -4", saga(chain(3), requires={"engine": "temporal"}), None),
    (
        "an engine, and the score is -3.5",
        saga(chain(4, 3), requires={"engine": "temporal", "throughput": "high"}),
        "engine",
    ),
]


@pytest.mark.parametrize(("words", "given", "gate"), CASES, ids=[case[0] for case in CASES])
def test_gate(words: str, given: Saga, gate: str | None) -> None:
    decided = recommend(given).decided_by
    assert (decided and decided.name) == gate, words


def test_gates_are_asked_in_order_up_to_the_one_that_decides() -> None:
    found = recommend(saga(chain(2), stores={"p0": "db", "p1": "db"}))
    assert [gate.name for gate in found.gates] == ["one-store"]
    found = recommend(saga(chain(3)))
    assert [gate.name for gate in found.gates] == [gate.name for gate in GATES]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (saga(chain(2), stores={"p0": "db", "p1": "db"}), "`s0`, `s1` write in one store, `db`"),
        (saga(chain(2, 1)), "`s0`, `s1` all belong to `p0`, which owns the data they write"),
        (saga((done("a", "p0", for_each="input.i"),)), "`a` belongs to `p0`, which owns the data it writes"),
        (saga((LOCAL, replace(LOCAL, id="there"))), "all belong to the saga's own service"),
        (saga((pivot("a", "p0"), reaction("b", "p1"))), "`a` is the only write to coordinate; `b` only reacts"),
        (_strict(), "(`a`, `b`) belong to `team`"),
        (saga((*chain(2), done("c", "p2"))), "`s1` cannot be undone, and `c`, after it, may fail"),
        (saga((pivot("a", "p0"), pivot("b", "p1"))), "`b`, after it, is a point of no return itself"),
        (saga((*chain(2), read("look", "p3", rejects=("No",)))), "may be rejected (`No`)"),
        (saga(chain(3, 3), requires={"engine": "camunda", "audit": True}), "`camunda` is in place"),
    ],
)
def test_reason_names_the_users_own_things(given: Saga, words: str) -> None:
    decided = recommend(given).decided_by
    assert decided is not None
    assert words in decided.reason
    assert decided.instead


def test_a_gate_says_what_gets_past_it() -> None:
    (flip,) = recommend(saga((pivot("a", "p0"), reaction("b", "p1")), stores={"p0": "db", "p1": "db"})).flips
    assert flip.sentence == (
        "if not every write were in the same store, and a second step had effects that may have to be undone, "
        "it would be choreography (score -6.5)"
    )


def test_a_nested_saga_that_cannot_fail_may_follow_the_pivot() -> None:
    given = saga((*chain(2), CHILD))
    sure = saga((reaction("r", "p9"),), id="child")
    for child, decided in ((sure, None), (saga(chain(2), id="child"), "point-of-no-return")):
        found = recommend(given, {"child": child}).decided_by
        assert (found and found.name) == decided


def test_a_redesign_sends_to_lint_for_the_place() -> None:
    decided = recommend(saga((*chain(2), done("c", "p2")))).decided_by
    assert decided is not None
    assert "`sagactl lint` names the place" in decided.instead


def test_a_backtick_in_a_name_is_no_way_out_of_it() -> None:
    decided = recommend(saga(chain(2), stores={"p0": "d`b", "p1": "d`b"})).decided_by
    assert decided is not None
    assert "`d'b`" in decided.reason
