"""Sagas of every shape that a picture has to carry, and a strategy for those that nobody thought of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from sagactl.model import (
    Choice,
    Compensation,
    Deadline,
    Defaults,
    Outcome,
    Retry,
    Rollback,
    RollbackOrder,
    Saga,
    Step,
    Wait,
)


def step(id: str, **more: object) -> Step:
    """A step whose action and compensation are named after it, unless said otherwise."""
    name = id.title().replace("-", "")
    given: dict[str, object] = {
        "participant": "shop",
        "action": f"Do{name}",
        "compensation": Compensation(command=f"Undo{name}"),
    }
    if {"wait", "saga"} & more.keys():
        given = {}
    return Step(id=id, **{**given, **more})  # type: ignore[arg-type]


def choice(id: str, *outcomes: str) -> Choice:
    predicates = (f"input.{name} == true" for name in outcomes[:-1])
    return Choice(id=id, outcomes=tuple(map(_outcome, outcomes, (*predicates, "otherwise"))))


def _outcome(id: str, predicate: str) -> Outcome:
    return Outcome(id=id, predicate=predicate)


ORDER: Final = Saga(
    id="order",
    version=1,
    description="Reserve the goods, take the money, ship the parcel, tell the customer.",
    style="orchestration",
    deadline=Deadline(after_s=900),
    defaults=Defaults(timeout_s=10, retry=Retry(attempts=3)),
    rollback=Rollback(retry=Retry(attempts=20)),
    choices={"speed": choice("speed", "express", "standard")},
    steps=(
        step("reserve-items", participant="inventory", rejects=("OutOfStock",)),
        step("charge-payment", participant="payment", external=("money-in",), rejects=("CardDeclined",)),
        step("book-express", participant="courier", when={"speed": "express"}),
        step("create-shipment", participant="shipping", compensation=None, kind="pivot"),
        step(
            "send-confirmation",
            participant="mail",
            compensation=None,
            kind="retriable",
            retry=Retry(attempts="forever"),
        ),
    ),
)

TRIP: Final = Saga(
    id="trip",
    choices={"car": choice("car", "wanted", "not-wanted")},
    steps=(
        step("hold-flight", after=(), participant="airline"),
        step("hold-hotel", after=(), participant="hotels"),
        step("hold-car", after=(), participant="cars", when={"car": "wanted"}),
        step("charge", after=("hold-flight", "hold-hotel", "hold-car"), participant="payment", rejects=("Declined",)),
        step("issue-tickets", participant="airline", compensation=None, kind="pivot"),
        step("award-miles", after=("issue-tickets",), participant="loyalty", compensation=None),
        step("send-itinerary", after=("issue-tickets",), participant="mail", compensation=None),
    ),
)

CLAIM: Final = Saga(
    id="claim",
    choices={
        "verdict": choice("verdict", "covered", "not-covered"),
        "review": choice("review", "needed", "not-needed"),
    },
    steps=(
        step("check-cover", participant="policies", compensation=None, kind="read-only"),
        step("set-reserve", participant="reserves", when={"verdict": "covered"}),
        step("send-expert", participant="experts", when={"verdict": "covered", "review": "needed"}),
        step(
            "adjuster-review",
            wait=Wait(decision="Review", by="adjuster"),
            timeout_s=864000.0,
            on_timeout="fail",
            when={"verdict": "covered", "review": "needed"},
        ),
        step("pay-claim", participant="payouts", compensation=None, kind="pivot", when={"verdict": "covered"}),
        step("record-refusal", participant="archive", compensation=None, kind="pivot", when={"verdict": "not-covered"}),
        step("send-decision", participant="letters", compensation=None, kind="retriable"),
    ),
)

NET: Final = Saga(
    id="net",
    steps=(
        step("a", after=()),
        step("b", after=()),
        step("c", after=("a",)),
        step("d", after=("a", "b")),
        step("e", after=("c", "d"), compensation=None),
    ),
)

CYCLE: Final = Saga(id="cycle", steps=(step("a"), step("b", after=("d",)), step("c"), step("d", after=("c", "a"))))

CHILD: Final = Saga(
    id="child",
    steps=(step("open", local=True), step("inner", saga="other"), step("each", for_each="input.items", parallel=3)),
)


def sequence(length: int) -> Saga:
    return Saga(id=f"sequence-{length}", steps=tuple(step(f"do-{place}") for place in range(1, length + 1)))


LONG: Final = Saga(
    id="l" * 64,
    choices={"c" * 64: choice("c" * 64, "y" * 64, "n" * 64)},
    steps=(
        step("a-" * 31 + "aa", participant="p" * 64, action="A" * 64, compensation=Compensation(command="U" * 64)),
        step("b-" * 31 + "bb", participant="p" * 64, when={"c" * 64: "y" * 64}),
        step("z" * 64),
    ),
)

ALL: Final[Mapping[str, Saga]] = {
    "order": ORDER,
    "trip": TRIP,
    "claim": CLAIM,
    "net": NET,
    "cycle": CYCLE,
    "child": CHILD,
    "long": LONG,
    "sequence-3": sequence(3),
    "sequence-12": sequence(12),
    "sequence-40": sequence(40),
    "empty": Saga(id="empty"),
}

HOSTILE: Final = (
    '"]; evil [label="x',
    "</TABLE>>]; evil",
    "a\\",
    '\\"',
    "\\N \\G \\l",
    "--> x",
    "end",
    "%% comment",
    "`markdown`",
    "<script>alert(1)</script>",
    "&amp;&#60;",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "line\nbreak\r\ttab\u2028sep",
    "\ud800",
    "]]>",
    "#quot;;",
    "漢字カナ",
    "👩‍👩‍👧 e\u0301",
    "",
    "\x00",
    "${x} $(x) {{x}}",
)

texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30), st.text(st.characters(), max_size=8))


@st.composite
def sagas(draw: st.DrawFn, *, texts: st.SearchStrategy[str] | None = None, most: int = 9) -> Saga:
    """Any saga: any order, any conditions; with `texts` its words are anything at all."""
    count = draw(st.integers(0, most))
    ids = [f"step-{place}" for place in range(count)]
    if texts is not None:
        ids = draw(st.lists(texts, min_size=count, max_size=count))
    choices = {id: choice(id, *outcomes) for id, outcomes in (("one", ("a", "b")), ("two", ("x", "y", "z")))}
    words = st.sampled_from(("shop", "bank", "depot")) if texts is None else texts
    steps = []
    for place, id in enumerate(ids):
        near = st.lists(st.sampled_from(ids[:place]), unique=True, max_size=3) if place else st.just([])
        steps.append(
            Step(
                id=id,
                after=draw(st.one_of(st.none(), near.map(tuple))),
                when=draw(
                    st.sampled_from(
                        ({}, {}, {"one": "a"}, {"one": "b"}, {"two": "x"}, {"one": "a", "two": "y"}, {"one": "?"})
                    )
                ),
                participant=draw(words),
                action=draw(words),
                wait=draw(st.sampled_from((None, None, None, Wait(event="Event")))),
                kind=draw(st.sampled_from((None, None, None, "pivot", "read-only"))),
                compensation=draw(st.one_of(st.none(), words.map(lambda command: Compensation(command=command)))),
                rejects=draw(st.sampled_from(((), ("No",)))),
            )
        )
    order: RollbackOrder | None = draw(st.sampled_from((None, "parallel")))
    return Saga(
        id=draw(words), description=draw(words), choices=choices, rollback=Rollback(order=order), steps=tuple(steps)
    )
