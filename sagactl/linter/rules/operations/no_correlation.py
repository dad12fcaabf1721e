"""SG508 no-correlation: a run waits for an event, and nothing says how the event finds the run.

By default messages carry the id of the run, which only those know who were sent it. An event that comes from elsewhere
(a parcel was delivered, a contract was signed) knows the number of the order or of the contract. Say which datum of the
input that is. A person's decision is asked for by the run, so it needs none; in a choreography every message does, and
no-correlation-key asks for it.

Source: Hohpe and Woolf, Enterprise Integration Patterns: Correlation Identifier.
Since: 0.1
Fix: unsafe

Bad:
    saga: contract
    input: {contract_id: string}
    steps:
      - step: send-contract
        participant: documents
        action: SendContract
        compensation: WithdrawContract
      - step: await-signature
        wait: ContractSigned
        timeout: 14d
      - step: pay-out
        participant: treasury
        action: PayOut
        kind: pivot

Good:
    saga: contract
    correlation: input.contract_id
    input: {contract_id: string}
    steps:
      - step: send-contract
        participant: documents
        action: SendContract
        compensation: WithdrawContract
      - step: await-signature
        wait: ContractSigned
        timeout: 14d
      - step: pay-out
        participant: treasury
        action: PayOut
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.correlation is None and not facts.choreographed:
        waiting = next((step for step in saga.steps if step.wait is not None and step.wait.event is not None), None)
        if waiting is not None and waiting.wait is not None:
            yield Hit(
                f"nothing says how `{waiting.wait.event}` finds the run of `{saga.id}` that waits for it",
                at_step(waiting.route, "wait"),
                waiting.id,
                help=f"correlation: input.{_key(saga) or '<the key that the event carries>'}",
                fix=_fix(_key(saga)),
            )


def _fix(key: str) -> Fix | None:
    return Fix(f"find it by `{key}`", safe=False, changes=(Put(("correlation",), f"input.{key}"),)) if key else None


def _key(saga: Saga) -> str:
    """The datum of the input that looks most like the key of the business, if one does."""
    ids = [name for name in saga.input if name.lower().endswith("id")]
    return ids[0] if ids else ""


RULE = Rule(
    code="SG508",
    name="no-correlation",
    severity="info",
    why="An event that nobody can match is dropped, and the run waits until its time is up.",
    check=check,
    concerns="waits",
)
