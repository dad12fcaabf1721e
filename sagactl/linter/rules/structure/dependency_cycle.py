"""SG004 dependency-cycle: steps wait for each other, directly or by way of others.

None of them would ever start, and neither would anything after them. The finding prints the whole cycle; one of its
dependencies is wrong.

Source: the definition language.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: reserve-items
        after: [charge-card]
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        after: [reserve-items]
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        after: [reserve-items]
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG004",
    name="dependency-cycle",
    severity="error",
    why="Steps that wait for each other never start.",
    decides_validity=True,
)
