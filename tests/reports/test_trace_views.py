"""The text views of a trace: expected to the letter, as wide as the terminal, and harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagactl.reports.style import coloured
from sagactl.reports.traces import sequence, timeline
from sagactl.reports.traces.messages import CALLS, OUTSIDE, REPLIES, Entry, entries, lifelines, rows, way_back
from sagactl.reports.traces.spans import MARKS, OPENS, RUN_MARKS, Span, lines, scale, ticks, time_text
from sagactl.reports.traces.text import SIGNS
from sagactl.reports.width import width
from sagactl.trace import Moment, Trace, What
from tests.builders import act, saga
from tests.reports.traces import TRACES, check, hostile, traces
from tests.simulator.rehearsals import rehearsed

Render = Callable[..., str]
VIEWS: Final[dict[str, Render]] = {"timeline": timeline.render, "sequence": sequence.render}
FORMS: Final[dict[str, dict[str, Any]]] = {"txt": {}, "ascii.txt": {"ascii": True, "width": 60}}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", TRACES)
def test_the_text_is_the_expected_one(name: str, view: str, form: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    check(f"{name}.{view}.{form}", VIEWS[view](TRACES[name], **FORMS[form]))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(traces(), st.integers(1, 160), st.booleans())
def test_no_line_is_wider_than_the_terminal(trace: Trace, columns: int, ascii: bool) -> None:
    for render in VIEWS.values():
        shown = render(trace, width=columns, ascii=ascii)
        assert max(map(width, shown.splitlines())) <= max(columns, timeline.MIN_WIDTH)
        assert shown == render(trace, width=columns, ascii=ascii)


@pytest.mark.parametrize("view", VIEWS)
def test_many_lifelines_and_steps_fit_too(view: str) -> None:
    steps = [act(f"step-{place}", participant=f"participant-{place}") for place in range(60)]
    shown = VIEWS[view](rehearsed(saga(*steps), fail="step-59"), width=80)
    assert max(map(width, shown.splitlines())) <= 80
    assert "participant-59" in shown or view == "timeline"


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_of_a_file_reaches_the_terminal_as_a_command(view: str) -> None:
    shown = VIEWS[view](hostile()) + VIEWS[view](hostile("choreography"))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert "\\x1b[31m" in shown and "\\u202e" in shown


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", TRACES)
def test_in_ascii_only_notes_hold_other_signs(name: str, view: str) -> None:
    shown = VIEWS[view](TRACES[name], ascii=True, width=300).partition("Outcome")[0]
    assert shown.isascii()


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", TRACES)
def test_without_its_colours_the_coloured_text_is_the_plain_one(name: str, view: str) -> None:
    shown = VIEWS[view](TRACES[name], style=coloured)
    assert "\x1b[" in shown
    bare = "\n".join(line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\n"))
    assert bare == VIEWS[view](TRACES[name])


# -- what the views are made of

HIDDEN: Final = {
    "executed", "deduplicated", "refused", "answered", "undo-executed", "nothing-to-undo", "published", "heard",
}  # fmt: skip
"""Only the participant sees these, or they take no time; the table and the sequence tell them where they matter."""


def test_every_kind_of_moment_is_a_mark_or_a_bar_or_hidden_on_purpose() -> None:
    shown = {*MARKS, *RUN_MARKS, *OPENS}
    assert shown | HIDDEN | {"turned-down", "broke", "ignored"} == set(get_args(What))
    assert set(timeline.MEANINGS) == {*MARKS, *RUN_MARKS}
    assert all(sign[1].isascii() and width(sign[0]) == 1 for sign in timeline.OWN_SIGNS.values())
    assert {what for what in HIDDEN if not SIGNS[what].inside} == {"published"}  # type: ignore[index]
    assert not CALLS & REPLIES


def test_the_time_between_two_tries_is_a_pause_and_the_rest_is_in_flight() -> None:
    trace = TRACES["order-parked"]
    (line,) = [line for line in lines(trace) if line.step == "create-shipment"]
    assert [span.kind for span in line.spans] == ["action", "pause", "action", "pause", "action", "query"]
    assert line.spans[1] == Span("pause", pytest.approx(0.48), pytest.approx(0.98))  # type: ignore[arg-type]


def test_a_step_that_never_ends_is_open_at_the_end() -> None:
    moments = (Moment("started"), Moment("sent", "a", "Do", "shop"), Moment("ended", t_s=3.0))
    (_, line) = lines(TRACES["order-parked"]._replace(moments=moments))
    assert line.spans == (Span("action", 0.0, 3.0, is_open=True),)


@given(traces())
def test_the_scale_keeps_the_order_of_times(trace: Trace) -> None:
    found = scale(trace)
    shares = [found.at(moment.t_s) for moment in trace.moments]
    assert shares == sorted(shares) and all(0 <= share <= 1 for share in shares)


@given(traces(), st.integers(5, 200))
def test_labels_of_the_scale_do_not_touch(trace: Trace, columns: int) -> None:
    found = ticks(scale(trace), columns)
    ends = [tick.start + len(tick.text) for tick in found]
    assert all(end < after.start for end, after in zip(ends, found[1:], strict=False))
    assert found[0].start == 0 and all(0 <= tick.column < columns for tick in found)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0"),
        (0.08, "80ms"),
        (2.18, "2.18s"),
        (60, "1m"),
        (851.3, "14m11s"),
        (6825, "1h53m"),
        (7200, "2h"),
        (90000, "1d1h"),
    ],
)
def test_a_time_takes_few_letters(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_a_compressed_scale_says_so() -> None:
    assert "Time is compressed" in timeline.render(TRACES["order-parked"])
    assert "Time is compressed" not in timeline.render(TRACES["order-declined"])


def test_an_answer_that_is_lost_says_what_it_would_have_said() -> None:
    lost = [entry for entry in entries(TRACES["order-lost"]) if entry.is_lost]
    assert [(entry.shape, entry.words) for entry in lost] == [
        ("reply", "done, lost"), ("reply", "done already, lost"), ("reply", "done already, lost"),
    ]  # fmt: skip


def test_a_request_that_is_lost_is_marked_on_its_own_arrow() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:request-lost")
    lost = [entry for entry in entries(trace) if entry.is_lost]
    assert [(entry.shape, entry.words) for entry in lost] == [("call", "ProcessPayment, lost")]
    assert not [entry for entry in entries(trace) if entry.moment.what == "lost"]


def test_an_effect_that_happens_twice_is_told() -> None:
    trace = rehearsed(saga(act("a", idempotency="none", retry=2)), "a:reply-lost")
    assert "takes effect again" in sequence.render(trace)


def test_what_comes_from_outside_has_a_lifeline_of_its_own() -> None:
    found = rows(TRACES["loan-completed"])
    assert lifelines(TRACES["loan-completed"], found)[-1] == OUTSIDE
    arrived = [row for row in found if isinstance(row, Entry) and row.moment.what == "arrived"]
    assert {(row.shape, row.participant) for row in arrived} == {("reply", OUTSIDE)}


def test_events_go_from_participant_to_participant_and_nobody_leads() -> None:
    trace = TRACES["tickets-declined"]
    found = rows(trace)
    assert lifelines(trace, found) == ("box-office", "payment", "garage", OUTSIDE)
    events = [(row.words, *row.ends) for row in found if isinstance(row, Entry) and row.shape == "event"]
    assert events == [
        ("TicketsOrdered", "", "box-office"),
        ("SeatsHeld", "box-office", "payment"),
        ("SeatsHeld", "box-office", "garage"),
        ("ParkingReserved", "garage", "box-office"),
        ("CardRefused", "payment", "box-office"),
        ("CardRefused", "payment", "garage"),
        ("ParkingFreed", "garage", "box-office"),
    ]
    assert not [row for row in found if isinstance(row, Entry) and row.shape in ("call", "reply")]


def test_an_event_that_is_lost_is_a_note_at_its_publisher() -> None:
    notes = [entry for entry in entries(TRACES["tickets-lost"]) if entry.moment.what == "lost"]
    assert [(entry.shape, entry.participant, entry.words) for entry in notes] == [
        ("note", "garage", "ParkingReserved is lost")
    ]


def test_the_way_back_starts_at_the_rollback() -> None:
    trace = TRACES["order-declined"]
    turn = [moment.what for moment in trace.moments].index("rollback")
    assert way_back(trace) == [False] * turn + [True] * (len(trace.moments) - turn)


@pytest.mark.parametrize("order", [("crashed", "lost"), ("lost", "done"), ("done", "lost"), ("lost", "lost")])
@pytest.mark.parametrize("distance", [-1, 0, 1, 2])
def test_signs_that_meet_take_no_more_room_than_their_columns(order: tuple[What, What], distance: int) -> None:
    cells = [timeline.Cell("-")] * 8
    for column, what in zip((3, 3 + distance), order, strict=True):
        timeline._put(cells, column, Moment(t_s=0.0, what=what, step="a"), ascii=False)
    assert width("".join(cell.char for cell in cells)) == 8


def test_a_sign_with_many_meanings_has_a_legend_that_fits() -> None:
    whats: tuple[What, ...] = ("rejected", "failed", "undo-rejected", "undo-failed", "crashed", "lost", "forgotten")
    step = [Moment(t_s=float(at), what=what, step="a") for at, what in enumerate(whats)]
    trace = TRACES["order-declined"]._replace(moments=(*TRACES["order-declined"].moments, *step))
    assert max(map(width, timeline.render(trace, width=40).splitlines())) <= 40
