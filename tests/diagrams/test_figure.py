"""What is drawn: every step once, every outcome led somewhere, and the rollback in the reverse of the order."""

from __future__ import annotations

import pytest
from hypothesis import given

from sagactl.diagrams import flow_figure, rollback_figure
from sagactl.diagrams.figure import Figure
from sagactl.diagrams.outline import Block
from sagactl.diagrams.rollback import rollback
from sagactl.errors import UnknownName
from sagactl.flow import Flow, flow
from sagactl.model import Rollback, Saga
from tests.diagrams.sagas import ALL, CLAIM, CYCLE, NET, ORDER, TRIP, choice, sagas, step, texts


def arrows(drawn: Figure) -> list[str]:
    """The forward arrows in words: `a -> b` or `a -outcome-> b`."""
    names = {node.id: node.title for node in drawn.nodes}
    return [
        f"{names[edge.source]} -{edge.label}-> {names[edge.target]}".replace("--> ", "-> ")
        for edge in drawn.edges
        if edge.role == "forward"
    ]


def undone(saga: Saga, failing: str) -> list[list[str]]:
    """The levels of the rollback, by name."""
    plan = rollback(flow(saga), failing)
    return [[saga.steps[index].id for index in level] for level in plan.levels]


def test_a_skipped_step_is_an_outcome_that_leads_past_it() -> None:
    assert arrows(flow_figure(flow(ORDER))) == [
        "start -> reserve-items",
        "reserve-items -> charge-payment",
        "charge-payment -> speed",
        "speed -express-> book-express",
        "book-express -> create-shipment",
        "speed -standard-> create-shipment",
        "create-shipment -> send-confirmation",
        "send-confirmation -> completed",
    ]


def test_exclusive_outcomes_make_a_fork_and_not_a_chain() -> None:
    assert arrows(flow_figure(flow(CLAIM))) == [
        "start -> check-cover",
        "check-cover -> verdict",
        "verdict -covered-> set-reserve",
        "set-reserve -> review",
        "review -needed-> send-expert",
        "send-expert -> adjuster-review",
        "adjuster-review -> pay-claim",
        "review -not-needed-> pay-claim",
        "verdict -not-covered-> record-refusal",
        "record-refusal -> send-decision",
        "pay-claim -> send-decision",
        "send-decision -> completed",
    ]


def test_branches_that_exclude_each_other_share_one_diamond() -> None:
    saga = Saga(
        id="fork",
        choices={"way": choice("way", "left", "right", "neither")},
        steps=(
            step("open"),
            step("left", after=("open",), when={"way": "left"}),
            step("right", after=("open",), when={"way": "right"}),
            step("close", after=("left", "right")),
        ),
    )
    assert arrows(flow_figure(flow(saga))) == [
        "start -> open",
        "open -> way",
        "way -left-> left",
        "way -right-> right",
        "left -> close",
        "way -neither-> close",
        "right -> close",
        "close -> completed",
    ]


def test_an_arrow_that_follows_from_others_is_not_drawn() -> None:
    saga = Saga(id="s", steps=(step("a"), step("b"), step("c", after=("a", "b"))))
    assert arrows(flow_figure(flow(saga))) == ["start -> a", "a -> b", "b -> c", "c -> completed"]


def test_steps_in_a_cycle_are_drawn_and_marked() -> None:
    drawn = flow_figure(flow(CYCLE))
    assert {node.title for node in drawn.nodes if node.problem} == {"b", "c", "d"}
    assert "c -> d" in arrows(drawn) and "d -> b" in arrows(drawn)


def test_problems_are_on_the_steps_they_belong_to() -> None:
    drawn = flow_figure(flow(ORDER), {"charge-payment": "no compensation"})
    assert {node.title: node.problem for node in drawn.nodes if node.problem} == {"charge-payment": "no compensation"}


@given(sagas(texts=texts))
def test_every_step_is_in_the_figure_and_in_its_outline_exactly_once(saga: Saga) -> None:
    drawn = flow_figure(flow(saga))
    nodes = [node.id for node in drawn.nodes if node.role in ("step", "wait", "saga")]
    assert len(set(nodes)) == len(nodes) == len(saga.steps)
    assert sorted(leaves(drawn.outline)) == sorted(nodes)
    known = {node.id for node in drawn.nodes}
    assert len(known) == len(drawn.nodes)
    assert all(edge.source in known and edge.target in known for edge in drawn.edges)


@given(sagas())
def test_every_node_hangs_together_with_the_start(saga: Saga) -> None:
    drawn = flow_figure(flow(saga))
    reached, fresh = {"start"}, {"start"}
    while fresh:
        fresh = {edge.target for edge in drawn.edges if edge.role == "forward" and edge.source in fresh} - reached
        reached |= fresh
    assert {node.id for node in drawn.nodes if node.role != "compensation"} <= reached


