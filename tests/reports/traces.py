"""Traces to be shown: rehearsals of real definitions, one full of hostile names, and any whatever."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, get_args

from hypothesis import strategies as st

from sagactl.model import Style
from sagactl.trace import DeadLetter, Moment, RunOutcome, Status, Trace, Violation, What
from tests.simulator.rehearsals import rehearsed

EXPECTED: Final = Path(__file__).parent / "expected"


def check(name: str, written: str) -> None:
    """The text is that of the expected file; `UPDATE=1` writes the file anew."""
    file = EXPECTED / name
    if os.environ.get("UPDATE"):
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


TRACES: Final[dict[str, Trace]] = {
    "order-declined": rehearsed("order-fulfillment", fail="charge-payment"),
    "order-parked": rehearsed("order-fulfillment", fail="create-shipment", fail_undo="charge-payment"),
    "order-lost": rehearsed("order-fulfillment", timeout="charge-payment", choose="speed=express"),
    "order-late": rehearsed(
        "order-fulfillment", "charge-payment:late", "reserve-items:compensation-duplicate", fail="create-shipment"
    ),
    "travel-declined": rehearsed("travel-booking", fail="charge-traveller", choose="car=wanted"),
    "loan-completed": rehearsed("loan-approval"),
    "tickets-declined": rehearsed("ticket-sale", fail="authorise-card"),
    "tickets-lost": rehearsed("ticket-sale", timeout="reserve-parking"),
}

HOSTILE: Final = (
    "\x1b[31mred\x1b]0;title\x07", "</script><script>alert(1)</script>", "<!-- x --!>", "\"quoted' & <b>", "-->",
    "end", "style: a:#b;c;", "%% note", "title x", "2020-01-01", "#35;;", "a;b:c\nd", "\u202eabc", "]]>", "section y",
    "note over o: x", "中文名", "%%{init: {}}%%", "`x`", "javascript:alert(1)", "click a href b", "e\u0301" * 3, "x" * 300,
    "{0} {what}", "'><img src=x onerror=alert(1)>",
)  # fmt: skip


def hostile(style: Style = "orchestration") -> Trace:
    """Every name and every reason is an attempt to break out of some format."""
    moments = [Moment("started")]
    for place, name in enumerate(HOSTILE):
        at_s = float(place)
        moments += [
            Moment("heard", name, name, name, "", "PENDING", at_s, HOSTILE[0]),
            Moment("published", name, f"{name}, which nobody here hears", name, "", "PENDING", at_s),
            Moment("sent", name, name, name, "", "PENDING", at_s),
            Moment("executed", name, "", name, "", "PENDING", at_s),
            Moment("done", name, "", name, "", "PENDING", at_s + 0.5),
        ]
    end_s = float(len(HOSTILE))
    moments.append(Moment("rollback", "", HOSTILE[1], "", "", "COMPENSATING", end_s))
    for name in reversed(HOSTILE):
        moments += [
            Moment("undo-sent", name, f"{name}, with its result", name, "", "COMPENSATING", end_s),
            Moment("lost", name, name, name, f"{name}-request-lost", "COMPENSATING", end_s + 0.1),
            Moment("dead-letter", name, name, name, "", "COMPENSATING", end_s + 1),
        ]
        end_s += 1
    moments.append(Moment("ended", "", "parked", "", "", "FAILED", end_s))
    return Trace(
        saga=HOSTILE[1],
        version=1,
        status="FAILED",
        outcome="parked",
        executed=HOSTILE,
        compensated=HOSTILE[:3],
        skipped=HOSTILE[3:5],
        dead_letters=tuple(DeadLetter(name, name, 3, "back") for name in HOSTILE),
        duration_s=end_s,
        violations=tuple(Violation("S1", name, name, name) for name in HOSTILE),
        moments=tuple(moments),
        unused_faults=HOSTILE,
        notes=HOSTILE,
        replay={"faults": list(HOSTILE)},
        style=style,
    )


# -- any whatever

names: Final = st.one_of(st.sampled_from(("", "a", "b", "shop", *HOSTILE)), st.text(max_size=30))
_times = st.floats(0, 1e6).map(lambda seconds: round(seconds, 6))


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """Traces that need not make sense, as a file from elsewhere need not."""
    ids = draw(st.lists(names, min_size=1, max_size=12))
    some = st.sampled_from(ids)
    kinds, states = st.sampled_from(get_args(What)), st.sampled_from(get_args(Status))
    faults = st.sampled_from(("", "", "late", "reply-lost", "request-lost", "compensation-request-lost"))
    times = sorted(draw(st.lists(_times, max_size=40)))
    moments = [
        Moment(draw(kinds), draw(some), draw(names), draw(some), draw(faults), draw(states), at_s, draw(some))
        for at_s in times
    ]
    lists = st.lists(names, max_size=4).map(tuple)
    letters = st.builds(DeadLetter, names, names, st.integers(0, 30), st.sampled_from(("forward", "back")))
    return Trace(
        saga=draw(names),
        version=draw(st.integers(1, 9)),
        status=draw(states),
        outcome=draw(st.sampled_from(get_args(RunOutcome))),
        executed=draw(lists),
        compensated=draw(lists),
        skipped=draw(lists),
        dead_letters=tuple(draw(st.lists(letters, max_size=3))),
        duration_s=times[-1] if times else 0.0,
        violations=tuple(draw(st.lists(st.builds(Violation, names, names, names, names), max_size=2))),
        moments=tuple(moments),
        unused_faults=draw(lists),
        notes=draw(lists),
        replay={"faults": list(draw(lists))},
        style=draw(st.sampled_from(get_args(Style))),
    )
