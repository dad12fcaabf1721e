"""SG602 dirty-read: a step reads what another run has written and may still undo.

What a run writes is seen by all at once, long before the run is sure to go forward. Who reads it in between decides by
a value that will never have been: an order is refused because of a reservation that is released, a limit is granted
because of a payment that is refunded. Mark the record as pending and let readers respect that, hold its lock until the
pivot, or order the steps so that a reader sees too little and never too much.

Source: Frank and Zahle, Semantic ACID properties in multidatabases, 1998; Richardson, Microservices Patterns,
chapter 4.
Since: 0.1

Bad:
    saga: order
    resources: {credit: {participant: accounts, countermeasure: commutative}}
    steps:
      - step: check-credit
        participant: accounts
        action: CheckCredit
        kind: read-only
        rejects: [CreditExceeded]
        reads: [credit]
      - step: use-credit
        participant: accounts
        action: UseCredit
        writes: [credit]
        write_mode: add
        compensation: GiveCreditBack
      - step: ship-order
        participant: shipping
        action: ShipOrder
        rejects: [AddressUnknown]
        kind: pivot

Good:
    saga: order
    resources: {credit: {participant: accounts, countermeasure: semantic-lock}}
    steps:
      - step: check-credit
        participant: accounts
        action: CheckCredit
        kind: read-only
        rejects: [CreditExceeded]
        reads: [credit]
      - step: use-credit
        participant: accounts
        action: UseCredit
        writes: [credit]
        write_mode: add
        compensation: GiveCreditBack
      - step: ship-order
        participant: shipping
        action: ShipOrder
        rejects: [AddressUnknown]
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Related
from sagactl.linter.resources import Conflict, Spot, conflicts, uses
from sagactl.linter.rule import Digest, Hit, Rule


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    for conflict in conflicts(digests, "dirty-read"):
        if conflict.use.read is not None:
            yield _hit(conflict, conflict.use.read)


def _hit(conflict: Conflict, read: Spot) -> Hit:
    resource, undone = conflict.use.resource, conflict.use.undone
    own = (Related(f"`{undone.step}` writes it, and may be undone", undone.place, conflict.path),) if undone else ()
    return Hit(
        f"`{read.step}` may read from `{resource}` what {conflict.who} has written and will undo",
        read.place,
        read.step,
        help=f"mark what is pending, and let readers respect it; in `{resource}`:\ncountermeasure: semantic-lock",
        related=(own if conflict.own else ()) + conflict.related,
        path=conflict.path,
    )


RULE = Rule(
    code="SG602",
    name="dirty-read",
    severity="warning",
    why="The run decides by a value that, once the other run has gone back, was never true.",
    digest=uses,
    check_all=check_all,
    concerns="resources",
)
