"""SG008 bad-expression: a predicate, a path or a key template that cannot be read.

A choice that cannot be evaluated stops the run at the moment when it has to go one way or the other. Predicates are a
small subset of CEL; paths are `input.<name>` and `steps.<step>.output.<name>`; keys take their variables in braces.

Source: the Common Expression Language, https://github.com/google/cel-spec
Since: 0.1

Bad:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total => 1000, small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total >= 1000, small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG008",
    name="bad-expression",
    severity="error",
    why="An expression that cannot be evaluated stops the run where it has to go one way or the other.",
    decides_validity=True,
)
