"""Words of the command line become faults; what can never happen is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.errors import UnknownName, UsageError
from sagactl.flow import flow
from sagactl.simulator import make_plan
from tests.builders import act, bare, choice, local, retriable, saga, wait
from tests.simulator.rehearsals import rehearsed

PLAN = flow(
    saga(
        act("pay", rejects="No", retry=3),
        act("book", when={"way": "fast"}),
        wait("hear", rejects="Never"),
        wait("see"),
        local("note"),
        bare("ship", kind="pivot"),
        retriable("tell"),
        choices=[choice("way", "fast", "slow")],
    )
)


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ({"fail": ["pay"]}, ["pay:reject"]),
        ({"fail": ["book"]}, ["book#*:fail"]),
        ({"fail": ["hear"]}, ["hear:reject"]),
        ({"fail": ["see"]}, ["see:request-lost"]),
        ({"fail": ["note"]}, ["note#*:fail"]),
        ({"timeout": ["pay"]}, ["pay#*:reply-lost"]),
        ({"timeout": ["see"]}, ["see:request-lost"]),
        ({"fail_undo": ["pay"]}, ["pay#*:compensation-fail"]),
        (
            {"faults": ["pay:fail", "pay#1:fail", "pay#2:fail", "tell#*:fail"]},
            ["pay:fail", "pay#2:fail", "tell#*:fail"],
        ),
        ({"faults": ["tell#400:fail"]}, ["tell#400:fail"]),
    ],
)
def test_words_become_faults(words: dict[str, Any], faults: list[str]) -> None:
    plan = make_plan(PLAN, **words)
    assert [str(fault) for fault in plan.faults] == faults == plan.as_json()["faults"]


@pytest.mark.parametrize(
    ("words", "error", "message", "help"),
    [
        ({"fail": ["pai"]}, UnknownName, "unknown step `pai`", "did you mean `pay`?"),
        ({"faults": ["pay"]}, UsageError, "`pay` names no fault", "write STEP:FAULT"),
        ({"faults": ["pay#0:fail"]}, UsageError, "`pay#0:fail` names no fault", "write STEP:FAULT"),
        ({"faults": ["pay:reply-lots"]}, UnknownName, "unknown fault `reply-lots`", "did you mean `reply-lost`?"),
        ({"faults": ["pay!:fail"]}, UsageError, "`pay!:fail`: only `crash`, `cancel` and `deadline` can come just after", ""),
        ({"faults": ["pay:send-lost"]}, UsageError, "does not write twice (`messaging: dual-write`)", "possible at `pay`"),
        ({"faults": ["pay:key-expired"]}, UsageError, "states no `dedup_window`", "possible at `pay`"),
        (
            {"faults": ["book:reject"]}, UsageError,
            "`book:reject` can never happen: `book` lists no `rejects`, so it never says no", "possible at `book`: `fail`",
        ),
        ({"faults": ["pay#4:fail"]}, UsageError, "`pay#4:fail` can never happen: `pay` is tried 3 times at most", "possible"),
        ({"faults": ["book#2:fail"]}, UsageError, "`book#2:fail` can never happen: `book` is tried 1 time at most", "possible"),
        (
            {"faults": ["pay#2:compensation-fail"]}, UsageError,
            "`pay#2:compensation-fail` can never happen: `pay` is tried 1 time at most", "possible",
        ),
        ({"fail_undo": ["ship"]}, UsageError, "can never happen: `ship` has no compensation that could fail", "possible"),
        ({"fail_undo": ["note"]}, UsageError, "`note` is undone in the saga's own transaction", "possible at `note`: `fail`"),
        ({"timeout": ["note"]}, UsageError, "`note` is local: no message is sent", "possible at `note`: `fail`"),
        ({"faults": ["see:fail"]}, UsageError, "`see` waits and does nothing that could fail", "`request-lost`"),
        ({"choose": ["way"]}, UsageError, "`way` chooses nothing", "write CHOICE=OUTCOME"),
        ({"choose": ["weg=fast"]}, UnknownName, "unknown choice `weg`", ""),
        ({"choose": ["way=fats"]}, UnknownName, "unknown outcome of `way`: `fats`", "did you mean `fast`?"),
        ({"max_tries": 0}, UsageError, "the number of tries must be at least 1", ""),
    ],
)  # fmt: skip
def test_what_can_never_happen_is_refused(
    words: dict[str, Any], error: type[UsageError], message: str, help: str
) -> None:
    with pytest.raises(error) as refused:
        make_plan(PLAN, **words)
    assert message in refused.value.message and help in refused.value.help


def test_a_fault_that_was_not_reached_is_listed() -> None:
    unused = rehearsed("order-fulfillment", "charge-payment#3:fail", "charge-payment:fail").unused_faults
    assert unused == ("charge-payment#3:fail",)


def test_a_fault_of_a_branch_that_is_not_taken_is_listed() -> None:
    assert rehearsed("order-fulfillment", fail="book-express").unused_faults == ("book-express:reject",)


def test_a_rehearsal_that_would_try_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sagactl.simulator.rehearsal.MAX_MOVES", 50)
    with pytest.raises(UsageError, match="has not ended after 50 moves"):
        rehearsed(saga(retriable("a")), fail="a", max_tries=100)
