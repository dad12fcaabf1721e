"""Cases for the rules on isolation, beyond their examples: within one saga, whose runs meet each other."""

from __future__ import annotations

from tests.linter.cases import FTGO_CREATE, FTGO_REVISE, SHIP, Case, flow

READ = "step: read, participant: p, action: GetX, kind: read-only, reads: x"
SET = "step: put, participant: p, action: SetX, writes: x, write_mode: set, compensation: SetBack"
ADD = "step: add, participant: p, action: AddX, writes: x, write_mode: add, compensation: TakeBack"
WRITE = "step: write, participant: p, action: WriteX, writes: x, compensation: UnwriteX"
LOCK = "step: lock, participant: p, action: LockX, lock: x, lock_ttl: 1d, compensation: UnlockX"
FREE = "step: free, participant: p, action: FreeX, unlock: x, kind: retriable, retry: forever"
SAY_NO = "step: say, participant: q, action: AskQ, rejects: [Refused], compensation: UnaskQ"


def x(*lines: str, **about: str) -> str:
    """A flow with one resource, `x`; what is about the resource is given by name."""
    body = ", ".join(f"{key}: {value}" for key, value in {"participant": "p", **about}.items())
    return flow(*lines, head=f"resources: {{x: {{{body}}}}}\n")


def xz(*lines: str) -> str:
    """A flow with two resources."""
    return flow(*lines, head="resources: {x: {participant: p}, z: {participant: p}}\n")


CHOICE = "input: {big: boolean}\nchoices: {size: {large: input.big, small: otherwise}}\nresources: {x: {}, z: {}}\n"

LOCK_Z = LOCK.replace("step: lock", "step: second").replace("lock: x", "lock: z")
FREE_Z = FREE.replace("step: free", "step: free-z").replace("unlock: x", "unlock: z")

