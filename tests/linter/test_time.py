"""What the rules on time and operations say: sums that can be checked by hand, and one finding for one omission."""

from __future__ import annotations

import pytest
import yaml

from sagactl.finding import Finding
from sagactl.linter.lint import check as run_rules
from sagactl.linter.registry import all_rules, select
from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, findings, flow, load, steps_found

HEAD = "deadline: {}\ndefaults: {{timeout: 10s, retry: {{attempts: 3, initial: 500ms}}}}\n"


def one(code: str, text: str, *others: str) -> Finding:
    found = [finding for finding in findings(text, *others) if finding.code == code]
    assert len(found) == 1, found
    return found[0]


def related(finding: Finding) -> list[str]:
    return [each.message for each in finding.related]


# -- sums


def test_the_longest_path_is_shown_with_its_sum() -> None:
    text = flow(RESERVE, f"{CHARGE}, status_query: true", f"{SHIP}, retry: 1", head=HEAD.format("1m"))
    found = one("SG403", text)
    assert found.message == (
        "with all its tries a run may take 1m 23s until the pivot `ship` is done, but it is rolled back after 1m"
    )
    assert related(found) == [
        "3 tries of 10s and pauses of 1.5s = 31.5s",
        "3 tries of 10s, pauses of 1.5s and a status query of 10s = 41.5s",
        "1 try of 10s",
    ]
    assert found.note.startswith("31.5s + 41.5s + 10s = 1m 23s. ")
    assert found.help.startswith("deadline: 2m\n")
    assert found.place.route == ("deadline",)


def test_what_has_no_bound_is_named_and_counted_once() -> None:
    items = "step: pick, for_each: input.items, participant: p, action: PickIt, compensation: PutBack"
    text = flow(f"{RESERVE}, retry: forever", items, SHIP, head=HEAD.format("50s") + "input: {items: array}\n")
    found = one("SG403", text)
    assert "may take 1m 13s or longer until" in found.message
    assert related(found) == [
        "tried for ever, counted as 1 try of 10s",
        "at least 1 round of 3 tries of 10s and pauses of 1.5s = 31.5s",
        "3 tries of 10s and pauses of 1.5s = 31.5s",
    ]


def test_items_are_counted_in_rounds() -> None:
    items = "step: pick, for_each: input.items, max_items: 9, parallel: {}, participant: p, action: PickIt, kind: pivot"
    head = HEAD.format("20s") + "input: {items: array}\n"
    found = one("SG403", flow(items.format(2), head=head))
    assert related(found) == ["5 rounds of 3 tries of 10s and pauses of 1.5s = 2m 37.5s"]
    assert related(one("SG403", flow(items.format("true"), head=head)))[0].startswith("1 round of ")


def test_of_a_long_path_the_largest_steps_are_shown() -> None:
    steps = [f"step: s{i}, participant: p, action: Do{i}, compensation: Undo{i}, timeout: {i + 1}s" for i in range(12)]
    found = one("SG403", flow(*steps, head=HEAD.format("100s").replace("attempts: 3", "attempts: 2")))
    assert len(found.related) == 8
    assert related(found)[0] == "2 tries of 5s and pauses of 500ms = 10.5s"
    assert "=" not in found.note


def test_the_way_back_is_added_to_the_way_forward() -> None:
    refund = "compensation: {command: RefundCard, fallback: SendVoucher, rejects: [Closed], retry: forever}"
    text = flow(
        f"{RESERVE}, timeout: 5s",
        CHARGE.replace("compensation: RefundCard", refund),
        SHIP,
        head="deadline: 25s\ndefaults: {timeout: 10s}\nlimits: {stuck_after: 1m}\nrollback: {retry: 2}\n",
    )
    found = one("SG403", text)
    assert found.severity == "warning"
    assert found.message == (
        "a run that is rolled back may take 1m 6s, 25s forward and 41s or longer back, but counts as stuck after 1m"
    )
    assert related(found) == [
        "tried for ever, counted as 1 try of 10s and the same for the fallback = 20s",
        "2 tries of 10s and pauses of 1s = 21s",
    ]
    assert found.help.startswith("limits:\n  stuck_after: 2m\n")


