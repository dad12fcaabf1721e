"""The machine keeps its seven rules, row by row."""

from __future__ import annotations

from typing import get_args

import pytest

from sagactl.flow import FlowStep, flow
from sagactl.machine import State, outcome, resume, start, status, transition
from sagactl.machine import events as e
from sagactl.machine.commands import Pause
from sagactl.machine.events import Event, StepEvent
from sagactl.machine.state import PARKED, Record, StepState
from sagactl.machine.transition import TABLE, _Run
from sagactl.model import Saga
from tests.builders import (
    act,
    bare,
    choice,
    listening,
    local,
    participant,
    pivot,
    reading,
    retriable,
    saga,
    undo,
    wait,
)
from tests.machine.story import Story, said

THREE = saga(act("a"), act("b"), act("c"))
ASKABLE = [participant("shop", status_query=True)]
FAN = saga(act("a"), act("b", after="a"), act("c", after="a"), act("d", after="b c"))
BESIDE = saga(act("a"), pivot("p", after="a", rejects="No"), act("b", after="a"), act("c", after="b"))
"""A pivot with a branch beside it."""


# -- every row of the table

RECORDS: tuple[Record, ...] = get_args(Record)
FULL = saga(
    act("a", retry=3, compensation=undo(fallback="Otherwise", retry=3)),
    participants=ASKABLE,
)
EVENTS: tuple[StepEvent, ...] = (
    e.ActionSucceeded(0), e.ActionRejected(0, "No"), e.ActionFailed(0, 1), e.ActionTimedOut(0, 1), e.RetryDue(0, 1),
    e.StatusAnswered(0, "done"), e.CompensationSucceeded(0), e.CompensationRejected(0, "No"),
    e.CompensationFailed(0, 1), e.CompensationTimedOut(0, 1), e.CompensationRetryDue(0, 1), e.GivenUp(0),
)  # fmt: skip
AFTERWARDS: dict[type, dict[str, str]] = {
    e.ActionSucceeded: {"requested": "done", "paused": "done", "asked": "done", "unknown": "undoing"},
    e.ActionRejected: {"requested": "rejected", "paused": "rejected", "asked": "rejected"},
    e.ActionFailed: {"requested": "paused"},
    e.ActionTimedOut: {"requested": "paused"},
    e.RetryDue: {"paused": "requested"},
    e.StatusAnswered: {"asked": "done"},
    e.CompensationSucceeded: dict.fromkeys(("undoing", "undo-paused", "falling-back", "fallback-paused"), "undone"),
    e.CompensationRejected: {
        "undoing": "falling-back", "undo-paused": "falling-back", "falling-back": "dead", "fallback-paused": "dead",
    },
    e.CompensationFailed: {"undoing": "undo-paused", "falling-back": "fallback-paused"},
    e.CompensationTimedOut: {"undoing": "undo-paused", "falling-back": "fallback-paused"},
    e.CompensationRetryDue: {"undo-paused": "undoing", "fallback-paused": "falling-back"},
    e.GivenUp: {
        **dict.fromkeys(("requested", "paused", "asked"), "stuck"),
        **dict.fromkeys(("undoing", "undo-paused", "falling-back", "fallback-paused"), "dead"),
    },
}  # fmt: skip
"""What each row of the table makes of a record."""


def at(record: Record) -> State:
    forward = record in ("idle", "skipped", "requested", "paused", "asked", "done")
    return State("forward" if forward else "back", (StepState(record, 1, "", record == "undoing"),))


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_rule_1_what_is_not_in_the_table_changes_nothing(event: Event, record: Record) -> None:
    if record in ("falling-back", "fallback-paused") and "fallback" in event._fields:
        event = event._replace(fallback=True)  # type: ignore[call-arg]
    expected = AFTERWARDS[type(event)].get(record)
    state, commands = transition(flow(FULL), at(record), event)
    if expected is None:
        assert (state, commands) == (at(record), ())
    else:
        assert state.steps[0].record == expected


def test_rule_1_the_table_has_exactly_the_rows_that_are_tested() -> None:
    assert {event: set(rows) for event, rows in TABLE.items()} == {
        event: set(rows) for event, rows in AFTERWARDS.items()
    }
    assert {type(event) for event in EVENTS} == set(TABLE) == set(get_args(StepEvent))


