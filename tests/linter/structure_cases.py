"""Cases for the rules on structure, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, Case, flow

CASES: list[Case] = [
    (
        "SG005",
        "an outcome after one that is always true",
        flow("step: a, when: {c: two}, wait: X", SHIP, head="choices: {c: {one: 1 == 1, two: otherwise}}\n"),
        ["a"],
    ),
    (
        "SG005",
        "the same question twice",
        flow(
            "step: a, when: {c: two}, wait: X",
            SHIP,
            head='input: {x: number}\nchoices: {c: {one: "input.x>1", two: input.x > 1, three: otherwise}}\n',
        ),
        ["a"],
    ),
    (
        "SG005",
        "a comparison of data is not constant",
        flow(
            "step: a, when: {c: one}, wait: X",
            SHIP,
            head="input: {x: number}\nchoices: {c: {one: input.x > 1, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG005",
        "a step after steps on other outcomes is reached, because a skipped one counts as settled",
        flow(
            "step: a, when: {c: one}, wait: X",
            "step: b, when: {c: two}, after: [a], wait: X",
            SHIP,
            head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG005",
        "an outcome that contradicts itself",
        flow(
            "step: a, when: {c: one}, wait: X",
            SHIP,
            head="input: {x: number}\nchoices: {c: {one: input.x > 5 && input.x < 3, two: otherwise}}\n",
        ),
        ["a"],
    ),
    (
        "SG005",
        "an outcome that a wider one before it covers",
        flow(
            "step: a, when: {c: two}, wait: X",
            "step: b, when: {c: three}, wait: Y",
            SHIP,
            head="input: {x: number}\n"
            "choices: {c: {one: input.x > 10, two: input.x > 100, three: input.x > 5, four: otherwise}}\n",
        ),
        ["a"],
    ),
    (
        "SG011",
        "what is no list is a matter of its type",
        flow(
            "step: a, for_each: input.x, participant: p, action: DoA, compensation: UndoA",
            SHIP,
            head="input: {x: number}\n",
        ),
        [],
    ),
    (
        "SG005",
        "a step that hears only steps that are skipped when it is due",
        "input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\nstyle: choreography\nstarts_on: [Go]\n"
        + flow(
            "step: a, when: {c: one}, listens: Go, participant: p, action: DoA, compensation: UndoA",
            "step: b, when: {c: two}, listens: {any: [ADone]}, participant: q, action: DoB, compensation: UndoB",
        ),
        ["b"],
    ),
    ("SG006", "the default order is no dependency of its own", flow(RESERVE, CHARGE, SHIP), []),
    (
        "SG006",
        "two branches",
        flow(f"{RESERVE}, after: []", f"{CHARGE}, after: []", f"{SHIP}, after: [reserve, charge]"),
        [],
    ),
    ("SG006", "by way of a third step", flow(RESERVE, CHARGE, SHIP, f"{MAIL}, after: [reserve, ship]"), ["mail"]),
    (
        "SG006",
        "beside a step that may be skipped it says what is waited for in any case",
        flow(
            RESERVE,
            f"{CHARGE}, when: {{c: one}}",
            f"{SHIP}, after: [reserve, charge]",
            head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG006",
        "by way of a join by any, which may not have waited for it",
        flow(
            f"{RESERVE}, after: []",
            f"{CHARGE}, after: []",
            f"{SHIP}, listens: {{any: [ReserveDone, ChargeDone]}}",
            f"{MAIL}, after: [reserve, ship]",
        ),
        [],
    ),
    (
        "SG007",
        "an outcome that is always true takes the rest",
        flow(f"{CHARGE}, when: {{c: one}}", head='choices: {c: {one: "true"}}\n'),
        [],
    ),
    ("SG009", "one step", flow(SHIP), [""]),
    ("SG009", "one participant", flow(CHARGE, "step: book, participant: payment, action: BookFee, kind: pivot"), [""]),
    (
        "SG009",
        "only local steps",
        flow(
            "step: a, local: true, action: DoA, compensation: UndoA", "step: b, local: true, action: DoB, kind: pivot"
        ),
        [""],
    ),
    ("SG009", "two participants whose stores are not stated", flow(CHARGE, SHIP), []),
    (
        "SG009",
        "two participants, one store not stated",
        flow(CHARGE, SHIP, head="participants: {payment: {store: db}, shipping: {}}\n"),
        [],
    ),
    (
        "SG009",
        "one participant, but the run waits in between",
        flow(CHARGE, "step: w, wait: Approved", "step: book, participant: payment, action: BookFee, kind: pivot"),
        [],
    ),
    (
        "SG009",
        "one participant, and people outside see an effect",
        flow(CHARGE, "step: book, participant: payment, action: BookFee, external: email, kind: pivot"),
        [],
    ),
    (
        "SG009",
        "one step, and a check that says no when it is done",
        flow(CHARGE, "step: look, participant: p, action: CheckIt, kind: read-only, rejects: [No]"),
        [],
    ),
    (
        "SG009",
        "one participant for each item",
        flow(f"{CHARGE}, for_each: input.i, max_items: 9", head="input: {i: array}\n"),
        [""],
    ),
    ("SG009", "one step and a nested saga", flow(CHARGE, "step: n, saga: other"), []),
    (
        "SG011",
        "the type of the list bounds it",
        flow(
            "step: a, for_each: input.items, participant: p, action: DoA, compensation: UndoA",
            head="input: {items: {type: array, maxItems: 5}}\n",
        ),
        [],
    ),
    ("SG013", "steps that do not say what data they take", flow(CHARGE, SHIP, head="input: {order_id: string}\n"), []),
    (
        "SG013",
        "an input that no step reads",
        flow(f"{CHARGE}, input: {{id: input.a}}", f"{SHIP}, input: {{}}", head="input: {a: string, b: string}\n"),
        [""],
    ),
    (
        "SG013",
        "inputs of keys, choices, lists and nested data count as used",
        flow(
            "step: x, for_each: input.b, max_items: 2, participant: p, action: DoX, key: '{saga_id}:{input.a}', "
            "input: {deep: [{id: input.c}]}, compensation: UndoX",
            f"{SHIP}, when: {{c: one}}, input: {{}}",
            head="input: {a: string, b: array, c: string, d: boolean}\n"
            "choices: {c: {one: '!(input.d)', two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG013",
        "a default that everybody overrides",
        flow(f"{SHIP}, timeout: 3s", head="defaults: {timeout: 5s}\n"),
        [""],
    ),
    (
        "SG013",
        "a retry that inherits one field",
        flow(f"{SHIP}, retry: 3", head="defaults: {retry: {attempts: 2, max: 1m}}\n"),
        [],
    ),
    (
        "SG013",
        "a resource that is only locked is used",
        flow(f"{RESERVE}, lock: stock, lock_ttl: 1h", SHIP, head="resources: {stock: {}}\n"),
        [],
    ),
    (
        "SG014",
        "undo and its action are sentences",
        flow("step: a, participant: p, action: BeginRevise, compensation: UndoBeginRevise", SHIP),
        [],
    ),
    (
        "SG014",
        "the bare name of the participant",
        flow("step: a, participant: payment, action: Payment, compensation: PaymentCompensation", SHIP),
        ["a", "a"],
    ),
    (
        "SG015",
        "a forgotten compensation makes no pivot",
        flow(
            "step: a, participant: p, action: DoA",
            "step: b, participant: p, action: DoB, kind: pivot",
        ),
        [],
    ),
    (
        "SG015",
        "kinds differ",
        flow(
            "step: a, participant: p, action: CheckA, kind: read-only",
            "step: b, participant: p, action: DoB, compensation: UndoB",
            SHIP,
        ),
        [],
    ),
    (
        "SG015",
        "a step in between",
        flow(
            "step: a, participant: p, action: DoA, compensation: UndoA",
            CHARGE,
            "step: b, participant: p, action: DoB, compensation: UndoB",
        ),
        [],
    ),
    (
        "SG015",
        "another step needs the first one",
        flow(
            "step: a, participant: p, action: DoA, compensation: UndoA",
            "step: b, participant: p, action: DoB, compensation: UndoB",
            f"{CHARGE}, after: [a]",
        ),
        [],
    ),
]
