"""The cases that designers agree on, built by hand, and what is said of the definitions that are shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sagactl.model import Saga
from sagactl.recommender import recommend
from sagactl.source.build import read as read_definition

from .builders import act, chain, done, person, pivot, reaction, saga

DEFINITIONS = Path(__file__).parents[2] / "definitions"

YES = {"c": "yes"}


def _loan() -> Saga:
    return saga(
        (
            done("open-file", "files"),
            done("appraise", "appraisal", when={"collateral": "yes"}),
            person("officer", when={"risk": "yes"}),
            person("board", when={"size": "yes"}),
            done("reserve", "treasury"),
            done("contract", "documents"),
            done("sign", "signatures"),
            pivot("pay-out", "core"),
            reaction("letter", "letters"),
        ),
        deadline=True,
    )


def _eight_steps() -> Saga:
    steps = (
        done("a", "p0"),
        done("b", "p1", after=("a",)),
        done("c", "p2", after=("a",), when={"one": "yes"}),
        done("d", "p3", after=("b", "c")),
        done("e", "p4"),
        done("f", "p5", when={"two": "yes"}),
        done("g", "p6"),
        pivot("h", "p7"),
    )
    contexts = {f"p{index}": f"context-{index % 4}" for index in range(8)}
    return saga(steps, contexts=contexts, requires={"audit": True})


def _outbox(write: str = "pivot") -> Saga:
    first = {"pivot": pivot, "undone": done, "draft": act}[write]("write", "p0")
    return saga((first, *(reaction(f"r{index}", f"p{index}", after=("write",)) for index in range(1, 7))))


FOUR = (done("a", "p0"), done("b", "p1"), pivot("c", "p2"))

GOLDEN: list[tuple[str, Saga, str, str | None]] = [
    ("3 simple steps, 3 services", saga(chain(3)), "choreography", "robust"),
    ("3 simple steps, every one undone", saga(chain(3, last="undone")), "choreography", "robust"),
    ("3 simple steps, a draft", saga(act(f"s{i}", f"p{i}") for i in range(3)), "choreography", "robust"),
    ("4 simple steps, 2 compensations, the last retriable", saga((*FOUR, reaction("d", "p3"))), "choreography", None),
    (
        "4 simple steps, 2 compensations, one look-up",
        saga((*FOUR, act("d", "p3", kind="read-only"))),
        "choreography",
        None,
    ),
    (
        "4 simple steps, 2 compensations, a draft",
        saga((*FOUR[:2], act("c", "p2"), act("d", "p3"))),
        "choreography",
        None,
    ),
    (
        "4 simple steps, 2 compensations, two ways to end",
        saga((*FOUR[:2], pivot("c", "p2", when={"c": "yes"}), pivot("d", "p3", when={"c": "no"}))),
        "orchestration",
        None,
    ),
    (
        "4 steps, 1 branch, deadline",
        saga((done("a", "p0"), done("b", "p1", when=YES), done("c", "p2"), pivot("d", "p3")), deadline=True),
        "orchestration",
        None,
    ),
    ("5 linear steps, 5 services", saga(chain(5)), "orchestration", None),
    ("5 linear steps, a draft", saga(act(f"s{i}", f"p{i}") for i in range(5)), "orchestration", None),
    ("loan with human approval, 3 branches, 6 services", _loan(), "orchestration", "robust"),
    ("one write and 6 independent reactions", _outbox(), "none", "robust"),
    ("one write that could be undone and 6 reactions", _outbox("undone"), "none", "robust"),
    ("one write and 6 reactions, a draft", _outbox("draft"), "none", "robust"),
    (
        "3 steps over 3 contexts, very high throughput",
        saga(chain(3), contexts={"p0": "a", "p1": "b", "p2": "c"}, requires={"throughput": "high"}),
        "choreography",
        "robust",
    ),
    ("8 steps, 4 contexts, 2 branches, join, audit", _eight_steps(), "hybrid", "clear"),
    (
        "6 parallel steps with compensations",
        saga(done(f"s{i}", f"p{i}", after=()) for i in range(6)),
        "orchestration",
        None,
    ),
    ("all steps in one store", saga(chain(4), stores={f"p{i}": "db" for i in range(4)}), "none", "robust"),
]


@pytest.mark.parametrize(("words", "given", "verdict", "strength"), GOLDEN, ids=[case[0] for case in GOLDEN])
def test_golden_case(words: str, given: Saga, verdict: str, strength: str | None) -> None:
    found = recommend(given)
    assert (found.recommendation, found.strength if strength else None) == (verdict, strength), words


def test_loan_counts_what_its_name_says() -> None:
    counts = recommend(_loan()).counts
    assert (counts.participants, counts.choices, counts.human_waits) == (6, 3, 2)


def test_hybrid_needs_its_contexts() -> None:
    given = _eight_steps()
    bare = replace(given, participants={})
    assert recommend(bare).recommendation == "orchestration"
    assert [flip.name for flip in recommend(given).flips if flip.kind == "factor"] == ["contexts"]


SHIPPED = {
    "account-opening": "choreography robust -3.5",
    "basket-order": "choreography robust -5.5",
    "conference-trip": "choreography robust -3",
    "expense-approval": "choreography clear -2",
    "food-delivery": "orchestration robust 2.5",
    "ftgo-create-order": "choreography robust -2.5",
    "ftgo-revise-order": "choreography robust -2.5",
    "insurance-claim": "orchestration robust 5",
    "loan-approval": "orchestration robust 3.5",
    "money-transfer": "choreography robust -5.5",
    "number-porting": "choreography robust -1.5",
    "order-fulfillment": "orchestration robust 2.5",
    "points-redemption": "none robust -5.5",
    "ride-hailing": "orchestration clear -3",
    "stock-transfer": "choreography weak 0",
    "subscription-signup": "choreography robust -5.5",
    "travel-arrangement": "choreography robust -4",
    "travel-booking": "orchestration robust 5",
}
"""What is said of each definition; whoever changes a definition or a weight looks at the difference."""


def _definitions() -> dict[str, Saga]:
    found = {}
    for path in sorted(DEFINITIONS.glob("*.saga.yaml")):
        given = read_definition(path.read_bytes(), path.name).saga
        assert given is not None
        found[given.id] = given
    return found


def test_shipped_definitions() -> None:
    sagas = _definitions()
    found = {id: recommend(given, sagas) for id, given in sagas.items() if id in SHIPPED}
    said = {id: f"{each.recommendation} {each.strength} {each.score:g}" for id, each in found.items()}
    assert said == {id: words for id, words in SHIPPED.items() if id in sagas}