def test_an_impossible_deadline_counts_one_try_each() -> None:
    found = one("SG404", flow(CHARGE, SHIP, head=HEAD.format("15s")))
    assert found.message.startswith("even if nothing is repeated, a run may take 20s until the pivot `ship` is done,")
    assert related(found) == ["up to 10s", "up to 10s"]
    assert found.help == "deadline: 2m\n# or shorter timeouts"


def test_a_lease_is_measured_from_its_own_step_on() -> None:
    lock = (
        "step: lock, participant: p, action: FreezeBins, lock: bins, lock_ttl: 30s, "
        "compensation: {command: Unfreeze, retry: 2}"
    )
    head = HEAD.format("5m").replace(", retry: {attempts: 3, initial: 500ms}", "") + "resources: {bins: {}}\n"
    found = one("SG406", flow(RESERVE, lock, SHIP, head=head))
    assert found.message == (
        "the lock of `lock` on `bins` ends after 30s, but the run may need it for 41s: 20s forward and 21s back"
    )
    assert related(found) == ["1 try of 10s", "1 try of 10s", "2 tries of 10s and pauses of 1s = 21s"]
    assert found.help == "lock_ttl: 45s"
    slow = flow(lock, SHIP, "step: o, participant: p, action: Open, unlock: bins, kind: retriable, retry: 9", head=head)
    assert one("SG406", slow).message.endswith("may need it for 4m 53s, until it is released")


# -- nested sagas

INNER = flow(f"{RESERVE}, timeout: 30s", f"{CHARGE}, timeout: 30s", head="saga: inner\ndeadline: 2h\n")


def test_a_nested_saga_counts_with_its_own_steps() -> None:
    outer = flow("step: n, saga: inner", f"{SHIP}, timeout: 1m", head="deadline: 90s\n")
    assert related(one("SG404", outer, INNER)) == ["up to 1m", "up to 1m"]
    assert steps_found("SG404", outer) == []
    thrice = INNER.replace("timeout: 30s", "timeout: 30s, retry: 3")
    assert related(one("SG403", outer.replace("90s", "3m"), thrice))[0] == "`inner` takes up to 3m 6s"


def test_a_nested_saga_may_not_give_up_later_than_the_one_around_it() -> None:
    outer = flow("step: n, saga: inner", f"{SHIP}, timeout: 1m", head="deadline: {}\n")
    found = one("SG405", outer.replace("{}", "1h", 1), INNER)
    assert found.message == "`inner` gives up after 2h, but the run around it is rolled back after 1h"
    assert steps_found("SG405", outer.replace("{}", "2h", 1), INNER) == []
    assert steps_found("SG405", outer.replace("{}", "90s", 1), INNER) == []


def test_restarts_inside_of_restarts_multiply() -> None:
    inner = INNER.replace("deadline: 2h", "rollback: {then: restart, max_restarts: 2}")
    outer = flow("step: n, saga: inner", SHIP, head="rollback: {then: restart, max_restarts: 3}\n")
    found = one("SG415", outer, inner)
    assert found.message.startswith("an action of `inner` may be tried 12 times: 4 runs here, 3 runs there")
    assert steps_found("SG415", outer.replace("max_restarts: 3", "max_restarts: 1"), inner) == []


# -- one omission, one finding


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (flow(CHARGE, f"{SHIP}, timeout: 2m, retry: 3", head=HEAD.format("1m")), {"SG402"}),
        (flow(CHARGE, SHIP, MAIL, head=HEAD.format("15s")), {"SG404"}),
        (flow(CHARGE, SHIP, MAIL, head=HEAD.format("50s")), {"SG403"}),
        (flow(CHARGE, SHIP, MAIL, head=HEAD.format("70s")), {"SG409"}),
        (flow(CHARGE, SHIP, MAIL, head=HEAD.format("90s")), set()),
        (flow(CHARGE, SHIP, head=HEAD.format("2h") + "limits: {stuck_after: 1h}\nrollback: {retry: 99}\n"), {"SG405"}),
    ],
)
def test_a_deadline_that_does_not_fit_is_told_once(text: str, told: set[str]) -> None:
    about = {"SG402", "SG403", "SG404", "SG405", "SG409"}
    assert {found.code for found in findings(text)} & about == told


