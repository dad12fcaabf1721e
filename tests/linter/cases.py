"""What the tables of cases are written in: definitions from one line per step, and what the rules say of them."""

from __future__ import annotations

from sagactl.finding import Finding
from sagactl.linter.lint import check as run_rules
from sagactl.linter.registry import all_rules
from sagactl.model import Saga
from sagactl.source.build import read

Case = tuple[str, str, str, list[str]]
"""The code of a rule, what the case is about, the definition, and the steps at which the rule fires."""

OURS = ("SG0", "SG1", "SG2", "SG3", "SG4", "SG5", "SG6", "SG7", "SG8")

SHAPE = ("SG0", "SG1", "SG2", "SG3", "SG8")
"""What a flow without times and without anybody who answers for it can be judged by."""


def whole(text: str) -> str:
    """A whole definition; steps alone are enough."""
    return text if text.lstrip().startswith("saga:") else f"saga: example\n{text}"


def load(text: str) -> Saga:
    """The saga of a definition that must be valid; steps alone are enough."""
    reading = read(whole(text).encode(), "a case")
    assert reading.valid, reading.findings
    assert reading.saga is not None
    return reading.saga


def findings(text: str, *others: str) -> list[Finding]:
    """All that the rules of these areas say, those included that are off by default."""
    sagas = {saga.id: saga for saga in map(load, others)}
    return [finding for finding in run_rules(load(text), all_rules(), sagas) if finding.code.startswith(OURS)]


def steps_found(code: str, text: str, *others: str) -> list[str]:
    """The steps at which a rule fires; an empty id for a finding about the whole saga."""
    return [finding.step for finding in findings(text, *others) if finding.code == code]


def flow(*lines: str, head: str = "") -> str:
    """A definition from one flow mapping per step."""
    return head + "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


# -- building blocks: one line, one step

RESERVE = (
    "step: reserve, participant: inventory, action: ReserveItems, rejects: [OutOfStock], compensation: ReleaseItems"
)
CHARGE = "step: charge, participant: payment, action: ChargeCard, rejects: [CardDeclined], compensation: RefundCard"
SHIP = "step: ship, participant: shipping, action: ShipOrder, kind: pivot"
SHIP_BY_REASON = "step: ship, participant: shipping, action: ShipOrder, no_compensation: parcels do not come back"
MAIL = "step: mail, participant: crm, action: SendMail, external: email, kind: retriable, retry: forever"

RACE = """
style: choreography
starts_on: [OrderPlaced]
steps:
  - {step: aa, participant: a, listens: OrderPlaced, action: DoAa, compensation: UndoAa}
  - {step: bb, participant: b, listens: AaDone, action: DoBb, compensation: UndoBb}
  - {step: cc, participant: c, listens: AaDone, action: DoCc, compensation: UndoCc}
  - {step: pp, participant: p, listens: {any: [BbDone, CcDone]}, action: DoPp, kind: pivot}
"""
"""A pivot that the first of two branches starts, while the other may still fail."""

FTGO_CREATE = """
saga: create-order
input: {order_id: string, consumer_id: string, total: number}
participants: {consumer: {}, kitchen: {}, accounting: {}}
defaults: {timeout: 10s, retry: 3}
rollback: {retry: 10, dead_letter: orders-dlq}
steps:
  - {step: create-order, local: true, action: CreatePendingOrder, input: {id: input.order_id},
     compensation: RejectOrder}
  - {step: validate, participant: consumer, action: ValidateOrder, input: {id: input.consumer_id},
     rejects: [NotAllowed], kind: read-only}
  - {step: create-ticket, participant: kitchen, action: CreateTicket, input: {id: input.order_id},
     compensation: CancelTicket}
  - {step: authorise, participant: accounting, action: Authorize, input: {amount: input.total},
     rejects: [Declined], kind: pivot}
  - {step: confirm-ticket, participant: kitchen, action: ConfirmTicket, input: {id: input.order_id}, kind: retriable}
  - {step: approve-order, local: true, action: ApproveOrder, input: {id: input.order_id}, kind: retriable}
"""
"""The create order saga of Microservices Patterns: neither its pivot nor its retriable steps have a compensation."""

FTGO_REVISE = """
saga: revise-order
resources: {order: {countermeasure: semantic-lock}, ticket: {participant: kitchen, countermeasure: semantic-lock}}
rollback: {retry: 10, dead_letter: orders-dlq}
steps:
  - {step: begin-order, local: true, action: BeginReviseOrder, writes: order, output: {total: number},
     compensation: UndoBeginReviseOrder}
  - {step: begin-ticket, participant: kitchen, action: BeginReviseTicket, writes: ticket,
     compensation: UndoBeginReviseTicket}
  - {step: authorise, participant: accounting, action: ReviseAuthorization,
     input: {total: steps.begin-order.output.total},
     rejects: [Declined], kind: pivot}
  - {step: confirm-ticket, participant: kitchen, action: ConfirmReviseTicket, writes: ticket,
     kind: retriable, retry: forever}
  - {step: confirm-order, local: true, action: ConfirmReviseOrder, writes: order, kind: retriable}
"""
