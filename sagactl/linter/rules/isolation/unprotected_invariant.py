"""SG611 unprotected-invariant: a resource has an invariant, steps write it, and nothing says what keeps it.

A saga keeps an invariant at its end, not in between: two runs that each see it hold can break it together. Say which
countermeasure protects it, or lock it. One that is `strict` may not be broken for a moment; a pessimistic view makes
that rarer and does not rule it out.

Source: Richardson, Microservices Patterns, chapter 4; Azure Architecture Center, Saga pattern.
Since: 0.1

Bad:
    saga: order
    resources: {stock: {participant: inventory, invariant: Never less than zero pieces.}}
    steps:
      - step: take-items
        participant: inventory
        action: TakeItems
        writes: [stock]
        compensation: GiveItemsBack
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    resources: {stock: {participant: inventory, invariant: Never less than zero pieces., countermeasure: commutative}}
    steps:
      - step: take-items
        participant: inventory
        action: TakeItems
        writes: [stock]
        write_mode: add
        compensation: GiveItemsBack
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Place, Related
from sagactl.linter.resources import Use, conflicts, groups, uses
from sagactl.linter.rule import Digest, Hit, Rule

_WEAK = (None, "pessimistic-view")


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    told: set[tuple[str, str]] | None = None
    for group in groups(digests):
        declared = {use.countermeasure for _, use in group}
        for digest, use in group:
            if use.invariant is None or use.bare is None or declared - set(_WEAK):
                continue
            if use.countermeasure is not None and not use.strict:
                continue
            told = _told(digests) if told is None else told
            if (digest.path, use.resource) not in told:
                yield _hit(digest, use, use.invariant)


def _told(digests: Sequence[Digest]) -> set[tuple[str, str]]:
    """The files and resources of which another rule says already that nothing protects them."""
    return {
        (conflict.path, conflict.use.resource)
        for anomaly in ("lost-update", "dirty-read", "fuzzy-read")
        for conflict in conflicts(digests, anomaly)
    }


def _hit(digest: Digest, use: Use, invariant: Place) -> Hit:
    writer = use.bare
    weak = use.countermeasure is not None
    what = "a pessimistic view alone" if weak else "nothing"
    always = " at every moment" if use.strict else ""
    return Hit(
        f"the invariant of `{use.resource}` is to hold{always}, and {what} protects it while runs write it",
        invariant,
        writer.step if writer is not None else "",
        help="say what protects it:\ncountermeasure: semantic-lock",
        related=(Related(f"`{writer.step}` writes it", writer.place, digest.path),) if writer is not None else (),
        path=digest.path,
    )


RULE = Rule(
    code="SG611",
    name="unprotected-invariant",
    severity="info",
    why="Two runs that each see the invariant hold can break it together.",
    digest=uses,
    check_all=check_all,
    concerns="resources",
)