@pytest.mark.parametrize(
    ("story", "late"),
    [
        (["a error", "a due"], "a#1 error"),
        (["a error", "a due"], "a#1 timeout"),
        (["a error", "a due"], "a#3 error"),
        (["a error"], "a#2 due"),
        (["a error", "a due", "a ok"], "a#2 due"),
        (["a ok"], "a ok"),
        (["a ok", "b no"], "a ok"),
        (["a ok", "b no", "a undo-error", "a undo-due"], "a#1 undo-error"),
        (["a ok", "b no", "a undo-error", "a undo-due"], "a#1 undo-timeout"),
        (["a ok", "b no", "a undo-error"], "a#2 undo-due"),
        (["a ok", "b no", "a undone"], "cancel"),
        (["a ok", "b no"], "cancel"),
        (["a ok", "b no"], "deadline"),
    ],
)
def test_rule_1_late_and_repeated_events_change_nothing(story: list[str], late: str) -> None:
    told = Story(saga(act("a", retry=3, compensation=undo(retry=3)), act("b", rejects="No")), *story)
    before = told.state
    assert (told.tell(late).state, told.last) == (before, [])


@pytest.mark.parametrize("step", [-1, 1, 99])
def test_rule_1_an_event_for_no_step_changes_nothing(step: int) -> None:
    state, _ = start(flow(FULL))
    assert transition(flow(FULL), state, e.ActionSucceeded(step)) == (state, ())


@pytest.mark.parametrize(
    "late",
    [
        e.CompensationFailed(0, 1, fallback=False), e.CompensationTimedOut(0, 1, fallback=False),
        e.CompensationRejected(0, "No", fallback=False), e.CompensationRetryDue(0, 1, fallback=False),
    ],
)  # fmt: skip
def test_rule_1_what_goes_wrong_with_the_undo_says_nothing_about_its_fallback(late: Event) -> None:
    story = Story(saga(act("a", compensation=undo(fallback="Otherwise")), act("b")), "a ok", "b no", "a undo-error")
    assert story.records == "falling-back rejected"
    assert transition(story.flow, story.state, late) == (story.state, ())
    assert story.tell("a undone").end == "compensated"


@pytest.mark.parametrize("event", [e.Decided("way", "left"), e.Decided("nothing", "left"), e.Decided("way", "up")])
def test_rule_1_a_decision_that_nobody_asked_for_changes_nothing(event: Event) -> None:
    plan = flow(saga(act("a"), act("b", when={"way": "left"}), choices=[choice("way", "left", "right")]))
    state, _ = start(plan)
    assert transition(plan, state, event) == (state, ())


# -- forward


def test_steps_start_when_their_predecessors_are_settled() -> None:
    story = Story(FAN)
    assert story.last == ["run a#1"]
    assert story.tell("a ok").last == ["run b#1", "run c#1"]
    assert story.tell("c ok").last == []
    assert story.tell("b ok").last == ["run d#1"]
    assert story.tell("d ok").last == ["finish completed"]
    assert story.records == "done done done done" and story.end == "completed"


def test_a_run_of_nothing_is_completed_at_once() -> None:
    assert Story(saga()).said == ["finish completed"]


def test_the_deadline_is_watched_from_the_start() -> None:
    assert Story(saga(act("a"), deadline_s=60.0)).said == ["watch 60s", "run a#1"]


def test_a_choice_is_asked_for_once_and_skips_what_it_does_not_take() -> None:
    left, right = {"way": "left"}, {"way": "right"}
    chosen = saga(
        act("a"), act("b", when=left, after="a"), act("c", when=right, after="a"), act("d", after="b c"),
        choices=[choice("way", "left", "right")],
    )  # fmt: skip
    assert Story(chosen, "a ok").last == ["decide way"]
    assert Story(chosen, "a ok", "way=right").last == ["run c#1"]
    assert Story(chosen, "a ok", "way=right", "c ok").records == "done skipped done requested"
    assert Story(chosen, "a ok", "way=right", "c ok", "d ok").end == "completed"


