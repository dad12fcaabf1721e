"""Small sagas, rule by rule: what each one finds beyond its example, and what it leaves alone."""

from __future__ import annotations

import pytest

from sagactl.finding import Finding
from sagactl.linter.lint import check as run_rules
from sagactl.linter.registry import all_rules, select
from tests.linter import compensation_cases, phases_cases, structure_cases
from tests.linter.cases import (
    CHARGE,
    FTGO_CREATE,
    FTGO_REVISE,
    MAIL,
    OURS,
    RESERVE,
    SHIP,
    SHIP_BY_REASON,
    findings,
    flow,
    load,
    steps_found,
)

SOUND = {
    "FTGO create order": FTGO_CREATE,
    "FTGO revise order": FTGO_REVISE,
    "the pivot is inferred from a reason and declared": flow(RESERVE, CHARGE, f"{SHIP_BY_REASON}, kind: pivot", MAIL),
    "nothing but compensations": flow(RESERVE, CHARGE),
    "the last compensatable step commits and a retriable one follows": flow(RESERVE, CHARGE, MAIL),
    "two pivots on outcomes that exclude each other": flow(
        "step: look, participant: policies, action: CheckCover, rejects: [Unknown], kind: read-only",
        "step: pay, when: {cover: full}, participant: treasury, action: PayClaim, kind: pivot",
        "step: refuse, when: {cover: none}, participant: archive, action: RecordRefusal, kind: pivot",
        "step: tell, participant: letters, action: SendLetter, kind: retriable, retry: forever",
        head="input: {covered: boolean}\nchoices: {cover: {full: input.covered, none: otherwise}}\n",
    ),
    "an early pivot on one outcome, failing steps on the other": flow(
        "step: give, when: {way: gift}, participant: shop, action: GiveVoucher, kind: pivot",
        f"{CHARGE}, when: {{way: sale}}",
        "step: pack, when: {way: sale}, participant: shipping, action: ShipOrder, kind: pivot",
        head="input: {free: boolean}\nchoices: {way: {gift: input.free, sale: otherwise}}\n",
    ),
    "branches that meet before the pivot": flow(
        f"{RESERVE}, after: []", f"{CHARGE}, after: []", f"{SHIP}, after: [reserve, charge]", f"{MAIL}, after: [ship]"
    ),
    "a wait before the pivot, and one after it that goes on": flow(
        RESERVE,
        "step: approve, wait: {decision: Approve, by: manager}, timeout: 3d, rejects: [Refused]",
        SHIP,
        "step: arrived, wait: ParcelArrived, timeout: 7d, on_timeout: continue",
    ),
    "a wait after the pivot that waits for ever": flow(RESERVE, SHIP, "step: arrived, wait: ParcelArrived"),
    "a nested saga that can be undone": flow(RESERVE, "step: travel, saga: travel", SHIP),
    "a nested saga that nobody has given": flow(SHIP, "step: returns, saga: returns"),
    "items with a compensation": flow(
        "step: reserve, for_each: input.items, max_items: 9, participant: inventory, action: ReserveItem, "
        "rejects: [OutOfStock], compensation: ReleaseItem",
        "step: charge, participant: payment, action: ChargeCard, rejects: [CardDeclined], kind: pivot",
        "step: pack, for_each: input.items, max_items: 9, participant: packing, action: PackItem, kind: retriable, "
        "retry: forever",
        head="input: {items: array}\n",
    ),
    "local steps take no retries and cannot fail technically": flow(
        "step: open, local: true, action: OpenOrder, compensation: CloseOrder",
        CHARGE,
        SHIP,
        "step: done, local: true, action: MarkOrderDone, kind: retriable",
    ),
    "a retriable step given up into a dead letter queue": flow(
        RESERVE,
        CHARGE,
        SHIP,
        "step: points, participant: loyalty, action: AwardPoints, kind: retriable, retry: 5",
        head="rollback: {dead_letter: orders-dlq}\n",
    ),
    "a choreography": """
style: choreography
starts_on: [OrderPlaced]
steps:
  - {step: reserve, participant: inventory, listens: OrderPlaced, action: ReserveItems, compensation: ReleaseItems}
  - {step: charge, participant: payment, listens: ReserveDone, action: ChargeCard, rejects: [Declined], kind: pivot}
  - {step: ship, participant: shipping, listens: ChargeDone, action: ShipOrder, kind: retriable, retry: forever}
""",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_a_sound_saga_is_left_alone(text: str) -> None:
    saga = load(text)
    assert [(found.code, found.step) for found in run_rules(saga, select(OURS, []), {}) if _is_on(found)] == []


def _is_on(finding: Finding) -> bool:
    return next(rule.default for rule in all_rules() if rule.code == finding.code)


CASES = (*structure_cases.CASES, *compensation_cases.CASES, *phases_cases.CASES)


@pytest.mark.parametrize(("code", "about", "text", "expected"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_a_rule_fires_where_it_should(code: str, about: str, text: str, expected: list[str]) -> None:
    assert steps_found(code, text) == expected


# -- what needs more than a table

TRAVEL = flow(
    "step: room, participant: hotels, action: HoldRoom, rejects: [NoRoom], compensation: FreeRoom",
    "step: seat, participant: railway, action: HoldSeat, rejects: [NoSeat], compensation: FreeSeat",
    head="saga: travel\n",
)
TICKETS = flow(
    "step: seat, participant: railway, action: HoldSeat, rejects: [NoSeat], compensation: FreeSeat",
    "step: ticket, participant: railway, action: IssueTicket, kind: pivot",
    head="saga: tickets\n",
)


def errors(text: str, *others: str) -> list[tuple[str, str]]:
    return [(found.code, found.step) for found in findings(text, *others) if found.severity == "error"]


def test_one_forgotten_compensation_is_one_error() -> None:
    forgotten = "step: first, participant: warehouse, action: PickItems"
    assert errors(flow(forgotten, RESERVE, CHARGE, SHIP, MAIL)) == [("SG101", "first")]


def test_a_nested_saga_with_a_pivot_is_a_point_of_no_return() -> None:
    text = flow("step: tickets, saga: tickets", CHARGE)
    assert errors(text, TICKETS) == [("SG202", "tickets")]
    assert errors(text) == []
    assert errors(text.replace("tickets", "travel"), TRAVEL) == []


def test_a_nested_saga_that_can_fail_does_not_follow_the_pivot() -> None:
    text = flow(CHARGE, SHIP, "step: travel, saga: travel")
    assert errors(text, TRAVEL) == [("SG202", "ship")]
    assert errors(text) == []


def test_a_nested_saga_with_a_pivot_is_not_compensatable() -> None:
    text = flow("step: tickets, saga: tickets, kind: compensatable", CHARGE)
    assert errors(text, TICKETS) == [("SG201", "tickets")]


def test_another_saga_that_writes_the_resource_is_named() -> None:
    own = flow(f"{RESERVE}, writes: stock, write_mode: set", SHIP, head="resources: {stock: {}}\n")
    other = flow(f"{RESERVE}, writes: stock", SHIP, head="saga: refill\nresources: {stock: {}}\n")
    assert steps_found("SG107", own, other) == ["reserve"]
    found = next(finding for finding in findings(own, other) if finding.code == "SG107")
    assert "`refill`" in found.message


def test_what_can_fail_is_listed_with_the_point_of_no_return() -> None:
    found = next(finding for finding in findings(flow(SHIP, RESERVE, CHARGE)) if finding.code == "SG202")
    assert found.message == "`ShipOrder` of `ship` cannot be undone, and `reserve` and `charge` may fail afterwards"
    assert [related.message for related in found.related] == [
        "`reserve` may say `OutOfStock`",
        "`charge` may say `CardDeclined`",
    ]
    assert found.help == "let `ship` come after all that can fail:\nafter: [charge]"
    assert found.note


def test_a_better_order_is_shown_in_full() -> None:
    found = next(finding for finding in findings(flow(SHIP, MAIL, RESERVE, CHARGE)) if finding.code == "SG209")
    assert found.help == "order the steps: reserve, charge, ship, mail"


def test_a_choice_without_a_step_is_a_warning() -> None:
    text = flow(CHARGE, SHIP, head="input: {x: boolean}\nchoices: {c: {one: input.x, two: otherwise}}\n")
    assert [(found.code, found.severity) for found in findings(text) if found.code == "SG007"] == [("SG007", "warning")]


def test_a_notice_with_an_apology_is_only_an_information() -> None:
    text = flow("step: m, participant: crm, action: SendMail, external: email, compensation: SendApology", CHARGE)
    assert [found.severity for found in findings(text) if found.code == "SG117"] == ["info"]


@pytest.mark.parametrize(
    ("action", "undo"),
    [
        ("ReserveItems", "ReleaseItems"),
        ("charge_card", "RefundCard"),
        ("PickGoods", "UndoPickGoods"),
        ("HTTPPost", "UndoHttpPost"),
    ],
)
def test_the_help_for_a_missing_compensation_can_be_pasted(action: str, undo: str) -> None:
    found = findings(flow(f"step: a, participant: p, action: {action}", CHARGE))
    assert next(each.help for each in found if each.code == "SG101") == f"compensation: {undo}"


def test_a_command_that_only_looks_is_offered_to_be_read_only() -> None:
    found = findings(flow("step: a, participant: p, action: CheckCredit", CHARGE))
    assert next(each.help for each in found if each.code == "SG101").startswith("kind: read-only\n")


def test_every_finding_names_its_saga_and_carries_a_note() -> None:
    for text in (flow(SHIP, RESERVE, CHARGE), flow("step: a, participant: p, action: DoA", CHARGE)):
        for found in findings(text):
            assert found.saga == "example"
            assert found.note
            assert found.help
