"""SG020 missing-key: something necessary is not written.

A step without an action, a wait or a nested saga does nothing; an action without a participant is sent to nobody; a
key that only makes sense beside another one says nothing alone.

Source: the definition language.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG020",
    name="missing-key",
    severity="error",
    why="A step that lacks what it needs cannot be carried out.",
    decides_validity=True,
)
