"""SG018 unreadable-file: the file is not YAML, not UTF-8, or holds something that no reader should follow.

A key that stands twice is refused too: most readers keep the last one in silence, so one of two compensations would be
gone. So are merge keys, custom tags, several documents in one file, nesting deeper than 64 levels and aliases that
grow beyond all bounds.

Source: YAML 1.2.2; well-known denial-of-service files for YAML readers.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
        compensation: VoidCard

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
    code="SG018",
    name="unreadable-file",
    severity="error",
    why="What cannot be read, or is read differently by each reader, is not what will run.",
    decides_validity=True,
)
