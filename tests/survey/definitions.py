"""Definitions for tests of reports: a draft with everything wrong, one that is broken, one with nothing left."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DRAFT: Final = """\
saga: trip
version: 2
description: Hold a room, charge the guest.
deadline: 15m
defaults: {timeout: 5s, retry: 3}
participants:
  hotel: {idempotency: key, remembers_failures: true}
  bank: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - step: hold-room
    participant: hotel
    action: HoldRoom
    rejects: [FullyBooked]
    compensation: ReleaseRoom
  - step: charge-guest  # sagactl: ignore[SG306] the bank is asked by hand
    participant: bank
    action: ChargeGuest
    rejects: [CardDeclined]
    kind: pivot
"""
"""Unsafe, with an obligation, warnings, and something accepted."""

BROKEN: Final = """\
saga: broken
steps:
  - step: pay
    participant: payment
    action: Pay
    compensation: Refund
  - step: ship
    participant: shipping
    action: Ship
    after: [pack]
    kind: pivot
"""

NOTHING: Final = "saga: ["

STEP: Final = "  - {{step: step-{n}, participant: service-{n}, action: Do{n}, rejects: [No], compensation: Undo{n}}}\n"


def chain(steps: int) -> str:
    """A saga of so many steps in a row."""
    head = f"saga: chain-{steps}\ndeadline: 2h\ndefaults: {{timeout: 5s, retry: 2}}\nsteps:\n"
    return head + "".join(STEP.format(n=n) for n in range(1, steps + 1))


def written(folder: Path, **texts: str) -> Path:
    """A folder with these definitions."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.saga.yaml").write_text(text, encoding="utf-8")
    return folder
