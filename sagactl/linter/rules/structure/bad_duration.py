"""SG016 bad-duration: a duration without a unit, or in a form that means something else elsewhere.

Is `timeout: 30` thirty seconds or thirty milliseconds, and `1:30` a minute and a half or an hour and a half? YAML 1.1
even reads the latter as the number 90. A duration is a number and one of `ms`, `s`, `m`, `h`, `d`, or ISO 8601.

Source: the definition language; https://yaml.org/type/int.html for sexagesimal numbers.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    deadline: 1:30
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
        timeout: 30

Good:
    saga: order
    deadline: 90m
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
        timeout: 30s
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG016",
    name="bad-duration",
    severity="error",
    why="A duration that two readers read differently is a timeout that is wrong by a factor of a thousand.",
    decides_validity=True,
)
