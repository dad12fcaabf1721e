"""Small sagas whose verdict anybody can work out: one for each thing that the language can say about failing."""

from __future__ import annotations

import pytest

from sagactl.unfold import unfold
from sagactl.verifier import Limits, Memory, verify
from tests.linter.cases import load

KEPT = "idempotency: key, rejects_late_actions: true, remembers_failures: true"
A = "{step: a, participant: p, action: DoA, rejects: ['No'], compensation: UndoA}"
B = "{step: b, participant: p, action: DoB, compensation: UndoB}"
Z = "{step: z, participant: q, action: DoZ, kind: pivot, retry: forever}"
MEMORY = Memory()


def drawn(*steps: str, p: str = KEPT, q: str = KEPT, more: str = "") -> str:
    head = f"saga: t\n{more}\ndefaults: {{timeout: 5s, retry: 3}}\nparticipants:\n  p: {{{p}}}\n  q: {{{q}}}\nsteps:\n"
    return head + "".join(f"  - {step}\n" for step in steps)


VERDICTS: dict[str, tuple[str, str]] = {
    "plain": ("safe", drawn(A, Z)),
    "silent": ("conditional", drawn(A, Z, p="")),
    "no key": ("S1 a, S2 a, S5 a", drawn(A, Z, p="idempotency: none, rejects_late_actions: true, remembers_failures: true")),
    "no tombstone": ("S6 a", drawn(A, Z, p="idempotency: key, rejects_late_actions: false, remembers_failures: true")),
    "no memory": ("S5 a", drawn(A, Z, p="idempotency: key, rejects_late_actions: true, remembers_failures: false")),
    "no memory, failed_step always": ("safe", drawn("{step: a, participant: p, action: DoA, rejects: ['No'], compensation: UndoA, failed_step: always}", Z, p="idempotency: key, rejects_late_actions: true, remembers_failures: false")),
    "failed_step never": ("S5 a", drawn("{step: a, participant: p, action: DoA, rejects: ['No'], compensation: UndoA, failed_step: never}", Z)),
    "natural": ("safe", drawn(A, Z, p="idempotency: natural, rejects_late_actions: true, remembers_failures: true")),
    "no rejects no memory": ("safe", drawn("{step: a, participant: p, action: DoA, compensation: UndoA}", Z, p="idempotency: key, rejects_late_actions: true, remembers_failures: false")),
    "undo not idempotent": ("S2 a", drawn("{step: a, participant: p, action: DoA, rejects: ['No'], compensation: {command: UndoA, idempotency: none}, idempotency: key}", Z)),
    "pivot finite": ("S11 z", drawn(A, "{step: z, participant: q, action: DoZ, kind: pivot}")),
    "pivot asked": ("safe", drawn(A, "{step: z, participant: q, action: DoZ, kind: pivot}", q=KEPT + ", status_query: true")),
    "pivot rejects": ("safe", drawn(A, "{step: z, participant: q, action: DoZ, kind: pivot, rejects: ['No'], retry: forever}")),
    "no after pivot": ("S10 r", drawn(A, Z, "{step: r, participant: q, action: DoR, kind: retriable, rejects: ['No'], retry: forever}")),
    "wait after pivot": ("S10 w", drawn(A, Z, "{step: w, wait: Came, timeout: 5s, on_timeout: fail}")),
    "wait after pivot continue": ("safe", drawn(A, Z, "{step: w, wait: Came, timeout: 5s, on_timeout: continue}")),
    "wait before": ("safe", drawn(A, "{step: w, wait: Came, timeout: 5s, on_timeout: fail}", Z)),
    "decision no": ("safe", drawn(A, "{step: w, wait: {decision: Ok, by: boss}, rejects: ['No'], timeout: 5s, on_timeout: fail}", Z)),
    "beside pivot says no": ("S10 b", drawn(A, "{step: b, after: [a], participant: p, action: DoB, rejects: ['No'], compensation: UndoB}", "{step: z, after: [a], participant: q, action: DoZ, kind: pivot, retry: forever}")),
    "own output": ("S12 a", drawn("{step: a, participant: p, action: DoA, output: {id: string}, compensation: {command: UndoA, input: {id: steps.a.output.id}}}", Z)),
    "own output local": ("safe", drawn("{step: a, local: true, action: DoA, output: {id: string}, compensation: {command: UndoA, input: {id: steps.a.output.id}}}", Z)),
    "own output asked": ("S12 a", drawn("{step: a, participant: p, action: DoA, output: {id: string}, retry: forever, compensation: {command: UndoA, input: {id: steps.a.output.id}}}", Z, more="deadline: 10m")),
    "later output": ("S12 a", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, input: {id: steps.b.output.id}}}", "{step: b, participant: p, action: DoB, output: {id: string}, compensation: UndoB}", Z)),
    "forever before pivot": ("L3 a", drawn("{step: a, participant: p, action: DoA, retry: forever, compensation: UndoA}", Z)),
    "forever with deadline": ("safe", drawn("{step: a, participant: p, action: DoA, retry: forever, compensation: UndoA}", Z, more="deadline: 10m")),
    "deadline only alert": ("L3 a", drawn("{step: a, participant: p, action: DoA, retry: forever, compensation: UndoA}", Z, more="deadline: 10m\nrollback: {triggers: [rejection, failure]}")),
    "too short": ("L2", drawn(A, Z, more="deadline: 5s")),
    "accept none": ("accept a", drawn(A, Z, more="accept: {parked: []}")),
    "accept a": ("safe", drawn(A, Z, more="accept: {parked: [a]}")),
    "accept none undo forever": ("safe", drawn(A, Z, more="accept: {parked: []}\nrollback: {retry: {attempts: forever}}")),
    "parallel": ("safe", drawn("{step: a, after: [], participant: p, action: DoA, rejects: ['No'], compensation: UndoA}", "{step: b, after: [], participant: p, action: DoB, compensation: UndoB}", "{step: z, after: [a, b], participant: q, action: DoZ, kind: pivot, retry: forever}")),
    "order parallel": ("safe", drawn(A, B, Z, more="rollback: {order: parallel}")),
    "stop": ("safe", drawn(A, B, Z, more="rollback: {on_failure: stop}")),
    "ignore": ("safe", drawn(A, B, Z, more="rollback: {on_failure: ignore}")),
    "reply false": ("safe", drawn("{step: a, participant: p, action: DoA, reply: false, compensation: UndoA}", Z)),
    "reply false undo": ("safe", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, reply: false}}", Z)),
    "reply false undo, not accepted": ("accept a", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, reply: false}}", Z, more="accept: {parked: []}")),
    "dual write": ("S4 a", drawn("{step: a, participant: p, action: DoA, compensation: UndoA}", Z, p=KEPT + ", messaging: dual-write")),
    "dual write pivot": ("S4 z", drawn(A, Z, q=KEPT + ", messaging: dual-write")),
    "dedup short": ("S1 a, S2 a", drawn(A, Z, p=KEPT + ", dedup_window: 1s")),
    "dedup long": ("safe", drawn(A, Z, p=KEPT + ", dedup_window: 1d")),
    "status query no tombstone": ("S6 a", drawn(A, Z, p="idempotency: key, rejects_late_actions: false, remembers_failures: true, status_query: true")),
    "ordered no tombstone": ("safe", drawn(A, Z, p="idempotency: key, rejects_late_actions: false, remembers_failures: true, ordered_delivery: true")),
    "local": ("safe", drawn("{step: l, local: true, action: DoL, compensation: UndoL}", Z)),
    "restart": ("safe", drawn(A, Z, more="rollback: {then: restart, max_restarts: 2}")),
    "restart no memory": ("S5 a", drawn(A, Z, p="idempotency: key, rejects_late_actions: true, remembers_failures: false", more="rollback: {then: restart, max_restarts: 2}")),
    "fallback": ("safe", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: ['Never'], fallback: {command: Manual}}}", Z)),
    "undo may refuse, no fallback": ("safe", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: ['Never']}}", Z)),
    "for_each": ("safe", drawn("{step: a, participant: p, for_each: input.xs, max_items: 3, action: DoA, rejects: ['No'], compensation: UndoA}", Z, more="input: {xs: array}")),
    "for_each parallel no memory": ("S5 a[1], S5 a[2]", drawn("{step: a, participant: p, for_each: input.xs, max_items: 3, parallel: true, action: DoA, rejects: ['No'], compensation: UndoA}", Z, p="idempotency: key, rejects_late_actions: true, remembers_failures: false", more="input: {xs: array}")),
    "choice": ("safe", drawn(A, "{step: b, when: {w: up}, participant: p, action: DoB, compensation: UndoB}", Z, more="input: {up: boolean}\nchoices: {w: {up: input.up, down: otherwise}}")),
    "choice pivots": ("safe", drawn(A, "{step: y, when: {w: up}, participant: q, action: DoY, kind: pivot, retry: forever}", "{step: x, when: {w: down}, participant: q, action: DoX, kind: pivot, rejects: ['No'], retry: forever}", more="input: {up: boolean}\nchoices: {w: {up: input.up, down: otherwise}}")),
    "read only": ("safe", drawn("{step: c, participant: p, action: Look, kind: read-only, rejects: ['No']}", A, Z)),
    "read only unkept": ("safe", drawn("{step: c, participant: q, action: Look, kind: read-only, rejects: ['No']}", A, "{step: z, participant: p, action: DoZ, kind: pivot, retry: forever}", q="idempotency: none, rejects_late_actions: false, remembers_failures: false")),
    "retriable finite": ("safe", drawn(A, Z, "{step: r, participant: q, action: DoR, kind: retriable}")),
    "retriable finite not accepted": ("accept r", drawn(A, Z, "{step: r, participant: q, action: DoR, kind: retriable}", more="accept: {parked: [a]}")),
    "lost update": ("I1, I2, I4", drawn("{step: c, participant: p, action: Look, kind: read-only, reads: [s]}", "{step: a, participant: p, action: DoA, writes: [s], write_mode: set, compensation: UndoA}", Z, more="resources: {s: {participant: p}}")),
    "semantic lock": ("safe", drawn("{step: c, participant: p, action: Look, kind: read-only, reads: [s]}", "{step: a, participant: p, action: DoA, writes: [s], write_mode: set, compensation: UndoA}", Z, more="resources: {s: {participant: p, countermeasure: semantic-lock}}")),
    "fuzzy": ("I3 d", drawn("{step: c, participant: p, action: Look, kind: read-only, reads: [s]}", "{step: d, participant: p, action: Look2, kind: read-only, reads: [s]}", "{step: z, participant: q, action: DoZ, kind: pivot, retry: forever, writes: [s], write_mode: add}", more="resources: {s: {participant: p}}")),
    "locks crossed": ("safe", drawn("{step: a, participant: p, action: DoA, lock: s, lock_ttl: 1m, compensation: UndoA}", "{step: b, participant: p, action: DoB, lock: t, lock_ttl: 1m, compensation: UndoB}", Z, more="resources: {s: {participant: p}, t: {participant: p}}")),
    "lock never released": ("I5 a", drawn("{step: a, participant: p, action: DoA, lock: s, compensation: UndoA}", Z, more="resources: {s: {participant: p}}")),
    "locks crossed par": ("I5", drawn("{step: a, after: [], participant: p, action: DoA, lock: s, lock_ttl: 1m, compensation: UndoA}", "{step: b, after: [], participant: p, action: DoB, lock: t, lock_ttl: 1m, compensation: UndoB}", "{step: z, after: [a, b], participant: q, action: DoZ, kind: pivot, retry: forever}", more="resources: {s: {participant: p}, t: {participant: p}}")),
    "only rejection": ("safe", drawn(A, B, Z, more="rollback: {triggers: [rejection]}")),
    "no triggers": ("safe", drawn(A, B, Z, more="rollback: {triggers: []}")),
    "only pivot": ("safe", drawn(Z)),
    "one step compensated": ("safe", drawn(A)),
    "no steps effects": ("safe", drawn("{step: w, wait: Came}", Z)),
    "other undoer": ("S2 a", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: q}}", "{step: z, participant: p, action: DoZ, kind: pivot, retry: forever}", q="idempotency: none")),
    "other undoer silent": ("conditional", drawn("{step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: q}}", "{step: z, participant: p, action: DoZ, kind: pivot, retry: forever}", q="")),
    "step says none": ("S1 a, S2 a, S5 a", drawn("{step: a, participant: p, action: DoA, rejects: ['No'], compensation: UndoA, idempotency: none}", Z)),
    "retry only error": ("safe", drawn("{step: a, participant: p, action: DoA, rejects: ['No'], compensation: UndoA, retry: {attempts: 3, only: [error]}}", Z)),
}  # fmt: skip
"""A verdict, or all that is violated: a property with its step, or alone where the step does not matter."""


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_on_a_small_saga(name: str) -> None:
    expected, text = VERDICTS[name]
    verdict = verify(load(text), memory=MEMORY, limits=Limits(with_ends=True))
    assert not verdict.uncovered
    found = {(each.property, each.step) for each in verdict.violations}
    if expected in ("safe", "conditional"):
        assert (verdict.verdict, found) == (expected, set())
        return
    wanted = [tuple(each.split()) for each in expected.split(", ")]
    assert {property for property, _ in found} == {each[0] for each in wanted}
    assert {each for each in wanted if len(each) == 2} <= found
    assert all(each.moves for each in verdict.violations if each.property[0] == "S" or each.property == "accept")


