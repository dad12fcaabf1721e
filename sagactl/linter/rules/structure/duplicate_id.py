"""SG002 duplicate-id: two steps with one id.

Ids name steps in `after`, in idempotency keys and in dead letters. Two steps of one name share their key, so the
participant takes the second for a repetition of the first and does nothing.

Source: the definition language.
Since: 0.1

Bad:
    saga: transfer
    steps:
      - step: move-money
        participant: bank
        action: DebitAccount
        compensation: CreditBack
      - step: move-money
        participant: other-bank
        action: CreditAccount
        kind: pivot

Good:
    saga: transfer
    steps:
      - step: debit
        participant: bank
        action: DebitAccount
        compensation: CreditBack
      - step: credit
        participant: other-bank
        action: CreditAccount
        kind: pivot
"""

from sagactl.linter.rule import Rule

RULE = Rule(
    code="SG002",
    name="duplicate-id",
    severity="error",
    why="Two steps of one name share idempotency key and dead letters, so one of them is taken for the other.",
    decides_validity=True,
)
