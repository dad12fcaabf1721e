"""Small sagas, rule by rule: what each one finds beyond its example, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.finding import Finding
from sagactl.linter.lint import check as run_rules
from sagactl.linter.registry import all_rules, select
from sagactl.model import Saga
from sagactl.recommender import recommend
from tests.builders import sagas
from tests.linter import (
    choreography_cases,
    compensation_cases,
    data_cases,
    delivery_cases,
    isolation_cases,
    operations_cases,
    phases_cases,
    structure_cases,
    time_cases,
    undoing_cases,
)
from tests.linter.cases import (
    CHARGE,
    FTGO_CREATE,
    FTGO_REVISE,
    MAIL,
    RACE,
    RESERVE,
    SHAPE,
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
    "a wait after the pivot that waits for ever": flow(
        RESERVE, SHIP, "step: arrived, wait: ParcelArrived", head="limits: {stuck_after: 30d}\n"
    ),
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
correlation: input.order_id
starts_on: [OrderPlaced]
ends_with: [ShipDone, ReserveFailed, ReserveUndone]
input: {order_id: string}
steps:
  - {step: reserve, participant: inventory, listens: OrderPlaced, action: ReserveItems, compensation: ReleaseItems}
  - {step: charge, participant: payment, listens: ReserveDone, action: ChargeCard, rejects: [Declined], kind: pivot}
  - {step: ship, participant: shipping, listens: ChargeDone, action: ShipOrder, kind: retriable, retry: forever}
""",
}


@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_a_sound_saga_is_left_alone(text: str) -> None:
    saga = load(text)
    assert [(found.code, found.step) for found in run_rules(saga, select(SHAPE, []), {}) if _is_on(found)] == []


def _is_on(finding: Finding) -> bool:
    return next(rule.default for rule in all_rules() if rule.code == finding.code)


CASES = (
    *structure_cases.CASES,
    *compensation_cases.CASES,
    *phases_cases.CASES,
    *delivery_cases.CASES,
    *time_cases.CASES,
    *operations_cases.CASES,
    *isolation_cases.CASES,
    *data_cases.CASES,
    *undoing_cases.CASES,
    *choreography_cases.CASES,
)


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
    assert found.help == "let `ship` come after all that can fail: move it behind `charge`"
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
        ("charge_fee", "refund_fee"),
        ("chargeFee", "refundFee"),
        ("charge-fee", "refund-fee"),
        ("CHARGE_FEE", "REFUND_FEE"),
        ("payments.ChargeFee", "payments.RefundFee"),
        ("PickGoods", "UndoPickGoods"),
        ("HTTPPost", "UndoHttpPost"),
        ("Withdraw", "UndoWithdraw"),
    ],
)
def test_the_help_for_a_missing_compensation_can_be_pasted(action: str, undo: str) -> None:
    found = findings(flow(f"step: a, participant: p, action: {action}", CHARGE))
    help = next(each.help for each in found if each.code == "SG101")
    assert help == f"compensation: {undo}\n# or:\nno_compensation: <why nothing needs to be undone>"


@pytest.mark.parametrize(
    ("other", "undo"),
    [
        ("action: ReleaseSeats, compensation: HoldThem", "UndoReserveSeats"),
        ("action: DoB, compensation: release_seats", "UndoReserveSeats"),
        ("action: ReserveSeats, compensation: ReleaseSeats", "ReleaseSeats"),
    ],
)
def test_a_proposed_compensation_is_no_command_that_does_something_else(other: str, undo: str) -> None:
    text = flow("step: a, participant: p, action: ReserveSeats", f"step: b, participant: q, {other}", CHARGE)
    assert f"compensation: {undo}\n" in help_of("SG101", text)


@pytest.mark.parametrize(
    ("lines", "note"),
    [
        (("step: a, participant: p, action: DoA", CHARGE), "When a later step fails"),
        ((RESERVE, "step: a, participant: p, action: DoA"), "When its own outcome is unknown"),
        ((RESERVE, "step: a, participant: p, action: DoA", f"{MAIL}"), "When its own outcome is unknown"),
        ((RESERVE, "step: a, participant: p, action: DoA, retry: forever", MAIL), "When the run is cancelled"),
        ((RESERVE, "step: a, local: true, action: DoA"), "As soon as a step that can fail is added"),
        ((SHIP, "step: a, participant: p, action: DoA"), "Nothing is undone after the pivot"),
    ],
)
def test_a_missing_compensation_matters_where_nothing_later_fails_too(lines: tuple[str, ...], note: str) -> None:
    found = next(each for each in findings(flow(*lines)) if each.code == "SG101")
    assert found.note.startswith(note)
    assert bool(found.related) is note.startswith("When a later")


def test_a_pivot_that_is_only_inferred_and_too_early_excuses_nothing() -> None:
    text = flow(f"step: n, {NOTICE}", CHARGE, "step: a, participant: p, action: DoA", CHARGE.replace("charge", "fee"))
    assert help_of("SG101", text).startswith("compensation: UndoDoA\n")


@pytest.mark.parametrize("undo", ["Cancel", "WithdrawCompensation"])
@pytest.mark.parametrize(("action", "better"), [("Withdraw", "UndoWithdraw"), ("withdraw_money", "return_money")])
def test_a_vague_compensation_gets_a_full_name(undo: str, action: str, better: str) -> None:
    help = help_of("SG014", flow(f"step: a, participant: p, action: {action}, compensation: {undo}", SHIP))
    assert help == f"name what it takes back, such as `{better}`"


# -- what a remedy proposes can be done

NOTICE = "participant: crm, action: SendMail, external: email, no_compensation: seen is seen"