def test_all_conditions_of_a_step_must_hold() -> None:
    both = saga(
        act("a", when={"way": "left", "size": "small"}), act("b", after="a"),
        choices=[choice("way", "left", "right"), choice("size", "large", "small")],
    )  # fmt: skip
    assert Story(both).last == ["decide way", "decide size"]
    assert Story(both, "way=right").records == "skipped requested"
    assert Story(both, "way=left").records == "idle idle"
    assert Story(both, "way=left", "size=small").records == "requested idle"


def test_a_join_of_any_starts_with_the_first_that_is_done() -> None:
    joined = saga(act("a", after=""), act("b", after=""), listening("c", "ADone", "BDone", mode="any"))
    assert Story(joined, "b ok").last == ["run c#1"]
    assert Story(joined, "b ok", "a ok").last == []


def test_a_failed_try_is_repeated_after_a_pause() -> None:
    story = Story(saga(act("a", retry=2)))
    assert story.tell("a error").last == ["pause a#1 forward"]
    assert story.tell("a due").last == ["run a#2"]
    assert story.tell("a ok").last == ["finish completed"]


@pytest.mark.parametrize(("jitter", "least_s"), [(True, 2.0), (False, 4.0)])
def test_jitter_spreads_a_pause_over_its_upper_half(jitter: bool, least_s: float) -> None:
    from sagactl.model import Retry

    plan = flow(saga(act("a", retry=Retry(attempts=5, initial_s=4.0, jitter=jitter))))
    state, _ = start(plan)
    assert transition(plan, state, e.ActionFailed(0, 1))[1] == (Pause(0, 1, "forward", least_s, 4.0),)


def test_errors_that_are_not_named_are_not_tried_again() -> None:
    from sagactl.model import Retry

    picky = saga(act("a", retry=Retry(attempts=3, only=("timeout",))))
    assert Story(picky, "a timeout").records == "paused"
    assert Story(picky, "a error").records == "undoing"


def test_a_success_counts_whichever_try_it_answers() -> None:
    assert Story(saga(act("a", retry=2)), "a timeout", "a ok").end == "completed"
    assert Story(saga(act("a", retry=2)), "a timeout", "a no").end == "compensated"


def test_a_wait_that_is_over_is_a_definite_no_or_goes_on() -> None:
    assert Story(saga(act("a"), wait("b", timeout_s=5.0)), "a ok", "b timeout").records == "undoing rejected"
    goes_on = saga(act("a"), wait("b", timeout_s=5.0, on_timeout="continue"), act("c"))
    assert Story(goes_on, "a ok", "b timeout").records == "done done requested"
    assert Story(goes_on, "a ok", "b#2 timeout").records == "done requested idle"


# -- rule 2


@pytest.mark.parametrize(
    ("step", "story", "records", "end"),
    [
        (act("b"), ["b no"], "undone rejected", "compensated"),
        (act("b"), ["b error", "b undone"], "undone undone", "compensated"),
        (act("b"), ["b timeout", "b undone"], "undone undone", "compensated"),
        (act("b", retry=2), ["b timeout", "b due", "b error", "b undone"], "undone undone", "compensated"),
        (act("b", status_query=True), ["b timeout", "b was-not-done"], "undone rejected", "compensated"),
        (act("b", status_query=True), ["b timeout", "b no-status", "b undone"], "undone undone", "compensated"),
        (act("b", status_query=True), ["b timeout", "b no"], "undone rejected", "compensated"),
        (act("b", failed_step="always"), ["b no", "b undone"], "undone undone", "compensated"),
        (act("b", failed_step="never"), ["b timeout"], "undone standing", "parked"),
        (act("b", failed_step="never"), ["b no"], "undone rejected", "compensated"),
        (bare("b"), ["b timeout"], "undone standing", "parked"),
        (bare("b"), ["b no"], "undone rejected", "compensated"),
        (reading("b"), ["b timeout"], "undone unknown", "compensated"),
        (local("b"), ["b error"], "undone rejected", "compensated"),
        (wait("b"), ["b no"], "undone rejected", "compensated"),
    ],
)
def test_rule_2_only_a_rejection_is_a_definite_no(step: object, story: list[str], records: str, end: str) -> None:
    """Used-up tries leave the outcome unknown, and unknown is undone like done."""
    told = Story(saga(act("a"), step), "a ok", *story, "a undone")  # type: ignore[arg-type]
    assert (told.records, told.end) == (records, end)


