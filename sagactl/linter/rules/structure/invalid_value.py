"""SG019 invalid-value: a value of the wrong type, an unknown word, a number out of range, or two keys that clash.

The value is not used, so what the author meant does not hold. The finding lists what is allowed and names the word
that comes nearest.

Source: the definition language.
Since: 0.1
Fix: safe, unsafe

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivotal

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
    code="SG019",
    name="invalid-value",
    severity="error",
    why="A value outside the language means nothing to the commands that read it.",
    decides_validity=True,
)
