"""What the other views say: events with who hears them, commands, states as the machine has them, and cuts."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from sagactl.diagrams import (
    Figure,
    commands_figure,
    events_figure,
    hybrid_figure,
    rollback_figures,
    rollbacks_figure,
    states_figure,
    terminal,
)
from sagactl.diagrams.life import Stage, life
from sagactl.diagrams.views.hybrid import contexts
from sagactl.errors import UnknownName
from sagactl.flow import Flow, flow
from sagactl.machine.state import outcome, pivot_committed, status
from sagactl.machine.transition import start, transition
from sagactl.model import Compensation, Deadline, Listens, Participant, Publishes, Retry, Rollback, Saga
from sagactl.workspace import load
from tests.diagrams.sagas import CHILD, CLAIM, CYCLE, NET, ORDER, TRIP, sagas, sequence, step

PLACES: Final = Path(__file__).parents[2] / "definitions"


def definition(name: str) -> Flow:
    """The flow of one of the definitions in the repository."""
    saga = load([str(PLACES / f"{name}.saga.yaml")]).readings[0].saga
    assert saga is not None
    return flow(saga)


def arrows(drawn: Figure) -> list[str]:
    """The arrows in words: `a -> b: label`, with `~>` for the way back."""
    names = {node.id: node.title for node in drawn.nodes}
    strokes = {"forward": "->", "back": "~>", "calls": "<->"}
    return [
        f"{names[edge.source]} {strokes[edge.role]} {names[edge.target]}" + (f": {edge.label}" if edge.label else "")
        for edge in drawn.edges
    ]


# -- events


def test_each_event_stands_between_who_publishes_and_who_hears_it() -> None:
    saga = Saga(id="two", steps=(step("pay", participant="bank"), step("ship", participant="depot", rejects=("No",))))
    assert arrows(events_figure(flow(saga))) == [
        "TwoRequested -> pay",
        "pay -> PayDone",
        "PayDone -> ship",
        "ship -> ShipDone",
        "ship ~> ShipFailed, ShipUndone",
        "ShipFailed, ShipUndone ~> pay",
    ]


def test_a_choice_that_nobody_has_declared_yet_does_not_end_the_call() -> None:
    saga = Saga(id="s", steps=(step("pay"), step("fly", when={"speed": "fast"}), step("ship", when={"speed": "slow"})))
    statuses = {node.title for node in states_figure(flow(saga)).nodes}
    assert {"PENDING", "COMPLETED", "COMPENSATING"} <= statuses


def test_what_is_derived_and_what_nobody_hears_is_marked() -> None:
    declared = Publishes(success="Paid")
    saga = Saga(id="two", steps=(step("pay", publishes=declared), step("ship", compensation=None)))
    badges = {node.title: node.badges for node in events_figure(flow(saga)).nodes if node.role == "event"}
    assert badges["Paid"] == ()
    assert badges["TwoRequested"] == ("derived",)
    assert badges["ShipDone"] == ("derived", "nobody here hears it")


def test_an_event_that_nobody_publishes_is_a_problem() -> None:
    saga = Saga(id="s", steps=(step("pay"), step("ship", listens=Listens(events=("Paid", "Packed")))))
    problems = {node.title: node.problem for node in events_figure(flow(saga)).nodes if node.problem}
    assert problems == {"Paid": "nobody here publishes it", "Packed": "nobody here publishes it"}


def test_who_undoes_what_another_did_has_a_node_of_its_own() -> None:
    undo = Compensation(command="Refund", participant="clerks")
    saga = Saga(id="s", steps=(step("pay", participant="bank", compensation=undo), step("ship", participant="depot")))
    drawn = events_figure(flow(saga))
    boxes = {group.title: group.members for group in drawn.groups}
    assert boxes == {"bank": ("step:pay",), "clerks": ("undo:pay",), "depot": ("step:ship",)}
    assert "ShipFailed, ShipUndone ~> Refund" in arrows(drawn)


def test_of_a_long_saga_the_way_back_is_drawn_without_its_events() -> None:
    drawn = events_figure(flow(sequence(40)))
    assert not drawn.groups
    assert "do-2 ~> do-1" in arrows(drawn)
    assert len(drawn.nodes) == 40 + 41
    assert drawn.drawn_caption.endswith("the format text has them.")


def test_the_text_of_a_long_saga_names_the_events_of_the_way_back() -> None:
    written = terminal.render(events_figure(flow(sequence(40))), width=100)
    assert "╌▶ publishes Do2Failed, Do2Undone (derived)" in written
    assert "◀╌ goes back on Do2Failed, Do2Undone (derived) of do-2" in written
    assert "left out" not in written


def test_an_event_from_outside_takes_back_a_step_of_a_long_saga() -> None:
    undo = Compensation(command="Refund", listens=Listens(events=("Cancelled",)))
    first = step("do-1", compensation=undo)
    written = terminal.render(events_figure(flow(replace(sequence(40), steps=(first, *sequence(40).steps[1:])))))
    assert "goes back on Cancelled" in written


def test_a_declared_event_that_nobody_hears_is_shown_in_a_long_saga_too() -> None:
    first = step("do-1", publishes=Publishes(success="Begun", failure="NotBegun"))
    drawn = events_figure(flow(replace(sequence(40), steps=(first, *sequence(40).steps[1:]))))
    assert "NotBegun" in {node.title for node in drawn.nodes}


def test_the_declared_events_of_a_definition_are_all_there() -> None:
    found = definition("ticket-sale")
    drawn = events_figure(found)
    shown = {name for node in drawn.nodes if node.role == "event" for name in node.title.split(", ")}
    declared = {
        name
        for each in found.saga.steps
        if each.publishes
        for name in (each.publishes.success, each.publishes.failure, each.publishes.undone)
        if name
    }
    assert declared <= shown
    assert not any("derived" in badge for node in drawn.nodes for badge in node.badges)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(sagas())
def test_every_step_stands_in_one_box_and_every_arrow_has_two_ends(saga: Saga) -> None:
    found = flow(saga)
    for drawn in (events_figure(found), commands_figure(found), states_figure(found), hybrid_figure(found, {})):
        ids = [node.id for node in drawn.nodes]
        assert len(set(ids)) == len(ids)
        assert all(edge.source in ids and edge.target in ids for edge in drawn.edges)
        members = [id for group in drawn.groups for id in group.members]
        assert len(set(members)) == len(members) and set(members) <= set(ids)


# -- commands


def test_the_orchestrator_calls_each_participant_with_its_commands() -> None:
    drawn = commands_figure(flow(ORDER))
    assert "orchestrator <-> payment: 2 commands, 3 replies" in arrows(drawn)
    nodes = {node.title: node for node in drawn.nodes}
    assert nodes["orchestrator"].badges == ("deadline: 15m",)
    assert nodes["payment"].badges[0] == "DoChargePayment → ChargePaymentDone or CardDeclined"


# -- hybrid


def test_between_groups_are_events_and_within_them_none() -> None:
    drawn = hybrid_figure(flow(ORDER), {"stock": ("reserve-items",), "money": ("charge-payment", "book-express")})
    found = arrows(drawn)
    assert "reserve-items <-> charge-payment: ReserveItemsDone" in found
    assert "back: ChargePaymentFailed, ChargePaymentUndone" in [edge.detail for edge in drawn.edges]
    assert "charge-payment -> book-express" in found
    assert [(group.title, group.subtitle) for group in drawn.groups] == [("stock", ""), ("money", "led by one service")]


def test_the_contexts_of_a_saga_are_those_that_its_participants_state() -> None:
    people = {"inventory": Participant(id="inventory", context="stock"), "payment": Participant(id="payment")}
    saga = Saga(id="s", participants=people, steps=ORDER.steps)
    assert contexts(flow(saga)) == {"stock": ("reserve-items",)}


def test_an_unknown_step_in_a_group_is_refused() -> None:
    with pytest.raises(UnknownName, match="charge-paymnt"):
        hybrid_figure(flow(ORDER), {"money": ("charge-paymnt",)})


# -- rollbacks


def test_every_step_that_can_fail_has_a_panel_and_the_others_are_named() -> None:
    drawn = rollbacks_figure(flow(ORDER))
    assert [panel.title for panel in drawn.panels] == [
        "when reserve-items fails",
        "when charge-payment fails",
        "when book-express fails",
        "when create-shipment fails",
    ]
    assert "cannot fail: send-confirmation" in drawn.caption
    assert [panel.subtitle for panel in drawn.panels][-1] == "3 steps are undone"
    assert [panel.subtitle for panel in drawn.panels][1] == "1 step is undone, 2 if its outcome is unknown"


def test_a_panel_shows_only_what_is_undone() -> None:
    for whole, panel in zip(rollback_figures(flow(TRIP)), rollbacks_figure(flow(TRIP)).panels, strict=True):
        kept = {node.id: node for node in panel.nodes}
        assert all(node.state != "idle" for node in kept.values() if node.role == "compensation")
        assert {node.id for node in whole.nodes if node.role == "step"} <= set(kept)
        assert [node.number for node in panel.nodes if node.number] == [n.number for n in whole.nodes if n.number]


# -- states


def everything(found: Flow) -> set[tuple[Stage, Stage]]:
    """The pairs of stages between which any turn leads in any state, looked for in all of them."""
    from sagactl.diagrams.life import _given_up
    from sagactl.world.skeleton import bare_state, one_try, turns

    bare = one_try(found, restarts=True)

    def stage(state: object) -> Stage:
        now = status(bare, state)  # type: ignore[arg-type]
        past = now in ("STARTED", "PENDING") and pivot_committed(bare, state)  # type: ignore[arg-type]
        return Stage(now, outcome(bare, state), past)  # type: ignore[arg-type]

    begin = bare_state(start(bare)[0])
    seen, waiting, pairs = {begin}, deque([begin]), set()
    while waiting and len(seen) < 20_000:
        state = waiting.popleft()
        if state.phase == "ended":
            continue
        for turn in (*turns(bare, state), *_given_up(bare, state)):
            after = bare_state(transition(bare, state, turn.event)[0])
            if stage(state) != stage(after):
                pairs.add((stage(state), stage(after)))
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return pairs


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(sagas(most=4))
def test_nothing_leads_between_stages_that_the_search_does_not_find(saga: Saga) -> None:
    found = flow(saga)
    assert {(each.before, each.after) for each in life(found).passages} == everything(found)


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".saga.yaml") for path in PLACES.glob("*.saga.yaml")))
def test_the_life_of_a_definition_is_whole(name: str) -> None:
    found = definition(name)
    looked = life(found)
    assert looked.complete
    pairs = {(each.before, each.after) for each in looked.passages}
    assert pairs <= everything(found) or len(found.steps) > 8


def test_triggers_deadline_and_pivot_are_in_the_states() -> None:
    found = arrows(states_figure(flow(ORDER)))
    assert "PENDING -> PENDING: pivot done: create-shipment" in found
    assert any("deadline 15m" in each and each.startswith("PENDING ~> COMPENSATING") for each in found)
    past = next(node for node in states_figure(flow(ORDER)).nodes if node.pivot)
    assert past.badges == ("cancel or deadline 15m: an alert, and nothing else",)


def test_what_starts_no_rollback_leads_nowhere() -> None:
    saga = Saga(
        id="s",
        deadline=Deadline(after_s=60),
        rollback=Rollback(triggers=("rejection",)),
        steps=(step("a", rejects=("No",)), step("b", rejects=("No",))),
    )
    drawn = states_figure(flow(saga))
    assert not any("cancel" in each or "deadline" in each for each in arrows(drawn))
    assert "A rollback starts on rejection only." in drawn.caption


def test_a_saga_that_is_tried_again_leads_back_to_its_start() -> None:
    saga = Saga(id="s", rollback=Rollback(then="restart", max_restarts=2), steps=(step("a"), step("b")))
    found = arrows(states_figure(flow(saga)))
    assert any("tried again as a whole, 2 times at most" in each for each in found)


def test_what_cannot_be_undone_parks_the_run() -> None:
    saga = Saga(id="s", steps=(step("a"), step("b", retry=Retry(attempts=1), rejects=("No",))))
    assert "COMPENSATING ~> FAILED: parked: cannot be undone: a, b" in arrows(states_figure(flow(saga)))


def test_without_a_pivot_the_caption_says_so() -> None:
    saga = Saga(id="s", steps=(step("a"), step("b")))
    assert "no pivot" in states_figure(flow(saga)).caption


@pytest.mark.parametrize("saga", [ORDER, TRIP, CLAIM, NET, CYCLE, CHILD], ids=lambda saga: saga.id)
def test_the_ends_come_last(saga: Saga) -> None:
    nodes = [node for node in states_figure(flow(saga)).nodes if node.role == "status"]
    ended = [node.title.startswith(("COMPLETED", "FAILED")) for node in nodes]
    assert ended == sorted(ended)
