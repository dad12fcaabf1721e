"""Promises and messages: the law of a single step, names of errors, and what is asked for where nothing is stated."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given

from sagactl.finding import Finding, Place
from sagactl.flow import Flow
from sagactl.linter.error_names import ANYTHING, NOBODY_KNOWS, means_anything, nobody_knows, nothing_there
from sagactl.linter.lint import check
from sagactl.linter.pages import page
from sagactl.linter.registry import find, select
from sagactl.model import Saga
from sagactl.source.document import parse
from sagactl.world.alone import alone
from sagactl.world.explore import explore
from tests.builders import act, participant, saga, sagas, undo
from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, flow, load

OURS = ("SG3", "SG108", "SG115", "SG990")


def said(given: Saga | str, *chosen: str) -> list[Finding]:
    """What our rules, or those chosen, say of a saga."""
    given = load(given) if isinstance(given, str) else given
    return list(check(given, select(chosen or OURS, [])))


def codes(given: Saga | str) -> set[str]:
    return {finding.code for finding in said(given)}


# -- the law: when is a step safe?

POLICIES = list(
    product(("key", "none"), ("key", "none"), (True, False), (True, False), ("auto", "always", "never"), (1, 3))
)


def one_step(idempotent: str, undo_idempotent: str, tombstone: bool, memory: bool, failed: str, tries: int) -> Saga:
    """A step that may say no and time out, with every promise stated, before a rollback that may come at any time."""
    step = act(
        "a", rejects="No", retry=tries, failed_step=failed, compensation=undo("UndoA", idempotency=undo_idempotent)
    )
    promises = participant(
        idempotency=idempotent, rejects_late_actions=tombstone, remembers_failures=memory, status_query=False
    )
    return saga(step, participants=[promises])


def law(idempotent: str, undo_idempotent: str, tombstone: bool, memory: bool, failed: str, tries: int) -> set[str]:
    """The rule for each part of the law that does not hold.

    Where what is unknown is not undone, no compensation can come before its action.
    """
    hanging = not tombstone and failed != "never"
    broken = {
        "SG301": idempotent == "none",
        "SG108": undo_idempotent == "none",
        "SG115": hanging and failed == "auto",
        "SG307": hanging and failed == "always",
        "SG306": failed == "never",
        "SG316": not memory and failed != "always",
    }
    return {code for code, is_broken in broken.items() if is_broken}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: "-".join(map(str, policy)))
def test_each_part_of_the_law_has_its_rule(policy: tuple[str, str, bool, bool, str, int]) -> None:
    assert codes(one_step(*policy)) == law(*policy)


def test_a_policy_is_quiet_exactly_when_it_is_safe() -> None:
    quiet = {policy for policy in POLICIES if not codes(one_step(*policy))}
    safe = {
        policy
        for policy in POLICIES
        if policy[:3] == ("key", "key", True) and (policy[4] == "always" or (policy[4] == "auto" and policy[3]))
    }
    assert quiet == safe
    assert (len(quiet), len(POLICIES)) == (6, 96)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: "-".join(map(str, policy)))
def test_the_rules_say_what_the_world_shows(policy: tuple[str, str, bool, bool, str, int]) -> None:
    """All runs of the step, with faults without number, break exactly what the rules speak of."""
    whole = Flow(one_step(*policy))
    [plan] = whole.steps
    small = alone(whole, plan, plan.promises, plan.undo_promises)
    found = explore(small.tables(), (small.step,))
    broken, rules = {each.property for each in found.broken}, codes(one_step(*policy))
    assert found.complete
    assert ("S1" in broken) == ("SG301" in rules)
    assert ("S2" in broken) == ("SG108" in rules)
    assert ("S6" in broken) == bool(rules & {"SG115", "SG307"})
    assert ("S5" in broken) == bool(rules & {"SG306", "SG316"} or ("SG301" in rules and policy[4] == "auto"))
    assert bool(broken) == bool(rules)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: "-".join(map(str, policy)))
def test_nothing_unsafe_is_a_mere_remark(policy: tuple[str, str, bool, bool, str, int]) -> None:
    assert all(finding.severity in ("warning", "error") and finding.step == "a" for finding in said(one_step(*policy)))


@given(sagas())
def test_where_all_promises_are_kept_only_unknown_outcomes_and_waits_are_left(given_saga: Saga) -> None:
    assert codes(given_saga) <= {"SG306", "SG314"}


# -- how grave, and where


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ("retry: 3", "error"),
        ("retry: forever", "error"),
        ("retry: {attempts: 3, only: error}", "error"),
        ("retry: {attempts: 3, only: timeout}, timeout: 5s", "error"),
        ("retry: {attempts: 3, only: timeout}", "warning"),
        ("retry: {attempts: 3, only: RateLimited}", "warning"),
        ("retry: 1", "warning"),
        ("retry: 3, reply: false", "warning"),
        ("retry: 3, reply: false, status_query: true", "error"),
        ("timeout: 5s", "warning"),
    ],
)
def test_a_second_copy_that_nobody_sends_on_purpose_is_a_warning(more: str, severity: str) -> None:
    text = flow(f"step: a, participant: p, action: DoA, compensation: UndoA, idempotency: none, {more}", SHIP)
    assert [finding.severity for finding in said(text, "SG301")] == [severity]


@pytest.mark.parametrize(
    ("more", "severity"),
    [("kind: pivot", "error"), ("compensation: UndoA", "warning"), ("no_compensation: It stays", "error")],
)
def test_a_pivot_that_nobody_waits_for_is_an_error(more: str, severity: str) -> None:
    text = flow(f"step: a, participant: p, action: DoA, reply: false, {more}")
    assert [finding.severity for finding in said(text, "SG306")] == [severity]


def test_input_alone_may_be_a_key_of_each_run() -> None:
    text = flow(f"{RESERVE}, key: '{{input.id}}:{{step}}'", SHIP, head="input: {id: string}\n")
    [found] = said(text, "SG303")
    assert found.severity == "warning"
    assert found.help.endswith("correlation: input.id")


def test_a_finding_stands_at_the_token_that_decides() -> None:
    text = """\