DRAFT = flow(
    *(f"step: s{index}, participant: p{index}, action: Do{index}, compensation: Undo{index}" for index in range(4)),
    SHIP,
)


def test_a_draft_gets_one_finding_for_each_thing_that_it_lacks() -> None:
    found = [(each.code, each.severity) for each in run_rules(load(DRAFT), select(["SG4", "SG5"], []))]
    assert found == [
        ("SG401", "warning"),
        ("SG407", "warning"),
        ("SG501", "warning"),
        ("SG505", "warning"),
        ("SG507", "warning"),
    ]


def test_whoever_decided_on_a_rollback_owes_a_dead_letter_queue() -> None:
    found = one("SG501", DRAFT.replace("steps:", "rollback: {retry: 20}\nsteps:"))
    assert (found.severity, found.step, found.place.route) == ("error", "", ("rollback",))
    assert related(found) == ["given up after 20 tries"] * 4
    assert found.help == "rollback:\n  dead_letter: example-dlq"


def test_what_a_draft_is_told_to_write_mends_it() -> None:
    definition = yaml.safe_load(DRAFT)
    for found in run_rules(load(DRAFT), select(["SG4", "SG5"], [])):
        for key, value in yaml.safe_load(found.help.replace("<team>", "team-orders")).items():
            definition[key] = {**definition.get(key, {}), **value} if isinstance(value, dict) else value
    assert list(run_rules(load(yaml.safe_dump(definition)), select(["SG4", "SG5"], []))) == []


def test_every_rule_on_time_and_operations_is_on_by_default() -> None:
    assert all(rule.default for rule in all_rules() if rule.code.startswith(("SG4", "SG5")))


# -- wording


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((SHIP,), "the action has no timeout"),
        ((RESERVE, SHIP), "none of the 2 actions has a timeout"),
        ((f"{CHARGE}, timeout: 5s", SHIP), "`ship` (and 1 more) has no timeout"),
        ((f"{CHARGE}, timeout: 5s",), "the compensation of `charge` has no timeout"),
    ],
)
def test_missing_timeouts_are_counted(lines: tuple[str, ...], message: str) -> None:
    assert one("SG401", flow(*lines)).message == message


@pytest.mark.parametrize(
    ("head", "help"),
    [
        ("defaults: {timeout: 10s}\n", "deadline: 25s"),
        ("", "deadline: 15m"),
        (
            "defaults: {timeout: 10s}\nstyle: choreography\n",
            "deadline: {after: 25s, owner: <the participant that keeps the timer>}",
        ),
    ],
)
def test_a_deadline_is_proposed_that_leaves_room_for_the_tries(head: str, help: str) -> None:
    assert one("SG407", flow(CHARGE, SHIP, head=head)).help == help


@pytest.mark.parametrize(
    ("names", "key"),
    [("{amount: number, order_id: string}", "order_id"), ("{amount: number}", "<the key that the event carries>")],
)
def test_a_correlation_is_proposed(names: str, key: str) -> None:
    text = flow("step: w, wait: Paid", SHIP, head=f"input: {names}\n")
    assert one("SG508", text).help == f"correlation: input.{key}"


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        ("{attempts: 3, initial: 0s}", "`ship` is tried again at once"),
        ("{attempts: 3, initial: 2s, factor: 1}", "`ship` is tried again always after 2s"),
        ("{attempts: 3, initial: 9s, max: 2s}", "`ship` is tried again always after 2s"),
    ],
)
def test_pauses_that_do_not_grow_are_told_as_they_are(retry: str, message: str) -> None:
    assert one("SG410", flow(f"{SHIP}, retry: {retry}")).message == message
