"""Cases for the rules on time, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, Case, flow

CHOICE = "input: {x: boolean}\nchoices: {way: {left: input.x, right: otherwise}}\n"
TIMED = "defaults: {timeout: 10s}\n"
LOCK = (
    "step: lock, participant: bins, action: FreezeBins, lock: bins, lock_ttl: {}, "
    "compensation: {{command: UnfreezeBins, retry: 2}}"
)
OPEN = "step: open, participant: bins, action: ReopenBins, unlock: bins, kind: retriable, retry: forever"
LOCKED = "resources: {bins: {participant: bins}}\n" + TIMED


def timed(deadline: str, *lines: str, head: str = "") -> str:
    """Steps of ten seconds a try, under a deadline."""
    return flow(*lines, head=f"deadline: {deadline}\n{TIMED}{head}")


CASES: list[Case] = [
    # -- SG401 no-timeout
    ("SG401", "a default covers all", flow(RESERVE, CHARGE, SHIP, head=TIMED), []),
    ("SG401", "none anywhere is one finding for the saga", flow(RESERVE, CHARGE, SHIP), [""]),
    ("SG401", "one is forgotten", flow(f"{SHIP}, timeout: 5s", MAIL), ["mail"]),
    (
        "SG401",
        "a compensation that has none of its own",
        flow(f"{RESERVE}, timeout: 5s", f"{SHIP}, timeout: 5s"),
        ["reserve"],
    ),
    (
        "SG401",
        "local steps, waits, nested sagas and steps that nobody waits for",
        flow(
            "step: a, local: true, action: OpenIt, compensation: CloseIt",
            "step: w, wait: Paid",
            "step: n, saga: other",
            "step: b, participant: p, action: TellThem, reply: false, kind: retriable",
        ),
        [],
    ),
    # -- SG402 timeout-over-deadline
    ("SG402", "just as long is not over", timed("10s", SHIP), []),
    ("SG402", "the default of all steps is one finding", timed("5s", CHARGE, SHIP), ["charge"]),
    ("SG402", "a wait", timed("1h", "step: w, wait: Paid, timeout: 2h", SHIP), ["w"]),
    (
        "SG402",
        "after the pivot the deadline rolls nothing back",
        timed("1h", SHIP, "step: w, wait: Came, timeout: 2h, on_timeout: continue"),
        [],
    ),
    (
        "SG402",
        "a deadline that only alerts",
        timed("5s", CHARGE, SHIP, head="rollback: {triggers: [rejection, cancel]}\n"),
        [],
    ),
    (
        "SG402",
        "a compensation may take longer: the deadline never stops it",
        timed("1m", "step: a, participant: p, action: DoA, compensation: {command: UndoA, timeout: 5m}", SHIP),
        [],
    ),
    # -- SG403 budget-over-deadline
    ("SG403", "three tries of two steps", timed("1m", f"{CHARGE}, retry: 3", f"{SHIP}, retry: 3"), [""]),
    ("SG403", "just as long is not over", timed("66s", f"{CHARGE}, retry: 3", f"{SHIP}, retry: 3"), []),
    ("SG403", "what comes after the pivot does not count", timed("10s", SHIP, f"{CHARGE}, retry: 9"), []),
    (
        "SG403",
        "steps side by side do not add up",
        timed("70s", f"{RESERVE}, after: [], retry: 3", f"{CHARGE}, after: [], retry: 3", f"{SHIP}, retry: 3"),
        [],
    ),
    (
        "SG403",
        "steps that exclude each other do not add up",
        timed(
            "50s",
            f"{RESERVE}, when: {{way: left}}, retry: 3",
            f"{CHARGE}, when: {{way: right}}, retry: 3",
            SHIP,
            head=CHOICE,
        ),
        [],
    ),
    (
        "SG403",
        "a wait and the steps around it",
        timed("1h", CHARGE, "step: w, wait: Paid, timeout: 59m", f"{SHIP}, retry: 5"),
        [""],
    ),
    (
        "SG403",
        "items one after the other",
        timed(
            "1m",
            "step: a, for_each: input.items, max_items: 9, participant: p, action: DoA, compensation: UndoA",
            SHIP,
            head="input: {items: array}\n",
        ),
        [""],
    ),
    (
        "SG403",
        "items all at once",
        timed(
            "1m",
            "step: a, for_each: input.items, max_items: 9, parallel: true, participant: p, action: DoA, "
            "compensation: UndoA",
            SHIP,
            head="input: {items: array}\n",
        ),
        [],
    ),
    (
        "SG403",
        "without a timeout nothing can be added up",
        flow(f"{CHARGE}, retry: 3", f"{SHIP}, retry: 3", head="deadline: 1m\n"),
        [],
    ),
    (
        "SG403",
        "what can be added up is too much already",
        flow(f"{CHARGE}, retry: 3", f"{SHIP}, timeout: 30s, retry: 3", head="deadline: 1m\n"),
        [""],
    ),
    (
        "SG403",
        "a forgotten compensation makes no early pivot",
        timed("30s", "step: a, participant: p, action: DoA", f"{CHARGE}, retry: 3", SHIP),
        [""],
    ),
    (
        "SG403",
        "the way back outlasts the time after which a run counts as stuck",
        flow(RESERVE, CHARGE, SHIP, head=f"{TIMED}limits: {{stuck_after: 2m}}\nrollback: {{retry: 5}}\n"),
        [""],
    ),
    (
        "SG403",
        "compensations side by side",
        flow(
            f"{RESERVE}, after: []",
            f"{CHARGE}, after: []",
            SHIP,
            head=f"{TIMED}limits: {{stuck_after: 2m}}\nrollback: {{retry: 5}}\n",
        ),
        [],
    ),
    (
        "SG403",
        "compensations all at once",
        flow(
            RESERVE,
            CHARGE,
            SHIP,
            head=f"{TIMED}limits: {{stuck_after: 2m}}\nrollback: {{retry: 5, order: parallel}}\n",
        ),
        [],
    ),
    (
        "SG403",
        "nothing can be undone",
        flow(f"{SHIP}, retry: 9", head=f"{TIMED}limits: {{stuck_after: 1m}}\n"),
        [],
    ),
    # -- SG404 impossible-deadline
    ("SG404", "one try each", timed("15s", CHARGE, SHIP), [""]),
    ("SG404", "just as long is possible", timed("20s", CHARGE, SHIP), []),
    ("SG404", "only the tries are too many", timed("25s", f"{CHARGE}, retry: 3", SHIP), []),
    ("SG404", "one timeout alone is too long", timed("15s", CHARGE, f"{SHIP}, timeout: 1m"), []),
    (
        "SG404",
        "branches of a choice",
        timed("15s", f"{CHARGE}, when: {{way: left}}", f"{SHIP}, when: {{way: right}}", head=CHOICE),
        [],
    ),
    (
        "SG404",
        "a list may have one item",
        timed(
            "15s",
            "step: a, for_each: input.items, max_items: 9, participant: p, action: DoA, kind: pivot",
            head="input: {items: array}\n",
        ),
        [],
    ),
    # -- SG405 inverted-timeouts
    (
        "SG405",
        "a participant slower than its timeout, told once",
        timed(
            "1h",
            "step: a, participant: p, action: DoA, compensation: UndoA",
            "step: b, participant: p, action: DoB, kind: pivot",
            head="participants: {p: {latency: {p50: 12s, p99: 1m}}}\n",
        ),
        ["a"],
    ),
    (
        "SG405",
        "a participant that is slow now and then",
        timed("1h", SHIP, head="participants: {shipping: {latency: {p50: 1s, p99: 1m}}}\n"),
        [],
    ),
    (
        "SG405",
        "half of the answers of these come in time",
        timed(
            "1h",
            f"{CHARGE}, latency: {{uniform: [1s, 19s]}}",
            f"{SHIP}, latency: {{exponential: 14s}}",
        ),
        [],
    ),
    (
        "SG405",
        "half of the answers of these do not",
        timed(
            "1h",
            f"{CHARGE}, latency: {{uniform: [1s, 20s]}}",
            f"{SHIP}, latency: {{exponential: 15s}}",
        ),
        ["charge", "ship"],
    ),
    # -- SG406 lease-too-short
    ("SG406", "released in time", flow(LOCK.format("1m"), SHIP, OPEN, head=LOCKED), []),
    ("SG406", "released too late", flow(LOCK.format("25s"), SHIP, OPEN, head=LOCKED), ["lock"]),
    ("SG406", "undone too late", flow(LOCK.format("35s"), SHIP, OPEN, head=LOCKED), ["lock"]),
    (
        "SG406",
        "what comes before the lock does not count",
        flow(f"{CHARGE}, retry: 9", LOCK.format("1m"), SHIP, OPEN, head=LOCKED),
        [],
    ),
    (
        "SG406",
        "the deadline starts the way back",
        flow(LOCK.format("1m"), f"{SHIP}, retry: 9", head=f"deadline: 30s\n{LOCKED}"),
        [],
    ),
    (
        "SG406",
        "a wait holds it too long",
        flow(LOCK.format("1h"), "step: w, wait: Paid, timeout: 1d", SHIP, OPEN, head=LOCKED),
        ["lock"],
    ),
    (
        "SG406",
        "a lock without a lease",
        flow(LOCK.format("1h").replace(", lock_ttl: 1h", ""), f"{SHIP}, retry: 9", OPEN, head=LOCKED),
        [],
    ),
    (
        "SG406",
        "a lock after the pivot is only released",
        flow(SHIP, LOCK.format("15s"), head=LOCKED),
        [],
    ),
    # -- SG407 no-deadline
    ("SG407", "nested sagas have the deadline of their own", flow("step: n, saga: other", SHIP), [""]),
    ("SG407", "a deadline with an owner", flow(SHIP, head="deadline: {after: 1h, owner: shipping}\n"), []),
    # -- SG409 deadline-after-pivot
    ("SG409", "tried for ever counts with one try", timed("35s", CHARGE, SHIP, MAIL), []),
    ("SG409", "one try is too long already", timed("25s", CHARGE, SHIP, MAIL), ["ship"]),
    ("SG409", "before the pivot it is another rule's", timed("15s", CHARGE, SHIP, MAIL), []),
    ("SG409", "no pivot", timed("15s", CHARGE, RESERVE), []),
    (
        "SG409",
        "a branch beside the pivot",
        timed("25s", f"{CHARGE}, after: []", f"{SHIP}, after: []", "step: w, after: [charge], wait: Paid, timeout: 1h"),
        ["ship"],
    ),
    # -- SG410 retry-without-backoff
    ("SG410", "at once", flow(f"{SHIP}, retry: {{attempts: 2, initial: 0s}}"), ["ship"]),
    ("SG410", "one pause cannot grow", flow(f"{SHIP}, retry: {{attempts: 2, factor: 1}}"), []),
    ("SG410", "the limit is where it begins", flow(f"{SHIP}, retry: {{attempts: 5, initial: 5s, max: 5s}}"), ["ship"]),
    ("SG410", "patient enough", flow(f"{SHIP}, retry: {{attempts: forever, initial: 5m, factor: 1}}"), []),
    (
        "SG410",
        "one policy is one finding",
        flow(RESERVE, CHARGE, head="defaults: {retry: {attempts: 5, factor: 1}}\n"),
        ["reserve"],
    ),
    (
        "SG410",
        "the setting is inherited, the tries are not",
        flow(f"{SHIP}, retry: 4", head="defaults: {retry: {factor: 1}}\n"),
        ["ship"],
    ),
    ("SG410", "compensations too", flow(RESERVE, head="rollback: {retry: {attempts: 5, initial: 0s}}\n"), ["reserve"]),
    # -- SG411 retry-without-jitter
    ("SG411", "on by default", flow(f"{SHIP}, retry: 5"), []),
    ("SG411", "one try needs none", flow(f"{SHIP}, retry: {{attempts: 1, jitter: false}}"), []),
    ("SG411", "no pause to spread", flow(f"{SHIP}, retry: {{attempts: 5, initial: 0s, jitter: false}}"), []),
    # -- SG413 endless-try-before-pivot
    ("SG413", "under a deadline too", timed("1h", f"{CHARGE}, retry: forever", SHIP), ["charge"]),
    ("SG413", "the pivot is tried until it is known", flow(CHARGE, f"{SHIP}, retry: forever"), []),
    ("SG413", "after the pivot it is right", flow(CHARGE, SHIP, MAIL), []),
    ("SG413", "a retriable step where no pivot is", flow(RESERVE, CHARGE, MAIL), []),
    ("SG413", "a check", flow("step: a, participant: p, action: CheckA, kind: read-only, retry: forever", SHIP), ["a"]),
    (
        "SG413",
        "by default, which is one finding",
        flow(RESERVE, CHARGE, SHIP, head="defaults: {retry: forever}\n"),
        ["reserve"],
    ),
    # -- SG414 endless-undo-unwatched
    ("SG414", "an alert", flow(CHARGE, head="rollback: {retry: forever, alert: team}\n"), []),
    (
        "SG414",
        "pauses that grow for days",
        flow(CHARGE, head="rollback: {retry: {attempts: forever, max: 30d}, alert: team}\n"),
        ["charge"],
    ),
    ("SG414", "inherited from the actions", flow(CHARGE, SHIP, head="defaults: {retry: forever}\n"), ["charge"]),
    # -- SG415 multiplied-retries
    (
        "SG415",
        "few enough",
        flow(f"{CHARGE}, retry: 3", SHIP, head="rollback: {then: restart, max_restarts: 2}\n"),
        [],
    ),
    (
        "SG415",
        "too many",
        flow(f"{CHARGE}, retry: 4", SHIP, head="rollback: {then: restart, max_restarts: 2}\n"),
        ["charge"],
    ),
    (
        "SG415",
        "one try each does not multiply",
        flow(CHARGE, SHIP, head="rollback: {then: restart, max_restarts: 50}\n"),
        [],
    ),
    (
        "SG415",
        "without a limit it is another rule's",
        flow(f"{CHARGE}, retry: 9", head="rollback: {then: restart}\n"),
        [],
    ),
]
