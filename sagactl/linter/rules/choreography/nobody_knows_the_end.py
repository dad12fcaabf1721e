"""SG813 nobody-knows-the-end: no event tells those outside that a run is completed, or that it was given up.

No service sees the whole flow, so nobody can say how many runs are open, which are late and how they ended, unless the
last event of each way is made known. List those events in `ends_with`: the success of the last steps, or of the point
of no return, and what is published at the end of a rollback. An event that another definition of the run listens to is
known.

Source: Richardson, Microservices Patterns, chapter 4: nothing in a choreography says what state a saga is in; Azure
Architecture Center, Choreography pattern, on tracing the whole.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: ship-order
        participant: shipping
        listens: [ReserveItemsDone]
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: ship-order
        participant: shipping
        listens: [ReserveItemsDone]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Fix, Place, Put
from sagactl.linter.rule import Digest, Hit, Rule
from sagactl.linter.traffic import elsewhere, traffic_of


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    heard = elsewhere(digests, "heard")
    for digest in digests:
        untold = digest.value.untold
        completed = [event for event in untold.completed if heard[event] <= {digest.saga}]
        undone = [event for event in untold.undone if heard[event] <= {digest.saga}]
        # One listener to the way back is enough: it hears that the run was given up.
        if len(undone) < len(untold.undone):
            undone = []
        if completed or undone:
            yield _hit(digest, completed, undone)


def _hit(digest: Digest, completed: list[str], undone: list[str]) -> Hit:
    ends = [word for word, events in (("completed", completed), ("given up", undone)) if events]
    written = digest.value.ends_with
    told = list(dict.fromkeys((*written, *completed, *undone)))
    return Hit(
        f"no event tells those outside that a run of `{digest.saga}` is {' or '.join(ends)}",
        Place(("ends_with",) if written else ("saga",)),
        help=f"ends_with: [{', '.join(told)}]",
        fix=Fix("say that others hear it", safe=False, changes=(Put(("ends_with",), told),)),
        path=digest.path,
    )


RULE = Rule(
    code="SG813",
    name="nobody-knows-the-end",
    severity="warning",
    why="Runs that stand still look like runs that are done, until a customer asks.",
    digest=traffic_of,
    check_all=check_all,
)
