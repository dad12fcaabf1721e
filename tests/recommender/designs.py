"""Designs as a team brings them to a meeting: few facts, and an answer that was worked out by hand.

`points` are the points by factor as a reader of the reference page adds them up, without what is worth nothing; where a
gate decides before any score there are none.
"""

from __future__ import annotations

from typing import NamedTuple


class Design(NamedTuple):
    """A definition in few lines, what should be said of it, and why."""

    name: str
    verdict: str
    points: dict[str, float]
    text: str
    gate: str = ""


def _points(words: str) -> dict[str, float]:
    pairs = (part.rsplit(" ", 1) for part in words.split(", ") if part)
    return {name: float(points) for name, points in pairs}


def _steps(*lines: str) -> str:
    return "steps:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def _design(name: str, verdict: str, points: str, *lines: str, head: str = "", gate: str = "") -> Design:
    text = f"saga: {name}\ndefaults: {{timeout: 5s}}\n{head}{_steps(*lines)}"
    return Design(name, verdict, _points(points), text, gate)


DESIGNS: tuple[Design, ...] = (
    # -- trips
    _design(
        "trip-in-a-row",
        "choreography",
        "participants -1, steps -1.5, branching -1, rollback-chain 1.5, service-cycles -0.5",
        "step: flight, participant: flights, action: BookFlight, compensation: CancelFlight",
        "step: hotel, participant: hotels, action: BookHotel, compensation: CancelHotel",
        "step: car, participant: cars, action: BookCar, compensation: CancelCar",
    ),
    _design(
        "trip-draft",
        "choreography",
        "participants -1, steps -1.5, branching -1, rollback-chain 1.5, service-cycles -0.5",
        "step: flight, participant: flights, action: BookFlight",
        "step: hotel, participant: hotels, action: BookHotel",
        "step: car, participant: cars, action: BookCar",
    ),
    _design(
        "trip-at-once",
        "choreography",
        "steps -0.5, branching -1, rollback-chain -1, service-cycles -0.5, join 1.5",
        "step: flight, participant: flights, action: HoldFlight, after: [], compensation: CancelFlight",
        "step: hotel, participant: hotels, action: HoldHotel, after: [], compensation: CancelHotel",
        "step: car, participant: cars, action: HoldCar, after: [], compensation: CancelCar",
        "step: pay, participant: payment, action: Charge, after: [flight, hotel, car], kind: pivot, rejects: [Declined]",
    ),
    _design(
        "trip-watched",
        "orchestration",
        "steps -0.5, branching -1, rollback-chain -1, service-cycles -0.5, join 1.5, deadline 1, visibility 1.5, "
        "changes-often 1",
        "step: flight, participant: flights, action: HoldFlight, after: [], compensation: CancelFlight",
        "step: hotel, participant: hotels, action: HoldHotel, after: [], compensation: CancelHotel",
        "step: car, participant: cars, action: HoldCar, after: [], compensation: CancelCar",
        "step: pay, participant: payment, action: Charge, after: [flight, hotel, car], kind: pivot, rejects: [Declined]",
        head="deadline: 20m\nrequires: {visibility: true, changes_often: true}\n",
    ),
    _design(
        "group-tour",
        "orchestration",
        "participants 2.5, steps 2, branching 1, rollback-chain 1.5, service-cycles -0.5",
        "step: quote, participant: pricing, action: FixPrice, compensation: ReleasePrice",
        "step: flights, participant: airline, action: HoldSeats, rejects: [NoSeats], compensation: ReleaseSeats",
        "step: hotel, participant: hotels, action: HoldRooms, rejects: [NoRooms], compensation: ReleaseRooms",
        "step: coach, participant: coaches, action: HoldCoach, when: {coach: wanted}, compensation: ReleaseCoach",
        "step: insure, participant: insurance, action: Insure, compensation: CancelInsurance",
        "step: pay, participant: payment, action: Charge, kind: pivot, rejects: [Declined]",
        head="input: {coach: boolean}\nchoices: {coach: {wanted: input.coach, none: otherwise}}\n",
    ),
    # -- orders
    _design(
        "order-three-services",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5",
        "step: order, participant: orders, action: CreateOrder, compensation: RejectOrder",
        "step: stock, participant: inventory, action: Reserve, rejects: [OutOfStock], compensation: Release",
        "step: pay, participant: payment, action: Charge, kind: pivot, rejects: [Declined]",
    ),
    _design(
        "order-approved-by-the-buyer",
        "choreography",
        "participants -2, steps -1.5, branching -1, service-cycles 0.5",
        "step: order, participant: orders, action: CreateOrder, compensation: RejectOrder",
        "step: credit, participant: customers, action: ReserveCredit, rejects: [LimitExceeded], compensation: FreeCredit",
        "step: approve, participant: orders, action: ApproveOrder, kind: pivot",
        "step: announce, participant: search, action: UpdateIndex, kind: retriable, retry: forever",
    ),
    _design(
        "fulfilment-with-reactions",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5, reactions -0.5",
        "step: stock, participant: inventory, action: Reserve, rejects: [OutOfStock], compensation: Release",
        "step: pay, participant: payment, action: Charge, rejects: [Declined], compensation: Refund",
        "step: ship, participant: shipping, action: Ship, kind: pivot",
        "step: mail, participant: mail, action: SendMail, after: [ship], kind: retriable, retry: forever",
        "step: points, participant: loyalty, action: AddPoints, after: [ship], kind: retriable, retry: forever",
        "step: stats, participant: reports, action: Count, after: [ship], kind: retriable, retry: forever",
    ),
    _design(
        "fulfilment-long",
        "orchestration",
        "participants 2.5, steps 2, branching -1, rollback-chain 1.5, service-cycles -0.5",
        "step: order, participant: orders, action: CreateOrder, compensation: CancelOrder",
        "step: fraud, participant: fraud, action: ScoreOrder, rejects: [Suspicious], compensation: ForgetScore",
        "step: stock, participant: inventory, action: Reserve, rejects: [OutOfStock], compensation: Release",
        "step: pay, participant: payment, action: Charge, rejects: [Declined], compensation: Refund",
        "step: pack, participant: warehouse, action: Pack, compensation: Unpack",
        "step: ship, participant: carrier, action: Ship, kind: pivot",
        "step: mail, participant: mail, action: SendMail, kind: retriable, retry: forever",
    ),
    _design(
        "five-in-a-row",
        "orchestration",
        "participants 1.5, steps 1, branching -1, rollback-chain 1.5, service-cycles -0.5",
        "step: cart, participant: carts, action: CloseCart, compensation: ReopenCart",
        "step: stock, participant: inventory, action: Reserve, compensation: Release",
        "step: pay, participant: payment, action: Charge, compensation: Refund",
        "step: label, participant: labels, action: PrintLabel, compensation: VoidLabel",
        "step: ship, participant: carrier, action: Ship, kind: pivot",
    ),
    _design(
        "four-in-a-row",
        "choreography",
        "steps -0.5, branching -1, rollback-chain 1.5, service-cycles -0.5",
        "step: cart, participant: carts, action: CloseCart, compensation: ReopenCart",
        "step: stock, participant: inventory, action: Reserve, compensation: Release",
        "step: pay, participant: payment, action: Charge, compensation: Refund",
        "step: ship, participant: carrier, action: Ship, kind: pivot",
    ),
    _design(
        "four-with-a-choice",
        "orchestration",
        "steps -0.5, branching 1, rollback-chain 1.5, service-cycles -0.5",
        "step: cart, participant: carts, action: CloseCart, compensation: ReopenCart",
        "step: stock, participant: inventory, action: Reserve, compensation: Release",
        "step: credit, participant: bank, action: CheckCredit, when: {size: large}, compensation: FreeCredit",
        "step: ship, participant: carrier, action: Ship, kind: pivot",
        head="input: {total: number}\nchoices: {size: {large: input.total > 100, small: otherwise}}\n",
    ),
    _design(
        "marketplace-payout",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5, reactions -0.5",
        "step: collect, participant: payment, action: Collect, rejects: [Declined], compensation: Refund",
        "step: pay-out, participant: payouts, action: PayOut, kind: pivot",
        "step: invoice, participant: invoices, action: SendInvoice, kind: retriable, retry: forever",
    ),
    # -- money
    _design(
        "transfer-two-banks",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5",
        "step: debit, participant: sending-bank, action: Debit, rejects: [NoFunds], compensation: CreditBack",
        "step: credit, participant: receiving-bank, action: Credit, kind: pivot, rejects: [AccountClosed]",
    ),
    _design(
        "transfer-one-ledger",
        "none",
        "",
        "step: debit, participant: ledger, action: Debit, rejects: [NoFunds], compensation: CreditBack",
        "step: credit, participant: ledger, action: Credit, rejects: [AccountClosed], compensation: DebitBack",
        gate="one-store",
    ),
    _design(
        "transfer-shared-store",
        "none",
        "",
        "step: debit, participant: accounts, action: Debit, compensation: CreditBack",
        "step: fee, participant: fees, action: BookFee, compensation: VoidFee",
        "step: credit, participant: savings, action: Credit, compensation: DebitBack",
        head="participants: {accounts: {store: core}, fees: {store: core}, savings: {store: core}}\n",
        gate="one-store",
    ),
    _design(
        "transfer-never-off",
        "none",
        "",
        "step: debit, participant: current, action: Debit, writes: [balance], compensation: CreditBack",
        "step: credit, participant: savings, action: Credit, writes: [balance], compensation: DebitBack",
        "step: tell, participant: mail, action: SendMail, kind: retriable, retry: forever",
        head="participants: {current: {owner: core, store: a}, savings: {owner: core, store: b}, mail: {}}\n"
        "resources: {balance: {strict: true, invariant: the sum of both accounts}}\n",
        gate="strict-resource",
    ),
    _design(
        "transfer-never-off-of-two-owners",
        "choreography",
        "participants -2, steps -1.5, branching -1, service-cycles -0.5, reactions -0.5",
        "step: debit, participant: current, action: Debit, writes: [balance], compensation: CreditBack",
        "step: credit, participant: savings, action: Credit, writes: [balance], compensation: DebitBack",
        "step: tell, participant: mail, action: SendMail, kind: retriable, retry: forever",
        head="participants: {current: {owner: core}, savings: {owner: partner}, mail: {}}\n"
        "resources: {balance: {strict: true}}\n",
    ),
    _design(
        "transfer-locked",
        "choreography",
        "participants -2, steps -1.5, branching -1, service-cycles -0.5, reactions -0.5",
        "step: debit, participant: current, action: Debit, writes: [balance], compensation: CreditBack",
        "step: credit, participant: savings, action: Credit, writes: [balance], compensation: DebitBack",
        "step: tell, participant: mail, action: SendMail, kind: retriable, retry: forever",
        head="participants: {current: {owner: core, store: a}, savings: {owner: core, store: b}, mail: {}}\n"
        "resources: {balance: {strict: true, countermeasure: semantic-lock}}\n",
    ),
    _design(
        "payment-and-ledger-audited",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5, visibility 1.5",
        "step: authorise, participant: gateway, action: Authorise, rejects: [Declined], compensation: Void",
        "step: post, participant: ledger, action: Post, compensation: Reverse",
        "step: capture, participant: bank, action: Capture, kind: pivot",
        head="requires: {audit: true}\n",
    ),
    _design(
        "payout-before-check",
        "redesign",
        "",
        "step: collect, participant: payment, action: Collect, compensation: Refund",
        "step: pay-out, participant: bank, action: PayOut, kind: pivot",
        "step: check, participant: fraud, action: CheckPayee, rejects: [Sanctioned], compensation: ForgetCheck",
        gate="point-of-no-return",
    ),
    _design(
        "mail-before-payment",
        "redesign",
        "",
        "step: reserve, participant: inventory, action: Reserve, compensation: Release",
        "step: ship, participant: carrier, action: Ship, no_compensation: a parcel is gone once it is gone",
        "step: charge, participant: payment, action: Charge, rejects: [Declined], compensation: Refund",
        gate="point-of-no-return",
    ),
    # -- people and time
    _design(
        "loan-with-officer",
        "orchestration",
        "participants 1.5, steps 1, branching 2, rollback-chain 1.5, service-cycles -0.5, deadline 1, human-wait 1.5",
        "step: file, participant: files, action: OpenFile, compensation: CloseFile",
        "step: score, participant: bureau, action: Score, rejects: [TooRisky], compensation: ForgetScore",
        "step: appraise, participant: appraisers, action: Appraise, when: {secured: a-house}, compensation: CancelVisit",
        "step: officer, when: {size: large}, wait: {decision: ApproveLoan, by: officer}, timeout: 5d, rejects: [Refused]",
        "step: reserve, participant: treasury, action: Reserve, compensation: Release",
        "step: pay-out, participant: core, action: PayOut, kind: pivot",
        head="deadline: 30d\ninput: {house: boolean, amount: number}\nchoices:\n  secured: {a-house: input.house, nothing: otherwise}\n"
        "  size: {large: input.amount > 10, small: otherwise}\n",
    ),
    _design(
        "leave-request",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5, human-wait 1.5",
        "step: hold, participant: calendar, action: HoldDays, compensation: FreeDays",
        "step: ask, wait: {decision: ApproveLeave, by: boss}, timeout: 5d, rejects: [Refused]",
        "step: book, participant: payroll, action: BookLeave, kind: pivot",
    ),
    _design(
        "leave-request-tracked",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5, human-wait 1.5, "
        "deadline 1, visibility 1.5",
        "step: hold, participant: calendar, action: HoldDays, compensation: FreeDays",
        "step: ask, wait: {decision: ApproveLeave, by: boss}, timeout: 5d, rejects: [Refused]",
        "step: book, participant: payroll, action: BookLeave, kind: pivot",
        head="deadline: 14d\nrequires: {visibility: true}\n",
    ),
    _design(
        "claim-with-engine",
        "orchestration",
        "",
        "step: register, participant: claims, action: Register, compensation: CloseClaim",
        "step: estimate, participant: experts, action: Estimate, compensation: CancelVisit",
        "step: pay, participant: payment, action: Pay, kind: pivot",
        head="deadline: 30d\nrequires: {engine: temporal}\n",
        gate="engine",
    ),
    _design(
        "claim-with-engine-too-small",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5",
        "step: register, participant: claims, action: Register, compensation: CloseClaim",
        "step: estimate, participant: experts, action: Estimate, compensation: CancelVisit",
        "step: pay, participant: payment, action: Pay, kind: pivot",
        head="requires: {engine: temporal}\n",
    ),
    _design(
        "small-with-engine",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5",
        "step: debit, participant: sender, action: Debit, compensation: CreditBack",
        "step: credit, participant: receiver, action: Credit, kind: pivot",
        head="requires: {engine: temporal}\n",
    ),
    # -- devices and accounts
    _design(
        "device-provisioning",
        "orchestration",
        "participants 2.5, steps 2, branching -1, rollback-chain 1.5, service-cycles -0.5, deadline 1",
        "step: register, participant: registry, action: Register, compensation: Unregister",
        "step: certify, participant: pki, action: IssueCertificate, compensation: Revoke",
        "step: topic, participant: broker, action: CreateTopic, compensation: DropTopic",
        "step: sim, participant: telco, action: ActivateSim, compensation: DeactivateSim",
        "step: firmware, participant: updates, action: AssignFirmware, compensation: UnassignFirmware",
        "step: activate, participant: fleet, action: Activate, kind: pivot",
        head="deadline: 10m\n",
    ),
    _design(
        "device-small",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5",
        "step: register, participant: registry, action: Register, compensation: Unregister",
        "step: certify, participant: pki, action: IssueCertificate, compensation: Revoke",
        "step: activate, participant: fleet, action: Activate, kind: pivot",
    ),
    _design(
        "signup-and-notices",
        "none",
        "",
        "step: account, participant: accounts, action: CreateAccount, kind: pivot",
        "step: mail, participant: mail, action: SendWelcome, after: [account], kind: retriable, retry: forever",
        "step: crm, participant: crm, action: AddContact, after: [account], kind: retriable, retry: forever",
        "step: stats, participant: reports, action: Count, after: [account], kind: retriable, retry: forever",
        gate="one-write",
    ),
    _design(
        "signup-draft-with-notices",
        "none",
        "",
        "step: account, participant: accounts, action: CreateAccount",
        "step: mail, participant: mail, action: SendWelcome, after: [account], kind: retriable",
        "step: crm, participant: crm, action: AddContact, after: [account], kind: retriable",
        gate="one-write",
    ),
    _design(
        "signup-with-plan",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5, reactions -0.5",
        "step: account, participant: accounts, action: CreateAccount, compensation: DeleteAccount",
        "step: plan, participant: billing, action: Subscribe, rejects: [Declined], compensation: Unsubscribe",
        "step: space, participant: storage, action: CreateSpace, kind: pivot",
        "step: mail, participant: mail, action: SendWelcome, after: [space], kind: retriable, retry: forever",
        "step: crm, participant: crm, action: AddContact, after: [space], kind: retriable, retry: forever",
    ),
    _design(
        "dashboard",
        "none",
        "",
        "step: orders, participant: orders, action: ListOrders, after: [], kind: read-only",
        "step: invoices, participant: billing, action: ListInvoices, after: [], kind: read-only",
        "step: tickets, participant: support, action: ListTickets, after: [], kind: read-only",
        gate="only-reads",
    ),
    _design(
        "price-then-buy",
        "none",
        "",
        "step: price, participant: pricing, action: GetPrice, kind: read-only",
        "step: buy, participant: orders, action: PlaceOrder, kind: pivot",
        gate="one-write",
    ),
    # -- contexts
    _design(
        "order-to-cash",
        "hybrid",
        "participants 2.5, steps 2, branching 1, rollback-chain 1.5, service-cycles -0.5, visibility 1.5, contexts -1.5",
        "step: order, participant: orders, action: CreateOrder, compensation: CancelOrder",
        "step: credit, participant: credit, action: CheckCredit, rejects: [TooRisky], compensation: FreeCredit",
        "step: pick, participant: picking, action: Pick, compensation: PutBack",
        "step: gift, participant: packing, action: WrapGift, when: {gift: wanted}, compensation: Unwrap",
        "step: ship, participant: carrier, action: Ship, compensation: CallBack",
        "step: invoice, participant: billing, action: Invoice, kind: pivot",
        head="input: {gift: boolean}\nrequires: {audit: true}\nchoices: {gift: {wanted: input.gift, none: otherwise}}\n"
        "participants: {orders: {context: sales}, credit: {context: sales}, picking: {context: logistics}, "
        "packing: {context: logistics}, carrier: {context: logistics}, billing: {context: finance}}\n",
    ),
    _design(
        "three-contexts-fast",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5, contexts -1.5, throughput -1.5",
        "step: bid, participant: bidding, action: PlaceBid, compensation: WithdrawBid",
        "step: hold, participant: wallets, action: HoldMoney, rejects: [NoFunds], compensation: FreeMoney",
        "step: publish, participant: auctions, action: Publish, kind: pivot",
        head="requires: {throughput: high}\n"
        "participants: {bidding: {context: a}, wallets: {context: b}, auctions: {context: c}}\n",
    ),
    _design(
        "one-context-five-steps",
        "orchestration",
        "participants 1.5, steps 1, branching -1, rollback-chain 1.5, service-cycles -0.5, contexts 0.5",
        "step: a, participant: one, action: DoA, compensation: UndoA",
        "step: b, participant: two, action: DoB, compensation: UndoB",
        "step: c, participant: three, action: DoC, compensation: UndoC",
        "step: d, participant: four, action: DoD, compensation: UndoD",
        "step: e, participant: five, action: DoE, kind: pivot",
        head="participants: {one: {context: x}, two: {context: x}, three: {context: x}, four: {context: x}, "
        "five: {context: x}}\n",
    ),
    # -- shapes
    _design(
        "ping-pong",
        "orchestration",
        "participants -2, steps 2, branching -1, rollback-chain 1.5, service-cycles 0.5, changes-often 1",
        "step: offer, participant: seller, action: Offer, compensation: WithdrawOffer",
        "step: accept, participant: buyer, action: Accept, rejects: [NoInterest], compensation: WithdrawAcceptance",
        "step: confirm, participant: seller, action: Confirm, compensation: Unconfirm",
        "step: deposit, participant: buyer, action: Deposit, compensation: ReturnDeposit",
        "step: hand-over, participant: seller, action: HandOver, compensation: TakeBack",
        "step: settle, participant: buyer, action: Settle, kind: pivot",
        head="requires: {changes_often: true}\n",
    ),
    _design(
        "six-at-once",
        "orchestration",
        "participants 2.5, steps 2, branching -1, rollback-chain -1, service-cycles -0.5",
        *(f"step: s{n}, participant: p{n}, action: Do{n}, after: [], compensation: Undo{n}" for n in range(6)),
    ),
    _design(
        "six-at-once-no-single-point",
        "orchestration",
        "participants 2.5, steps 2, branching -1, rollback-chain -1, service-cycles -0.5, "
        "no-single-point-of-failure -1, throughput -1.5",
        *(f"step: s{n}, participant: p{n}, action: Do{n}, after: [], compensation: Undo{n}" for n in range(6)),
        head="requires: {no_single_point_of_failure: true, latency: 200ms}\n",
    ),
    _design(
        "mostly-reactions",
        "choreography",
        "participants -2, steps -1.5, branching -1, rollback-chain -1, service-cycles -0.5, reactions -2",
        "step: hold, participant: seats, action: Hold, compensation: Free",
        "step: pay, participant: payment, action: Charge, kind: pivot, rejects: [Declined]",
        *(
            f"step: r{n}, participant: q{n}, action: React{n}, after: [pay], kind: retriable, retry: forever"
            for n in range(4)
        ),
    ),
    _design(
        "twelve-steps",
        "orchestration",
        "participants 2.5, steps 3, branching -1, rollback-chain 1.5, service-cycles -0.5, deadline 1",
        *(f"step: s{n}, participant: p{n}, action: Do{n}, compensation: Undo{n}" for n in range(11)),
        "step: last, participant: p11, action: Finish, kind: pivot",
        head="deadline: 1h\n",
    ),
    _design(
        "items-of-a-basket",
        "choreography",
        "participants -1, steps -1.5, branching -1, service-cycles -0.5",
        "step: order, participant: orders, action: CreateOrder, compensation: CancelOrder",
        "step: reserve, participant: inventory, action: Reserve, for_each: input.items, max_items: 20, "
        "compensation: Release",
        "step: pay, participant: payment, action: Charge, kind: pivot, rejects: [Declined]",
        head="input: {items: array}\n",
    ),
)