saga: order
participants:
  inventory: {idempotency: none, messaging: dual-write}
  payment: {rejects_late_actions: false, remembers_failures: false}
steps:
  - step: reserve
    participant: inventory
    action: ReserveItems
    key: '{now}'
    idempotency: key
    compensation: {command: ReleaseItems, idempotency: none}
  - step: charge
    participant: payment
    action: ChargeCard
    rejects: [Declined, TimedOut]
    compensation: {command: RefundCard, rejects: [NotFound]}
"""
    document = parse(text.encode())
    token = {}
    for finding in said(text, "SG3", "SG108", "SG115"):
        assert isinstance(finding.place, Place)
        span = document.span(finding.place.route, finding.place.part)
        token[finding.code] = text.splitlines()[span[0]][span[1] : span[3]]
    assert token == {
        "SG108": "none",
        "SG115": "false",
        "SG302": "'{now}'",
        "SG307": "NotFound",
        "SG310": "TimedOut",
        "SG313": "dual-write",
        "SG316": "false",
    }


def test_what_a_message_only_counts_is_shown_beside_it() -> None:
    lines = [RESERVE.replace("reserve,", f"{id},") for id in ("one", "two", "three")]
    head = "participants: {inventory: {rejects_late_actions: false}, shipping: {}}\n"
    [found] = said(flow(*lines, SHIP, head=head), "SG115")
    assert "`one` (and 2 more)" in found.message
    assert [related.place for related in found.related] == [Place(("steps", index, "step")) for index in (1, 2)]


def test_the_longest_command_is_named_with_its_time() -> None:
    text = flow(
        f"{RESERVE}, timeout: 1m, retry: {{attempts: 3, initial: 1m}}",
        f"{CHARGE.replace('payment', 'inventory')}, retry: {{attempts: forever, max: 1h}}",
        SHIP,
        head="participants: {inventory: {idempotency: key, dedup_window: 2m}, shipping: {}}\n",
    )
    [found] = said(text, "SG305")
    assert (
        "`ChargeCard` of `charge` (and 1 more) is tried for ever, and from one try to the next may pass 1h"
        in found.message
    )
    assert [related.message for related in found.related] == ["`ReserveItems` is tried 3 times, over 5m at worst"]
    assert found.help.startswith("dedup_window: 1h\n")


# -- names

BUSINESS = (
    *("CardDeclined", "PaymentDeclined", "OutOfStock", "DeadlineInPast", "BookingTimeSlotTaken", "Unknown"),
    *("FilingDeadlineExceeded", "ProductUnavailable", "ExpressServiceUnavailable", "TimeSlotOut", "PaymentError"),
    *("CardException", "AccountFault", "UnderAge", "AnyColourButRed", "AllSeatsTaken", "Overtime", "NotReserved"),
)


@pytest.mark.parametrize("name", BUSINESS)
def test_a_business_reason_is_left_alone(name: str) -> None:
    assert not nobody_knows(name)
    assert not means_anything(name)
    assert not nothing_there(name)


@pytest.mark.parametrize("name", [name for names in NOBODY_KNOWS.values() for name in names])
def test_after_a_failure_of_the_list_nobody_knows(name: str) -> None:
    assert nobody_knows(name) and nobody_knows(name.lower()) and nobody_knows(name.replace(".", "_"))
    assert nobody_knows(f"payments.{name}") or "." in name
    assert f"`{name}`" in " ".join(page(find("SG310")).paragraphs)


@pytest.mark.parametrize(
    "name",
    (
        *("PaymentTimeout", "payment_timed_out", "CARD-TIMED-OUT", "TimeOutException", "HTTP 503", "HTTP504"),
        *("PaymentServiceUnavailableException", "java.net.SocketTimeoutException", "rpc.DeadlineExceeded"),
    ),
)
def test_a_timeout_is_known_by_how_its_name_ends(name: str) -> None:
    assert nobody_knows(name)


@pytest.mark.parametrize("name", [name for names in ANYTHING.values() for name in names])
def test_a_name_of_the_list_means_anything(name: str) -> None:
    assert means_anything(name) and means_anything(name.upper())
    assert f"`{name}`" in " ".join(page(find("SG311")).paragraphs)


@pytest.mark.parametrize(
    "name",
    ["NotFound", "NOT_FOUND", "ReservationNotFoundException", "404", "NoSuchBooking", "UnknownOrder", "sql.ErrNoRows"],
)
def test_nothing_is_there(name: str) -> None:
    assert nothing_there(name)


def test_an_error_may_be_called_anything() -> None:
    for name in ("\x1b[31m", "\n", "💥", "-", "." * 200, "x" * 200):
        assert not (nobody_knows(name) or means_anything(name) or nothing_there(name))


# -- what is not stated

DRAFT = flow(RESERVE, CHARGE, f"{SHIP}, retry: 3", MAIL)


def test_a_draft_is_asked_once() -> None:
    [found] = said(DRAFT)
    assert found.code == "SG990"
    assert found.severity == "info"
    assert found.place == Place(("steps", 0, "participant"))
    assert found.help.splitlines() == [
        "participants:",
        "  inventory: {idempotency: key, rejects_late_actions: true, remembers_failures: true}",
        "  payment: {idempotency: key, rejects_late_actions: true, remembers_failures: true}",
        "  shipping: {idempotency: key, status_query: true}",
        "  crm: {idempotency: key}",
        "# as far as it is true: `none` and `false` are answers too",
    ]
    assert [line.split(":")[0] for line in found.note.splitlines()] == [
        "`idempotency` decides SG301",
        "`rejects_late_actions` decides SG115",
        "`remembers_failures` decides SG316",
        "`status_query` decides SG306",
    ]
    assert "(`reserve`, `charge`, `ship`, and 1 more)" in found.note


def test_its_help_answers_everything() -> None:
    [found] = said(DRAFT)
    assert said(f"saga: example\n{found.help}\n{DRAFT}") == []


def test_once_something_is_stated_each_participant_is_asked() -> None:
    head = "participants: {inventory: {idempotency: key}, payment: {}, shipping: {}, crm: {}}\n"
    text = flow(RESERVE, CHARGE, f"{SHIP}, retry: 3", MAIL, head=head)
    assert [(found.message, found.step) for found in said(text)] == [
        ("`inventory` does not state `rejects_late_actions` or `remembers_failures`", "reserve"),
        ("`payment` does not state `idempotency`, `rejects_late_actions` or `remembers_failures`", "charge"),
        ("`shipping` does not state `idempotency` or `status_query`", "ship"),
        ("`crm` does not state `idempotency`", "mail"),
    ]
    assert said(text)[0].place == Place(("participants", "inventory"), "key")


def test_one_participant_is_asked_by_its_name() -> None:
    [found] = said(flow("step: a, participant: p, action: DoA, kind: pivot, retry: forever"))
    assert found.message == "`p` does not state `idempotency`"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("step: a, participant: p, action: GetA, kind: read-only, rejects: No", ""),
        ("step: a, local: true, action: DoA, compensation: UndoA, rejects: No", ""),
        ("step: a, wait: Approved, timeout: 3d, rejects: No", ""),
        ("step: a, saga: other", ""),
        ("step: a, participant: p, action: DoA, kind: pivot, retry: forever, idempotency: natural", ""),
        ("step: a, participant: p, action: DoA, kind: pivot, idempotency: key", "status_query"),
        ("step: a, participant: p, action: DoA, kind: pivot, idempotency: key, status_query: false, retry: 3", ""),
        ("step: a, participant: p, action: DoA, kind: pivot, idempotency: key, reply: false", ""),
        ("step: a, participant: p, action: DoA, compensation: UndoA, idempotency: key", "rejects_late_actions"),
        ("step: a, participant: p, action: DoA, compensation: UndoA, idempotency: key, failed_step: never", ""),
        (
            "step: a, participant: p, action: DoA, rejects: No, compensation: UndoA, idempotency: key, failed_step: always",
            "rejects_late_actions",
        ),
        (
            "step: a, participant: p, action: DoA, rejects: No, compensation: UndoA, idempotency: key, "
            "rejects_late_actions: true",
            "remembers_failures",
        ),
    ],
)
def test_a_promise_is_asked_for_only_where_the_law_needs_it(line: str, asked: str) -> None:
    found = said(flow(line), "SG990")
    assert [each.message.split("state ")[1] for each in found] == ([f"`{asked}`"] if asked else [])


def test_where_nothing_overtakes_anything_no_tombstone_is_asked_for() -> None:
    head = "participants: {p: {idempotency: key, ordered_delivery: true}}\n"
    assert said(flow("step: a, participant: p, action: DoA, compensation: UndoA", head=head), "SG990") == []


def test_whoever_undoes_it_is_asked_about_that() -> None:
    text = flow(
        "step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: q}",
        head="participants: {p: {idempotency: key, rejects_late_actions: true}, q: {}}\n",
    )
    assert [found.message for found in said(text, "SG990")] == ["`q` does not state `idempotency`"]


def test_a_note_on_promises_fails_nothing() -> None:
    assert find("SG990").severity == "info"
    assert find("SG990").default


def test_every_finding_of_ours_carries_help_and_a_note() -> None:
    for policy in POLICIES:
        for found in said(one_step(*policy)):
            assert found.help and found.note and found.saga == "trial"
