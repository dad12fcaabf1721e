"""Cases for the rules on choreography, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import Case, flow

HEAD = """saga: order
style: choreography
correlation: input.order_id
input: {order_id: string}
starts_on: [Placed]
"""

A = "step: a, participant: p, listens: Placed, action: DoA, compensation: UndoA"
B = "step: b, participant: q, listens: ADone, action: DoB, compensation: UndoB"
C = "step: c, participant: r, listens: BDone, action: DoC, kind: pivot"
ENDS = "ends_with: [CDone, AFailed, AUndone]\n"


def undone_by(step: str, listens: str) -> str:
    """The step with what starts its compensation said in full."""
    id = step[len("step: ")]
    return step.replace(f"compensation: Undo{id.upper()}", f"compensation: {{command: Undo{id.upper()}, {listens}}}")


def chain(a: str = A, b: str = B, c: str = C, *more: str, ends: str = ENDS, head: str = HEAD) -> str:
    return flow(a, b, c, *more, head=head + ends)


PLAIN = flow(
    "step: a, participant: p, action: DoA, compensation: UndoA",
    "step: b, participant: q, action: DoB, compensation: UndoB",
    "step: c, participant: r, action: DoC, kind: pivot",
    head="{}",
)

FAN_A = undone_by(A, "listens: {any: [BFailed, CFailed, BUndone, CUndone]}")
FAN_B = "step: b, participant: q, listens: ADone, action: DoB, compensation: {command: UndoB, listens: CFailed}"
FAN_C = "step: c, participant: r, listens: ADone, action: DoC, compensation: {command: UndoC, listens: BFailed}"


def fan(a: str = FAN_A, b: str = FAN_B, c: str = FAN_C, *more: str, head: str = "") -> str:
    """Two branches beside each other after a first step."""
    return flow(a, b, c, *more, head=f"{HEAD}{head}ends_with: [BDone, CDone, AFailed, AUndone]\n")


CASES: list[Case] = [
    ("SG801", "an orchestrator's run has an id", PLAIN.replace("{}", "style: orchestration\n"), []),
    ("SG801", "a style that is left open, and nothing that listens", PLAIN.replace("{}", ""), []),
    ("SG801", "a style that is left open, and steps that listen", flow(A, B, C, head="starts_on: Placed\n"), [""]),
    ("SG801", "true or false is no key", chain(head=HEAD.replace("string", "boolean")), [""]),
    (
        "SG803",
        "a step that may be done before the wait",
        chain(A, B, C, "step: w, after: [a], wait: BDone", ends="ends_with: [CDone, WDone, AFailed, AUndone]\n"),
        ["w"],
    ),
    ("SG803", "an event that has started the saga", chain(c="step: w, after: [b], wait: Placed"), ["w"]),
    ("SG803", "a first wait for the event that starts the saga", chain(a="step: a, wait: Placed"), []),
    ("SG803", "an event from outside", chain(c="step: w, after: [b], wait: Paid"), []),
    ("SG803", "a person's decision", chain(c="step: w, after: [b], wait: {decision: BDone}"), []),
    ("SG803", "in an orchestration no event goes out", PLAIN.replace("{}", "") + "  - {step: w, wait: BDone}\n", []),
    (
        "SG803",
        "a failure is no event of the way forward",
        chain(c="step: w, after: [b], wait: BFailed, kind: read-only"),
        [],
    ),
    ("SG805", "what the saga starts on", chain(), []),
    (
        "SG805",
        "what a wait waits for comes from outside",
        chain(
            "step: a, wait: Paid",
            "step: b, participant: q, listens: Paid, action: DoB, compensation: UndoB",
            ends="ends_with: [CDone, BFailed, BUndone]\n",
        ),
        [],
    ),
    ("SG805", "a misspelt event of a failure", chain(b=undone_by(B, "listens: [CFaild]")), ["b"]),
    (
        "SG805",
        "the failure of a step that cannot fail",
        chain(
            C.replace("step: c", "step: a").replace("BDone", "Placed") + ", retry: forever",
            undone_by(B, "listens: AFailed"),
            ends="ends_with: [CDone, BFailed]\n",
        ),
        [],
    ),
    (
        "SG805",
        "a name that nobody hears",
        chain(b=B + ", publishes: {undone: BReleased}", a=undone_by(A, "listens: {any: [BFailed, CFailed]}")),
        ["b"],
    ),
    ("SG805", "a name that a derived compensation hears", chain(b=B + ", publishes: {undone: BReleased}"), []),
    (
        "SG805",
        "a failure that is named and cannot come",
        chain(c=C + ", retry: forever, publishes: {failure: CLost}"),
        [],
    ),
    ("SG805", "an end that nobody publishes", chain(ends="ends_with: [CDon, AFailed, AUndone]\n"), [""]),
    ("SG805", "a start that no step hears", chain(head=HEAD.replace("[Placed]", "[Placed, Ordered]")), [""]),
    (
        "SG805",
        "replies that an orchestrator hears",
        PLAIN.replace("{}", "style: orchestration\n").replace("DoB", "DoB, publishes: BReady"),
        [],
    ),
    (
        "SG807",
        "in a chain",
        chain(a=undone_by(A, "listens: {any: [BFailed, BUndone]}"), b=undone_by(B, "listens: CFailed")),
        [],
    ),
    (
        "SG807",
        "the chain ends too early",
        chain(a=undone_by(A, "listens: BFailed"), b=undone_by(B, "listens: CFailed")),
        ["a"],
    ),
    (
        "SG807",
        "the link hears nothing itself",
        chain(a=undone_by(A, "listens: {any: [BFailed, BUndone]}"), b=undone_by(B, "listens: Placed")),
        ["a", "b"],
    ),
    (
        "SG807",
        "through a compensation that hears by itself",
        chain(a=undone_by(A, "listens: {any: [BFailed, BUndone]}")),
        [],
    ),
    (
        "SG807",
        "through a step that has nothing to undo",
        chain(
            a=undone_by(A, "listens: {any: [BFailed, BUndone]}"),
            b="step: b, participant: q, listens: ADone, action: CheckB, kind: read-only",
        ),
        [],
    ),
    (
        "SG807",
        "a list means all of them",
        chain(a=undone_by(A, "listens: [BFailed, CFailed]"), b=undone_by(B, "listens: CFailed")),
        ["a"],
    ),
    (
        "SG807",
        "every failure heard by itself",
        chain(a=undone_by(A, "listens: {any: [BFailed, CFailed]}"), b=undone_by(B, "listens: CFailed")),
        [],
    ),
    (
        "SG807",
        "a step that can only be undone when it fails",
        chain(a=undone_by(A, "listens: {any: [BUndone, CFailed]}"), b=undone_by(B, "listens: CFailed")),
        [],
    ),
    (
        "SG807",
        "a no is followed by no undoing",
        chain(
            a=undone_by(A, "listens: {any: [BUndone, CFailed]}"), b=undone_by(B, "listens: CFailed") + ", rejects: [No]"
        ),
        ["a"],
    ),
    (
        "SG807",
        "what comes after the pivot undoes nothing",
        chain(
            A,
            undone_by(B, "listens: CFailed"),
            C,
            "step: d, participant: s, listens: CDone, action: DoD, kind: retriable",
        ),
        [],
    ),
    ("SG807", "two branches that hear each other", fan(), []),
    ("SG807", "a branch that does not hear the other one", fan(c=FAN_C.replace("BFailed", "Placed")), ["c"]),
    (
        "SG807",
        "branches of which only one is taken",
        flow(
            A.replace("UndoA", "{command: UndoA, listens: {any: [BFailed, CFailed]}}"),
            FAN_B.replace("CFailed", "Placed") + ", when: {way: one}",
            FAN_C.replace("BFailed", "Placed") + ", when: {way: two}",
            head=HEAD.replace("{order_id: string}", "{order_id: string, x: boolean}")
            + "choices: {way: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    ("SG807", "a misspelt event is told as an orphan", chain(b=undone_by(B, "listens: [CFaild]")), []),
    (
        "SG807",
        "a wait that times out",
        chain(a=undone_by(A, "listens: [CFailed]"), b="step: b, after: [a], wait: Paid, timeout: 1h"),
        ["a"],
    ),
    (
        "SG807",
        "an orchestrator tells it",
        PLAIN.replace("{}", "style: orchestration\n").replace("UndoA", "{command: UndoA, listens: BFailed}"),
        [],
    ),
    (
        "SG807",
        "the style is left open",
        PLAIN.replace("{}", "").replace("UndoA", "{command: UndoA, listens: BFailed}"),
        ["a"],
    ),
    ("SG807", "nothing is declared", chain(), []),
    ("SG808", "steps that start each other", chain(a=A.replace("Placed", "CDone")), ["a"]),
    (
        "SG808",
        "a loop that any event starts",
        chain(a=A.replace("listens: Placed", "listens: {any: [Placed, CDone]}")),
        ["b"],
    ),
    ("SG808", "its own success", chain(a=A.replace("listens: Placed", "listens: {any: [Placed, ADone]}")), ["a"]),
    (
        "SG808",
        "done again when it is undone",
        chain(a=A.replace("listens: Placed", "listens: {any: [Placed, AUndone]}")),
        ["a"],
    ),
    ("SG808", "a wait for what comes after it", chain(b="step: b, after: [a], wait: CDone"), ["c"]),
    (
        "SG808",
        "a wait that passes its event on",
        chain(b="step: b, after: [a], wait: Paid, publishes: {success: Paid}", c=C.replace("BDone", "Paid")),
        [],
    ),
    (
        "SG808",
        "compensations alone are undo-loop",
        chain(
            a=undone_by(A, "listens: {any: [BUndone, BFailed]}"), b=undone_by(B, "listens: {any: [AUndone, CFailed]}")
        ),
        [],
    ),
    (
        "SG808",
        "an answer to a failure",
        chain(A, B, C, "step: d, participant: s, listens: AUndone, action: TellNo, kind: retriable"),
        [],
    ),
    (
        "SG809",
        "three services",
        flow(
            A,
            B,
            C.replace("kind: pivot", "compensation: UndoC"),
            "step: d, participant: p, listens: CDone, action: DoD, kind: pivot",
            head=HEAD,
        ),
        ["d"],
    ),
    ("SG809", "a service that does two steps in a row", chain(b=B.replace("participant: q", "participant: p")), []),
    ("SG809", "failures go back", chain(a=undone_by(A, "listens: {any: [BFailed, CFailed]}")), []),
    (
        "SG809",
        "an orchestrator is in between",
        flow(A, B, C.replace("r,", "p,"), head="style: orchestration\nstarts_on: Placed\n"),
        [],
    ),
    (
        "SG810",
        "a wait",
        chain(FAN_B.replace("ADone", "Placed"), FAN_C.replace("ADone", "Placed"), "step: w, after: [b, c], wait: Paid"),
        ["w"],
    ),
    (
        "SG810",
        "branches of which only one is taken",
        chain(
            FAN_B.replace("ADone", "Placed") + ", when: {way: one}",
            FAN_C.replace("ADone", "Placed") + ", when: {way: two}",
            "step: w, listens: [BDone, CDone], local: true, action: DoW, kind: pivot",
            head=HEAD.replace("{order_id: string}", "{order_id: string, x: boolean}")
            + "choices: {way: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG810",
        "any of them",
        chain(
            FAN_B.replace("ADone", "Placed"),
            FAN_C.replace("ADone", "Placed"),
            "step: w, listens: {any: [BDone, CDone]}, local: true, action: DoW, kind: pivot",
        ),
        [],
    ),
    (
        "SG810",
        "the orchestrator remembers",
        flow(
            "step: b, participant: q, after: [], action: DoB, compensation: UndoB",
            "step: c, participant: r, after: [], action: DoC, compensation: UndoC",
            "step: w, after: [b, c], wait: Paid",
        ),
        [],
    ),
    (
        "SG811",
        "the participant recognises a repetition",
        fan(head="participants: {p: {idempotency: key}, q: {}, r: {}}\n"),
        [],
    ),
    ("SG811", "the participant states nothing", fan(), []),
    (
        "SG811",
        "one after the other",
        chain(a=undone_by(A, "idempotency: none, listens: {any: [BFailed, CFailed]}")),
        [],
    ),
    ("SG811", "derived", fan(a=undone_by(A, "idempotency: none")), ["a"]),
    (
        "SG811",
        "a step that answers failures",
        fan(
            FAN_A,
            FAN_B,
            FAN_C,
            "step: d, participant: s, listens: {any: [BFailed, CFailed]}, action: TellNo, idempotency: none, kind: retriable",
        ),
        ["d"],
    ),
    (
        "SG812",
        "what has happened",
        chain(b=B + ", publishes: {success: ShipmentBooked}", c=C.replace("BDone", "ShipmentBooked")),
        [],
    ),
    (
        "SG812",
        "an imperative",
        chain(b=B + ", publishes: {success: ShipOrder}", c=C.replace("BDone", "ShipOrder")),
        ["b"],
    ),
    (
        "SG812",
        "a verb that is a noun too",
        chain(
            b=B + ", publishes: {success: OrderAccepted, failure: ChargeRefused}", c=C.replace("BDone", "OrderAccepted")
        ),
        [],
    ),
    (
        "SG812",
        "the command of whoever hears it",
        chain(b=B + ", publishes: {success: BookCar}", c=C.replace("BDone", "BookCar").replace("DoC", "book_car")),
        ["b"],
    ),
    (
        "SG812",
        "a request starts the saga",
        chain(a=A.replace("Placed", "CreateOrder"), head=HEAD.replace("Placed", "CreateOrder")),
        [],
    ),
    (
        "SG813",
        "the pivot is the end, what comes after it must succeed",
        chain(A, B, C, "step: d, participant: s, listens: CDone, action: DoD, kind: retriable, retry: forever"),
        [],
    ),
    (
        "SG813",
        "a branch of which nobody hears",
        chain(A, B, C, "step: d, participant: s, listens: ADone, action: DoD, compensation: UndoD"),
        [""],
    ),
    (
        "SG813",
        "a step that answers the failure is the end",
        chain(
            A,
            B,
            C,
            "step: d, participant: s, listens: {any: [AUndone, AFailed]}, action: TellNo, kind: retriable, publishes: Refused",
            ends="ends_with: [CDone, Refused]\n",
        ),
        [],
    ),
    ("SG813", "only success is told", chain(ends="ends_with: [CDone]\n"), [""]),
    (
        "SG813",
        "nothing can fail",
        flow(
            "step: a, participant: p, listens: Placed, action: DoA, kind: pivot, retry: forever",
            head=HEAD + "ends_with: [ADone]\n",
        ),
        [],
    ),
    ("SG813", "the orchestrator knows", PLAIN.replace("{}", "style: orchestration\n"), []),
    (
        "SG813",
        "an end that nobody publishes is told as an orphan",
        chain(ends="ends_with: [CDon, AFailed, AUndone]\n"),
        [],
    ),
    ("SG814", "the orchestrator keeps the time", PLAIN.replace("{}", "style: orchestration\ndeadline: 1h\n"), []),
    ("SG814", "nobody does", chain(head=HEAD + "deadline: 1h\n"), [""]),
    ("SG817", "the same said twice", chain(c=C + ", after: [b]"), []),
    ("SG817", "an earlier step is implied", chain(c=C + ", after: [a, b]"), []),
    ("SG817", "at once, and yet after an event", chain(c=C + ", after: []"), ["c"]),
    ("SG817", "at once, on the event that starts the saga", chain(a=A + ", after: []"), []),
    ("SG817", "a step that it does not hear", fan(FAN_A, FAN_B, FAN_C + ", after: [b]"), ["c"]),
    (
        "SG817",
        "any is not all",
        fan(
            FAN_A,
            FAN_B,
            FAN_C,
            "step: d, participant: s, listens: {any: [BDone, CDone]}, after: [b, c], action: DoD, kind: pivot",
        ),
        ["d"],
    ),
]
