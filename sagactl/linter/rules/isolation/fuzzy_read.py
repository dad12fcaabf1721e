"""SG603 fuzzy-read: two steps of a run read the same data, and other runs change it in between.

The first step decides by one value and the second by another, so the run contradicts itself: the price that was shown
is not the one that is charged. Read once and pass the value on, or let the second step check that nothing has changed
and say so (`countermeasure: reread` or `version`).

Source: Frank and Zahle, Semantic ACID properties in multidatabases, 1998; Richardson, Microservices Patterns,
chapter 4.
Since: 0.1

Bad:
    saga: order
    resources: {price: {participant: catalogue}}
    steps:
      - step: quote-price
        participant: catalogue
        action: QuotePrice
        kind: read-only
        reads: [price]
      - step: print-offer
        participant: documents
        action: PrintOffer
        reads: [price]
        compensation: WithdrawOffer
      - step: mark-up
        participant: catalogue
        action: MarkUpPrice
        writes: [price]
        write_mode: add
        kind: pivot

Good:
    saga: order
    resources: {price: {participant: catalogue}}
    steps:
      - step: quote-price
        participant: catalogue
        action: QuotePrice
        kind: read-only
        reads: [price]
        output: {price: number}
      - step: print-offer
        participant: documents
        action: PrintOffer
        input: {price: steps.quote-price.output.price}
        compensation: WithdrawOffer
      - step: mark-up
        participant: catalogue
        action: MarkUpPrice
        writes: [price]
        write_mode: add
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Related
from sagactl.linter.resources import Conflict, Pair, conflicts, uses
from sagactl.linter.rule import Digest, Hit, Rule


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    for conflict in conflicts(digests, "fuzzy-read"):
        # Where the run overwrites what it has read, lost-update speaks, and its remedies help here too.
        if conflict.use.twice is not None and conflict.use.update is None:
            yield _hit(conflict, conflict.use.twice)


def _hit(conflict: Conflict, twice: Pair) -> Hit:
    resource, first, second = conflict.use.resource, twice.first.step, twice.second.step
    return Hit(
        f"`{second}` may read another `{resource}` than `{first}` did: {conflict.who} may write it in between",
        twice.second.place,
        second,
        help=f"let `{first}` pass on what it has read, or `{second}` check that it has not changed; in `{resource}`:\n"
        "countermeasure: reread",
        related=(Related(f"`{first}` reads it here", twice.first.place, conflict.path), *conflict.related),
        path=conflict.path,
    )


RULE = Rule(
    code="SG603",
    name="fuzzy-read",
    severity="warning",
    why="Two steps of one run decide by two different values, and the run contradicts itself.",
    digest=uses,
    check_all=check_all,
    concerns="resources",
)
