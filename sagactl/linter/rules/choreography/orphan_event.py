"""SG805 orphan-event: an event that is listened to and never published, or published and never heard.

A step that listens to an event nobody publishes never starts, and a compensation that does never undoes anything; most
often the name is misspelt. What comes from outside is listed in `starts_on` or is what a `wait` waits for. An event
that gets a name and that nobody hears is a warning: it is left over, or its listener has forgotten it. What others
outside listen to is listed in `ends_with`. When several definitions are linted together, an event of one may be heard
by another.

Source: dead letters and unrouted messages of message brokers; AsyncAPI, where every channel has a sender and a
receiver.
Since: 0.1
Fix: unsafe

Bad:
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
        publishes: {success: ItemsReserved}
      - step: ship-order
        participant: shipping
        listens: [ItemReserved]
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
        publishes: {success: ItemsReserved}
      - step: ship-order
        participant: shipping
        listens: [ItemsReserved]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.errors import nearest
from sagactl.finding import Fix, Put
from sagactl.linter.rule import Digest, Hit, Rule
from sagactl.linter.traffic import Loose, elsewhere, traffic_of

_MOST_KNOWN = 200
"""A name is compared with so many; a saga with more events gets no suggestion."""


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    published, heard = elsewhere(digests, "published"), elsewhere(digests, "heard")
    for digest in digests:
        for loose in digest.value.unpublished:
            if published[loose.event] <= {digest.saga}:
                yield _never_published(digest, loose)
        for loose in digest.value.unheard:
            if heard[loose.event] <= {digest.saga}:
                yield _never_heard(digest, loose)


def _never_published(digest: Digest, loose: Loose) -> Hit:
    known = digest.value.published
    meant = nearest(loose.event, known) if len(known) <= _MOST_KNOWN else None
    if not loose.step:
        return Hit(
            f"`ends_with` names `{loose.event}`, which nobody publishes",
            loose.place,
            help=f"did you mean `{meant}`?" if meant is not None else "remove it, or let a step publish it",
            note="Those outside who wait for this event never hear how a run ended.",
            severity="warning",
            fix=_meant(loose, meant),
            path=digest.path,
        )
    who = f"the compensation of `{loose.step}`" if loose.undo else f"`{loose.step}`"
    outside = f"if it comes from outside, write at the top:\n{_line('starts_on', digest.value.starts_on, loose)}"
    return Hit(
        f"{who} listens to `{loose.event}`, which nobody publishes",
        loose.place,
        loose.step,
        help=f"did you mean `{meant}`?" if meant is not None else outside,
        fix=_meant(loose, meant),
        path=digest.path,
    )


def _meant(loose: Loose, event: str | None) -> Fix | None:
    if event is None:
        return None
    return Fix(f"take `{event}`", safe=False, changes=(Put(loose.place.route, event),))


def _never_heard(digest: Digest, loose: Loose) -> Hit:
    if loose.step:
        message = f"nobody hears the event `{loose.event}` of `{loose.step}`"
        help = f"if somebody outside does, write at the top:\n{_line('ends_with', digest.value.ends_with, loose)}"
    else:
        message = f"`{digest.saga}` starts on `{loose.event}`, which no step hears"
        help = f"remove it, or let the first step hear it:\nlistens: [{loose.event}]"
    return Hit(
        message,
        loose.place,
        loose.step,
        help=help,
        note="Either it is left over, or whoever has to react to it does not.",
        severity="warning",
        path=digest.path,
    )


def _line(key: str, events: tuple[str, ...], loose: Loose) -> str:
    return f"{key}: [{', '.join((*events, loose.event))}]"


RULE = Rule(
    code="SG805",
    name="orphan-event",
    severity="error",
    why="What listens to it never starts: the run stands still, or what was done is never undone.",
    digest=traffic_of,
    check_all=check_all,
)