def help_of(code: str, text: str) -> str:
    return next(found.help for found in findings(text) if found.code == code)


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ((f"step: n, {NOTICE}", CHARGE), "put it after all that can fail: move it behind `charge`"),
        ((f"step: n, {NOTICE}", CHARGE, SHIP), "put it after the pivot: move it behind `ship`"),
        (
            (CHARGE, f"step: n, {NOTICE}, after: []", SHIP),
            "put it after the pivot: move it behind `charge` and `ship`",
        ),
        (
            (f"{CHARGE}, after: []", f"{SHIP}", f"step: n, {NOTICE}, after: []"),
            "put it after the pivot:\nafter: [ship]",
        ),
        (
            (f"{RESERVE}, after: []", f"{CHARGE}, after: []", f"step: n, {NOTICE}, after: []"),
            "put it after all that can fail:\nafter: [reserve, charge]",
        ),
        (
            (f"{RESERVE}, after: []", f"{CHARGE}, after: []", f"step: n, {NOTICE}, after: [reserve]"),
            "put it after all that can fail:\nafter: [reserve, charge]",
        ),
    ],
)
def test_a_notice_is_never_put_behind_what_waits_for_it(lines: tuple[str, ...], where: str) -> None:
    assert help_of("SG117", flow(*lines)) == f"{where}\nkind: retriable\nretry: forever"


def test_a_notice_that_is_the_pivot_is_told_as_both() -> None:
    found = findings(flow(f"step: n, {NOTICE}", CHARGE, SHIP, MAIL))
    told = {each.code: each for each in found if each.code in ("SG117", "SG202")}
    assert {code: each.severity for code, each in told.items()} == {"SG117": "warning", "SG202": "error"}
    for each in told.values():
        assert [related.message for related in each.related] == [
            "`charge` may say `CardDeclined`",
            "`ship` is tried only once",
        ]


def test_a_retriable_step_behind_a_notice_is_not_what_fails() -> None:
    later = "step: later, participant: p, action: DoIt, kind: retriable, retry: 5"
    found = findings(flow(f"step: n, {NOTICE}", CHARGE, SHIP, later))
    for each in found:
        if each.code in ("SG117", "SG202"):
            assert not any("`later`" in related.message for related in each.related)


def test_a_step_that_joins_by_any_is_told_to_join_by_all() -> None:
    found = next(each for each in findings(RACE) if each.code == "SG202")
    assert [related.message for related in found.related] == ["`bb` is tried only once", "`cc` is tried only once"]
    assert found.help == "let `pp` come after all that can fail:\nlistens: [BbDone, CcDone]"


def test_a_retriable_step_before_the_pivot_is_not_put_behind_what_waits_for_it() -> None:
    help = help_of("SG201", flow(MAIL, CHARGE, f"{SHIP}, rejects: [NoLorry]"))
    assert help.startswith("move it behind `ship`\n")


def test_a_dead_compensation_and_one_that_does_nothing_are_told_once() -> None:
    late = "step: a, participant: p, action: DoA, retry: forever, compensation: {}"
    dead, empty = (findings(flow(CHARGE, SHIP, late.format(name))) for name in ("UndoA", "NoOp"))
    assert [each.code for each in dead if each.code in ("SG103", "SG119")] == ["SG103"]
    assert [each.code for each in empty if each.code in ("SG103", "SG119")] == ["SG119"]
    help = next(each.help for each in empty if each.code == "SG119")
    assert help == "nothing is undone after the pivot `ship`: remove it and write `kind: retriable`"


def test_two_steps_with_one_action_are_named_once() -> None:
    lines = [f"step: {id}, participant: p, action: PickItem, compensation: PutBack" for id in "ab"]
    assert (
        help_of("SG015", flow(*lines, SHIP))
        == "let one command do what `PickItem` does in both in one local transaction"
    )


def test_reads_are_composed() -> None:
    lines = [f"step: {id}, participant: {id}, action: GetPrice, kind: read-only" for id in "ab"]
    assert help_of("SG009", flow(*lines)).startswith("compose the reads")


def test_a_definition_that_another_one_runs_is_part_of_a_saga() -> None:
    inner = flow(SHIP, head="saga: inner\n")
    outer = flow(CHARGE, "step: n, saga: inner", head="saga: outer\n")
    assert steps_found("SG009", inner) == [""]
    assert steps_found("SG009", inner, outer) == []


# -- what recommend says of the same saga


@settings(deadline=None)
@given(sagas(), st.lists(st.sampled_from(("shop", "till", "depot")), min_size=7, max_size=7))
def test_what_needs_no_saga_needs_none_for_recommend(saga: Saga, names: list[str]) -> None:
    steps = zip(saga.steps, names, strict=False)
    saga = replace(saga, steps=tuple(replace(step, participant=step.participant and name) for step, name in steps))
    codes = {found.code for found in run_rules(saga, all_rules())}
    said = recommend(saga).recommendation
    assert "SG009" not in codes or said == "none"
    assert said != "redesign" or codes & {"SG104", "SG201", "SG202", "SG203", "SG204"}


def test_a_command_that_only_looks_is_offered_to_be_read_only() -> None:
    found = findings(flow("step: a, participant: p, action: CheckCredit", CHARGE))
    assert next(each.help for each in found if each.code == "SG101").startswith("kind: read-only\n")


def test_every_finding_names_its_saga_and_carries_a_note() -> None:
    for text in (flow(SHIP, RESERVE, CHARGE), flow("step: a, participant: p, action: DoA", CHARGE)):
        for found in findings(text):
            assert found.saga == "example"
            assert found.note
            assert found.help
