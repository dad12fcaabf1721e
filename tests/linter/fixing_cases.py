"""What fixes make of definitions, where the example of a rule does not show it."""

from __future__ import annotations

from tests.linter.cases import CHARGE, RESERVE, SHIP, flow

PLAIN = "step: a, participant: p, action: DoA"
CASES: list[tuple[str, str, str]] = [
    # the rule, the definition, and the lines that change: what goes, then what comes
    ("SG003", flow(CHARGE, f"{SHIP}, after: [chrage]"), "after: [chrage] > after: [charge]"),
    ("SG003", flow(f"{CHARGE}, input: {{a: input.totl}}", SHIP, head="input: {total: number}\n"), "input.totl > input.total"),
    ("SG003", flow(f"{CHARGE}, when: {{siz: big}}", head="input: {x: boolean}\nchoices: {size: {big: input.x, small: otherwise}}\n"), "siz: > size:"),
    ("SG006", flow(f"{RESERVE}, after: []", CHARGE, f"{SHIP}, after: [reserve, charge]"), "[reserve, charge] > [charge]"),
    ("SG007", flow(CHARGE, head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n"), "choices: {c: {one: input.x, two: otherwise}}\n > "),
    ("SG016", flow(f"{CHARGE}, timeout: 30 Seconds"), "30 Seconds > 30s"),
    ("SG017", flow(f"{CHARGE}, status_query: yes"), "yes > true"),
    ("SG019", flow(f"{CHARGE}, status_query: 'true'"), "'true' > true"),
    ("SG019", flow(CHARGE.replace("charge", "Charge_it")), "Charge_it > charge-it"),
    ("SG019", flow(CHARGE.replace("[CardDeclined]", "[Late, Late, Never]")), "[Late, Late, Never] > [Late, Never]"),
    ("SG101", flow(SHIP, f"{PLAIN}, retry: forever"), "action: DoA > action: DoA, kind: retriable"),
    ("SG119", flow(CHARGE, SHIP, f"{PLAIN}, retry: forever, compensation: NoOp"), "action: DoA, retry: forever, compensation: NoOp > action: DoA, kind: retriable, retry: forever"),
    ("SG120", flow(f"{PLAIN}, retry: {{attempts: 9, initial: 20s, max: 10m}}, compensation: {{command: UndoA, retry: 2}}", SHIP), "retry: 2 > retry: {attempts: 18, initial: 20s, max: 10m}"),
    ("SG121", flow(f"{PLAIN}, compensation: {{command: UndoA, fallback: {{command: UndoA}}}}", SHIP), "UndoA, fallback: {command: UndoA} > UndoA"),
    ("SG201", flow(RESERVE, "step: w, wait: Paid, kind: pivot"), "Paid, kind: pivot > Paid"),
    ("SG201", flow(SHIP, f"{PLAIN}, kind: compensatable, compensation: UndoA, retry: forever"), "kind: compensatable, compensation: UndoA > kind: retriable"),
    ("SG203", flow(SHIP, f"{PLAIN}, kind: retriable"), "kind: retriable > kind: retriable, retry: {attempts: forever}"),
    ("SG203", flow(SHIP, f"{PLAIN}, kind: retriable, retry: {{attempts: 3, max: 1m}}"), "attempts: 3 > attempts: forever"),
]  # fmt: skip
