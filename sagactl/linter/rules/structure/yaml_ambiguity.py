"""SG017 yaml-ambiguity: a scalar that is not what it looks like, or that YAML 1.1 and 1.2 read differently.

`owner: 007` is a number and not a name; `jitter: on` is true for one reader and text for another. Quote what is meant
as text; write `true` and `false`. A plain `no` where text belongs is only pointed out, because this language reads it
as text.

Source: YAML 1.2.2, section 10.3.2; https://yaml.org/type/bool.html
Since: 0.1
Fix: safe

Bad:
    saga: order
    owner: 007
    defaults:
      retry: {attempts: 3, jitter: on}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    owner: "007"
    defaults:
      retry: {attempts: 3, jitter: true}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG017",
    name="yaml-ambiguity",
    severity="error",
    why="Tools that read the file with another version of YAML act on another value.",
    decides_validity=True,
)