def test_rule_2_the_participant_is_asked_after_the_last_try() -> None:
    story = Story(saga(act("a", retry=2), act("b"), participants=ASKABLE), "a timeout", "a due")
    assert story.tell("a timeout").last == ["ask a"]
    assert story.tell("a was-done").last == ["run b#1"]


def test_rule_2_a_parked_unknown_is_listed_with_its_reason() -> None:
    story = Story(saga(act("a", failed_step="never", retry=2)), "a timeout", "a due", "a timeout")
    assert "dead letter a back after 2: outcome unknown, not undone" in story.said
    assert story.end == "parked"


def test_rule_2_an_answer_to_an_unknown_outcome_makes_its_result_known() -> None:
    story = Story(saga(act("a", after=""), act("b")), "a timeout")
    assert story.last == ["alert rollback: timeout", "undo a#1"]
    late = saga(act("a", after=""), act("b", after="a"), act("c", after="a"))
    known = Story(late, "a ok", "b timeout", "b ok", "c no", "b undone")
    assert "undo b#1" in known.said and "undo a#1 with its result" in known.said


# -- rule 3


def test_rule_3_a_rollback_starts_while_no_pivot_is_sent() -> None:
    assert Story(BESIDE, "cancel").end is None
    assert Story(BESIDE, "cancel").records == "requested idle idle idle"
    assert Story(BESIDE, "cancel", "a ok", "a undone").end == "compensated"


@pytest.mark.parametrize("wish", [["cancel"], ["deadline"], ["b no"], ["b timeout"]])
def test_rule_3_while_a_pivot_is_in_flight_the_wish_is_kept_and_nothing_new_starts(wish: list[str]) -> None:
    story = Story(BESIDE, "a ok", *wish)
    assert story.state.phase == "forward" and story.state.wish
    if wish in (["cancel"], ["deadline"]):
        assert story.tell("b ok").records == "done requested done idle"


@pytest.mark.parametrize(
    ("wish", "answer", "records", "end"),
    [
        ("cancel", "p no", "undone rejected undone idle", "compensated"),
        ("b timeout", "p no", "undone rejected undone idle", "compensated"),
        ("b no", "p no", "undone rejected rejected idle", "compensated"),
        ("b no", "p ok", "done done stuck idle", "parked"),
        ("b timeout", "p ok", "done done done done", "completed"),
        ("cancel", "p ok", "done done done done", "completed"),
        ("b no", "p give-up", "done stuck stuck idle", "parked"),
        ("cancel", "p give-up", "done stuck done done", "parked"),
    ],
)
def test_rule_3_the_answer_of_the_pivot_grants_the_wish_or_drops_it(
    wish: str, answer: str, records: str, end: str
) -> None:
    story = Story(BESIDE, "a ok", wish, "b ok", answer, "b ok", "c ok", "c undone", "b undone", "a undone")
    assert (story.records, story.end) == (records, end)


def test_rule_3_an_unknown_step_beside_a_pivot_that_is_done_is_parked() -> None:
    assert Story(BESIDE, "a ok", "b timeout", "p ok").records == "done done stuck idle"


def test_rule_3_a_dropped_wish_is_alerted() -> None:
    assert "alert not rolled back, the pivot is done: cancel" in Story(BESIDE, "a ok", "cancel", "p ok").said


def test_rule_3_a_rejected_pivot_grants_a_wish_even_when_a_rejection_alone_would_not_roll_back() -> None:
    cancellable = saga(act("a"), pivot("p"), rollback={"triggers": ("cancel",)})
    assert Story(cancellable, "a ok", "p no").end == "parked"
    assert Story(cancellable, "a ok", "cancel", "p no", "a undone").end == "compensated"