@given(sagas())
def test_every_outcome_of_a_decision_leads_somewhere(saga: Saga) -> None:
    drawn = flow_figure(flow(saga))
    for diamond in (node for node in drawn.nodes if node.role == "choice"):
        led = {name for edge in drawn.edges if edge.source == diamond.id for name in edge.label.split(", ")}
        incoming = [edge for edge in drawn.edges if edge.target == diamond.id]
        assert incoming and len(led) >= 2, diamond


def leaves(block: Block) -> list[str]:
    return [block.id] if block.form == "step" else [id for part in block.parts for id in leaves(part)]


# -- rollback


@pytest.mark.parametrize(
    ("saga", "failing", "expected"),
    [
        (ORDER, "create-shipment", [["book-express"], ["charge-payment"], ["reserve-items"]]),
        (ORDER, "reserve-items", []),
        (TRIP, "charge", [["hold-flight", "hold-hotel", "hold-car"]]),
        (TRIP, "hold-hotel", [["hold-flight", "hold-hotel", "hold-car"]]),
        (NET, "e", [["c", "d"], ["a", "b"]]),
        (CLAIM, "record-refusal", []),
        (CLAIM, "pay-claim", [["send-expert"], ["set-reserve"]]),
    ],
)
def test_the_rollback_is_the_reverse_of_the_order(saga: Saga, failing: str, expected: list[list[str]]) -> None:
    assert undone(saga, failing) == expected


def test_all_at_once_has_one_number() -> None:
    saga = Saga(id="s", rollback=Rollback(order="parallel"), steps=(step("a"), step("b"), step("c", rejects=("No",))))
    assert undone(saga, "c") == [["a", "b"]]


def test_behind_a_committed_pivot_nothing_is_undone_and_the_caption_says_so() -> None:
    drawn = rollback_figure(flow(ORDER), "send-confirmation")
    assert not any(node.number for node in drawn.nodes)
    assert "nothing is undone" in drawn.caption and "create-shipment" in drawn.caption
    assert [node.title for node in drawn.nodes if node.role == "end" and node.state == "plain"] == ["parked"]


def test_a_pivot_beside_the_failure_is_told() -> None:
    steps = (step("a"), step("b", after=("a",)), step("p", after=("a",), compensation=None, kind="pivot"))
    drawn = rollback_figure(flow(Saga(id="s", steps=steps)), "b")
    assert "pivot p beside it" in drawn.caption
    assert {node.title: node.state for node in drawn.nodes}["p"] == "idle"


def test_a_rejected_step_is_undone_only_if_its_outcome_is_unknown() -> None:
    states = {node.title: node.state for node in rollback_figure(flow(ORDER), "charge-payment").nodes}
    assert states["charge-payment"] == "failing"
    assert states["UndoChargePayment"] == "maybe"
    assert states["UndoReserveItems"] == "due"
    assert states["send-confirmation"] == "idle"


def test_an_unknown_step_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="charge-paymnt") as caught:
        rollback_figure(flow(ORDER), "charge-paymnt")
    assert "charge-payment" in caught.value.help


@given(sagas())
def test_no_step_is_undone_before_those_that_depend_on_it(saga: Saga) -> None:
    found = flow(saga)
    for each in found.steps:
        plan = rollback(found, each.id)
        numbers = {index: plan.number(index) or 0 for level in plan.levels for index in level}
        assert set(numbers) <= {*plan.done, plan.failing}
        if saga.rollback.order != "parallel":
            assert all(numbers[late] < numbers[early] for early, late in ordered(found, numbers))
        if any(found.steps[index].kind == "pivot" for index in plan.done):
            assert plan.parked and not numbers
        assert rollback_figure(found, each.id) == rollback_figure(flow(saga), each.id)


@pytest.mark.parametrize("name", ALL)
def test_every_number_is_reached_from_the_failure_and_leads_to_the_end(name: str) -> None:
    found = flow(ALL[name])
    for each in found.steps:
        drawn = rollback_figure(found, each.id)
        back = [(edge.source, edge.target) for edge in drawn.edges if edge.role == "rollback"]
        numbered = {node.id for node in drawn.nodes if node.number is not None}
        last = {"end:compensated", "end:parked"} & {node.id for node in drawn.nodes}
        assert {source for source, _ in back} == numbered | {f"step:{each.id}"}
        assert {target for _, target in back} == numbered | last


def ordered(found: Flow, among: dict[int, int]) -> list[tuple[int, int]]:
    return [(early, late) for late in among for early in among if found.ancestors[late] >> early & 1]


@pytest.mark.parametrize("name", ALL)
def test_the_same_flow_gives_the_same_figure(name: str) -> None:
    assert flow_figure(flow(ALL[name])) == flow_figure(flow(ALL[name]))
