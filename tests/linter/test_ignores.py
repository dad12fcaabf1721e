"""Suppressions: what a comment reaches, what it needs, and when it ends."""

from __future__ import annotations

import pytest

from sagactl.linter.ignores import read_ignores
from sagactl.linter.lint import lint
from sagactl.linter.registry import select
from sagactl.source.build import read

TODAY = "2026-06-01"

ON_COMMENTS = ("SG000", "SG991", "SG992", "SG993")

TWO_STEPS = """\
saga: order
steps:
  - step: reserve-items{beside_step}
    participant: inventory{beside_participant}
    action: ReserveItems
  - step: charge-card
    participant: payment
    action: ChargeCard
  - step: ship-order
    participant: shipping
    action: ShipOrder
    kind: pivot
"""
PLAIN = TWO_STEPS.format(beside_step="", beside_participant="")


def said(text: str, chosen: tuple[str, ...] = ("SG101", *ON_COMMENTS), today: str = TODAY) -> list[tuple[str, int]]:
    """Code and line of what stays."""
    linted = lint(read(text.encode(), "a file"), select(chosen, []), today=today)
    return [(located.finding.code, located.region.line) for located in linted.findings]


def above(line: str, comment: str) -> str:
    """The definition with a comment in a line of its own above the one that starts so."""
    lines = PLAIN.splitlines()
    position = next(index for index, each in enumerate(lines) if each.strip().startswith(line))
    indent = len(lines[position]) - len(lines[position].lstrip())
    return "\n".join([*lines[:position], " " * indent + comment, *lines[position:]]) + "\n"


def test_without_a_comment_both_steps_are_reported() -> None:
    assert said(PLAIN) == [("SG101", 3), ("SG101", 6)]


def test_a_comment_above_a_step_reaches_that_step_only() -> None:
    assert said(above("- step: reserve-items", "# sagactl: ignore[SG101] being built")) == [("SG101", 7)]
    assert said(above("- step: charge-card", "# sagactl: ignore[SG101] being built")) == [("SG101", 3)]


def test_a_comment_beside_a_step_reaches_that_step_only() -> None:
    text = TWO_STEPS.format(beside_step="  # sagactl: ignore[SG101] being built", beside_participant="")
    assert said(text) == [("SG101", 6)]


def test_a_comment_beside_another_key_reaches_that_key_only() -> None:
    text = TWO_STEPS.format(beside_step="", beside_participant="  # sagactl: ignore[SG101] being built")
    assert said(text) == [("SG101", 3), ("SG991", 4), ("SG101", 6)]


def test_a_comment_above_steps_reaches_all_of_them() -> None:
    assert said(above("steps:", "# sagactl: ignore[SG101] a draft")) == []


def test_a_comment_above_saga_reaches_the_file() -> None:
    assert said(above("saga:", "# sagactl: ignore[SG101] a draft")) == []
    assert said("# a title\n\n# sagactl: ignore[SG101] a draft\n# more words\n" + PLAIN) == []


def test_a_comment_reaches_the_last_line_of_a_step() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[SG119] it logs on purpose").replace(
        "    action: ReserveItems\n", "    action: ReserveItems\n    compensation:\n      command: LogFailure\n"
    )
    assert said(text, ("SG119", *ON_COMMENTS)) == []


def test_several_rules_by_code_and_by_name_in_one_comment() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[missing-compensation, SG014]: being built")
    assert said(text) == [("SG101", 7)]


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# sagactl: ignore[SG101] because", "because"),
        ("# sagactl: ignore[SG101]: because", "because"),
        ("# sagactl: ignore[SG101] - because", "because"),
        ("#sagactl:ignore[SG101] because", "because"),
        ("# sagactl: ignore[SG101] until 2026-12-31: because", "because"),
        ("# sagactl: ignore[SG101] until 2026-12-31 because", "because"),
        ("# sagactl: ignore[SG101] until the team is back", "until the team is back"),
    ],
)
def test_the_reason_is_what_follows_the_bracket(comment: str, reason: str) -> None:
    text = above("- step: reserve-items", comment)
    assert [ignore.reason for ignore in read_ignores(read(text.encode(), "a file").document)] == [reason]
    assert said(text) == [("SG101", 7)]


