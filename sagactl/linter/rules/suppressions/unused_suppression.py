"""SG991 unused-suppression: a comment that suppresses nothing any more.

The defect was mended and the comment stayed. It will hide the same defect when it comes back, so take it out.

Source: the unused suppressions of other linters.
Since: 0.1
Fix: safe

Bad:
    saga: order
    steps:
      # sagactl: ignore[SG101] the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard

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
    code="SG991",
    name="unused-suppression",
    severity="warning",
    why="A suppression that outlives its defect hides the defect when it comes back.",
    about_suppressions=True,
)
