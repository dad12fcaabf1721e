"""Cases for the rules on failing compensations and on operations, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, FTGO_CREATE, RESERVE, SHIP, Case, flow

NAMES = "step: a, participant: p, action: DoA, input: {{{}}}, kind: pivot"


def named(*names: str) -> str:
    """A saga whose input has these names."""
    return flow(SHIP, head=f"input: {{{', '.join(f'{name}: string' for name in names)}}}\n")


CASES: list[Case] = [
    # -- SG501 no-dead-letter
    ("SG501", "a draft gets one finding", flow(RESERVE, CHARGE, SHIP), ["reserve"]),
    ("SG501", "a queue for all", FTGO_CREATE, []),
    ("SG501", "nothing to undo", flow(SHIP), []),
    ("SG501", "never given up", flow(CHARGE, head="rollback: {retry: forever}\n"), []),
    (
        "SG501",
        "undone with the saga's own state",
        flow("step: a, local: true, action: OpenIt, compensation: CloseIt"),
        [],
    ),
    ("SG501", "ignored is another rule's", flow(CHARGE, head="rollback: {on_failure: ignore}\n"), []),
    # -- SG502 ignored-undo-failure
    ("SG502", "nothing to undo", flow(SHIP, head="rollback: {on_failure: ignore}\n"), []),
    (
        "SG502",
        "an undo that nobody hears of",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, reply: false}", SHIP),
        ["a"],
    ),
    # -- SG503 stops-at-first-failure
    ("SG503", "nothing else to undo", flow(CHARGE, SHIP, head="rollback: {on_failure: stop}\n"), []),
    (
        "SG503",
        "steps that exclude each other",
        flow(
            f"{RESERVE}, when: {{c: one}}",
            f"{CHARGE}, when: {{c: two}}",
            head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\nrollback: {on_failure: stop}\n",
        ),
        [],
    ),
    (
        "SG503",
        "an undo that is never given up stops nothing",
        flow(RESERVE, CHARGE, head="rollback: {on_failure: stop, retry: forever}\n"),
        [],
    ),
    (
        "SG503",
        "side by side",
        flow(f"{RESERVE}, after: []", f"{CHARGE}, after: []", head="rollback: {on_failure: stop}\n"),
        [""],
    ),
    # -- SG505 nobody-notices, SG510 no-owner
    ("SG505", "an owner is enough", flow(SHIP, head="owner: team\n"), []),
    ("SG505", "an alert is enough", flow(SHIP, head="rollback: {alert: team}\n"), []),
    ("SG505", "a time is enough", flow(SHIP, head="limits: {stuck_after: 1h}\n"), []),
    ("SG505", "an undo without an end is told by another rule", flow(CHARGE, head="rollback: {retry: forever}\n"), []),
    ("SG510", "nobody at all is told by another rule", flow(SHIP), []),
    ("SG510", "an alert is no owner", flow(SHIP, head="rollback: {alert: team}\n"), [""]),
    # -- SG508 no-correlation
    ("SG508", "a person is asked by the run", flow("step: w, wait: {decision: Approve, by: boss}", SHIP), []),
    ("SG508", "a choreography is another rule's", flow("step: w, wait: Paid", SHIP, head="style: choreography\n"), []),
    ("SG508", "one finding for all waits", flow("step: w, wait: Paid", "step: v, wait: Came", SHIP), ["w"]),
    (
        "SG508",
        "a key",
        flow("step: w, wait: Paid", SHIP, head="input: {order_id: string}\ncorrelation: input.order_id\n"),
        [],
    ),
    # -- SG509 secret-in-state
    ("SG509", "secrets in every style", named("password", "apiKey", "CLIENT_SECRET", "card_number", "cvv"), [""] * 5),
    (
        "SG509",
        "what only refers to one",
        named("password_hash", "secret_id", "token_count", "payment_token", "card_token", "cvv_checked", "key"),
        [],
    ),
    ("SG509", "personal but not secret", named("iban", "email", "account_number", "birthday"), []),
    ("SG509", "words that only contain one", named("company", "pancake", "panel", "pint", "spinach", "secretary"), []),
    ("SG509", "whole names", named("token", "pan", "pin"), [""] * 3),
    (
        "SG509",
        "told once, where it enters",
        flow(NAMES.format("password: input.password"), head="input: {password: string}\n"),
        [""],
    ),
    ("SG509", "deep in the data of a command", flow(NAMES.format("auth: [{user: me, password: x}]")), ["a"]),
    ("SG509", "an answer", flow(f"{SHIP}, output: {{access_token: string}}"), ["ship"]),
    (
        "SG509",
        "the data of a compensation",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, input: {api_key: x}}"),
        ["a"],
    ),
    (
        "SG509",
        "a property of an object",
        flow(SHIP, head="input: {card: {type: object, properties: {holder: {type: string}, cvc: {type: string}}}}\n"),
        [""],
    ),
]
