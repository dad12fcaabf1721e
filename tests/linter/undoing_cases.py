"""Cases for the rules on the order of undoing, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, SHIP, Case, flow

OPEN = "step: open, participant: p, action: Open, output: {id: string}, compensation: Close"
CARD = "step: card, participant: q, action: Order, compensation: {command: Cancel, input: {id: steps.open.output.id}}"
SET = "step: put, participant: p, action: SetX, writes: x, write_mode: set, compensation: SetBack"
ADD = "step: add, participant: p, action: AddX, writes: x, write_mode: add, compensation: TakeBack"
WRITE = "step: write, participant: p, action: WriteX, writes: x, compensation: UnwriteX"
LOCK = "step: lock, participant: p, action: LockX, lock: x, lock_ttl: 1d, compensation: UnlockX"
FREE = "step: free, participant: p, action: FreeX, unlock: x, kind: retriable, retry: forever"

TOGETHER = "rollback: {order: parallel}\n"
X = "resources: {x: {}}\n"
BOTH = TOGETHER + X
CHOICE = "input: {big: boolean}\nchoices: {size: {large: input.big, small: otherwise}}\n" + TOGETHER

HEARD = """
style: choreography
starts_on: [Placed]
steps:
  - {step: open, participant: p, listens: Placed, action: Open, output: {id: string},
     compensation: {command: Close, listens: EVENTS}}
  - {step: card, participant: q, listens: OpenDone, action: Order,
     compensation: {command: Cancel, listens: CARD, input: {id: steps.open.output.id}}}
  - {step: bag, participant: r, listens: CardDone, action: Pack, compensation: {command: Unpack, listens: ShipFailed}}
  - {step: ship, participant: s, listens: BagDone, action: Ship, rejects: [NoLorry], kind: pivot}
"""


def heard(open: str, card: str = "BagUndone") -> str:
    """A choreography in which two compensations say what they listen to."""
    return HEARD.replace("EVENTS", open).replace("CARD", card)


CASES: list[Case] = [
    ("SG110", "in reverse order", flow(OPEN, CARD, SHIP), []),
    ("SG110", "all at once", flow(OPEN, CARD, SHIP, head=TOGETHER), ["open"]),
    ("SG110", "all at once, with nothing in common", flow(OPEN, CHARGE, SHIP, head=TOGETHER), []),
    (
        "SG110",
        "nothing is taken away",
        flow(OPEN.replace(", compensation: Close", ", kind: read-only"), CARD, SHIP),
        [],
    ),
    ("SG110", "a lock under which others write", flow(LOCK, ADD, SHIP, FREE, head=BOTH), ["lock"]),
    ("SG110", "the same in reverse order", flow(LOCK, ADD, SHIP, FREE, head=X), []),
    ("SG110", "a lock of something else", flow(LOCK, CHARGE, SHIP, FREE, head=BOTH), []),
    ("SG110", "it hears that the card is cancelled", heard("CardUndone"), []),
    ("SG110", "it hears the failure at once", heard("ShipFailed"), ["open"]),
    ("SG110", "it hears of a step that waits for the card", heard("CardUndone", "ShipFailed"), []),
    ("SG110", "it hears of a step that does not wait for the card", heard("BagUndone"), ["open"]),
    ("SG110", "it hears either", heard("{any: [CardUndone, ShipFailed]}"), ["open"]),
    ("SG110", "it hears both", heard("[CardUndone, ShipFailed]"), []),
    (
        "SG110",
        "on outcomes that exclude each other",
        flow(
            f"{OPEN}, when: {{size: large}}",
            "step: other, participant: q, action: Order, when: {size: small}, compensation: Cancel",
            SHIP,
            head=CHOICE,
        ),
        [],
    ),
    ("SG111", "in reverse order", flow(SET, ADD, SHIP, head=X), []),
    ("SG111", "a value and a difference, all at once", flow(SET, ADD, SHIP, head=BOTH), ["put"]),
    ("SG111", "two differences", flow(ADD, ADD.replace("add,", "b,", 1), SHIP, head=BOTH), []),
    ("SG111", "nothing is said", flow(WRITE, ADD, SHIP, head=BOTH), ["write"]),
    (
        "SG111",
        "what is said to commute is believed",
        flow(WRITE, ADD, SHIP, head=TOGETHER + "resources: {x: {countermeasure: commutative}}\n"),
        [],
    ),
    ("SG111", "side by side is parallel-write", flow(f"{SET}, after: []", f"{ADD}, after: []", SHIP, head=BOTH), []),
    ("SG111", "what is written at the pivot is not undone", flow(SET, f"{SHIP}, writes: x", head=BOTH), []),
]