@pytest.mark.parametrize(
    ("triggers", "story", "rolls_back"),
    [
        (None, ["b no"], True),
        (("rejection",), ["b no"], True),
        (("rejection",), ["b timeout"], False),
        (("rejection",), ["b error"], False),
        (("rejection",), ["cancel"], False),
        (("failure",), ["b error"], True),
        (("timeout",), ["b timeout"], True),
        (("timeout",), ["b error"], False),
        (("cancel",), ["cancel"], True),
        (("cancel",), ["deadline"], False),
        (("deadline",), ["deadline"], True),
        ((), ["b no"], False),
    ],
)
def test_rule_3_only_triggers_start_a_rollback(triggers: object, story: list[str], rolls_back: bool) -> None:
    told = Story(saga(act("a"), act("b"), rollback={"triggers": triggers}), "a ok", *story)
    assert (told.state.phase == "back") is rolls_back


def test_rule_3_what_is_in_flight_is_let_finish_and_waits_are_called_off() -> None:
    wide = saga(act("a", after=""), act("b", after=""), wait("c", after=""), act("d", after="", retry=2), act("e"))
    story = Story(wide, "d error", "a no")
    assert story.last == ["alert rollback: rejected", "withdraw c", "undo d#1"]
    assert story.records == "rejected requested withdrawn undoing idle"
    assert story.tell("b ok").last == ["undo b#1 with its result"]
    assert story.tell("d undone", "b undone").end == "compensated"


# -- rule 4

AFTER = saga(act("a"), pivot("p"), act("b", rejects="No"), retriable("c"))


@pytest.mark.parametrize(
    ("story", "records", "end"),
    [
        (["b no"], "done done stuck idle", "parked"),
        (["b timeout"], "done done stuck idle", "parked"),
        (["cancel"], "done done requested idle", None),
        (["deadline"], "done done requested idle", None),
        (["b ok", "c give-up"], "done done done stuck", "parked"),
        (["cancel", "b ok", "c ok"], "done done done done", "completed"),
    ],
)
def test_rule_4_nothing_is_undone_after_the_pivot(story: list[str], records: str, end: str | None) -> None:
    told = Story(AFTER, "a ok", "p ok", *story)
    assert (told.records, told.end) == (records, end)
    assert not any(words.startswith("undo") for words in told.said)


def test_rule_4_siblings_of_a_parked_step_go_on_to_their_end() -> None:
    wide = saga(pivot("p"), retriable("b", after="p"), retriable("c", after="p"), retriable("d", after="c"))
    story = Story(wide, "p ok", "b give-up")
    assert story.last == ["dead letter b forward after 1: still retrying"]
    assert story.tell("c ok", "d ok").records == "done stuck done done"
    assert story.end == "parked"


def test_rule_4_a_late_cancel_only_alerts() -> None:
    assert Story(AFTER, "a ok", "p ok", "cancel").last == ["alert cancel after the point of no return"]


def test_rule_4_a_pivot_that_is_skipped_never_commits() -> None:
    skipped = saga(
        act("a"), pivot("p", when={"way": "left"}), act("b", rejects="No"), choices=[choice("way", "left", "right")]
    )
    assert Story(skipped, "a ok", "way=right", "b no", "a undone").records == "undone skipped rejected"


def test_rule_4_a_parked_pivot_may_be_done_so_nothing_is_undone() -> None:
    beside = saga(act("a"), pivot("p", after="a", retry="forever"), act("b", after="a"))
    story = Story(beside, "a ok", "p give-up", "cancel")
    assert story.last == ["alert cancel after the point of no return"]
    assert story.tell("b no").records == "done stuck stuck" and story.end == "parked"


# -- rule 5


def test_rule_5_the_order_is_the_reverse_of_after() -> None:
    story = Story(THREE, "a ok", "b ok", "c timeout")
    assert story.last == ["alert rollback: timeout", "undo c#1"]
    assert story.tell("c undone").last == ["undo b#1 with its result"]
    assert story.tell("b undone").last == ["undo a#1 with its result"]
    assert story.tell("a undone").last == ["finish compensated"]


def test_rule_5_independent_steps_are_undone_concurrently() -> None:
    story = Story(FAN, "a ok", "b ok", "c ok", "d no")
    assert story.last == ["alert rollback: rejected", "undo b#1 with its result", "undo c#1 with its result"]
    assert story.tell("c undone").last == []
    assert story.tell("b undone").last == ["undo a#1 with its result"]


