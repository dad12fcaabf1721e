"""Drafts as a team brings them to a design meeting, half written and with mistakes: each is recommended and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.runner import sagactl

DRAFTS: Final = {
    "empty": """\
""",
    "no-steps": """\
saga: order
steps: []
""",
    "steps-null": """\
saga: order
steps:
""",
    "one-step": """\
saga: one
steps:
  - step: pay
    participant: bank
    action: Pay
""",
    "no-participant": """\
saga: np
steps:
  - step: pay
    action: Pay
  - step: ship
    action: Ship
""",
    "no-action": """\
saga: na
steps:
  - step: pay
    participant: bank
  - step: ship
    participant: depot
""",
    "todo": """\
saga: order
# compensation comes later
steps:
  - step: reserve
    participant: inventory
    action: Reserve
  - step: pay
    participant: payment
    action: "???"
    compensation: Later
  - step: ship
    participant: Later
    action: Later
    after: [pay, reserve, invoice]
""",
    "dup": """\
saga: d
steps:
  - {step: a, participant: p, action: A}
  - {step: a, participant: q, action: B}
  - {step: b, participant: q, action: B, after: [a]}
""",
    "cycle": """\
saga: c
steps:
  - {step: a, participant: p, action: A, after: [c]}
  - {step: b, participant: q, action: B, after: [a]}
  - {step: c, participant: q, action: B, after: [b]}
  - {step: d, participant: q, action: D, after: [c], compensation: X}
""",
    "choice-undeclared": """\
saga: ch
steps:
  - {step: a, participant: p, action: A}
  - {step: b, participant: q, action: B, when: {speed: fast}}
""",
    "choice-empty": """\
saga: ch2
choices:
  speed: {}
steps:
  - {step: a, participant: p, action: A}
  - {step: b, participant: q, action: B, when: {speed: fast}}
""",
    "bad-predicate": """\
saga: bp
choices:
  speed:
    fast: input.x ===
    slow: otherwise
steps:
  - {step: a, participant: p, action: A, when: {speed: fast}}
  - {step: b, participant: q, action: B}
""",
    "unknown-keys": """\
saga: uk
owner_team: x
steps:
  - {step: a, participant: p, action: A, rollback: UndoA, retries: 3}
  - {step: b, service: q, action: B}
""",
    "wrong-types": """\
saga: [1,2]
version: two
steps:
  - {step: 3, participant: {}, action: [A]}
  - just text
  - {step: b, participant: q, action: B, timeout: -3s}
""",
    "steps-map": """\
saga: sm
steps:
  reserve:
    participant: p
    action: A
  pay:
    participant: q
    action: B
""",
    "half-yaml": """\
saga: hy
steps:
  - step: a
    participant: p
    action: A
  - step: b
    participant: [q
""",
    "tabs": """\
saga: t
steps:
	- step: a
""",
    "nested-missing": """\
saga: nm
steps:
  - {step: a, saga: elsewhere}
  - {step: b, participant: q, action: B, compensation: UnB, after: [a]}
""",
    "wait-no-event": """\
saga: w
steps:
  - {step: a, participant: p, action: A, compensation: U}
  - {step: b, wait: {}}
  - {step: c, participant: p, action: C, after: [b]}
""",
    "choreo-gaps": """\
saga: cg
style: choreography
steps:
  - {step: a, participant: p, action: A, publishes: {success: Adone}, compensation: U}
  - {step: b, participant: q, action: B, listens: {events: [Nope, Adone]}}
  - {step: c, participant: r, action: C, listens: Bdone}
""",
    "two-pivots": """\
saga: tp
steps:
  - {step: a, participant: p, action: A, kind: pivot}
  - {step: b, participant: q, action: B, kind: pivot, rejects: [No], after: [a]}
  - {step: c, participant: q, action: C, after: [b]}
""",
    "anchors": """\
saga: an
x: &x {participant: p}
steps:
  - <<: *x
    step: a
    action: A
""",
}

SOUND: Final = ("one-step", "two-pivots")
"""Poor designs, but nothing in them keeps a saga from being built."""

VIEWS: Final = ("flow", "rollback", "sequence", "events", "states")


@pytest.fixture
def draft(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    path = tmp_path / f"{request.param}.saga.yaml"
    path.write_text(DRAFTS[request.param], encoding="utf-8")
    return str(path)


def check(*call: str) -> str:
    """What a call about a draft prints: it never fails, and its exit code says whether the draft is valid."""
    done = sagactl(*call)
    assert done.code == (0 if any(name in call[1] for name in SOUND) else 1), (call, done.err)
    assert "internal error" not in done.out + done.err, call
    return done.out


@pytest.mark.parametrize("draft", DRAFTS, indirect=True)
def test_a_draft_is_recommended_as_far_as_it_goes(draft: str) -> None:
    for format in ("text", "json", "markdown"):
        check("recommend", draft, "--format", format)


@pytest.mark.parametrize("draft", DRAFTS, indirect=True)
def test_a_draft_is_drawn_as_far_as_it_goes(draft: str) -> None:
    for view in VIEWS:
        for format in ("text", "dot", "mermaid", "html"):
            check("graph", draft, "--view", view, "--format", format)


def test_a_report_has_a_page_for_every_draft(tmp_path: Path) -> None:
    for name, text in DRAFTS.items():
        (tmp_path / f"{name}.saga.yaml").write_text(text, encoding="utf-8")
    done = sagactl("report", str(tmp_path), "-o", str(tmp_path / "out"))
    assert (done.code, done.err) == (1, "")
    assert len(list((tmp_path / "out").glob("*.html"))) == len(DRAFTS) + 1