INNER = "saga: inner\ndefaults: {timeout: 5s, retry: 3}\nparticipants:\n  p: {%s}\nsteps:\n  - " + A + "\n%s"


@pytest.mark.parametrize(
    ("promises", "more", "after", "expected"),
    [
        (KEPT, "", "", "safe"),
        ("", "", "", "conditional"),
        (KEPT.replace("actions: true", "actions: false"), "", "", "S6 sub/a"),
        (KEPT, "  - {step: i, participant: p, action: DoI, kind: pivot, retry: forever}\n", "", "safe"),
        (
            KEPT,
            "  - {step: i, participant: p, action: DoI, kind: pivot, retry: forever}\n",
            "rejects: ['No'], ",
            "S10 c",
        ),
    ],
)
def test_the_verdict_on_a_saga_in_a_saga(promises: str, more: str, after: str, expected: str) -> None:
    """What its steps break they break in the parent, and its pivot is the parent's."""
    inner = load(INNER % (promises, more))
    last = "{step: c, participant: q, action: DoC, %scompensation: UndoC}" if after else Z.replace("kind: pivot, ", "")
    outer = load(drawn(B, "{step: sub, saga: inner}", last % after if after else last))
    verdict = verify(outer, {"inner": inner}, memory=MEMORY)
    found = {f"{each.property} {each.step}" for each in verdict.violations}
    assert found == (set() if expected in ("safe", "conditional") else {expected})
    assert verdict.verdict == (expected if not found else "unsafe")
    assert "sub/a" in unfold(outer, {"inner": inner}).flow
