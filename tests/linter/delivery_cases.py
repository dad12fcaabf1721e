"""Cases for the rules on unknown outcomes and delivery, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, Case, flow


def of(promises: str) -> str:
    """A head in which `inventory` makes these promises, and the others say nothing."""
    return f"participants: {{inventory: {{{promises}}}, payment: {{}}, shipping: {{}}, crm: {{}}}}\n"


def twice(key: str, other: str, more: str = "") -> str:
    """Two steps of one participant with a key each."""
    return flow(
        f"step: a, participant: p, action: DoA, compensation: UndoA, key: '{key}'{more}",
        f"step: b, participant: p, action: DoB, compensation: UndoB, key: '{other}'{more}",
        SHIP,
        head="input: {order_id: string, way: boolean}\nchoices: {c: {one: input.way, two: otherwise}}\n",
    )


def items(key: str, undo_key: str = "{saga_id}:{step}:{item}:undo") -> str:
    """A step over items with a key for its action and one for its compensation."""
    return flow(
        "step: a, for_each: input.i, max_items: 9, participant: p, action: DoA, "
        f"key: '{key}', compensation: {{command: UndoA, key: '{undo_key}'}}",
        SHIP,
        head="input: {i: array}\n",
    )


QUIET_TRIGGERS = "rollback: {triggers: [rejection]}\n"

CASES: list[Case] = [
    (
        "SG108",
        "the participant says it of everything: retry-without-idempotency tells",
        flow(RESERVE, SHIP, head=of("idempotency: none")),
        [],
    ),
    (
        "SG108",
        "the compensation says it of itself",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, idempotency: none}", SHIP),
        ["a"],
    ),
    (
        "SG108",
        "somebody else undoes it and says it of everything",
        flow(
            "step: a, participant: shipping, action: DoA, compensation: {command: UndoA, participant: inventory}",
            SHIP,
            head=of("idempotency: none"),
        ),
        ["a"],
    ),
    (
        "SG108",
        "the compensation is better than its action",
        flow(
            "step: a, participant: inventory, action: DoA, compensation: {command: UndoA, idempotency: natural}",
            SHIP,
            head=of("idempotency: none"),
        ),
        [],
    ),
    (
        "SG108",
        "a compensation that never runs",
        flow(
            SHIP,
            "step: a, participant: p, action: DoA, retry: forever, compensation: {command: UndoA, idempotency: none}",
        ),
        [],
    ),
    (
        "SG108",
        "a local step",
        flow("step: a, local: true, action: DoA, compensation: {command: UndoA, idempotency: none}", SHIP),
        [],
    ),
    (
        "SG109",
        "a timeout is no business reason",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [TimedOut]}", SHIP),
        [],
    ),
    (
        "SG109",
        "that nothing is there is no business reason",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [NotFound]}", SHIP),
        [],
    ),
    (
        "SG109",
        "a business reason beside one that is none",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [NotFound, PeriodClosed]}",
            SHIP,
        ),
        ["a"],
    ),
    (
        "SG109",
        "a local compensation that finds nothing",
        flow("step: a, local: true, action: DoA, compensation: {command: UndoA, rejects: [NotFound]}", SHIP),
        ["a"],
    ),
    (
        "SG115",
        "one statement, one finding",
        flow(RESERVE, RESERVE.replace("reserve,", "again,"), SHIP, head=of("rejects_late_actions: false")),
        ["reserve"],
    ),
    (
        "SG115",
        "a step says better of itself",
        flow(f"{RESERVE}, rejects_late_actions: true", SHIP, head=of("rejects_late_actions: false")),
        [],
    ),
    (
        "SG115",
        "a step says worse of itself",
        flow(f"{CHARGE}, rejects_late_actions: false", SHIP, head=of("rejects_late_actions: true")),
        ["charge"],
    ),
    (
        "SG115",
        "a status query is no cure",
        flow(RESERVE, SHIP, head=of("rejects_late_actions: false, status_query: true")),
        ["reserve"],
    ),
    (
        "SG115",
        "nothing overtakes anything",
        flow(RESERVE, SHIP, head=of("rejects_late_actions: false, ordered_delivery: true")),
        [],
    ),
    (
        "SG115",
        "two participants receive in order, each for itself",
        flow(
            "step: a, participant: inventory, action: DoA, compensation: {command: UndoA, participant: crm}",
            SHIP,
            head=of("rejects_late_actions: false, ordered_delivery: true"),
        ),
        ["a"],
    ),
    ("SG115", "not stated", flow(RESERVE, SHIP), []),
    (
        "SG115",
        "what is unknown is not undone: unknown-unresolved tells",
        flow(f"{RESERVE}, failed_step: never", SHIP, head=of("rejects_late_actions: false")),
        [],
    ),
    (
        "SG115",
        "a rollback starts only where the step is known",
        flow(f"{RESERVE}, retry: forever", CHARGE, SHIP, head=of("rejects_late_actions: false") + QUIET_TRIGGERS),
        [],
    ),
    (
        "SG115",
        "the deadline may come while it is on its way",
        flow(
            f"{RESERVE}, retry: forever",
            SHIP,
            head=of("rejects_late_actions: false") + "deadline: 5m\nrollback: {triggers: [rejection, deadline]}\n",
        ),
        ["reserve"],
    ),
    (
        "SG115",
        "its own failure starts the rollback",
        flow(
            f"{RESERVE}, retry: 3", SHIP, head=of("rejects_late_actions: false") + "rollback: {triggers: [failure]}\n"
        ),
        ["reserve"],
    ),
    (
        "SG115",
        "a step beside it may fail",
        flow(
            f"{RESERVE}, retry: forever, after: []",
            f"{CHARGE}, after: []",
            f"{SHIP}, after: [reserve, charge]",
            head=of("rejects_late_actions: false") + QUIET_TRIGGERS,
        ),
        ["reserve"],
    ),
    (
        "SG115",
        "a pivot is never undone",
        flow("step: a, participant: inventory, action: DoA, kind: pivot", head=of("rejects_late_actions: false")),
        [],
    ),
    (
        "SG301",
        "one statement, one finding, at the step that is tried again",
        flow(RESERVE, f"{RESERVE.replace('reserve,', 'again,')}, retry: 3", SHIP, head=of("idempotency: none")),
        ["again"],
    ),
    (
        "SG301",
        "a step says better of itself",
        flow(f"{RESERVE}, retry: 3, idempotency: natural", SHIP, head=of("idempotency: none")),
        [],
    ),
    ("SG301", "not stated", flow(f"{RESERVE}, retry: 3", SHIP), []),
    (
        "SG301",
        "reading twice does no harm",
        flow(
            "step: a, participant: inventory, action: GetA, kind: read-only, retry: 3",
            CHARGE,
            SHIP,
            head=of("idempotency: none"),
        ),
        [],
    ),
    (
        "SG301",
        "a local step is no message",
        flow("step: a, local: true, action: DoA, idempotency: none, compensation: UndoA", SHIP),
        [],
    ),
    ("SG301", "after the pivot as well", flow(CHARGE, SHIP, f"{MAIL}, idempotency: none"), ["mail"]),
    (
        "SG302",
        "the time in the key of a compensation",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, key: '{saga_id}:{now}'}", SHIP),
        ["a"],
    ),
    (
        "SG302",
        "with spaces",
        flow("step: a, participant: p, action: DoA, key: '{ uuid }', compensation: UndoA", SHIP),
        ["a"],
    ),
    (
        "SG302",
        "a word of the text is no variable",
        flow("step: a, participant: p, action: DoA, key: '{saga_id}:now:uuid', compensation: UndoA", SHIP),
        [],
    ),
    (
        "SG302",
        "no key is needed where twice is the same as once",
        flow("step: a, participant: p, action: DoA, key: '{uuid}', idempotency: natural, compensation: UndoA", SHIP),
        [],
    ),
    (
        "SG302",
        "a read may have any key",
        flow("step: a, participant: p, action: GetA, key: '{uuid}', kind: read-only", CHARGE, SHIP),
        [],
    ),
    ("SG303", "the same for two steps", twice("{saga_id}", "{saga_id}"), ["b"]),
    ("SG303", "the same for two steps of one choice", twice("{saga_id}:x", "{saga_id}:x", ", when: {c: one}"), ["b"]),
    ("SG303", "the default of another step", twice("{saga_id}:{step}", "{saga_id}:a"), ["b"]),
    ("SG303", "the step in each", twice("{saga_id}:{step}", "{ saga_id }:{ step }"), []),
    ("SG303", "input alone", twice("{input.order_id}:{step}", "{saga_id}:{step}"), ["a"]),
    ("SG303", "no run at all", twice("{step}", "{saga_id}:{step}"), ["a"]),
    ("SG303", "an unstable key is shared with nobody", twice("{uuid}", "{uuid}"), []),
    (
        "SG303",
        "input that is the run's own",
        "saga: s\ncorrelation: input.order_id\n" + twice("{input.order_id}:{step}", "{saga_id}:{step}"),
        [],
    ),
    (
        "SG303",
        "steps that exclude each other",
        flow(
            "step: a, when: {c: one}, participant: p, action: DoA, compensation: UndoA, key: '{saga_id}:x'",
            "step: b, when: {c: two}, participant: p, action: DoB, compensation: UndoB, key: '{saga_id}:x'",
            SHIP,
            head="input: {way: boolean}\nchoices: {c: {one: input.way, two: otherwise}}\n",
        ),
        [],
    ),
    (
        "SG303",
        "two participants",
        flow(
            "step: a, participant: p, action: DoA, compensation: UndoA, key: '{saga_id}'",
            "step: b, participant: q, action: DoB, compensation: UndoB, key: '{saga_id}'",
            SHIP,
        ),
        [],
    ),
    ("SG303", "lacks the item", items("{saga_id}:{step}"), ["a"]),
    ("SG303", "the compensation lacks the item", items("{saga_id}:{step}:{item}", "{saga_id}:{step}:undo"), ["a"]),
    ("SG303", "names a part of the item", items("{saga_id}:{step}:{item.sku}"), []),
    (
        "SG304",
        "the action has the default of the compensation",
        flow("step: a, participant: p, action: DoA, key: '{saga_id}:a:undo', compensation: UndoA", SHIP),
        ["a"],
    ),
    (
        "SG304",
        "at another participant",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, participant: q, key: '{saga_id}:{step}'}",
            SHIP,
        ),
        [],
    ),
    ("SG304", "a key of its own", items("{saga_id}:{step}:{item}"), []),
    ("SG304", "over items", items("{saga_id}:{step}:{item}", "{saga_id}:{step}:{item}"), ["a"]),
    (
        "SG304",
        "no key is needed where twice is the same as once",
        flow(
            "step: a, participant: p, action: DoA, idempotency: natural, compensation: {command: UndoA, key: '{saga_id}:{step}'}",
            SHIP,
        ),
        [],
    ),
    (
        "SG305",
        "long enough",
        flow(f"{RESERVE}, timeout: 10s, retry: 3", SHIP, head=of("idempotency: key, dedup_window: 1h")),
        [],
    ),
    (
        "SG305",
        "the action",
        flow(f"{RESERVE}, timeout: 10m, retry: 9", SHIP, head=of("idempotency: key, dedup_window: 1h")),
        ["reserve"],
    ),
    (
        "SG305",
        "pauses alone are too long",
        flow(
            f"{RESERVE}, retry: {{attempts: 9, initial: 10m, max: 1h}}",
            SHIP,
            head=of("idempotency: key, dedup_window: 1h"),
        ),
        ["reserve"],
    ),
    (
        "SG305",
        "one try has no copy that comes late",
        flow(f"{RESERVE}, timeout: 10m", SHIP, head=of("idempotency: key, dedup_window: 5m")),
        [],
    ),
    (
        "SG305",
        "for ever counts from one try to the next",
        flow(
            f"{RESERVE}, timeout: 10s, retry: {{attempts: forever, max: 4m}}",
            SHIP,
            head=of("idempotency: key, dedup_window: 5m"),
        ),
        [],
    ),
    (
        "SG305",
        "for ever, with pauses that are too long",
        flow(
            f"{RESERVE}, timeout: 10s, retry: {{attempts: forever, max: 5m}}",
            SHIP,
            head=of("idempotency: key, dedup_window: 5m"),
        ),
        ["reserve"],
    ),
    (
        "SG305",
        "nothing is recognised by a key",
        flow(f"{RESERVE}, timeout: 10m, retry: 9", SHIP, head=of("idempotency: natural, dedup_window: 5m")),
        [],
    ),
    (
        "SG306",
        "not undone, for the whole saga: one finding",
        flow(RESERVE, CHARGE, SHIP, head="rollback: {failed_step: never}\n"),
        ["reserve"],
    ),
    ("SG306", "not undone, for one step", flow(f"{RESERVE}, failed_step: never", CHARGE, SHIP), ["reserve"]),
    (
        "SG306",
        "asking comes too late on the way back",
        flow(f"{RESERVE}, failed_step: never, status_query: true", SHIP),
        ["reserve"],
    ),
    (
        "SG306",
        "its outcome is always known",
        flow(f"{RESERVE}, failed_step: never, retry: forever", CHARGE, SHIP, head=QUIET_TRIGGERS),
        [],
    ),
    (
        "SG306",
        "a local step",
        flow("step: a, local: true, action: DoA, compensation: UndoA, failed_step: never", SHIP),
        [],
    ),
    ("SG306", "an accepted end", flow(f"{RESERVE}, failed_step: never", SHIP, head="accept: {parked: reserve}\n"), []),
    (
        "SG306",
        "a pivot that is given up and cannot be asked",
        flow(CHARGE, f"{SHIP}, retry: 3, status_query: false"),
        ["ship"],
    ),
    ("SG306", "a pivot that can be asked", flow(CHARGE, f"{SHIP}, retry: 3, status_query: true"), []),
    ("SG306", "a pivot of which that is not stated", flow(CHARGE, f"{SHIP}, retry: 3"), []),
    (
        "SG306",
        "a pivot that is tried until it is known",
        flow(CHARGE, f"{SHIP}, retry: forever, status_query: false"),
        [],
    ),
    (
        "SG306",
        "a pivot that is tried for ever after one error only",
        flow(CHARGE, f"{SHIP}, retry: {{attempts: forever, only: [RateLimited]}}, status_query: false"),
        ["ship"],
    ),
    ("SG306", "nobody waits for the pivot", flow(CHARGE, f"{SHIP}, reply: false"), ["ship"]),
    ("SG306", "nobody waits, but it can be asked", flow(CHARGE, f"{SHIP}, reply: false, status_query: true"), []),
    ("SG306", "a mail may go unanswered", flow(CHARGE, SHIP, f"{MAIL}, reply: false"), []),
    (
        "SG306",
        "a booking may not",
        flow(CHARGE, SHIP, "step: a, participant: p, action: BookIt, kind: retriable, retry: forever, reply: false"),
        ["a"],
    ),
    (
        "SG307",
        "with a fallback or without",
        flow("step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [NoSuchBooking]}", SHIP),
        ["a"],
    ),
    (
        "SG307",
        "a business reason",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [PeriodClosed], fallback: {command: Voucher}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG307",
        "only what was done is undone",
        flow(
            "step: a, participant: p, action: DoA, failed_step: never, compensation: {command: UndoA, rejects: [NotFound]}",
            SHIP,
        ),
        [],
    ),
    (
        "SG307",
        "after every no",
        flow(f"{RESERVE}, failed_step: always", SHIP, head=of("rejects_late_actions: false")),
        ["reserve"],
    ),
    (
        "SG307",
        "after every no, and accepted",
        flow(f"{RESERVE}, failed_step: always", SHIP, head=of("rejects_late_actions: true")),
        [],
    ),
    (
        "SG307",
        "a local step",
        flow(
            "step: a, local: true, action: DoA, compensation: {command: UndoA, rejects: [NotFound], fallback: {command: Log}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG309",
        "deep in the data",
        flow(
            "step: a, participant: p, action: DoA, output: {id: string}, compensation: {command: UndoA, input: {ref: {it: [steps.a.output.id]}}}",
            SHIP,
        ),
        ["a"],
    ),
    (
        "SG309",
        "the answer of an earlier step has come",
        flow(
            "step: a, participant: p, action: DoA, output: {id: string}, compensation: UndoA",
            "step: b, participant: q, action: DoB, compensation: {command: UndoB, input: {id: steps.a.output.id}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG309",
        "a local step always has its result",
        flow(
            "step: a, local: true, action: DoA, output: {id: string}, compensation: {command: UndoA, input: {id: steps.a.output.id}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG309",
        "what is unknown is not undone",
        flow(
            "step: a, participant: p, action: DoA, failed_step: never, output: {id: string}, compensation: {command: UndoA, input: {id: steps.a.output.id}}",
            SHIP,
        ),
        [],
    ),
    (
        "SG310",
        "a wait may name it",
        flow(RESERVE, "step: w, wait: Approved, timeout: 3d, rejects: [ApprovalTimedOut]", SHIP),
        [],
    ),
    (
        "SG310",
        "a compensation may not",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [DEADLINE_EXCEEDED], fallback: {command: Voucher}}",
            SHIP,
        ),
        ["a"],
    ),
    (
        "SG310",
        "business has deadlines and slots too",
        flow(
            "step: a, participant: p, action: DoA, rejects: [DeadlineInPast, BookingTimeSlotTaken, RoomUnavailable], compensation: UndoA",
            SHIP,
        ),
        [],
    ),
    (
        "SG310",
        "one finding for a list",
        flow("step: a, participant: p, action: DoA, rejects: [OutOfStock, Timeout, '503'], compensation: UndoA", SHIP),
        ["a"],
    ),
    (
        "SG310",
        "a read that may time out",
        flow("step: a, participant: p, action: GetA, rejects: [payments.TimedOut], kind: read-only", CHARGE, SHIP),
        ["a"],
    ),
    (
        "SG311",
        "in the retries of all",
        flow(RESERVE, SHIP, head="defaults: {retry: {attempts: 3, only: ['*']}}\n"),
        [""],
    ),
    (
        "SG311",
        "in the retries of one",
        flow(f"{RESERVE}, retry: {{attempts: 3, only: [States.ALL]}}", SHIP),
        ["reserve"],
    ),
    (
        "SG311",
        "the words of the language",
        flow(f"{RESERVE}, retry: {{attempts: 3, only: [timeout, error]}}", SHIP),
        [],
    ),
    (
        "SG311",
        "the word of the language among the rejections",
        flow("step: a, participant: p, action: DoA, rejects: [error], compensation: UndoA", SHIP),
        ["a"],
    ),
    (
        "SG311",
        "errors with a name of their own",
        flow(
            "step: a, participant: p, action: DoA, rejects: [PaymentError, CardException, Unknown], compensation: UndoA",
            SHIP,
        ),
        [],
    ),
    (
        "SG312",
        "inherited from the defaults: one finding",
        flow(
            RESERVE,
            f"{RESERVE.replace('reserve,', 'again,')}",
            SHIP,
            head="defaults: {retry: {attempts: 3, only: [timeout, OutOfStock]}}\n",
        ),
        ["reserve"],
    ),
    (
        "SG312",
        "of a compensation",
        flow(
            "step: a, participant: p, action: DoA, compensation: {command: UndoA, rejects: [Busy], retry: {attempts: 3, only: [Busy]}, fallback: {command: Voucher}}",
            SHIP,
        ),
        ["a"],
    ),
    (
        "SG312",
        "a timeout in both is no rejection in the first place",
        flow(
            "step: a, participant: p, action: DoA, rejects: [Timeout], retry: {attempts: 3, only: [Timeout]}, compensation: UndoA",
            SHIP,
        ),
        [],
    ),
    (
        "SG313",
        "it only reads",
        flow(
            "step: a, participant: inventory, action: GetA, kind: read-only",
            CHARGE,
            SHIP,
            head=of("messaging: dual-write"),
        ),
        [],
    ),
    (
        "SG313",
        "it only undoes",
        flow(
            "step: a, participant: payment, action: DoA, compensation: {command: UndoA, participant: inventory}",
            SHIP,
            head=of("messaging: dual-write"),
        ),
        ["a"],
    ),
    (
        "SG313",
        "one finding for a participant",
        flow(RESERVE, RESERVE.replace("reserve,", "again,"), SHIP, head=of("messaging: dual-write")),
        ["reserve"],
    ),
    ("SG314", "the deadline notices", flow(RESERVE, "step: w, wait: Approved", SHIP, head="deadline: 30d\n"), []),
    (
        "SG314",
        "one finding for all waits",
        flow(RESERVE, "step: v, wait: Approved", "step: w, wait: Signed", SHIP),
        ["v"],
    ),
    (
        "SG314",
        "a default timeout does not cover it",
        flow(RESERVE, "step: w, wait: Approved", SHIP, head="defaults: {timeout: 5s}\n"),
        ["w"],
    ),
    (
        "SG316",
        "undone after a no as well",
        flow(f"{RESERVE}, failed_step: always", SHIP, head=of("remembers_failures: false")),
        [],
    ),
    (
        "SG316",
        "always says nothing of a pivot",
        flow(
            "step: a, participant: inventory, action: DoA, rejects: [No], kind: pivot",
            head=of("remembers_failures: false") + "rollback: {failed_step: always}\n",
        ),
        ["a"],
    ),
    (
        "SG316",
        "it never says no",
        flow(
            "step: a, participant: inventory, action: DoA, compensation: UndoA",
            SHIP,
            head=of("remembers_failures: false"),
        ),
        [],
    ),
    (
        "SG316",
        "a read",
        flow(
            "step: a, participant: inventory, action: GetA, rejects: [No], kind: read-only",
            CHARGE,
            SHIP,
            head=of("remembers_failures: false"),
        ),
        [],
    ),
    (
        "SG316",
        "not undone and forgotten are two omissions",
        flow(f"{RESERVE}, failed_step: never", SHIP, head=of("remembers_failures: false")),
        ["reserve"],
    ),
]
