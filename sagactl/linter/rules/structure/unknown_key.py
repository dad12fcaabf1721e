"""SG001 unknown-key: a key that the language does not have.

A misspelt key would be read by nobody: the retry, the alert or the compensation that it was meant to state would
silently not hold. So every key that no command reads is refused, and the nearest known one is named.

Source: defects of public definitions whose readers drop unknown keys, among them the alert on a failed refund.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensaton: RefundCard

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG001",
    name="unknown-key",
    severity="error",
    why="Nothing reads an unknown key, so what it was meant to say silently does not hold.",
    decides_validity=True,
)
