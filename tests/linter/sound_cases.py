"""Whole sagas that are sound, or nearly so: what looks like a defect in them is none."""

from __future__ import annotations

from tests.linter.whole_sagas import BOOK, CHAIN, EVENTS, FOREVER, PAY, PROMISES, A, B, C, Whole, head, steps, two

# fmt: off
CASES: list[Whole] = [
    ("hotel", "", [head("hotel","hotel","air","pay","crm")+steps(
 "step: hold-room, participant: hotel, action: HoldRoom, rejects: [Full], compensation: ReleaseRoom",
 "step: hold-seat, participant: air, action: HoldSeat, rejects: [Full], compensation: ReleaseSeat",
 "step: charge, participant: pay, action: ChargeCard, rejects: [Declined], external: money-in, kind: pivot",
 f"step: confirm-room, participant: hotel, action: ConfirmRoom, {FOREVER}",
 f"step: confirm-seat, participant: air, action: ConfirmSeat, {FOREVER}",
 f"step: mail, participant: crm, action: SendItinerary, external: email, {FOREVER}")]),
    ("no pivot at all", "", [head("trip","hotel","air","car")+steps(
 "step: book-hotel, participant: hotel, action: BookHotel, rejects: [Full], compensation: CancelHotel",
 "step: book-flight, participant: air, action: BookFlight, rejects: [Full], compensation: CancelFlight",
 "step: book-car, participant: car, action: BookCar, rejects: [None1], compensation: CancelCar")]),
    ("transfer", "", [head("transfer","src","dst",more="resources: {src-balance: {participant: src, countermeasure: commutative}}")+steps(
 "step: check, participant: src, action: CheckLimits, kind: read-only, rejects: [OverLimit]",
 "step: debit, participant: src, action: DebitAccount, rejects: [InsufficientFunds], writes: [src-balance], write_mode: add, compensation: RefundDebit",
 "step: credit, participant: dst, action: CreditAccount, rejects: [AccountClosed], kind: pivot",
 f"step: settle, participant: src, action: SettleDebit, {FOREVER}")]),
    ("approval before pivot", "", [head("expense","budget","pay",deadline="10d").replace("stuck_after: 3h","stuck_after: 12d").replace("limits","correlation: input.id\nlimits",1)+steps(
 "step: reserve-budget, participant: budget, action: ReserveBudget, rejects: [Spent], compensation: ReleaseBudget",
 "step: approve, wait: {decision: ApproveExpense, by: manager}, timeout: 3d, on_timeout: fail, rejects: [Refused]",
 "step: pay, participant: pay, action: PayOut, external: money-out, kind: pivot")]),
    ("wait after pivot continue", "SG409", [head("parcel","ship","crm",deadline="").replace("limits: {concurrency: 100, stuck_after: 3h}","deadline: 1h\ncorrelation: input.id\nlimits: {concurrency: 100, stuck_after: 10d}")+steps(
 "step: label, participant: ship, action: CreateLabel, rejects: [BadAddress], compensation: VoidLabel",
 "step: hand-over, participant: ship, action: HandOver, external: shipment, kind: pivot",
 "step: delivered, wait: ParcelDelivered, timeout: 7d, on_timeout: continue",
 f"step: thank, participant: crm, action: SendThanks, external: email, {FOREVER}")]),
    ("parallel join", "", [head("pc","a","b","c")+steps(
 "step: cpu, after: [], participant: a, action: ReserveCpu, rejects: [Full], compensation: ReleaseCpu",
 "step: ram, after: [], participant: b, action: ReserveRam, rejects: [Full], compensation: ReleaseRam",
 "step: build, after: [cpu, ram], participant: c, action: BuildPc, rejects: [Full], kind: pivot")]),
    ("exclusive pivots", "", [head("checkout","pay","inv","ship",more="choices: {method: {card: input.big, invoice: otherwise}}")+steps(
 "step: hold, participant: inv, action: HoldGoods, rejects: [Full], compensation: ReleaseGoods",
 "step: card, when: {method: card}, participant: pay, action: ChargeCard, rejects: [Declined], kind: pivot",
 "step: invoice, when: {method: invoice}, after: [hold], participant: pay, action: IssueInvoice, rejects: [BadCredit], kind: pivot",
 f"step: ship, after: [card, invoice], participant: ship, action: ShipGoods, {FOREVER}")]),
    ("local first and last", "", [head("ftgo","kitchen","acc")+steps(
 "step: create, local: true, action: CreatePendingOrder, compensation: RejectOrder",
 "step: ticket, participant: kitchen, action: CreateTicket, rejects: [Closed], compensation: CancelTicket",
 "step: auth, participant: acc, action: AuthorizeCard, rejects: [Declined], kind: pivot",
 f"step: confirm, participant: kitchen, action: ConfirmTicket, {FOREVER}",
 "step: approve, local: true, action: ApproveOrder, kind: retriable")]),
    ("read only after pivot", "", [head("report","pay","rep","crm")+steps(
 "step: pay, participant: pay, action: Charge, rejects: [Declined], kind: pivot",
 "step: fetch, participant: rep, action: FetchReceipt, kind: read-only, output: {url: string}, retry: {attempts: forever, initial: 1s, max: 5m}",
 f"step: mail, participant: crm, action: SendReceipt, input: {{url: steps.fetch.output.url}}, external: email, {FOREVER}")]),
    ("lock and unlock", "", [head("stock","wh","led",more="resources: {bin: {participant: wh}}")+steps(
 "step: lock, participant: wh, action: LockBin, rejects: [Busy], lock: bin, lock_ttl: 4h, compensation: UnlockBin",
 "step: book, participant: led, action: BookMove, rejects: [Bad], kind: pivot",
 f"step: free, participant: wh, action: UnlockAfter, unlock: bin, {FOREVER}")]),
    ("version", "", [head("limit","acc","audit",more="resources: {credit: {participant: acc, countermeasure: version}}")+steps(
 "step: look, participant: acc, action: ReadLimit, kind: read-only, reads: [credit], output: {version: integer, limit: number}",
 "step: raise, participant: acc, action: SetLimit, input: {v: steps.look.output.version, amount: input.amount}, rejects: [Changed], writes: [credit], write_mode: set, kind: pivot",
 f"step: log, participant: audit, action: LogChange, input: {{limit: steps.look.output.limit}}, {FOREVER}")]),
    ("choreo linear", "", [head("signup","acc","ten","bil",style=EVENTS+"starts_on: [Requested]\nends_with: [Paid, Refused, Closed]\n",deadline="{after: 1h, owner: acc}")+steps(
 "step: account, participant: acc, listens: [Requested], action: OpenAccount, rejects: [Taken], publishes: {success: Opened, failure: Refused, undone: Closed}, compensation: CloseAccount",
 "step: tenant, participant: ten, listens: [Opened], action: CreateTenant, rejects: [Full], publishes: {success: TenantReady, failure: TenantRefused, undone: TenantRemoved}, compensation: {command: RemoveTenant, listens: {any: [PaymentFailed]}}",
 "step: pay, participant: bil, listens: [TenantReady], action: TakePayment, rejects: [Declined], kind: pivot, publishes: {success: Paid, failure: PaymentFailed}")]),
    ("choreo derived", "", [head("ch2","a","b","c",style=EVENTS+"ends_with: [ThreeDone, OneFailed, OneUndone]\n",deadline="{after: 1h, owner: a}")+steps(
 "step: one, participant: a, action: DoOne, rejects: [Full], compensation: UndoOne",
 "step: two, participant: b, action: DoTwo, rejects: [Full], compensation: UndoTwo",
 "step: three, participant: c, action: DoThree, rejects: [Full], kind: pivot")]),
    ("failed_step always", "", [head("x","a","b").replace("  a: {owner: t, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true","  a: {owner: t, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: false")+steps(
 "step: kyc, participant: a, action: OpenFile, rejects: [Bad], failed_step: always, compensation: CloseFile",
 "step: open, participant: b, action: OpenAccount, rejects: [Full], kind: pivot")]),
    ("retry only", "", [head("x","a","b")+steps(
 "step: book, participant: a, action: Book, rejects: [Full], retry: {attempts: 5, only: [timeout, error, TooManyRequests]}, compensation: Unbook",
 "step: pay, participant: b, action: Pay, rejects: [Full], kind: pivot")]),
    ("same cancel command, other input", "", [head("legs","air","pay")+steps(
 "step: out, participant: air, action: BookLeg, input: {leg: input.id}, rejects: [Full], compensation: {command: CancelLeg, input: {leg: input.id}}",
 "step: mid, participant: pay, action: HoldMoney, rejects: [Full], compensation: FreeMoney",
 "step: back, participant: air, action: BookReturnLeg, input: {leg: input.email}, rejects: [Full], compensation: {command: CancelLeg, input: {leg: input.email}}",
 "step: pay, participant: pay, action: Capture, kind: pivot")]),
    ("parallel rollback", "", [head("x","a","b","c").replace("rollback: {","rollback: {order: parallel, ")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: b1, participant: b, action: BookB, rejects: [Full], compensation: CancelB",
 "step: c1, participant: c, action: BookC, rejects: [Full], kind: pivot")]),
    ("restart bounded", "", [head("x","a","b").replace("rollback: {","rollback: {then: restart, max_restarts: 2, ")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: c1, participant: b, action: BookC, rejects: [Full], kind: pivot")]),
    ("fallback", "", [head("x","pay","b")+steps(
 "step: charge, participant: pay, action: Charge, rejects: [Full], compensation: {command: Refund, rejects: [CardClosed], fallback: {command: IssueVoucher}}",
 "step: c1, participant: b, action: BookC, rejects: [Full], kind: pivot")]),
    ("undo uses input id", "", [head("x","a","b")+steps(
 "step: a1, participant: a, action: BookA, input: {ref: input.id}, output: {code: string}, rejects: [Full], compensation: {command: CancelA, input: {ref: input.id}}",
 "step: c1, participant: b, action: BookC, input: {code: steps.a1.output.code}, rejects: [Full], kind: pivot")]),
    ("undo uses earlier output", "", [head("x","a","b","c")+steps(
 "step: quote, participant: c, action: Quote, kind: read-only, output: {ref: string}",
 "step: a1, participant: a, action: BookA, input: {ref: steps.quote.output.ref}, rejects: [Full], compensation: {command: CancelA, input: {ref: steps.quote.output.ref}}",
 "step: c1, participant: b, action: BookC, rejects: [Full], kind: pivot")]),
    ("telecom", "", [head("sim","crm","hlr","num","bill",deadline="1d",more="correlation: input.id").replace("stuck_after: 3h","stuck_after: 3d")+steps(
 "step: number, participant: num, action: AssignNumber, rejects: [NoneLeft], compensation: ReturnNumber",
 "step: profile, participant: hlr, action: CreateProfile, rejects: [BadProfile], compensation: DeleteProfile",
 "step: ack, wait: SimInserted, timeout: 12h, on_timeout: fail",
 "step: activate, participant: hlr, action: ActivateLine, rejects: [Blocked], kind: pivot",
 f"step: bill, participant: bill, action: StartBilling, {FOREVER}",
 f"step: sms, participant: crm, action: SendWelcome, external: sms, {FOREVER}")]),
    ("payroll", "SG409", [head("payroll","hr","bank","led","crm")+steps(
 "step: freeze, participant: hr, action: FreezeTimesheets, rejects: [Open], compensation: UnfreezeTimesheets",
 "step: reserve, participant: bank, action: ReserveFunds, rejects: [NoFunds], compensation: ReleaseFunds",
 "step: pay, participant: bank, action: RunPayment, external: money-out, kind: pivot",
 f"step: post, participant: led, action: PostJournal, {FOREVER}",
 f"step: slips, for_each: input.items, max_items: 500, participant: crm, action: SendPayslip, external: email, {FOREVER}")]),
    ("insurance choice on output", "", [head("claim","pol","res","pay","crm",more="choices: {v: {ok: steps.check.output.covered == true, no: otherwise}}")+steps(
 "step: check, participant: pol, action: CheckCover, kind: read-only, output: {covered: boolean}",
 "step: reserve, when: {v: ok}, participant: res, action: ReserveAmount, rejects: [TooMuch], compensation: ReleaseAmount",
 "step: pay, when: {v: ok}, participant: pay, action: PayClaim, external: money-out, kind: pivot",
 "step: letter, when: {v: no}, after: [check], participant: crm, action: SendRefusal, external: email, kind: pivot")]),
    ("nested", "", [head("outer","a","b")+steps(
 "step: book, participant: a, action: Book, rejects: [Full], compensation: Unbook",
 "step: inner, saga: inner, input: {id: input.id}",
 "step: pay, participant: b, action: Pay, rejects: [Full], kind: pivot"), head("inner","a","b")+steps(
 "step: x1, participant: a, action: HoldX, rejects: [Full], compensation: FreeX",
 "step: y1, participant: b, action: HoldY, rejects: [Full], compensation: FreeY")]),
    ("two sagas, commutative", "", [head("s1","a","b",more="resources: {stock: {participant: a, countermeasure: commutative}}")+steps(
 "step: take, participant: a, action: TakeStock, rejects: [Full], writes: [stock], write_mode: add, compensation: PutBack",
 "step: pay, participant: b, action: Pay, rejects: [Full], kind: pivot"), head("s2","a","c",more="resources: {stock: {participant: a, countermeasure: commutative}}")+steps(
 "step: take, participant: a, action: TakeStock, rejects: [Full], writes: [stock], write_mode: add, compensation: PutBack",
 "step: send, participant: c, action: SendSample, rejects: [Full], kind: pivot")]),
    ("pivot status query finite", "", [head("x","a","b")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: c1, participant: b, action: BookC, rejects: [Full], retry: 2, kind: pivot")]),
    ("natural idempotency", "", [head("x","a","b").replace("  a: {owner: t, messaging: outbox, idempotency: key","  a: {owner: t, messaging: outbox, idempotency: natural")+steps(
 "step: a1, participant: a, action: SetStatus, compensation: ResetStatus",
 "step: c1, participant: b, action: BookC, rejects: [Full], kind: pivot")]),
    ("no_compensation words on retriable", "", [head("x","a","b","c")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: c1, participant: b, action: BookC, rejects: [Full], kind: pivot, no_compensation: The courier has left.",
 f"step: d1, participant: c, action: Announce, no_compensation: It is only tried until done., {FOREVER}")]),
    ("diamond", "", [head("x","a","b","c","d")+steps(
 "step: s, participant: a, action: Start, rejects: [Full], compensation: Unstart",
 "step: l, after: [s], participant: b, action: Left, rejects: [Full], compensation: Unleft",
 "step: r, after: [s], participant: c, action: Right, rejects: [Full], compensation: Unright",
 "step: e, after: [l, r], participant: d, action: End, rejects: [Full], kind: pivot")]),
    ("retriables parallel after pivot", "", [head("x","a","b","c","d")+steps(
 "step: p, participant: a, action: Pay, rejects: [Full], kind: pivot",
 f"step: l, after: [p], participant: b, action: Ship, {FOREVER}",
 f"step: r, after: [p], participant: c, action: Mail, {FOREVER}",
 f"step: e, after: [l, r], participant: d, action: Close, {FOREVER}")]),
    ("accept parked", "", [head("x","a","b","c",more="accept: {parked: [mail]}")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot",
 f"step: mail, participant: c, action: SendMail, external: email, {FOREVER}")]),
    ("ride", "", [head("ride","pay","disp","driver",deadline="30m",more="correlation: input.id")+steps(
 "step: hold, participant: pay, action: AuthorizeCard, rejects: [Declined], compensation: VoidAuthorization",
 "step: match, participant: disp, action: AssignDriver, rejects: [Nobody], compensation: UnassignDriver",
 "step: pickup, wait: PassengerPickedUp, timeout: 20m, on_timeout: fail, rejects: [PassengerCancelled]",
 "step: trip, participant: driver, action: StartTrip, kind: pivot",
 f"step: capture, participant: pay, action: CapturePayment, external: money-in, {FOREVER}")]),
    ("choreo any exclusive", "", [head("x","a","b","c",style=EVENTS+"starts_on: [Placed]\nends_with: [Shipped, CardFailed, InvoiceFailed]\n",deadline="{after: 1h, owner: a}",more="choices: {m: {card: input.big, inv: otherwise}}")+steps(
 "step: card, when: {m: card}, participant: a, listens: [Placed], action: ChargeCard, rejects: [Full], kind: pivot, publishes: {success: Charged, failure: CardFailed}",
 "step: inv, when: {m: inv}, participant: b, listens: [Placed], action: WriteInvoice, rejects: [Full], kind: pivot, publishes: {success: Invoiced, failure: InvoiceFailed}",
 f"step: ship, participant: c, listens: {{any: [Charged, Invoiced]}}, action: Ship, publishes: {{success: Shipped}}, {FOREVER}")]),
    ("draft", "SG401 SG407 SG501 SG505 SG507", ["saga: order\nsteps:\n"+steps(
 "step: reserve, participant: inv, action: ReserveItems, compensation: ReleaseItems",
 "step: charge, participant: pay, action: Charge, compensation: Refund",
 "step: ship, participant: ship, action: Ship, kind: pivot")]),
    ("draft no pivot declared", "SG205 SG401 SG407 SG501 SG505 SG507", ["saga: order\nsteps:\n"+steps(
 "step: reserve, participant: inv, action: ReserveItems, compensation: ReleaseItems",
 "step: ship, participant: ship, action: Ship, no_compensation: Parcels do not come back.")]),
    ("email with correction before pivot", "", [head("x","a","crm","b")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: tell, participant: crm, action: SendConfirmation, external: email, compensation: SendCorrection",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot")]),
    ("reads what others write, semantic lock", "", [head("x","a","b",more="resources: {order: {participant: a, countermeasure: semantic-lock}}")+steps(
 "step: look, participant: a, action: ReadOrder, kind: read-only, reads: [order]",
 "step: pend, participant: a, action: MarkPending, rejects: [Full], writes: [order], write_mode: set, compensation: UnmarkPending",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot",
 f"step: done, participant: a, action: MarkDone, writes: [order], write_mode: set, {FOREVER}")]),
    ("order item saga id names: timeouts as business", "", [head("x","a","b")+steps(
 "step: a1, participant: a, action: BookSlot, rejects: [SlotTimeTaken, DeadlinePassed, ServiceNotOffered], compensation: CancelSlot",
 "step: p, participant: b, action: Pay, rejects: [CardExpired, LimitExceeded], kind: pivot")]),
    ("two retriable writers in order", "", [head("x","a","b",more="resources: {o: {participant: a, countermeasure: semantic-lock}}")+steps(
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot",
 f"step: w1, participant: a, action: SetPaid, writes: [o], write_mode: set, {FOREVER}",
 f"step: w2, participant: b, action: SetArchived, writes: [o], write_mode: set, {FOREVER}")]),
    ("token is no secret", "", [head("x","a","b").replace("email: string","card_token: string, password_reset_requested: boolean, email: string")+steps(
 "step: a1, participant: a, action: BookA, input: {t: input.card_token, e: input.email, p: input.password_reset_requested}, rejects: [Full], compensation: CancelA",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot")]),
    ("when skip compensated", "", [head("x","a","b","c",more="choices: {s: {ex: input.express, std: otherwise}}")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: ex, when: {s: ex}, participant: c, action: BookCourier, rejects: [Full], compensation: CancelCourier",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot")]),
    ("key with item and input", "", [head("x","a","b",more="correlation: input.id")+steps(
 "step: a1, participant: a, action: BookA, key: 'book:{input.id}', rejects: [Full], compensation: {command: CancelA, key: 'cancel:{input.id}'}",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot")]),
    ("reply false notice", "", [head("x","a","b","c")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: p, participant: b, action: Pay, rejects: [Full], kind: pivot",
 "step: n, participant: c, action: SendNews, external: email, reply: false, kind: retriable")]),
    ("retriable 3 tries", "", [head("x","a","b","c")+steps(BOOK,PAY,"step: z, participant: c, action: Tell, kind: retriable")]),
    ("sound", "", [CHAIN+steps(A,B,C)]),
    ("child with pivot last", "SG205", [head("outer","a","b","c")+steps(
 "step: book, participant: a, action: Book, rejects: [Full], compensation: Unbook",
 "step: pay, saga: pay-card, input: {id: input.id}",
 f"step: tell, participant: c, action: SendTicket, external: email, {FOREVER}"), head("pay-card","b","d")+steps(
 "step: hold, participant: b, action: HoldMoney, rejects: [Declined], compensation: FreeMoney",
 "step: capture, participant: b, action: CaptureMoney, kind: pivot",
 f"step: book-entry, participant: d, action: PostEntry, {FOREVER}")]),
    ("child with pivot first then compensatable", "SG202", [head("outer","a","b","c")+steps(
 "step: pay, saga: pay-card, input: {id: input.id}",
 "step: book, participant: a, action: Book, rejects: [Full], compensation: Unbook"), head("pay-card","b","d")+steps(
 "step: hold, participant: b, action: HoldMoney, rejects: [Declined], compensation: FreeMoney",
 "step: capture, participant: d, action: CaptureMoney, kind: pivot")]),
    ("decision with negative answers", "", [head("loan","bank","doc",deadline="20d").replace("stuck_after: 3h","stuck_after: 30d")+steps(
 "step: hold, participant: bank, action: HoldCapital, rejects: [NoCapital], compensation: FreeCapital",
 "step: sign, wait: {decision: SignContract, by: customer}, timeout: 14d, on_timeout: fail, rejects: [CustomerRefused]",
 "step: pay, participant: bank, action: PayLoan, external: money-out, kind: pivot",
 f"step: archive, participant: doc, action: ArchiveContract, {FOREVER}")]),
    ("approval then parallel", "", [head("onboard","hr","it","fac","pay")+steps(
 "step: contract, participant: hr, action: CreateContract, rejects: [BadData], compensation: CancelContract",
 "step: laptop, after: [contract], participant: it, action: OrderLaptop, rejects: [OutOfStock], compensation: CancelLaptop",
 "step: desk, after: [contract], participant: fac, action: AssignDesk, rejects: [Full], compensation: UnassignDesk",
 "step: payroll, after: [laptop, desk], participant: pay, action: EnrolPayroll, rejects: [Invalid], kind: pivot")]),
    ("optional step never committed", "", [head("x","a","b","c",more="choices: {gift: {wrap: input.express, plain: otherwise}}")+steps(
 BOOK,"step: wrap, when: {gift: wrap}, participant: c, action: WrapGift, rejects: [Busy], compensation: UnwrapGift", PAY)]),
    ("two choices", "", [head("x","a","b","c","d",more="choices: {gift: {wrap: input.express, plain: otherwise}, size: {large: input.amount > 100, small: otherwise}}")+steps(
 BOOK,"step: wrap, when: {gift: wrap}, participant: c, action: WrapGift, rejects: [Busy], compensation: UnwrapGift",
 "step: crane, when: {gift: plain, size: large}, after: [a1], participant: d, action: BookCrane, rejects: [Busy], compensation: CancelCrane",
 "step: p, after: [wrap, crane], participant: b, action: Pay, rejects: [Declined], kind: pivot")]),
    ("pivot in branch, other branch retriable", "", [head("x","a","b","c")+steps(
 BOOK,"step: p, after: [a1], participant: b, action: Pay, rejects: [Declined], kind: pivot",
 f"step: m, after: [p], participant: c, action: SendInvoice, external: email, {FOREVER}",
 f"step: s, after: [p], participant: a, action: ConfirmA, {FOREVER}")]),
    ("quota local saga", "", [head("x","a","b")+steps(
 "step: draft, local: true, action: CreateDraft, compensation: DropDraft",
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA",
 "step: p, participant: b, action: Pay, rejects: [Declined], kind: pivot",
 "step: done, local: true, action: CloseDraft, kind: retriable")]),
    ("append log", "", [head("x","a","b",more="resources: {log: {participant: a}}")+steps(
 "step: a1, after: [], participant: a, action: BookA, rejects: [Full], writes: [log], write_mode: append, compensation: CancelA",
 "step: a2, after: [], participant: b, action: BookB, rejects: [Full], writes: [log], write_mode: append, compensation: CancelB",
 "step: p, after: [a1, a2], participant: b, action: Pay, rejects: [Declined], kind: pivot")]),
    ("seat release after pivot", "", [head("cancel","ship","seat","pay",more="resources: {seats: {participant: seat, countermeasure: commutative}}")+steps(
 "step: stop, participant: ship, action: StopDelivery, rejects: [OnTheRoad], kind: pivot",
 f"step: free, participant: seat, action: ReleaseSeats, writes: [seats], write_mode: add, {FOREVER}",
 f"step: refund, participant: pay, action: RefundMoney, external: money-out, {FOREVER}")]),
    ("two locks one order", "", [head("s1","a","b",more="resources: {r1: {participant: a}, r2: {participant: b}}")+steps(
 "step: l1, participant: a, action: LockOne, lock: r1, lock_ttl: 4h, compensation: FreeOne","step: l2, participant: b, action: LockTwo, lock: r2, lock_ttl: 4h, compensation: FreeTwo",
 "step: p, participant: a, action: Move, kind: pivot, unlock: r1",f"step: q, participant: b, action: Finish, unlock: r2, {FOREVER}")]),
    ("cron cleanup: only retriable", "", [head("clean","a","b")+steps(
 f"step: one, participant: a, action: PurgeA, {FOREVER}", f"step: two, participant: b, action: PurgeB, {FOREVER}")]),
    ("query then command", "", [head("x","a","b")+steps(
 "step: look, participant: a, action: GetQuote, kind: read-only, rejects: [NoQuote], output: {price: number}",
 "step: hold, participant: a, action: HoldQuote, input: {price: steps.look.output.price}, rejects: [Expired], compensation: DropQuote",
 "step: p, participant: b, action: Pay, input: {price: steps.look.output.price}, rejects: [Declined], kind: pivot")]),
    ("choreo with failure reaction", "", [CHAIN.replace("ends_with: [CDone, AFailed, AUndone]","ends_with: [CDone, AFailed, AUndone, Told]").replace("  c: ","  d: "+PROMISES+"\n  c: ")+steps(A,B,C,
 f"step: tell, participant: d, listens: [CFailed], action: TellCustomer, external: email, publishes: {{success: Told}}, {FOREVER}")]),
    ("choreo parallel join participant", "", [head("ch","a","b","c","d",style=EVENTS+"starts_on: [Placed]\nends_with: [DDone, AFailed, AUndone]\n",deadline="{after: 1h, owner: a}")+steps(
 A,"step: b, participant: b, listens: [ADone], action: DoB, rejects: [Full], compensation: {command: UndoB, listens: {any: [CFailed, DFailed]}}",
 "step: c, participant: c, listens: [ADone], action: DoC, rejects: [Full], compensation: {command: UndoC, listens: {any: [BFailed, DFailed]}}",
 "step: d, participant: d, listens: [BDone, CDone], action: DoD, rejects: [Full], kind: pivot")]),
    ("choreo notifications leaf", "", [CHAIN.replace("ends_with: [CDone,","ends_with: [MailDone, CDone,").replace("  c: ","  d: "+PROMISES+"\n  c: ")+steps(A,B,C,
 f"step: mail, participant: d, listens: [CDone], action: SendMail, external: email, {FOREVER}")]),
    ("orchestrated but steps publish", "", [head("x","a","b","c",style="style: orchestration\n")+steps(
 BOOK+", publishes: {success: ABooked}",PAY+", publishes: {success: Paid}")]),
    ("hybrid listens inside orchestration draft", "SG401 SG407 SG501 SG505 SG507 SG801", ["saga: order\nstarts_on: [OrderPlaced]\nends_with: [ShipDone, ReserveFailed, ReserveUndone]\nsteps:\n"+steps(
 "step: reserve, participant: inv, listens: OrderPlaced, action: ReserveItems, rejects: [Out], compensation: ReleaseItems",
 "step: ship, participant: ship, listens: ReserveDone, action: ShipOrder, rejects: [BadAddress], kind: pivot")]),
    ("read-only with wait", "", [head("x","a","b",more="correlation: input.id")+steps(
 "step: look, participant: a, action: CheckStock, kind: read-only, rejects: [Out]",
 "step: w, wait: PaymentReceived, timeout: 20m, on_timeout: fail",
 "step: p, participant: b, action: ShipOrder, rejects: [BadAddress], kind: pivot")]),
    ("food", "", [head("food","pay","rest","rider","crm",deadline="1h",more="correlation: input.id")+steps(
 "step: hold, participant: pay, action: HoldAmount, rejects: [Declined], compensation: VoidHold",
 "step: answer, wait: {decision: AcceptOrder, by: restaurant}, timeout: 8m, on_timeout: fail, rejects: [TooBusy]",
 "step: rider, participant: rider, action: AssignRider, rejects: [Nobody], compensation: UnassignRider",
 "step: cook, participant: rest, action: StartCooking, kind: pivot",
 f"step: capture, participant: pay, action: CaptureHold, external: money-in, {FOREVER}",
 f"step: tell, participant: crm, action: SendPush, external: push, {FOREVER}")]),
    ("money in then out marketplace", "", [head("market","pay","seller","ship")+steps(
 "step: charge, participant: pay, action: ChargeBuyer, rejects: [Declined], external: money-in, compensation: RefundBuyer",
 "step: ship, participant: ship, action: ShipParcel, rejects: [BadAddress], external: shipment, kind: pivot",
 f"step: payout, participant: seller, action: PaySeller, external: money-out, {FOREVER}")]),
    ("compensation other participant shares store", "", [head("x","a","b","c").replace("  a: {owner: t,","  a: {owner: t, store: s1,").replace("  c: {owner: t,","  c: {owner: t, store: s1,")+steps(
 "step: a1, participant: a, action: BookA, rejects: [Full], compensation: {command: CancelA, participant: c}",PAY)]),
    ("step own retry overrides", "", [head("x","a","b")+steps(
 BOOK+", retry: 1",PAY+", retry: {attempts: 5, initial: 1s, max: 10s}")]),
    ("ordered delivery no tombstone", "", [two(BOOK).replace("idempotency: key, rejects_late_actions: true","idempotency: key, ordered_delivery: true, rejects_late_actions: false",1)]),
    ("read only idempotency none", "", [two("step: look, participant: a, action: Lookup, kind: read-only, rejects: [Gone]").replace("idempotency: key","idempotency: none",1)]),
    ("named retry error only", "", [two("step: a1, participant: a, action: BookA, rejects: [Full], retry: {attempts: 4, only: [timeout, TooBusy]}, compensation: CancelA")]),
    ("gym: only undone after commit", "", [head("x","a","b","c")+steps(
 "step: member, participant: a, action: CreateMember, rejects: [Known], compensation: DeleteMember",
 "step: card, participant: c, action: PrintCard, external: shipment, compensation: DestroyCard",
 "step: p, participant: b, action: StartDirectDebit, rejects: [BadIban], kind: pivot")]),
    ("compensation waits long", "", [two("step: a1, participant: a, action: BookA, rejects: [Full], compensation: {command: CancelA, timeout: 60s, retry: forever}")]),
    ("alerts but no stuck_after", "", [two(BOOK).replace(", stuck_after: 3h","")]),
    ("deadline list no cancel", "", [two(BOOK).replace("rollback: {","rollback: {triggers: [rejection, failure, timeout, deadline], ")]),
    ("fire and forget audit", "", [head("x","a","b","c")+steps(BOOK,PAY,"step: audit, participant: c, action: PublishAuditEvent, kind: retriable, reply: false, external: webhook")]),
    ("saga lock held across wait after pivot", "SG208", [head("x","a","b",more="correlation: input.id\nresources: {bin: {participant: a}}",deadline="2h").replace("stuck_after: 3h","stuck_after: 6h")+steps(
 BOOK+", lock: bin, lock_ttl: 9h",PAY,"step: w, wait: TruckArrived, timeout: 10m, on_timeout: continue",f"step: u, participant: a, action: UnlockA, unlock: bin, {FOREVER}")]),
]
