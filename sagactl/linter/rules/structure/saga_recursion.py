"""SG010 saga-recursion: a saga that runs itself as one of its steps, directly or by way of another saga.

Every run would start another run before it ends, so none ever ends. To try again use `rollback: {then: restart}` with
`max_restarts`; to repeat a step for each item use `for_each`.

Source: the recursion check of Seata's state machine designer.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: order-the-rest
        saga: order

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: order-the-rest
        saga: back-order
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG010",
    name="saga-recursion",
    severity="error",
    why="A saga that runs itself starts a new run before it ends, so no run ever ends.",
    decides_validity=True,
)