CASES: list[Case] = [
    # -- lost updates
    ("SG601", "a value that is set after a read", x(READ, SET, SHIP), ["put"]),
    ("SG601", "a value that is set after a write", x(ADD, SET, SHIP), ["put"]),
    ("SG601", "a value that is set without a look", x(SET, SHIP), []),
    ("SG601", "a difference", x(READ, ADD, SHIP), []),
    ("SG601", "a step that reads what it sets", x(READ, f"{SET}, reads: x", SHIP), []),
    ("SG601", "side by side there is no later step", x(f"{READ}, after: []", f"{SET}, after: []", SHIP), []),
    ("SG601", "a write of which nothing is said, after a read", x(READ, WRITE, SHIP), ["write"]),
    ("SG601", "a write of which nothing is said, after a write", x(ADD, WRITE, SHIP), []),
    *(
        ("SG601", f"protected by {each}", x(READ, SET, SHIP, countermeasure=each), [])
        for each in ("semantic-lock", "reread", "version", "by-value")
    ),
    ("SG601", "a pessimistic view keeps no update", x(READ, SET, SHIP, countermeasure="pessimistic-view"), ["put"]),
    ("SG601", "a value that is set does not commute", x(READ, SET, SHIP, countermeasure="commutative"), ["put"]),
    ("SG601", "what is said to commute is believed", x(READ, WRITE, SHIP, countermeasure="commutative"), []),
    ("SG601", "under a lock from the read to the write", x(LOCK, READ, SET, f"{SHIP}, unlock: x"), []),
    ("SG601", "a lock that is taken too late", x(READ, LOCK, SET, f"{SHIP}, unlock: x"), ["put"]),
    ("SG601", "a lock that is let go too early", x(LOCK, f"{READ}, unlock: x", SET, SHIP), ["put"]),
    ("SG601", "one run at a time", "limits: {concurrency: 1}\n" + x(READ, SET, SHIP), []),
    (
        "SG601",
        "on outcomes that exclude each other",
        flow(f"{READ}, when: {{size: large}}", f"{SET}, when: {{size: small}}", SHIP, head=CHOICE),
        [],
    ),
    ("SG601", "the records of revise order are marked as pending", FTGO_REVISE, []),
    ("SG601", "create order names no resource", FTGO_CREATE, []),
    # -- dirty reads
    ("SG602", "what the same step of another run may undo", x(READ, ADD, SAY_NO, SHIP), ["read"]),
    ("SG602", "what is written at the pivot stays", x(READ, f"{SHIP}, writes: x"), []),
    ("SG602", "what is written after the pivot stays", x(READ, SHIP, f"{FREE}, writes: x"), []),
    (
        "SG602",
        "nothing after a local write can fail",
        "rollback: {triggers: [rejection]}\n"
        + x(READ, "step: w, local: true, action: W, writes: x, compensation: Unw"),
        [],
    ),
    *(
        ("SG602", f"{each} hides it", x(READ, ADD, SAY_NO, SHIP, countermeasure=each), [])
        for each in ("semantic-lock", "pessimistic-view", "by-value")
    ),
    *(
        ("SG602", f"{each} does not hide it", x(READ, ADD, SAY_NO, SHIP, countermeasure=each), ["read"])
        for each in ("commutative", "reread", "version")
    ),
    ("SG602", "a lock that is held until the pivot", x(READ, LOCK, ADD, SAY_NO, f"{SHIP}, unlock: x"), []),
    ("SG602", "a lock that is let go before", x(READ, LOCK, f"{ADD}, unlock: x", SAY_NO, SHIP), ["read"]),
    ("SG602", "a step that reads what it writes", x(f"{ADD}, reads: x", SAY_NO, SHIP), []),
    ("SG602", "one run at a time", "limits: {concurrency: 1}\n" + x(READ, ADD, SAY_NO, SHIP), []),
    # -- fuzzy reads
    ("SG603", "two reads, and a write in every run", x(READ, READ.replace("read,", "again,", 1), ADD, SHIP), ["again"]),
    ("SG603", "two reads, and nobody writes", x(READ, READ.replace("read,", "again,", 1), SHIP), []),
    (
        "SG603",
        "two reads beside each other",
        x(READ, f"{READ}, after: []".replace("read,", "again,", 1), ADD, SHIP),
        [],
    ),
    (
        "SG603",
        "the second read checks",
        x(READ, READ.replace("read,", "again,", 1), ADD, SHIP, countermeasure="reread"),
        [],
    ),
    ("SG603", "where an update is lost, one finding is enough", x(READ, READ.replace("read,", "b,", 1), SET, SHIP), []),
    # -- locks
    ("SG604", "released at the pivot", x(LOCK, f"{SHIP}, unlock: x"), []),
    ("SG604", "released after the pivot", x(LOCK, SHIP, FREE), []),
    ("SG604", "never released", x(LOCK, SHIP), ["lock"]),
    ("SG604", "released before it is taken", x(f"{SAY_NO}, unlock: x", LOCK, SHIP), ["lock"]),
    ("SG604", "released beside it", x(f"{LOCK}, after: []", f"{SAY_NO}, unlock: x, after: []", SHIP), ["lock"]),
    (
        "SG604",
        "released on one way only",
        flow(LOCK, f"{SAY_NO}, unlock: x, when: {{size: large}}", SHIP, head=CHOICE),
        ["lock"],
    ),
    (
        "SG604",
        "released on every way",
        flow(
            LOCK,
            f"{SAY_NO}, unlock: x, when: {{size: large}}",
            f"{SHIP}",
            f"{FREE}, when: {{size: small}}",
            head=CHOICE,
        ),
        [],
    ),
    (
        "SG604",
        "taken and released on the same way",
        flow(f"{LOCK}, when: {{size: large}}", SHIP, f"{FREE}, when: {{size: large}}", head=CHOICE),
        [],
    ),
    (
        "SG604",
        "a lock that is said to change nothing is kept on the way back",
        x(LOCK.replace("compensation: UnlockX", "kind: read-only"), SAY_NO, f"{SHIP}, unlock: x"),
        ["lock"],
    ),
    (
        "SG604",
        "a forgotten compensation is missing-compensation",
        x(LOCK.replace(", compensation: UnlockX", ""), SAY_NO, f"{SHIP}, unlock: x"),
        [],
    ),
    (
        "SG604",
        "parked with the lock, as accepted",
        "accept: {parked: [points]}\n"
        + x(
            LOCK.replace("lock_ttl: 1d, ", ""),
            SHIP,
            "step: points, participant: l, action: Award, kind: retriable, retry: 3",
            FREE,
        ),
        ["lock"],
    ),
    (
        "SG604",
        "parked after the lock is released",
        "accept: {parked: [points]}\n"
        + x(
            LOCK.replace("lock_ttl: 1d, ", ""),
            f"{SHIP}, unlock: x",
            "step: points, participant: l, action: Award, kind: retriable, retry: 3",
        ),
        [],
    ),
    (
        "SG604",
        "an unknown lock that is never undone",
        x(f"{LOCK.replace('lock_ttl: 1d, ', '')}, failed_step: never", f"{SHIP}, unlock: x"),
        ["lock"],
    ),
    ("SG604", "the same with an end of its own", x(f"{LOCK}, failed_step: never", f"{SHIP}, unlock: x"), []),
    ("SG605", "with an end of its own", x(LOCK, f"{SHIP}, unlock: x"), []),
    ("SG605", "without", x(LOCK.replace("lock_ttl: 1d, ", ""), f"{SHIP}, unlock: x"), ["lock"]),
    ("SG605", "what is never released is told once", x(LOCK.replace("lock_ttl: 1d, ", ""), SHIP), []),
    # -- the order of locks
    ("SG606", "one after the other", xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z), []),
    ("SG606", "beside each other", xz(f"{LOCK}, after: []", f"{LOCK_Z}, after: []", SHIP, FREE, FREE_Z), ["lock"]),
    (
        "SG606",
        "beside each other on outcomes that exclude each other",
        flow(
            f"{LOCK}, after: [], when: {{size: large}}",
            f"{LOCK_Z}, after: [], when: {{size: small}}",
            f"{SHIP}, after: [lock, second]",
            FREE,
            FREE_Z,
            head=CHOICE,
        ),
        [],
    ),
    (
        "SG606",
        "taken again while the other is held",
        xz(
            LOCK,
            LOCK_Z,
            f"{SAY_NO}, unlock: x",
            LOCK.replace("step: lock", "step: again"),
            SHIP,
            FREE,
            FREE_Z,
        ),
        ["lock"],
    ),
    (
        "SG606",
        "taken again when the other is released",
        xz(LOCK, f"{LOCK_Z}, unlock: x", f"{SAY_NO}, unlock: z", LOCK.replace("step: lock", "step: again"), SHIP, FREE),
        [],
    ),
    (
        "SG606",
        "only one run at a time gets so far",
        flow(
            LOCK.replace("lock: x", "lock: gate").replace("step: lock", "step: first"),
            f"{LOCK}, after: [first]",
            f"{LOCK_Z}, after: [first]",
            f"{SHIP}, after: [lock, second]",
            FREE,
            FREE_Z,
            FREE.replace("free", "open").replace("unlock: x", "unlock: gate"),
            head="resources: {gate: {}, x: {}, z: {}}\n",
        ),
        [],
    ),
    (
        "SG606",
        "the gate is open before",
        flow(
            LOCK.replace("lock: x", "lock: gate").replace("step: lock", "step: first"),
            f"{LOCK}, after: [first], unlock: gate",
            f"{LOCK_Z}, after: [first]",
            f"{SHIP}, after: [lock, second]",
            FREE,
            FREE_Z,
            head="resources: {gate: {}, x: {}, z: {}}\n",
        ),
        ["lock"],
    ),
    (
        "SG606",
        "one run at a time",
        "limits: {concurrency: 1}\n"
        + xz(f"{LOCK}, after: []", f"{LOCK_Z}, after: []", f"{SHIP}, after: [lock, second]", FREE, FREE_Z),
        [],
    ),
    # -- what is given early
    ("SG607", "given back before what may fail", x(ADD.replace("AddX", "ReleaseX"), SAY_NO, SHIP), ["add"]),
    ("SG607", "nothing can fail any more", x(SHIP, ADD.replace("AddX", "ReleaseX") + ", retry: forever"), []),
    ("SG607", "taken before what may fail", x(ADD.replace("AddX", "ReserveX"), SAY_NO, SHIP), []),
    ("SG607", "hidden", x(ADD.replace("AddX", "ReleaseX"), SAY_NO, SHIP, countermeasure="semantic-lock"), []),
    # -- versions
    ("SG609", "definitions that say nothing of their data", x(READ, SET, SHIP, countermeasure="version"), []),
    ("SG609", "an input without a number", x(READ, f"{SET}, input: {{a: 1}}", SHIP, countermeasure="version"), ["put"]),
    (
        "SG609",
        "a number that a reader brings",
        x(
            f"{READ}, output: {{x_version: integer}}",
            f"{SET}, input: {{v: steps.read.output.x_version}}",
            SHIP,
            countermeasure="version",
        ),
        [],
    ),
    (
        "SG609",
        "a number of something else",
        x(
            f"{SAY_NO}, output: {{version: integer}}",
            READ,
            f"{SET}, input: {{v: steps.say.output.version}}",
            SHIP,
            countermeasure="version",
        ),
        ["put"],
    ),
    (
        "SG609",
        "a number that the caller brings",
        "input: {etag: string}\n" + x(f"{SET}, input: {{v: input.etag}}", SHIP, countermeasure="version"),
        [],
    ),
    ("SG609", "compared in place", x(f"{SET}, reads: x, input: {{a: 1}}", SHIP, countermeasure="version"), []),
    ("SG609", "another countermeasure", x(READ, f"{SET}, input: {{a: 1}}", SHIP, countermeasure="reread"), []),
    # -- writes side by side
    ("SG610", "one after the other", x(SET, ADD, SHIP), []),
    ("SG610", "a value and a difference", x(f"{SET}, after: []", f"{ADD}, after: []", SHIP), ["add"]),
    ("SG610", "two differences", x(f"{ADD}, after: []", f"{ADD}, after: []".replace("add,", "b,", 1), SHIP), []),
    ("SG610", "nothing is said", x(f"{WRITE}, after: []", f"{ADD}, after: []", SHIP), ["add"]),
    (
        "SG610",
        "what is said to commute is believed",
        x(f"{WRITE}, after: []", f"{ADD}, after: []", SHIP, countermeasure="commutative"),
        [],
    ),
    (
        "SG610",
        "on outcomes that exclude each other",
        flow(
            f"{SET}, after: [], when: {{size: large}}",
            f"{ADD}, after: [], when: {{size: small}}",
            f"{SHIP}, after: [put, add]",
            head=CHOICE,
        ),
        [],
    ),
    (
        "SG610",
        "each that may be the last",
        x(
            f"{SET}, after: []",
            f"{ADD}, after: []",
            f"{SET}, after: []".replace("put,", "c,", 1),
            f"{SHIP}, after: [put, add, c]",
        ),
        ["add", "c"],
    ),
    # -- invariants
    ("SG611", "written, and nothing said", x(ADD, SHIP, invariant="never below zero"), ["add"]),
    ("SG611", "protected", x(ADD, SHIP, invariant="never below zero", countermeasure="commutative"), []),
    ("SG611", "written under a lock", x(LOCK, ADD, f"{SHIP}, unlock: x", invariant="never below zero"), []),
    ("SG611", "never written", x(READ, SHIP, invariant="never below zero"), []),
    ("SG611", "told by lost-update already", x(READ, SET, SHIP, invariant="never below zero"), []),
    (
        "SG611",
        "strict, and only seldom broken",
        x(ADD, SHIP, invariant="never below zero", strict="true", countermeasure="pessimistic-view"),
        ["add"],
    ),
]
