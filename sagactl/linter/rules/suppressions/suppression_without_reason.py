"""SG000 suppression-without-reason: a comment that suppresses a finding and does not say why.

In half a year nobody knows whether the finding was wrong, accepted for a while, or in the way. A suppression without a
reason suppresses nothing.

Source: the practice of code reviews.
Since: 0.1

Bad:
    saga: order
    steps:
      # sagactl: ignore[SG101]
      - step: charge-card
        participant: payment
        action: ChargeCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      # sagactl: ignore[SG101] until 2999-12-31: the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG000",
    name="suppression-without-reason",
    severity="error",
    why="A suppression without a reason outlives the reason.",
    about_suppressions=True,
)
