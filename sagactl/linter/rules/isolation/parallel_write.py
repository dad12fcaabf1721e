"""SG610 parallel-write: two steps that may run at the same time write the same data.

Which of the two is last is a matter of chance, and with `set` the last one wins: the same run ends now with one value
and now with the other. No countermeasure against other runs helps within one run. Let one step come after the other,
or let both write differences (`write_mode: add`) or entries (`append`), which come to the same in either order. Where
nothing says how the steps write, this is only pointed out.

Source: Bernstein, Analysis of programs for parallel processing, IEEE Transactions on Electronic Computers 15 (1966).
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    resources: {order: {participant: orders, countermeasure: semantic-lock}}
    steps:
      - step: reserve-items
        after: []
        participant: orders
        action: ReserveItems
        writes: [order]
        write_mode: set
        compensation: ReleaseItems
      - step: choose-courier
        after: []
        participant: orders
        action: ChooseCourier
        writes: [order]
        write_mode: set
        compensation: CancelCourier
      - step: ship-order
        after: [reserve-items, choose-courier]
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    resources: {order: {participant: orders, countermeasure: semantic-lock}}
    steps:
      - step: reserve-items
        participant: orders
        action: ReserveItems
        writes: [order]
        write_mode: set
        compensation: ReleaseItems
      - step: choose-courier
        participant: orders
        action: ChooseCourier
        writes: [order]
        write_mode: set
        compensation: CancelCourier
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.access import Access, commute
from sagactl.finding import Related
from sagactl.linter.remedies import behind, wait_for
from sagactl.linter.resources import Spot, spot
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources:
        for resource, accesses in facts.accesses.items():
            writes = [access for access in accesses if access.writes]
            for at, second in enumerate(writes):
                first = _rival(second, writes[:at], saga, facts)
                if first is not None:
                    yield _hit(resource, first, second, facts)


def _rival(access: Access, others: list[Access], saga: Saga, facts: Facts) -> Access | None:
    """Another write that may happen at the same time, and that does not come to the same in either order."""
    near = facts.meant.beside(access.step) & ~facts.locks.apart(access.step)
    if not near:
        return None
    believed = saga.resources[access.resource].countermeasure == "commutative"
    for other in others:
        if near >> other.step & 1:
            same = commute(other.mode, access.mode)
            if same is False or (same is None and not believed):
                return other
    return None


def _hit(resource: str, first: Access, second: Access, facts: Facts) -> Hit:
    one, other = spot(first, facts), spot(second, facts)
    unsaid = commute(first.mode, second.mode) is None
    return Hit(
        f"`{one.step}` and `{other.step}` may write `{resource}` at the same time"
        + ("; nothing says how they write" if unsaid else ", and the last one wins"),
        other.place,
        other.step,
        help=_help(one, other, facts),
        related=(Related(f"`{one.step}` writes it here", one.place),),
        severity="info" if unsaid else "warning",
        fix=wait_for(facts.meant[other.step], facts.meant[one.step], facts.meant),
    )


def _help(one: Spot, other: Spot, facts: Facts) -> str:
    step, first = facts.meant[other.step], facts.meant[one.step]
    if step.step.listens is not None:
        return f"let `{other.step}` listen to what comes of `{one.step}`"
    return f"let one come after the other; in `{other.step}`:{behind(step, 1 << first.index, facts.meant)}"


RULE = Rule(
    code="SG610",
    name="parallel-write",
    severity="warning",
    why="The run ends with the value of whichever answer happened to be the last.",
    check=check,
    concerns="resources",
)
