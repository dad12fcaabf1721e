"""Cases for the rules on phases, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, FTGO_CREATE, FTGO_REVISE, MAIL, RACE, RESERVE, SHIP, SHIP_BY_REASON, Case, flow

CASES: list[Case] = [
    ("SG201", "a pivot with a compensation", flow(CHARGE, f"{SHIP}, compensation: CallBack"), ["ship"]),
    (
        "SG201",
        "compensatable without a compensation",
        flow(CHARGE, "step: a, participant: p, action: DoA, kind: compensatable, no_compensation: it cannot be undone"),
        ["a"],
    ),
    (
        "SG201",
        "compensatable and forgotten is missing-compensation",
        flow("step: a, participant: p, action: DoA, kind: compensatable", SHIP),
        [],
    ),
    ("SG201", "a wait as the pivot", flow(CHARGE, "step: w, wait: Signed, kind: pivot"), ["w"]),
    (
        "SG201",
        "a read-only step that writes",
        flow("step: a, participant: p, action: CheckA, kind: read-only, writes: r", SHIP, head="resources: {r: {}}\n"),
        ["a"],
    ),
    (
        "SG201",
        "a read-only step that reads",
        flow("step: a, participant: p, action: CheckA, kind: read-only, reads: r", SHIP, head="resources: {r: {}}\n"),
        [],
    ),
    (
        "SG201",
        "retriable before the pivot that may fail",
        flow(f"{MAIL}", CHARGE, f"{SHIP}, rejects: [NoLorry]"),
        ["mail"],
    ),
    (
        "SG201",
        "compensatable after the pivot, though it cannot fail",
        flow(SHIP, "step: a, participant: p, action: DoA, compensation: UndoA, retry: forever, kind: compensatable"),
        ["a"],
    ),
    (
        "SG201",
        "a second pivot that cannot fail",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, kind: pivot, retry: forever"),
        ["a"],
    ),
    (
        "SG202",
        "a second pivot that can fail",
        flow(SHIP, "step: pay, participant: payment, action: TakeMoney, kind: pivot, rejects: [Declined]"),
        ["ship"],
    ),
    ("SG202", "a pivot beside a branch that can fail", flow(f"{SHIP}, after: []", f"{CHARGE}, after: []"), ["ship"]),
    ("SG202", "one finding for one effect, whatever can fail after it", flow(SHIP, RESERVE, CHARGE), ["ship"]),
    ("SG202", "an effect with a reason counts like a pivot", flow(SHIP_BY_REASON, CHARGE), ["ship"]),
    (
        "SG202",
        "a forgotten compensation makes no pivot",
        flow("step: a, participant: p, action: DoA", RESERVE, CHARGE, SHIP, MAIL),
        [],
    ),
    (
        "SG202",
        "an unexplained omission makes no pivot",
        flow("step: a, participant: p, action: DoA, no_compensation: todo", RESERVE, CHARGE, SHIP),
        [],
    ),
    (
        "SG202",
        "what comes after a pivot and cannot fail",
        flow(SHIP, "step: a, local: true, action: MarkIt, compensation: UnmarkIt"),
        [],
    ),
    (
        "SG202",
        "a technical failure after few tries is enough",
        flow(SHIP, "step: a, participant: p, action: DoA, retry: 5, compensation: UndoA"),
        ["ship"],
    ),
    (
        "SG202",
        "a step that is tried for ever does not fail",
        flow(SHIP, "step: a, participant: p, action: DoA, retry: forever, compensation: UndoA"),
        [],
    ),
    (
        "SG202",
        "retriable steps are judged by another rule",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, kind: retriable, rejects: [No]"),
        [],
    ),
    (
        "SG202",
        "waits after the pivot are judged by another rule",
        flow(CHARGE, SHIP, "step: w, wait: X, timeout: 3d"),
        [],
    ),
    (
        "SG202",
        "a failing wait beside the pivot",
        flow(CHARGE, f"{SHIP}, after: [charge]", "step: w, after: [charge], wait: X, timeout: 3d"),
        ["ship"],
    ),
    (
        "SG202",
        "a message that is the pivot",
        flow("step: m, participant: crm, action: SendMail, external: email, no_compensation: seen is seen", CHARGE),
        ["m"],
    ),
    ("SG202", "a message declared retriable before the pivot is told by its own rule", flow(MAIL, CHARGE, SHIP), []),
    ("SG202", "the first branch starts the pivot, the other may still fail", RACE, ["pp"]),
    ("SG202", "the pivot waits for both branches", RACE.replace("{any: [BbDone, CcDone]}", "[BbDone, CcDone]"), []),
    (
        "SG202",
        "branches of a choice do not race",
        RACE.replace("listens: AaDone, action: DoBb", "listens: AaDone, when: {c: one}, action: DoBb").replace(
            "listens: AaDone, action: DoCc", "listens: AaDone, when: {c: two}, action: DoCc"
        )
        + "input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n",
        [],
    ),
    (
        "SG202",
        "forgotten after a declared pivot is missing-compensation",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA"),
        [],
    ),
    (
        "SG202",
        "forgotten after a declared pivot, and it may say no",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, rejects: [Refused]"),
        ["ship"],
    ),
    (
        "SG202",
        "a check that may come before the pivot has ended",
        RACE.replace("{any: [BbDone, CcDone]}", "[BbDone, CcDone]")
        + "  - {step: look, participant: t, listens: {any: [PpDone, CcDone]}, action: CheckIt, kind: read-only, "
        "rejects: [No]}\n",
        ["pp"],
    ),
    (
        "SG202",
        "a retriable step that the pivot or another step starts",
        RACE.replace("{any: [BbDone, CcDone]}", "[BbDone, CcDone]")
        + "  - {step: tt, participant: t, listens: {any: [PpDone, CcDone]}, action: DoTt, kind: retriable, "
        "retry: forever}\n",
        ["tt"],
    ),
    (
        "SG203",
        "few tries and nowhere to go",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, kind: retriable, retry: 5"),
        ["a"],
    ),
    (
        "SG203",
        "inferred from a reason after the pivot",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, no_compensation: it must be done"),
        ["a"],
    ),
    (
        "SG203",
        "forgotten after the pivot is missing-compensation",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA"),
        [],
    ),
    (
        "SG203",
        "a rejection is none the better for a dead letter queue",
        flow(
            CHARGE,
            SHIP,
            "step: a, participant: p, action: DoA, kind: retriable, rejects: [No]",
            head="rollback: {dead_letter: q}\n",
        ),
        ["a"],
    ),
    (
        "SG203",
        "a local step is done or not",
        flow(CHARGE, SHIP, "step: a, local: true, action: MarkIt, kind: retriable"),
        [],
    ),
    (
        "SG204",
        "a negative answer",
        flow(CHARGE, SHIP, "step: w, wait: {decision: Accept, by: customer}, rejects: [Refused]"),
        ["w"],
    ),
    (
        "SG204",
        "a check that says no",
        flow(CHARGE, SHIP, "step: look, participant: p, action: CheckIt, kind: read-only, rejects: [No]"),
        ["look"],
    ),
    (
        "SG204",
        "a check that is only unreachable for a while",
        flow(CHARGE, SHIP, "step: look, participant: p, action: CheckIt, kind: read-only"),
        [],
    ),
    (
        "SG204",
        "a forgotten compensation makes no pivot",
        flow("step: a, participant: p, action: DoA", "step: w, wait: X, timeout: 3d", CHARGE),
        [],
    ),
    (
        "SG204",
        "a wait on another outcome than the pivot",
        flow(
            CHARGE,
            f"{SHIP}, when: {{c: one}}",
            "step: w, when: {c: two}, wait: X, timeout: 3d",
            head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    ("SG205", "a step that is only forgotten", flow(CHARGE, "step: a, participant: p, action: DoA"), []),
    (
        "SG205",
        "a declared pivot comes first",
        flow(CHARGE, SHIP, "step: a, participant: p, action: DoA, no_compensation: it must be done, retry: forever"),
        [],
    ),
    ("SG205", "where something fails later, point-of-no-return says it", flow(SHIP_BY_REASON, CHARGE), []),
    (
        "SG208",
        "a record marked as pending",
        flow(
            f"{RESERVE}, writes: stock",
            "step: w, wait: Paid",
            SHIP,
            head="resources: {stock: {countermeasure: semantic-lock}}\n",
        ),
        ["w"],
    ),
    (
        "SG208",
        "written again before the pivot, it is still pending",
        flow(
            f"{RESERVE}, writes: stock",
            "step: s, participant: inventory, action: SettleStock, writes: stock, compensation: UnsettleStock",
            "step: w, wait: Paid",
            SHIP,
            head="resources: {stock: {countermeasure: semantic-lock}}\n",
        ),
        ["w"],
    ),
    (
        "SG208",
        "settled by the pivot before the wait",
        flow(
            f"{RESERVE}, writes: stock",
            "step: s, participant: inventory, action: SettleStock, writes: stock, kind: pivot",
            "step: w, wait: Paid",
            head="resources: {stock: {countermeasure: semantic-lock}}\n",
        ),
        [],
    ),
    (
        "SG208",
        "settled after the pivot and before the wait",
        flow(
            f"{RESERVE}, writes: stock",
            SHIP,
            "step: s, participant: inventory, action: SettleStock, writes: stock, kind: retriable, retry: forever",
            "step: w, wait: Arrived",
            head="resources: {stock: {countermeasure: semantic-lock}}\n",
        ),
        [],
    ),
    (
        "SG208",
        "a write does not release a lock",
        flow(
            f"{RESERVE}, lock: stock, lock_ttl: 1h",
            "step: s, participant: inventory, action: SettleStock, writes: stock, kind: pivot",
            "step: w, wait: Arrived",
            head="resources: {stock: {}}\n",
        ),
        ["w"],
    ),
    ("SG208", "create order waits for nobody", FTGO_CREATE, []),
    ("SG208", "revise order settles both records", FTGO_REVISE, []),
    (
        "SG208",
        "released before the wait",
        flow(
            f"{RESERVE}, lock: stock, lock_ttl: 1h",
            "step: s, participant: inventory, action: FreeShelf, unlock: stock, kind: pivot",
            "step: w, wait: Paid",
            head="resources: {stock: {}}\n",
        ),
        [],
    ),
    (
        "SG208",
        "written with another countermeasure",
        flow(
            f"{RESERVE}, writes: stock, write_mode: add",
            "step: w, wait: Paid",
            SHIP,
            head="resources: {stock: {countermeasure: commutative}}\n",
        ),
        [],
    ),
    (
        "SG208",
        "the lock comes after the wait",
        flow("step: w, wait: Paid", f"{RESERVE}, lock: stock, lock_ttl: 1h", SHIP, head="resources: {stock: {}}\n"),
        [],
    ),
    (
        "SG208",
        "a person decides after the pivot",
        flow(CHARGE, SHIP, "step: w, wait: {decision: Accept, by: customer}, timeout: 3d, on_timeout: continue"),
        ["w"],
    ),
    (
        "SG209",
        "data forbid another order",
        flow(f"{SHIP}, output: {{parcel: string}}", f"{CHARGE}, input: {{parcel: steps.ship.output.parcel}}"),
        [],
    ),
    (
        "SG209",
        "two pivots that can be refused",
        flow(
            f"{SHIP}, rejects: [NoLorry]",
            "step: pay, participant: payment, action: TakeMoney, kind: pivot, rejects: [Declined]",
        ),
        [],
    ),
    (
        "SG210",
        "money comes in first",
        flow(
            f"{CHARGE}, external: money-in",
            "step: pay, participant: bank, action: PaySeller, external: money-out, kind: pivot",
        ),
        [],
    ),
    (
        "SG211",
        "a wait for a cancellation",
        flow(CHARGE, SHIP, "step: w, wait: OrderCancelled, timeout: 1d, on_timeout: continue"),
        ["w"],
    ),
    (
        "SG211",
        "an old contract is cancelled in the normal course",
        flow(CHARGE, SHIP, "step: c, participant: p, action: CancelOldContract, kind: retriable, retry: forever"),
        [],
    ),
]