def test_rule_5_a_parallel_rollback_undoes_all_at_once() -> None:
    story = Story(saga(act("a"), act("b"), act("c"), rollback={"order": "parallel"}), "a ok", "b ok", "c no")
    assert story.last == ["alert rollback: rejected", "undo a#1 with its result", "undo b#1 with its result"]


def test_rule_5_an_undo_that_nobody_confirms_lets_the_one_before_it_start() -> None:
    silent = saga(
        act("a"), act("b", compensation=undo(reply=False)), act("c", compensation=undo(reply=False)), act("d")
    )
    story = Story(silent, "a ok", "b ok", "c ok", "d no")
    assert story.records == "undoing unconfirmed unconfirmed rejected"
    assert (story.tell("a undone").records, story.end) == ("undone unconfirmed unconfirmed rejected", "parked")


def test_rule_5_no_action_is_sent_again_on_the_way_back() -> None:
    story = Story(saga(act("a", after="", retry=3), act("b", after="")), "b no", "a timeout")
    assert story.last == ["undo a#1"]
    assert "run a#2" not in story.said


def test_rule_5_a_compensation_has_the_result_attached_only_if_it_is_known() -> None:
    story = Story(saga(act("a"), act("b")), "a ok", "b timeout", "b undone")
    assert [words for words in story.said if words.startswith("undo")] == ["undo b#1", "undo a#1 with its result"]


def test_rule_5_a_step_that_nobody_answers_for_is_unknown_on_the_way_back() -> None:
    story = Story(saga(act("a", after=""), act("b", after="")), "b no", "a give-up")
    assert story.last == ["undo a#1"] and story.tell("a undone").end == "compensated"


# -- rule 6


def test_rule_6_a_compensation_that_fails_for_good_goes_to_the_dead_letters_and_the_others_go_on() -> None:
    story = Story(saga(act("a"), act("b", compensation=undo(retry=2)), act("c")), "a ok", "b ok", "c no")
    assert story.tell("b undo-error").last == ["pause b#1 back"]
    assert story.tell("b undo-due").last == ["undo b#2 with its result"]
    assert story.tell("b undo-timeout").last == ["dead letter b back after 2: timeout", "undo a#1 with its result"]
    assert story.tell("a undone").last == ["finish parked"]
    assert story.records == "undone dead rejected"


def test_rule_6_a_fallback_is_tried_before_the_dead_letters() -> None:
    falls = saga(act("a", compensation=undo(fallback="Otherwise", retry=2, rejects=("Used",))), act("b"))
    story = Story(falls, "a ok", "b no", "a undo-no Used")
    assert story.last == ["fall back a#1 with its result"]
    assert story.tell("a undo-error").last == ["pause a#1 back"]
    assert story.tell("a undo-due").last == ["fall back a#2 with its result"]
    assert Story(falls, "a ok", "b no", "a undo-no", "a undone").end == "compensated"
    assert Story(falls, "a ok", "b no", "a undo-no", "a undo-no Gone").last[0] == "dead letter a back after 1: Gone"


def test_rule_6_told_to_stop_the_rest_is_left() -> None:
    stops = saga(act("a"), act("b"), act("c"), rollback={"on_failure": "stop"})
    story = Story(stops, "a ok", "b ok", "c no", "b undo-error")
    assert story.last == ["dead letter b back after 1: error", "finish parked"]
    assert story.records == "left dead rejected"


def test_rule_6_told_to_stop_the_undo_in_flight_is_let_finish() -> None:
    stops = saga(
        act("a"), act("b", after="a"), act("c", after="a"), act("d", after="b c"), rollback={"on_failure": "stop"}
    )
    story = Story(stops, "a ok", "b ok", "c ok", "d no", "c undo-error")
    assert story.records == "done undoing dead rejected"
    assert story.tell("b undone").records == "left undone dead rejected" and story.end == "parked"


