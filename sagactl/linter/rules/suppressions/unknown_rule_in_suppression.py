"""SG992 unknown-rule-in-suppression: a comment that names no rule, or one that does not exist.

It suppresses nothing, although its author believes that it does.

Source: the practice of other linters.
Since: 0.1

Bad:
    saga: order
    steps:
      # sagactl: ignore[missing-compensations] the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard

Good:
    saga: order
    steps:
      # sagactl: ignore[missing-compensation] the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG992",
    name="unknown-rule-in-suppression",
    severity="error",
    why="A suppression of an unknown rule suppresses nothing, although its author believes that it does.",
    about_suppressions=True,
)
