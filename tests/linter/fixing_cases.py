"""What fixes make of definitions, where the example of a rule does not show it."""

from __future__ import annotations

from tests.linter.cases import CHARGE, RESERVE, SHIP, flow

PLAIN = "step: a, participant: p, action: DoA"
UNDONE = f"{PLAIN}, compensation: UndoA"
OTHER = "step: b, participant: q, action: DoB, compensation: UndoB"
HEARD = "step: b, participant: q, listens: ADone, action: DoB, rejects: [No]"
LAST = f"{HEARD}, kind: pivot, publishes: {{success: BDone, failure: BFailed}}"
EVENTS = "style: choreography\ncorrelation: input.order_id\ninput: {order_id: string}\nstarts_on: [Placed]\nends_with: [BDone]\n"
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
    ("SG302", flow(f"{UNDONE}, key: '{{saga_id}}:{{uuid}}'", SHIP), "UndoA, key: '{saga_id}:{uuid}' > UndoA"),
    ("SG302", flow(f"{PLAIN}, compensation: {{command: UndoA, key: '{{now}}'}}", SHIP), "UndoA, key: '{now}' > UndoA"),
    ("SG303", flow(f"{UNDONE}, key: a", SHIP), "UndoA, key: a > UndoA"),
    ("SG304", flow(f"{PLAIN}, key: 'a:{{saga_id}}', compensation: {{command: UndoA, key: 'a:{{saga_id}}'}}", SHIP), "UndoA, key: 'a:{saga_id}' > UndoA, key: 'a:{saga_id}:undo'"),
    ("SG306", flow(f"{UNDONE}, failed_step: never", SHIP), "never > auto"),
    ("SG306", flow(UNDONE, SHIP, head="rollback: {failed_step: never}\n"), "never > auto"),
    ("SG306", flow(UNDONE, f"{SHIP}, reply: false"), ", reply: false > "),
    ("SG306", flow(UNDONE, f"{SHIP}, status_query: false, retry: 3"), "retry: 3 > retry: forever"),
    ("SG306", flow(UNDONE, f"{SHIP}, status_query: false, retry: 3, reply: false"), "retry: 3, reply: false > retry: forever"),
    ("SG310", flow(f"{UNDONE}, rejects: [Full, Timeout, TimedOut]", SHIP), ", Timeout, TimedOut > "),
    ("SG310", flow(f"{UNDONE}, rejects: [Timeout, TimedOut]", SHIP), ", rejects: [Timeout, TimedOut] > "),
    ("SG311", flow(f"{UNDONE}, rejects: [Full, States.ALL]", SHIP), ", States.ALL > "),
    ("SG311", flow(f"{UNDONE}, rejects: [States.ALL]", SHIP), ", rejects: [States.ALL] > "),
    ("SG311", flow(f"{UNDONE}, retry: {{attempts: 3, only: [Exception]}}", SHIP), ", only: [Exception] > "),
    ("SG312", flow(f"{UNDONE}, rejects: [Full, Busy], retry: {{attempts: 3, only: [timeout, Busy]}}", SHIP), "[timeout, Busy] > [timeout]"),
    ("SG314", flow(UNDONE, "step: w, wait: Paid", SHIP, head="limits: {concurrency: 3}\n"), "concurrency: 3 > concurrency: 3, stuck_after: 30d"),
    ("SG317", flow(f"{UNDONE}, retry: {{attempts: 3, only: [Busy, TimedOut]}}", SHIP), "TimedOut > timeout"),
    ("SG605", flow(f"{UNDONE}, lock: r", f"{SHIP}, unlock: r", head="deadline: 1h\nresources: {r: {participant: p}}\n"), ", lock: r} > , lock: r, lock_ttl: 2h}"),
    ("SG609", flow("step: look, participant: p, action: Look, kind: read-only, reads: [r], output: {etag: string}", f"{PLAIN}, input: {{}}, writes: [r], kind: pivot", head="resources: {r: {countermeasure: version}}\n"), "input: {} > input: {etag: steps.look.output.etag}"),
    ("SG610", flow(f"{UNDONE}, after: [], writes: [r], write_mode: set", f"{OTHER}, after: [], writes: [r], write_mode: set", f"{SHIP}, after: [b, a]", head="resources: {r: {}}\n"), "after: [], writes: [r], write_mode: set}\n  - {step: ship, participant: shipping, action: ShipOrder, kind: pivot, after: [b, a] > after: [a], writes: [r], write_mode: set}\n  - {step: ship, participant: shipping, action: ShipOrder, kind: pivot, after: [b]"),
    ("SG701", flow(f"{PLAIN}, after: [], output: {{n: string}}, compensation: UndoA", f"{OTHER}, after: [], input: {{n: steps.a.output.n}}", f"{SHIP}, after: [b]"), "after: [], input > after: [a], input"),
    ("SG701", flow(f"{UNDONE}, reply: false, output: {{n: string}}", f"{OTHER}, input: {{n: steps.a.output.n}}", SHIP), ", reply: false > "),
    ("SG704", flow(f"{PLAIN}, kind: read-only, output: {{n: string, m: string}}", f"{OTHER}, input: {{n: steps.a.output.n}}"), ", m: string > "),
    ("SG801", flow(PLAIN, head="style: choreography\ninput: {name: string, order_id: string}\n"), "style: choreography\n > style: choreography\ncorrelation: input.order_id\n"),
    ("SG805", flow(f"{UNDONE}, listens: Placed, publishes: {{success: ADone}}", LAST.replace("ADone", "ADoen"), head=EVENTS), "ADoen > ADone"),
    ("SG807", flow(f"{PLAIN}, listens: Placed, publishes: {{success: ADone}}, compensation: {{command: UndoA, listens: CFailed}}", LAST, "step: c, participant: r, listens: ADone, action: DoC, rejects: [No], kind: retriable, publishes: {failure: CFailed}", head=EVENTS), "listens: CFailed > listens: {any: [CFailed, BFailed]}"),
    ("SG813", flow(f"{UNDONE}, listens: Placed, publishes: {{success: ADone, undone: AUndone}}", LAST, head=EVENTS), "ends_with: [BDone] > ends_with: [BDone, AFailed, AUndone]"),
    ("SG814", flow(UNDONE, head="style: choreography\ndeadline: 15m\n"), "deadline: 15m > deadline: {after: 15m, owner: p}"),
    ("SG817", flow(f"{UNDONE}, listens: Placed, publishes: {{success: ADone}}", f"{LAST}, after: []", head=EVENTS), ", after: [] > "),
]  # fmt: skip