def test_without_a_reason_nothing_is_suppressed() -> None:
    assert said(above("- step: reserve-items", "# sagactl: ignore[SG101]")) == [
        ("SG000", 3),
        ("SG101", 4),
        ("SG101", 7),
    ]


def test_an_unknown_rule_suppresses_nothing_and_gets_a_suggestion() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[missing-compensations] being built")
    linted = lint(read(text.encode(), "a file"), select([], []), today=TODAY)
    told = next(located.finding for located in linted.findings if located.finding.name.startswith("unknown-rule"))
    assert (told.code, told.severity) == ("SG992", "error")
    assert told.help == "did you mean `missing-compensation`?"
    assert said(text) == [("SG992", 3), ("SG101", 4), ("SG101", 7)]


@pytest.mark.parametrize(
    "comment", ["# sagactl: ignore everything", "# sagactl: ignore[] all", "# sagactl: ingore[SG101] x"]
)
def test_a_comment_that_names_no_rule_is_pointed_out(comment: str) -> None:
    assert said(above("- step: reserve-items", comment)) == [("SG992", 3), ("SG101", 4), ("SG101", 7)]


def test_an_expired_suppression_suppresses_nothing() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[SG101] until 2026-05-31: being built")
    assert said(text) == [("SG993", 3), ("SG101", 4), ("SG101", 7)]


def test_a_suppression_holds_on_its_last_day_and_without_a_calendar() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[SG101] until 2026-06-01: being built")
    assert said(text) == [("SG101", 7)]
    assert said(text, today="") == [("SG101", 7)]


def test_an_unused_suppression_is_pointed_out() -> None:
    assert ("SG991", 10) in said(above("participant: shipping", "# sagactl: ignore[SG101] nothing here"))


def test_a_suppression_of_a_rule_that_did_not_run_is_not_judged() -> None:
    text = above("- step: ship-order", "# sagactl: ignore[SG122] house rule")
    assert said(text) == [("SG101", 3), ("SG101", 6)]
    both = above("- step: ship-order", "# sagactl: ignore[SG101, SG122] house rule")
    assert said(both) == [("SG101", 3), ("SG101", 6)]


def test_a_second_suppression_of_the_same_finding_is_unused() -> None:
    text = "# sagactl: ignore[SG101] a draft\n" + above("- step: charge-card", "# sagactl: ignore[SG101] being built")
    assert said(text) == [("SG991", 7)]


def test_an_invalid_definition_judges_no_suppression() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[SG101] being built").replace(
        "kind: pivot", "kind: pivotal"
    )
    assert [code for code, _ in said(text)] == ["SG019"]


def test_an_error_of_reading_cannot_be_suppressed() -> None:
    text = above("- step: ship-order", "# sagactl: ignore[SG019] we like it so").replace("kind: pivot", "kind: pivotal")
    assert [code for code, _ in said(text)] == ["SG019"]


def test_a_remark_of_reading_can_be_suppressed() -> None:
    text = PLAIN + "# sagactl: ignore[SG017] the country\nowner: no\n"
    linted = lint(read(text.encode(), "a file"), select(["SG017"], []), today=TODAY)
    assert linted.findings == ()
    assert len(linted.suppressed) == 1


def test_findings_on_suppressions_are_chosen_like_all_others() -> None:
    text = above("- step: reserve-items", "# sagactl: ignore[SG101]")
    assert said(text, ("SG101",)) == [("SG101", 4), ("SG101", 7)]


def test_what_is_suppressed_is_counted() -> None:
    text = above("steps:", "# sagactl: ignore[SG101] a draft")
    assert len(lint(read(text.encode(), "a file"), select(["SG101"], []), today=TODAY).suppressed) == 2


def test_a_comment_inside_a_text_is_none() -> None:
    text = PLAIN + 'description: "# sagactl: ignore[SG101] not a comment"\n'
    assert said(text) == [("SG101", 3), ("SG101", 6)]


def test_a_comment_after_everything_reaches_nothing() -> None:
    assert said(PLAIN + "# sagactl: ignore[SG101] too late\n") == [("SG101", 3), ("SG101", 6), ("SG991", 13)]
