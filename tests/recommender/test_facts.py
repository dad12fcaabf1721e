"""What is counted, precisely."""

from __future__ import annotations

import pytest

from sagactl.model import Compensation, Saga, Step
from sagactl.recommender.facts import Counts, collect, quoted

from .builders import act, chain, done, person, pivot, reaction, read, saga


def _counts(given: Saga) -> Counts:
    return collect(given).counts


def test_backbone_leaves_out_reads_waits_and_reactions() -> None:
    given = saga((read("look", "p9"), done("a", "p0"), person("ask"), pivot("b", "p1"), reaction("mail", "p2")))
    facts = collect(given)
    assert [step.id for step in facts.backbone] == ["a", "b"]
    assert facts.participants == ("p0", "p1")
    assert facts.human_waits == ("ask",)


def test_a_retriable_step_that_something_depends_on_is_no_reaction() -> None:
    given = saga((pivot("a", "p0"), reaction("b", "p1"), read("c", "p2")))
    assert [step.id for step in collect(given).reactions] == []
    given = saga((pivot("a", "p0"), reaction("b", "p1"), reaction("c", "p2")))
    assert [step.id for step in collect(given).reactions] == ["b", "c"]


def test_local_steps_are_one_service() -> None:
    undo = Compensation(command="Undo")
    here = [Step(id=id, action="Do", local=True, compensation=undo) for id in ("a", "b")]
    assert collect(saga((*here, done("c", "p0")))).participants == ("the saga's own service", "p0")


def test_a_choice_counts_if_a_step_that_matters_asks_for_it() -> None:
    given = saga(
        (
            *chain(2),
            reaction("mail", "p9", when={"polite": "yes"}),
        )
    )
    assert _counts(given).choices == 0
    given = saga((person("ask", when={"large": "yes"}), *chain(2)))
    assert _counts(given).choices == 1


CHAINS: list[tuple[str, Saga, tuple[str, ...]]] = [
    ("the pivot forces all before it", saga(chain(4)), ("s0", "s1", "s2")),
    ("the last step undoes itself if its outcome is unknown", saga(chain(3, last="undone")), ("s0", "s1", "s2")),
    (
        "a step tried for ever has no unknown outcome",
        saga((done("a", "p0"), done("b", "p1", retry=reaction("x", "y").retry))),
        ("a",),
    ),
    ("nothing after the pivot is undone", saga((done("a", "p0"), pivot("b", "p1"), done("c", "p2"))), ("a",)),
    ("side by side is not in a row", saga(done(f"s{i}", f"p{i}", after=()) for i in range(6)), ("s0",)),
    (
        "what excludes each other is not undone together",
        saga(
            (done("a", "p0"), done("b", "p1", when={"c": "yes"}), done("c", "p2", when={"c": "no"}), pivot("d", "p3"))
        ),
        ("a", "c"),
    ),
    ("never undoes the failed step", saga((done("a", "p0"), done("b", "p1", failed_step="never"))), ("a",)),
    ("only reads fail", saga((done("a", "p0"), read("look", "p1", rejects=("No",)))), ("a",)),
    ("a nested saga undoes itself", saga((Step(id="in", saga="child"), pivot("b", "p1"))), ("in",)),
    ("nothing to undo", saga((pivot("a", "p0"),)), ()),
    ("a draft owes its compensations", saga((act("a", "p0"), act("b", "p1"))), ("a", "b")),
]


@pytest.mark.parametrize(("words", "given", "chain_"), CHAINS, ids=[case[0] for case in CHAINS])
def test_longest_rollback_chain(words: str, given: Saga, chain_: tuple[str, ...]) -> None:
    assert collect(given).rollback_chain == chain_, words


def test_too_many_scenarios_count_every_step_as_taken() -> None:
    steps = [done(f"s{i}", f"p{i}", when={f"c{i}": "yes"}) for i in range(7)]
    assert _counts(saga((*steps, pivot("end", "p9")))).rollback_chain == 7


def test_missing_compensations_are_listed_in_file_order() -> None:
    given = saga((act("b", "p0"), done("a", "p1"), act("c", "p2"), act("k", "p3", omits_compensation=True)))
    assert collect(given).missing == ("b", "c")


def test_after_a_stated_pivot_nothing_is_missing() -> None:
    facts = collect(saga((done("a", "p0"), pivot("b", "p1"), act("c", "p2"))))
    assert facts.missing == ()
    assert [step.id for step in facts.reactions] == ["c"]


def test_contexts_are_those_of_the_backbone() -> None:
    given = saga((*chain(2), reaction("mail", "p9")), contexts={"p0": "sales", "p9": "crm"})
    assert collect(given).contexts == ("sales",)


def test_many_names_are_cut() -> None:
    assert quoted(str(number) for number in range(8)) == "`0`, `1`, `2`, `3`, `4`, `5` and 2 more"
