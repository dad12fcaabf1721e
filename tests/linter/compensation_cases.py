"""Cases for the rules on compensation, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, FTGO_CREATE, MAIL, RESERVE, SHIP, SHIP_BY_REASON, Case, flow

CASES: list[Case] = [
    ("SG101", "after a declared pivot too", flow(SHIP, "step: mail, participant: crm, action: TellCustomer"), ["mail"]),
    ("SG101", "a reason is enough for this rule", flow(CHARGE, SHIP_BY_REASON), []),
    ("SG101", "a declared pivot, a retriable and a read-only step need none", FTGO_CREATE, []),
    ("SG101", "a local step is not excused", flow("step: a, local: true, action: OpenOrder", SHIP), ["a"]),
    ("SG101", "waits and nested sagas have none", flow("step: w, wait: Paid", "step: n, saga: other", SHIP), []),
    (
        "SG103",
        "the step's own outcome may be unknown",
        flow(RESERVE, "step: last, participant: p, action: DoIt, compensation: UndoIt"),
        [],
    ),
    (
        "SG103",
        "a local step at the end",
        flow(RESERVE, "step: last, local: true, action: MarkDone, compensation: MarkOpen"),
        ["last"],
    ),
    (
        "SG103",
        "a cancellation may still strike",
        flow(
            "step: a, local: true, action: OpenIt, compensation: CloseIt",
            "step: b, local: true, action: MarkDone, kind: retriable",
        ),
        [],
    ),
    ("SG104", "a placeholder", flow(CHARGE, "step: a, participant: p, action: DoA, no_compensation: N/A"), ["a"]),
    (
        "SG104",
        "true says no more than nothing",
        flow(CHARGE, "step: a, participant: p, action: DoA, no_compensation: true"),
        ["a"],
    ),
    ("SG104", "the reason is optional beside a declared pivot", flow(CHARGE, f"{SHIP}, no_compensation: true"), []),
    (
        "SG104",
        "a reason that begins with no",
        flow(CHARGE, "step: a, participant: p, action: DoA, no_compensation: No one can unsend it"),
        [],
    ),
    (
        "SG105",
        "two participants on one store",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: q}",
            SHIP,
            head="participants: {p: {store: db}, q: {store: db}, shipping: {}}\n",
        ),
        [],
    ),
    (
        "SG105",
        "the same participant named in full",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: p}", SHIP),
        [],
    ),
    (
        "SG106",
        "the action itself",
        flow("step: a, participant: p, action: SetFlag, compensation: SetFlag", SHIP),
        ["a"],
    ),
    (
        "SG106",
        "one command for both ways, the input says which",
        flow(
            "step: a, participant: p, action: SetFlag, input: {to: 1}, "
            "compensation: {command: SetFlag, input: {to: 0}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG106",
        "the same name at another participant",
        flow(
            "step: a, participant: p, action: OpenIt, compensation: Cancel1",
            "step: b, participant: q, action: BookIt, compensation: Cancel1",
            SHIP,
        ),
        [],
    ),
    (
        "SG106",
        "one kind of work twice",
        flow(
            "step: a, participant: p, action: HoldRoom, compensation: FreeRoom",
            "step: b, participant: p, action: HoldRoom, compensation: FreeRoom",
            SHIP,
        ),
        [],
    ),
    (
        "SG106",
        "another step's compensation with other data",
        flow(
            "step: a, participant: p, action: HoldA, compensation: {command: Free, input: {id: 1}}",
            "step: b, participant: p, action: HoldB, compensation: {command: Free, input: {id: 2}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG106",
        "steps that exclude each other",
        flow(
            "step: a, when: {c: one}, participant: p, action: HoldA, compensation: Free",
            "step: b, when: {c: two}, participant: p, action: HoldB, compensation: Free",
            SHIP,
            head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG107",
        "nobody else writes it",
        flow(f"{RESERVE}, writes: stock, write_mode: set", SHIP, head="resources: {stock: {}}\n"),
        [],
    ),
    (
        "SG109",
        "with a fallback",
        flow(
            "step: a, participant: p, action: DoA, "
            "compensation: {command: UndoA, rejects: [No], fallback: {command: Voucher}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG112",
        "one item only",
        flow(
            CHARGE,
            "step: a, for_each: input.i, max_items: 1, participant: p, action: DoA, kind: pivot",
            head="input: {i: array}\n",
        ),
        [],
    ),
    (
        "SG112",
        "items that are tried until they are done",
        flow(
            CHARGE,
            "step: a, for_each: input.i, max_items: 9, participant: p, action: DoA, kind: pivot, retry: forever",
            head="input: {i: array}\n",
        ),
        [],
    ),
    (
        "SG112",
        "a missing compensation is told once",
        flow("step: a, for_each: input.i, max_items: 9, participant: p, action: DoA", SHIP, head="input: {i: array}\n"),
        [],
    ),
    (
        "SG117",
        "the name says it",
        flow("step: a, participant: p, action: NotifyCustomer, no_compensation: seen is seen", CHARGE),
        ["a"],
    ),
    (
        "SG117",
        "declared retriable, but before the pivot",
        flow(f"{MAIL}", CHARGE, SHIP),
        ["mail"],
    ),
    (
        "SG117",
        "what comes later is only taken for retriable",
        flow(
            "step: a, participant: p, action: NotifyCustomer, no_compensation: seen is seen",
            "step: pay, participant: q, action: TakeMoney, rejects: [Declined], no_compensation: final",
        ),
        ["a"],
    ),
    (
        "SG117",
        "only retriable steps follow",
        flow(
            "step: a, participant: p, action: NotifyCustomer, no_compensation: seen is seen",
            "step: b, participant: q, action: DoB, kind: retriable, retry: 5",
        ),
        [],
    ),
    ("SG117", "a wait tells nobody", flow("step: w, wait: Mailed, external: email", CHARGE), []),
    (
        "SG117",
        "money that is sent is no message",
        flow("step: a, participant: p, action: SendMoney, compensation: GetMoneyBack", CHARGE),
        [],
    ),
    ("SG117", "after the pivot", flow(CHARGE, SHIP, MAIL), []),
    (
        "SG117",
        "last, and nothing can fail any more",
        flow(CHARGE, "step: a, participant: crm, action: SendMail, external: email, kind: pivot"),
        [],
    ),
    (
        "SG119",
        "words that only begin like one of them",
        flow(
            "step: a, participant: p, action: LogIn, compensation: LogoutUser",
            "step: b, participant: q, action: OpenIt, compensation: NonePaidYet",
            SHIP,
        ),
        [],
    ),
    (
        "SG118",
        "money is moved before the goods are reserved",
        flow("step: pay, participant: p, action: Pay, external: money-in, compensation: PayBack", RESERVE, SHIP),
        ["reserve"],
    ),
    (
        "SG118",
        "the reservation needs what the payment brings",
        flow(
            "step: pay, participant: p, action: Pay, external: money-in, output: {id: string}, compensation: PayBack",
            f"{RESERVE}, input: {{payment: steps.pay.output.id}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG118",
        "one payment after the other",
        flow(
            "step: pay, participant: p, action: Pay, external: money-in, compensation: PayBack",
            f"{CHARGE}, external: money-in",
            SHIP,
        ),
        [],
    ),
    (
        "SG118",
        "the pivot comes last",
        flow(
            "step: pay, participant: p, action: Pay, external: money-in, compensation: PayBack",
            f"{SHIP}, rejects: [NoLorry]",
        ),
        [],
    ),
    (
        "SG119",
        "what only takes time",
        flow(
            "step: a, participant: p, action: DoA, compensation: WaitAMoment",
            "step: b, participant: q, action: DoB, compensation: ReportCompensated",
            "step: c, participant: r, action: DoC, compensation: ReportRefund",
            SHIP,
        ),
        ["a", "b"],
    ),
    (
        "SG119",
        "snake case",
        flow(
            "step: a, participant: p, action: DoA, compensation: no_op",
            "step: b, participant: q, action: DoB, compensation: log_failure",
            SHIP,
        ),
        ["a", "b"],
    ),
    (
        "SG120",
        "for ever is most",
        flow("step: a, participant: p, action: DoA, retry: forever, compensation: UndoA", SHIP),
        ["a"],
    ),
    ("SG120", "both inherit the same", flow(CHARGE, SHIP, head="defaults: {retry: 5}\n"), []),
    (
        "SG120",
        "as many tries in a shorter time",
        flow(
            "step: a, participant: p, action: DoA, retry: {attempts: 5, initial: 10s, max: 1m}, "
            "compensation: {command: UndoA, retry: {attempts: 5, initial: 1s}}",
            SHIP,
        ),
        ["a"],
    ),
    (
        "SG120",
        "one finding for all that inherit",
        flow(f"{RESERVE}, retry: 4", f"{CHARGE}, retry: 4", SHIP, head="rollback: {retry: 2}\n"),
        ["reserve"],
    ),
    (
        "SG120",
        "a local step has no tries",
        flow("step: a, local: true, action: OpenIt, compensation: CloseIt", CHARGE, SHIP),
        [],
    ),
    (
        "SG121",
        "a fallback that is the compensation",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, fallback: {command: UndoA}}", SHIP),
        ["a"],
    ),
    (
        "SG121",
        "compensations that start each other",
        "style: choreography\nstarts_on: [Go]\n"
        + flow(
            "step: a, listens: Go, participant: p, action: DoA, compensation: {command: UndoA, listens: BUndone}",
            "step: b, listens: ADone, participant: q, action: DoB, "
            "compensation: {command: UndoB, listens: {any: [AUndone, CFailed]}}",
            "step: c, listens: BDone, participant: r, action: DoC, kind: pivot",
        ),
        ["a"],
    ),
    (
        "SG121",
        "a chain back to the start is no circle",
        "style: choreography\nstarts_on: [Go]\n"
        + flow(
            "step: a, listens: Go, participant: p, action: DoA, compensation: {command: UndoA, listens: BUndone}",
            "step: b, listens: ADone, participant: q, action: DoB, compensation: {command: UndoB, listens: CFailed}",
            "step: c, listens: BDone, participant: r, action: DoC, kind: pivot",
        ),
        [],
    ),
]
