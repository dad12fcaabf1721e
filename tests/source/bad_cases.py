"""Definitions with one thing wrong each: what is said of it, and which text is underlined.

`structure` marks what the JSON Schema can see too; the rest spans several nodes.
"""

from __future__ import annotations

from typing import NamedTuple


class BadCase(NamedTuple):
    """`token` is the text that the finding underlines."""

    name: str
    text: str
    code: str
    token: str
    says: str = ""
    structure: bool = True


STEP = "- {step: a, participant: p, action: A, compensation: U}"


def saga(more: str = "", steps: str = STEP) -> str:
    return f"saga: s\n{more}steps:\n  {steps}\n"


def step(more: str) -> str:
    return saga(steps=f"- {{step: a, participant: p, action: A, compensation: U, {more}}}")


def top(more: str) -> str:
    return saga(more + "\n")


BAD_CASES: tuple[BadCase, ...] = (
    # unknown keys
    BadCase("top key", top("vresion: 1"), "SG001", "vresion", "did you mean `version`"),
    BadCase("step key", step("timout: 5s"), "SG001", "timout", "did you mean `timeout`"),
    BadCase("deep key", top("rollback: {retry: {atempts: 3}}"), "SG001", "atempts", "did you mean `attempts`"),
    BadCase("foreign key", step("foo: 1"), "SG001", "foo"),
    BadCase("participant key", top("participants: {p: {idempotent: key}}"), "SG001", "idempotent", "idempotency"),
    BadCase("latency shape", top("participants: {p: {latency: {p95: 1s, p50: 2s}}}"), "SG001", "p95"),
    # missing keys
    BadCase("no steps", "saga: s\n", "SG020", "saga", "`steps`"),
    BadCase("no id", "steps:\n  - {step: a, participant: p, action: A, compensation: U}\n", "SG020", "steps", "`saga`"),
    BadCase("no step id", saga(steps="- {participant: p, action: A, compensation: U}"), "SG020", "participant", "`step`"),
    BadCase("no work", saga(steps="- {step: a, participant: p}"), "SG020", "step", "`action`, `wait` or `saga`"),
    BadCase("no command", saga(steps="- {step: a, participant: p, action: A, compensation: {timeout: 3s}}"), "SG020", "compensation", "`command`"),
    BadCase("nobody", saga(steps="- {step: a, action: A, compensation: U}"), "SG020", "a", "nobody to do it", structure=False),
    BadCase("lonely max_items", step("max_items: 3"), "SG020", "max_items", "`for_each`"),
    BadCase("lonely lock_ttl", step("lock_ttl: 3s"), "SG020", "lock_ttl", "`lock`"),
    BadCase("lonely on_timeout", step("on_timeout: fail"), "SG020", "on_timeout", "`wait`"),
    BadCase("lonely max_restarts", top("rollback: {max_restarts: 3}"), "SG020", "max_restarts", "`then`"),
    BadCase("lonely by", saga(steps="- {step: a, wait: {event: E, by: x}}"), "SG020", "by", "`decision`"),
    BadCase("lonely p99", top("participants: {p: {latency: {p99: 1s}}}"), "SG020", "latency"),
    BadCase("deadline without time", top("deadline: {owner: p}"), "SG020", "deadline", "`after`"),
    # values
    BadCase("id in capitals", saga(steps="- {step: ReserveItems, participant: p, action: A, compensation: U}"), "SG019", "ReserveItems", "write `reserve-items`"),
    BadCase("id with underscore", saga(steps="- {step: a_b, participant: p, action: A, compensation: U}"), "SG019", "a_b", "write `a-b`"),
    BadCase("long id", saga(steps=f"- {{step: {'a' * 65}, participant: p, action: A, compensation: U}}"), "SG019", "a" * 65, "64"),
    BadCase("version zero", top("version: 0"), "SG019", "0", "from 1"),
    BadCase("version text", top("version: '1'"), "SG019", "'1'", "whole number"),
    BadCase("version fraction", top("version: 1.5"), "SG019", "1.5", "whole number"),
    BadCase("style", top("style: orchestrated"), "SG019", "orchestrated", "did you mean `orchestration`"),
    BadCase("kind", step("kind: compensable"), "SG019", "compensable", "did you mean `compensatable`"),
    BadCase("idempotency", step("idempotency: keys"), "SG019", "keys", "did you mean `key`"),
    BadCase("flag as text", step("status_query: 'true'"), "SG019", "'true'", "true or false"),
    BadCase("flag as number", step("status_query: 1"), "SG019", "1", "true or false"),
    BadCase("list as text", step("after: {}"), "SG019", "after"),
    BadCase("steps as mapping", "saga: s\nsteps: {a: 1}\n", "SG019", "steps", "expected a list"),
    BadCase("no steps in list", "saga: s\nsteps: []\n", "SG019", "steps", "empty"),
    BadCase("attempts", step("retry: {attempts: 0}"), "SG019", "0", "forever"),
    BadCase("attempts word", step("retry: {attempts: always}"), "SG019", "always", "forever"),
    BadCase("factor", step("retry: {attempts: 2, factor: 0.5}"), "SG019", "0.5", "from 1"),
    BadCase("trigger", top("rollback: {triggers: [rejected]}"), "SG019", "rejected", "did you mean `rejection`"),
    BadCase("twice in a list", step("rejects: [X, X]"), "SG019", "X", "twice"),
    BadCase("no_compensation false", saga(steps="- {step: a, participant: p, action: A, no_compensation: false}"), "SG019", "false"),
    BadCase("undone and not", step("no_compensation: why"), "SG019", "no_compensation", "exclude each other"),
    BadCase("wait undone", saga(steps="- {step: a, wait: E, compensation: U}"), "SG019", "compensation", "no effects"),
    BadCase("action and wait", step("wait: E"), "SG019", "wait", "only one of"),
    BadCase("two waits", saga(steps="- {step: a, wait: {event: E, decision: D}}"), "SG019", "decision", "only one of"),
    BadCase("type", top("input: {n: int}"), "SG019", "int", "integer"),
    BadCase("fragment type", top("input: {n: {type: sting}}"), "SG019", "sting", "did you mean `string`"),
    BadCase("data name", top("input: {order-id: string}"), "SG019", "order-id", "data name"),
    BadCase("uniform", top("participants: {p: {latency: {uniform: [1s]}}}"), "SG019", "uniform", "2 items"),
    BadCase("empty text", saga(steps="- {step: a, participant: p, action: '', compensation: U}"), "SG019", "''", "empty"),
    BadCase("nothing", "saga: s\ndescription:\nsteps:\n  " + STEP + "\n", "SG019", "description", "nothing is written"),
    BadCase("root list", "- 1\n", "SG019", "1", "mapping", structure=True),
    # durations
    BadCase("bare number", step("timeout: 30"), "SG016", "30", "`30s`"),
    BadCase("clock", step("timeout: 1:30"), "SG016", "1:30", "`90s`"),
    BadCase("space", step("timeout: 30 s"), "SG016", "30 s", "`30s`"),
    BadCase("capitals", step("timeout: 30S"), "SG016", "30S", "`30s`"),
    BadCase("octal look", step("timeout: 010"), "SG016", "010"),
    BadCase("zero", step("timeout: 0s"), "SG016", "0s", "zero"),
    BadCase("fraction below one", step("timeout: 0.5s"), "SG016", "0.5s", "`500ms`"),
    BadCase("too long", step("timeout: 3651d"), "SG016", "3651d", "3650 days"),
    BadCase("bad iso", step("timeout: PT"), "SG016", "PT"),
    BadCase("weeks", step("timeout: 2w"), "SG016", "2w"),
    BadCase("compound", step("timeout: 1h30m"), "SG016", "1h30m"),
    BadCase("duration list", step("timeout: [3s]"), "SG016", "timeout", "expected a duration"),
    # what YAML 1.1 and 1.2 read differently
    BadCase("number as text", saga(steps="- {step: a, participant: p, action: 12, compensation: U}"), "SG017", "12", 'quote it: `"12"`'),
    BadCase("true as text", top("owner: true"), "SG017", "true", "quote"),
    BadCase("null as text", top("owner: ~"), "SG017", "~", "quote"),
    BadCase("yes as flag", step("status_query: yes"), "SG017", "yes", "`true`"),
    BadCase("off as flag", step("status_query: Off"), "SG017", "Off", "`false`"),
    BadCase("octal", step("retry: {attempts: 010}"), "SG017", "010"),
    BadCase("underscores", step("retry: {attempts: 1_0}"), "SG017", "1_0"),
    # references
    BadCase("after", step("after: [b]"), "SG003", "b", structure=False),
    BadCase("after itself", step("after: [a]"), "SG003", "a", "after itself", structure=False),
    BadCase("choice", step("when: {x: y}"), "SG003", "x", structure=False),
    BadCase("outcome", top("choices: {c: {yes-way: input.n, no-way: otherwise}}\ninput: {n: boolean}").replace("compensation: U", "compensation: U, when: {c: yesway}"), "SG003", "yesway", "did you mean `yes-way`", structure=False),
    BadCase("participant", top("participants: {q: {}}"), "SG003", "p", structure=False),
    BadCase("resource", step("writes: [stock]"), "SG003", "stock", structure=False),
    BadCase("lock", step("lock: stock"), "SG003", "stock", structure=False),
    BadCase("input path", step("input: {x: input.y}"), "SG003", "input.y", structure=False),
    BadCase("output path", step("input: {x: steps.a.output.z}"), "SG003", "steps.a.output.z", structure=False),
    BadCase("accept", top("accept: {parked: [z]}"), "SG003", "z", structure=False),
    BadCase("key variable", step("key: '{saga}:{step}'"), "SG003", "'{saga}:{step}'", "saga_id", structure=False),
    BadCase("key brace", step("key: '{saga_id'"), "SG008", "'{saga_id'", structure=False),
    BadCase("predicate", top("input: {n: number}\nchoices: {c: {x: 'input.n = 3', y: otherwise}}"), "SG008", "'input.n = 3'", "==", structure=False),
    BadCase("predicate path", top("choices: {c: {x: input.n == 3, y: otherwise}}"), "SG003", "input.n == 3", structure=False),
    BadCase("otherwise first", top("input: {n: number}\nchoices: {c: {x: otherwise, y: input.n == 1}}"), "SG008", "otherwise", "last", structure=False),
    BadCase("own child", saga(steps="- {step: a, saga: s}"), "SG010", "s", structure=False),
    BadCase("duplicate id", saga(steps=STEP + "\n  " + STEP), "SG002", "a", structure=False),
    BadCase("cycle", "saga: s\nsteps:\n  - {step: a, after: [b], participant: p, action: A, compensation: U}\n  - {step: b, participant: p, action: B, compensation: V}\n", "SG004", "after", "`a` -> `b` -> `a`", structure=False),
)  # fmt: skip
