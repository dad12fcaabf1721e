"""Findings about behaviour carry the run that shows them, and the faults by which a rehearsal shows it again."""

from __future__ import annotations

import pytest

from sagactl.finding import Evidence
from sagactl.linter import pages, pair_proofs
from sagactl.linter.lint import lint_all
from sagactl.linter.proofs import PROVES
from sagactl.linter.registry import find, select
from sagactl.source.build import read
from tests.linter.cases import findings, flow

WITHOUT = {
    "SG305": "its participant forgets between two tries that are hours apart, and one step alone has two tries",
    "SG306": "it wishes that nothing be undone, of which there is more than one kind",
    "SG307": "its compensation refuses what it never saw, which the participants of a rehearsal do not",
}
"""Rules whose bad example shows no run, and why."""

SHOWN = sorted((PROVES.keys() | pair_proofs.PROVES.keys()) - WITHOUT.keys())


@pytest.mark.parametrize("code", SHOWN)
def test_the_bad_example_is_proved(code: str) -> None:
    shown = [found.evidence for found in findings(pages.page(find(code)).bad) if found.code == code]
    assert shown
    proof = next((each for each in shown if each is not None), None)
    assert proof is not None
    assert 2 <= len(proof.moments) <= 10


def test_the_story_ends_with_the_defect() -> None:
    text = flow(
        "step: pay, participant: p, action: Pay, timeout: 5s, retry: 3, compensation: {command: Refund}",
        "step: ship, participant: q, action: Ship, kind: pivot, timeout: 5s, retry: forever",
        head="participants: {p: {idempotency: none}, q: {idempotency: key}}\n",
    )
    proof: Evidence | None = next(found.evidence for found in findings(text) if found.code == "SG301")
    assert proof is not None
    assert proof.faults == ("pay:crash",)
    assert "`p` does `Pay` again" in proof.moments


def test_two_sagas_meet_in_a_proof() -> None:
    """The run that is harmed is of this saga, and the other one of the saga that the finding points into."""
    head = "saga: {}\nresources: {{stock: {{participant: p, countermeasure: commutative}}}}\n"
    take = "step: take, participant: p, action: Take, writes: stock, write_mode: add, compensation: PutBack"
    other = flow(take, "step: pay, participant: q, action: Pay, kind: pivot", head=head.format("order"))
    reading = flow(
        "step: count, participant: p, action: Count, kind: read-only, reads: stock", head=head.format("audit")
    )
    files = [read(text.encode(), f"{name}.yaml") for name, text in (("order", other), ("audit", reading))]
    found = [each.finding for file in lint_all(files, select(["SG602"], ())) for each in file.findings]
    assert [each.evidence and each.evidence.moments for each in found] == [
        (
            "`order`: `take` writes `stock`",
            "`audit`: `count` reads `stock`",
            "`order` GOES BACK",
            "`order` undoes `take`",
        )
    ]


def test_a_lock_that_nobody_releases_is_waited_for() -> None:
    text = flow(
        "step: take, participant: p, action: Take, lock: bin, compensation: Free",
        "step: pay, participant: q, action: Pay, kind: pivot",
        head="resources: {bin: {participant: p}}\n",
    )
    proof = next(found.evidence for found in findings(text) if found.code == "SG604")
    assert proof is not None
    assert proof.moments[-1] == "one run: `take` WAITS FOR EVER for the lock of `bin`"


def test_a_long_saga_is_found_fault_with_and_not_told() -> None:
    steps = [
        f"step: s{n}, participant: p, action: Do{n}, timeout: 5s, retry: 2, compensation: Undo{n}" for n in range(60)
    ]
    found = [
        each for each in findings(flow(*steps, head="participants: {p: {idempotency: none}}\n")) if each.code == "SG301"
    ]
    assert found
    assert all(each.evidence is None for each in found)
