"""SG111 parallel-undo-conflict: two compensations that may run at the same time write the same data.

Steps that come one after the other never write at the same time, and yet their compensations do when all of them start
at once (`rollback.order: parallel`), or when one listens to a failure without waiting for the other. Which value stays
is then a matter of chance. Undo in reverse order, or write differences that come to the same in either order. Steps
that run side by side already are a matter of parallel-write. Where nothing says how the steps write, this is only
pointed out.

Source: Camunda 8 docs, compensation events, whose handlers are started together; Bernstein, Analysis of programs for
parallel processing, 1966.
Since: 0.1

Bad:
    saga: order
    rollback: {order: parallel, dead_letter: undo-dlq}
    resources: {order: {participant: orders, countermeasure: semantic-lock}}
    steps:
      - step: price-order
        participant: orders
        action: PriceOrder
        writes: [order]
        write_mode: set
        compensation: RemovePrice
      - step: grant-rebate
        participant: orders
        action: GrantRebate
        writes: [order]
        write_mode: set
        compensation: WithdrawRebate
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    rollback: {order: reverse, dead_letter: undo-dlq}
    resources: {order: {participant: orders, countermeasure: semantic-lock}}
    steps:
      - step: price-order
        participant: orders
        action: PriceOrder
        writes: [order]
        write_mode: set
        compensation: RemovePrice
      - step: grant-rebate
        participant: orders
        action: GrantRebate
        writes: [order]
        write_mode: set
        compensation: WithdrawRebate
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.access import Access, commute
from sagactl.finding import Place, Related
from sagactl.flow import undone_event
from sagactl.linter.resources import spot
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources and facts.undone_early:
        for resource, accesses in facts.accesses.items():
            writes = [access for access in accesses if access.undone]
            pair = _pair(writes, saga.resources[resource].countermeasure == "commutative", facts)
            if pair is not None:
                yield _hit(resource, *pair, facts)


def _pair(writes: list[Access], believed: bool, facts: Facts) -> tuple[Access, Access] | None:
    """Two writes in their order whose compensations may meet and do not commute."""
    for early in writes:
        loose = facts.undone_early.get(early.step, 0)
        for late in writes if loose else ():
            if loose >> late.step & 1:
                same = commute(early.mode, late.mode)
                if same is False or (same is None and not believed):
                    return early, late
    return None


def _hit(resource: str, early: Access, late: Access, facts: Facts) -> Hit:
    one, other = facts.saga.steps[early.step], facts.saga.steps[late.step]
    first, second = one.compensation, other.compensation
    declared = first is not None and first.listens is not None
    unsaid = commute(early.mode, late.mode) is None
    return Hit(
        f"`{first.command if first else one.id}` and `{second.command if second else other.id}` may change "
        f"`{resource}` at the same time" + ("; nothing says how" if unsaid else ""),
        Place((*one.route, "compensation", "listens")) if declared else Place(("rollback", "order")),
        one.id,
        help=f"let it wait until the later step is undone:\nlistens: [{undone_event(other)}]"
        if declared
        else "undo one after the other:\nrollback: {order: reverse}",
        related=(
            Related(f"`{one.id}` writes it", spot(early, facts).place),
            Related(f"`{other.id}` writes it after that", spot(late, facts).place),
        ),
        severity="info" if unsaid else "warning",
    )


RULE = Rule(
    code="SG111",
    name="parallel-undo-conflict",
    severity="warning",
    why="Which value is left behind depends on which compensation happens to be the last.",
    check=check,
    concerns="resources",
)
