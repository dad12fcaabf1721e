"""SG993 expired-suppression: a suppression whose last day has passed.

`until` was the promise to mend the defect by that day. From then on the finding is reported again, together with this
one.

Source: the practice of time-limited exceptions in security scanners.
Since: 0.1

Bad:
    saga: order
    steps:
      # sagactl: ignore[SG101] until 2020-01-31: the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard

Good:
    saga: order
    steps:
      # sagactl: ignore[SG101] until 2999-12-31: the refund command is being built
      - step: charge-card
        participant: payment
        action: ChargeCard
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG993",
    name="expired-suppression",
    severity="warning",
    why="A defect that was accepted until a day is not accepted after it.",
    about_suppressions=True,
)
