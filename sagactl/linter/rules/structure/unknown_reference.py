"""SG003 unknown-reference: something is named that the definition does not declare, or a step names itself.

A step that waits for a step that does not exist would never start, and a participant that nobody declared has made no
promises. Steps, outcomes, participants, resources and data are declared before they are named. In a draft without
`participants` each one that a step names is taken to exist.

Source: the definition language.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: ship-order
        after: [reserve-item]
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: ship-order
        after: [reserve-items]
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG003",
    name="unknown-reference",
    severity="error",
    why="What is not declared does not exist when the run asks for it.",
    decides_validity=True,
)
