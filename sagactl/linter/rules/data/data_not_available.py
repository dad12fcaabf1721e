"""SG701 data-not-available: a step takes a datum that some path to it does not bring.

The step that brings it comes later or at the same time, is skipped under some condition, is not waited for at a join by
"any", or gives no answer at all. On that path the input is empty: the call is refused, or worse, it is not. A choice
needs its data when the first step that depends on it is reached.

Source: Rapps and Weyuker, Selecting software test data using data flow information, IEEE Transactions on Software
Engineering 11 (1985), for definitions that reach a use on every path.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {reservation: steps.reserve-items.output.reservation_id}
        rejects: [CardDeclined]
        compensation: RefundCard
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        output: {reservation_id: string}
        compensation: ReleaseItems
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        output: {reservation_id: string}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        input: {reservation: steps.reserve-items.output.reservation_id}
        rejects: [CardDeclined]
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Place, Related
from sagactl.linter.data import Datum, Gap, gap
from sagactl.linter.remedies import behind, wait_for
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 5


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    missing: dict[tuple[str, int], list[tuple[Datum, Gap]]] = {}
    for datum in facts.data:
        found = gap(datum, facts) if datum.use != "undo" else None
        if found is not None:
            # What a choice lacks is told where it is needed first, what a step lacks all at once.
            owner = (datum.choice, -1) if datum.use == "when" else ("", datum.step)
            missing.setdefault(owner, []).append((datum, found))
    for each in missing.values():
        yield _hit(each, facts)


def _hit(missing: list[tuple[Datum, Gap]], facts: Facts) -> Hit:
    steps = facts.saga.steps
    datum, found = missing[0]
    step = steps[datum.step]
    sources = {(each.source, each.output): each for each, _ in missing}
    more = f" (and {len(sources) - 1} more)" if len(sources) > 1 else ""
    needs = (
        f"choice `{datum.choice}`, which `{step.id}` needs, asks for" if datum.use == "when" else f"`{step.id}` takes"
    )
    return Hit(
        f"{needs} `{datum.path}`{more}, and {found.reason}",
        datum.place,
        step.id,
        help=_help(datum, found, facts),
        related=tuple(
            Related(f"`{steps[source].id}` brings it", Place((*steps[source].route, "output", output), "key"))
            for source, output in islice(sources, _RELATED)
        ),
        fix=_fix(datum, found, facts) if len(sources) == 1 else None,
    )


def _help(datum: Datum, found: Gap, facts: Facts) -> str:
    step, source = facts.flow.steps[datum.step], facts.flow.steps[datum.source]
    match found.cause:
        case "own":
            return "take it from the input of the run, or from a step before this one"
        case "apart":
            return "take it from the input of the run, or from a step that is taken under the same conditions"
        case "unordered":
            return f"let `{step.id}` wait for it:{behind(step, 1 << source.index, facts.flow)}"
        case "unheard":
            return f"wait for the answer; in `{source.id}`:\nreply: true"
        case "given-up":
            return f"take `{step.id}` only where the answer came, or let the wait decide:\non_timeout: fail"
        case "skipped":
            when = {**step.step.when, **source.step.when}
            pairs = ", ".join(f"{choice}: {outcome}" for choice, outcome in when.items())
            return f"take `{step.id}` only where `{source.id}` is taken:\nwhen: {{{pairs}}}"


def _fix(datum: Datum, found: Gap, facts: Facts) -> Fix | None:
    """What lets it wait for the answer, where there is one way to do so."""
    step, source = facts.flow.steps[datum.step], facts.flow.steps[datum.source]
    if found.cause == "unordered":
        return wait_for(step, source, facts.flow)
    if found.cause == "unheard":
        return Fix("wait for the answer", safe=False, changes=(Drop((*source.step.route, "reply")),))
    return None


RULE = Rule(
    code="SG701",
    name="data-not-available",
    severity="error",
    why="On that path the datum is empty, and the step is called with a hole in its input.",
    check=check,
    concerns="outputs",
)