def test_rule_6_a_compensation_tried_for_ever_can_be_given_up() -> None:
    endless = saga(act("a", compensation=undo(retry="forever")), act("b"))
    story = Story(endless, "a ok", "b no", *["a undo-error", "a undo-due"] * 30, "a give-up")
    assert story.last == ["dead letter a back after 31: still retrying", "finish parked"]


# -- rule 7


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ("done done", "completed"),
        ("done skipped", "completed"),
        ("done idle", "parked"),
        ("undone rejected", "compensated"),
        ("undone idle", "compensated"),
        ("idle idle", "compensated"),
        ("undone skipped", "compensated"),
        ("undone unknown", "parked"),
        *((f"undone {record}", "parked") for record in sorted(PARKED)),
        *((f"done {record}", "parked") for record in sorted(PARKED)),
    ],
)
def test_rule_7_how_a_run_ended_is_read_off_its_steps(records: str, expected: str) -> None:
    steps = tuple(StepState(record) for record in records.split())  # type: ignore[arg-type]
    plan = flow(saga(act("a"), act("b")))
    assert outcome(plan, State("ended", steps)) == expected
    assert outcome(plan, State("back", steps)) is None
    assert status(plan, State("ended", steps)) == ("COMPLETED" if expected == "completed" else "FAILED")


def test_rule_7_what_has_no_effects_leaves_nothing() -> None:
    told = Story(saga(wait("a"), reading("b"), act("c")), "a ok", "b ok", "c no")
    assert (told.records, told.end) == ("done done rejected", "compensated")


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([], "STARTED"),
        (["a timeout"], "PENDING"),
        (["a ok"], "PENDING"),
        (["a ok", "b no"], "COMPENSATING"),
        (["a ok", "b no", "a undone"], "FAILED"),
        (["a ok", "b ok"], "COMPLETED"),
    ],
)
def test_rule_7_users_see_five_words(story: list[str], expected: str) -> None:
    told = Story(saga(act("a", retry=2), act("b")), *story)
    assert status(told.flow, told.state) == expected


# -- resume


@pytest.mark.parametrize(
    ("story", "outstanding"),
    [
        ([], ["watch 60s", "run a#1", "await w", "decide way"]),
        (["a timeout"], ["watch 60s", "pause a#1 forward", "await w", "decide way"]),
        (["a timeout", "a due"], ["watch 60s", "run a#2", "await w", "decide way"]),
        (["a timeout", "a due", "a error"], ["watch 60s", "ask a", "await w", "decide way"]),
        (["w ok", "way=left"], ["watch 60s", "run a#1", "run b#1"]),
        (["a ok", "way=left", "b no"], ["undo a#1 with its result"]),
        (["a ok", "way=left", "b no", "a undo-error"], ["pause a#1 back"]),
        (["a ok", "way=left", "b no", "a undo-error", "a undo-due"], ["undo a#2 with its result"]),
        (["a ok", "way=left", "b no", "a undo-no"], ["fall back a#1 with its result"]),
        (["a ok", "way=left", "b no", "a undone"], []),
    ],
)
def test_resume_names_what_is_outstanding(story: list[str], outstanding: list[str]) -> None:
    wide: Saga = saga(
        act("a", after="", retry=2, compensation=undo(retry=2, fallback="Otherwise")),
        wait("w", after=""),
        act("b", after="", when={"way": "left"}),
        choices=[choice("way", "left", "right")],
        participants=ASKABLE,
        deadline_s=60.0,
    )
    told = Story(wide, *story)
    assert said(told.flow, resume(told.flow, told.state)) == outstanding


# -- cost


def test_a_way_back_asks_each_step_a_few_times() -> None:
    """One transition asks a number of times that grows with the steps, and not with their pairs."""
    assert [asked_going_back(number) <= 4 * number for number in (20, 40)] == [True, True]


def asked_going_back(number: int) -> int:
    asked: list[FlowStep] = []
    must_undo = _Run.must_undo
    told = Story(saga(*(act(f"s{index}") for index in range(number))))
    told.tell(*(f"s{index} ok" for index in range(number - 1)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Run, "must_undo", lambda run, plan: asked.append(plan) or must_undo(run, plan))
        assert told.tell(f"s{number - 1} error").last[-1] == f"undo s{number - 1}#1"
    return len(asked)
