"""What is built instead of a saga, and where a hybrid is cut: in the names of the definition."""

from __future__ import annotations

from sagactl.model import Resource, Saga
from sagactl.recommender import recommend
from sagactl.recommender.cut import cut
from sagactl.recommender.facts import collect
from sagactl.reports.recommendations import built

from .builders import act, chain, done, person, pivot, reaction, read, saga


def _instead(given: Saga) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    found = recommend(given).instead
    assert found is not None
    return found.kind, found.parts, found.drops


def test_one_store_is_one_transaction() -> None:
    given = saga((read("look", "p9"), *chain(2)), stores={"p0": "db", "p1": "db"})
    assert _instead(given) == (
        "transaction",
        (
            "begin a transaction on `db`",
            "read `DoLook` (`look`, by `p9`)",
            "`DoS0` (`s0`, by `p0`)",
            "`DoS1` (`s1`, by `p1`)",
            "commit; where a step says no, roll back: nothing has happened",
        ),
        ("UndoS0",),
    )


def test_one_write_goes_out_with_its_event() -> None:
    given = saga((pivot("sell", "shop"), reaction("mail", "mailer"), reaction("file", "archive")))
    kind, parts, drops = _instead(given)
    assert (kind, drops) == ("outbox", ())
    assert parts[0] == "`DoSell` (`sell`, by `shop`), and store `SellDone` in the outbox in the same transaction"
    assert parts[1].startswith("`mailer` hears `SellDone` and does `DoMail`")
    assert parts[2].startswith("`archive` hears `MailDone` and does `DoFile`")


def test_one_write_alone_needs_nothing() -> None:
    kind, parts, _ = _instead(saga((read("look", "p0"), pivot("sell", "shop"))))
    assert kind == "outbox"
    assert parts == (
        "first `DoLook` (`look`, by `p0`), which only reads",
        "`DoSell` (`sell`, by `shop`), and nothing else: one write needs no saga",
    )


def test_reads_are_composed_those_at_once_that_can_be() -> None:
    given = saga((read("a", "p0", after=()), read("b", "p1", after=()), read("c", "p2", after=("a", "b"))))
    kind, parts, _ = _instead(given)
    assert kind == "composition"
    assert parts[:2] == (
        "ask for `DoA` (`a`, by `p0`), `DoB` (`b`, by `p1`), all at once",
        "ask for `DoC` (`c`, by `p2`)",
    )


def test_writers_of_a_strict_resource_are_merged() -> None:
    steps = (done("debit", "current", writes=("sum",)), done("credit", "savings", writes=("sum",)), done("fee", "fees"))
    resource = Resource(id="sum", strict=True)
    given = saga(steps, owners={"current": "core", "savings": "core"}, resources={"sum": resource})
    kind, parts, drops = _instead(given)
    assert (kind, drops) == ("merge", ("UndoDebit", "UndoCredit"))
    assert parts[0] == "put what `current`, `savings` write of `sum` into one store; all belongs to `core`"
    assert parts[-1] == "ask `recommend` again about what is left: the merged step and `fee`"


def test_a_style_needs_nothing_instead() -> None:
    assert recommend(saga(chain(3))).instead is None
    assert recommend(saga(chain(3))).cut is None
    assert recommend(saga((*chain(2), done("late", "p3")))).instead is None


def _hybrid() -> Saga:
    names = ("sales", "sales", "depot", "depot", "money")
    steps = (*(done(f"s{index}", f"p{index}") for index in range(4)), pivot("s4", "p4"))
    return saga(steps, contexts={f"p{index}": name for index, name in enumerate(names)}, requires={"audit": True})


def test_a_hybrid_is_cut_at_its_contexts() -> None:
    found = recommend(_hybrid()).cut
    assert found is not None
    assert found.steps_by_context() == {"sales": ("s0", "s1"), "depot": ("s2", "s3"), "money": ("s4",)}
    assert [group.is_led for group in found.groups] == [True, True, False]
    assert list(built.crossings(found))[:2] == [
        "`S1Done` from `sales` to `depot`, which starts `s2`",
        "`S3Done` from `depot` to `money`, which starts `s4`",
    ]
    assert "`S4Failed` from `money` to `depot`, which undoes `s3`" in built.crossings(found)
    assert found.mutual == ()


def test_contexts_that_wait_for_each_other_are_said() -> None:
    steps = (done("a", "p0"), done("b", "p1"), done("c", "p2"))
    found = cut(collect(saga(steps, contexts={"p0": "x", "p1": "y", "p2": "x"})).flow)
    assert found.mutual == (("x", "y"),)
    assert list(built.crossings(found))[-1] == "`x` and `y` wait for each other: neither can be understood alone"


def test_who_states_no_context_stays_apart() -> None:
    steps = (done("a", "p0"), person("ask"), act("b", "p1"))
    found = cut(collect(saga(steps, contexts={"p1": "y"})).flow)
    assert found.steps_by_context() == {"": ("a",), "y": ("ask", "b")}
    assert next(built.groups(found)) == "no context stated: `a`, alone; no orchestrator"
