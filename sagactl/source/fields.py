"""The language, as one table: every key, its shape, its meaning.

The reader validates with it, the JSON Schema and the reference page are generated from it, and nothing else
describes the language.  What spans several nodes (references, order, data) is decided in `build.py`.
"""

from __future__ import annotations

from typing import Any, Final

from sagactl import model
from sagactl.source.shapes import (
    Always,
    Count,
    Data,
    Either,
    Field,
    Flag,
    Group,
    Id,
    JsonType,
    Many,
    Nothing,
    Number,
    Record,
    Shape,
    Table,
    Text,
    Time,
    Word,
)

MAX_STEPS: Final = 1_000
"""A saga of more steps is refused: no reader, person or program, gets its rollback right."""

_COMMAND = Text(what="a command such as `ReserveItems`", max_length=200)
_EVENT = Text(what="an event such as `OrderPlaced`", max_length=200)
_ERROR = Text(what="an error name such as `CardDeclined`", max_length=200)
_DATUM = Text(pattern=r"[A-Za-z_][A-Za-z0-9_]*", what="a data name such as `order_id`", max_length=64)
_TEMPLATE = Text(what="a key template such as `{saga_id}:{step}`", max_length=500)
_PATH = Text(what="a path such as `input.order_id`", max_length=500)
_PREDICATE = Text(what="a predicate such as `input.total > 1000`, or `otherwise`", max_length=1024)
_STEP_IDS = Many(Id("a step id"), single=True)
_RESOURCES = Many(Id("a resource id"), single=True)
_IDEMPOTENCY = Word(("key", "natural", "none"))
_FAILED_STEP = Word(("auto", "always", "never"))
_INPUT = Table(_DATUM, Data())
_LATENCY = Group("latency", scalar="fixed")
_TRIGGERS = ("rejection", "failure", "timeout", "deadline", "cancel")


def _latency(
    *,
    fixed: float | None = None,
    p50: float | None = None,
    p99: float | None = None,
    uniform: tuple[float, ...] | None = None,
    exponential: float | None = None,
    route: model.Route,
) -> model.Latency:
    """The distribution that the one key written names; `one_of` made sure that there is exactly one."""
    if uniform is not None:
        return model.Latency(shape="uniform", values_s=uniform, route=route)
    if exponential is not None:
        return model.Latency(shape="exponential", values_s=(exponential,), route=route)
    if p50 is not None:
        return model.Latency(shape="percentiles", values_s=(p50, p99 if p99 is not None else p50), route=route)
    return model.Latency(shape="fixed", values_s=(fixed or 0.0,), route=route)


def _command(*, command: str, route: model.Route) -> str:
    return command


def _listens(
    *, all: tuple[str, ...] | None = None, any: tuple[str, ...] | None = None, route: model.Route
) -> model.Listens:
    if any is not None:
        return model.Listens(events=any, mode="any", route=route)
    return model.Listens(events=all or (), route=route)


def _step(*, no_compensation: Any = None, **values: Any) -> model.Step:
    """A step; `no_compensation` may be a reason, or `true`, blank or null: an omission without a reason."""
    if no_compensation is None:
        return model.Step(**values)
    reason = no_compensation.strip() if isinstance(no_compensation, str) else ""
    return model.Step(no_compensation=reason or None, omits_compensation=True, **values)


def _saga(*, choices: dict[str, dict[str, str]] | None = None, route: model.Route, **values: Any) -> model.Saga:
    named = {id: _choice(id, outcomes) for id, outcomes in (choices or {}).items()}
    return model.Saga(choices=named, route=route, **values)


def _choice(id: str, outcomes: dict[str, str]) -> model.Choice:
    route: model.Route = ("choices", id)
    return model.Choice(
        id=id,
        outcomes=tuple(model.Outcome(id=name, predicate=text, route=(*route, name)) for name, text in outcomes.items()),
        route=route,
    )


# fmt: off
_PROMISES = (
    Field("idempotency", _IDEMPOTENCY, "How a repeated request is recognised: by its idempotency key, by nature (doing it twice is the same as once), or not at all."),
    Field("rejects_late_actions", Flag(), "Whether an action that arrives after its compensation is refused (a tombstone), and a compensation for an action never seen is accepted."),
    Field("remembers_failures", Flag(), "Whether a rejected request stays rejected when it is delivered again."),
    Field("status_query", Flag(), "Whether one can ask what became of a request; after the answer `not done` the participant refuses the request for good."),
)

RECORDS: Final[dict[str, Record]] = {
    "saga": Record(
        "a saga",
        (
            Field("saga", Id("the saga's id"), "The saga's id.", required=True, attribute="id"),
            Field("version", Count(), "The version of the definition, a whole number from 1; runs keep the version they started with."),
            Field("description", Text(), "What the saga is for, in a sentence."),
            Field("owner", Text(max_length=200), "The team that answers for the saga."),
            Field("style", Word(("orchestration", "choreography")), "Who leads: a coordinator, or the participants by their events. Absent: not decided; `recommend` argues."),
            Field("deadline", Group("deadline", scalar="after"), "How long a run may take. Before the pivot it starts the rollback, after the pivot it only alerts; it never stops a compensation."),
            Field("correlation", _PATH, "The business key that every message carries, such as `input.order_id`.", default="the run's id"),
            Field("starts_on", Many(_EVENT, single=True), "Choreography: the events from outside that start the saga."),
            Field("ends_with", Many(_EVENT, single=True), "Choreography: events that nobody inside needs to hear."),
            Field("defaults", Group("defaults"), "What steps inherit when they do not say otherwise."),
            Field("input", Table(_DATUM, JsonType()), "The data that a run starts with: name and JSON type, or a JSON Schema fragment."),
            Field("choices", Table(Id("a choice"), Table(Id("an outcome"), _PREDICATE, least=1)), "Named decisions with finitely many outcomes, each with its predicate over `input.*` and `steps.<id>.output.*`; the last one is `otherwise`."),
            Field("participants", Table(Id("a participant"), Group("participant", empty=True)), "The services that take part, and what they promise."),
            Field("resources", Table(Id("a resource"), Group("resource", empty=True)), "Data that steps read and write, where isolation between runs matters."),
            Field("rollback", Group("rollback"), "How a run goes back."),
            Field("limits", Group("limits"), "How many runs at once, and when a run counts as stuck."),
            Field("requires", Group("requires"), "What only people know and `recommend` needs."),
            Field("accept", Group("accept"), "End states that the business accepts beside all done and all undone."),
            Field("steps", Many(Group("step"), least=1, most=MAX_STEPS, unique=False), "The steps; without `after` each one follows the one before it.", required=True),
        ),
        _saga,
    ),
    "deadline": Record(
        "a deadline",
        (
            Field("after", Time(), "How long a run may take.", required=True, attribute="after_s"),
            Field("owner", Id("a participant"), "Who keeps the timer; a choreography has nobody else to do it."),
        ),
        model.Deadline,
    ),
    "defaults": Record(
        "the defaults",
        (
            Field("timeout", Time(), "Time for one try of an action or compensation; neither for waits nor for local steps.", attribute="timeout_s"),
            Field("retry", Group("retry", scalar="attempts"), "Retries of actions; not of waits, local steps or nested sagas."),
        ),
        model.Defaults,
    ),
    "retry": Record(
        "a retry policy",
        (
            Field("attempts", Either((Count(1, 10_000), Word(("forever",))), "a whole number from 1 to 10000, or `forever`"), "Tries in all, the first one included.", default="1 without any `retry`"),
            Field("initial", Time(zero=True), "Pause before the second try.", attribute="initial_s", default="1s"),
            Field("factor", Number(1, 100), "By how much each pause is longer than the one before.", default="2"),
            Field("max", Time(), "The longest pause.", attribute="max_s", default="1m"),
            Field("jitter", Flag(), "Whether pauses are spread by chance, so that many runs do not return at the same moment.", default="true"),
            Field("only", Many(_ERROR, single=True), "Which failures are tried again: `timeout`, `error`, or named errors. Rejections never are."),
        ),
        model.Retry,
    ),
    "latency": Record(
        "a latency",
        (
            Field("fixed", Time(zero=True), "Always the same."),
            Field("p50", Time(), "The median."),
            Field("p99", Time(), "The 99th percentile."),
            Field("uniform", Many(Time(zero=True), least=2, most=2, unique=False), "Shortest and longest, all between equally likely."),
            Field("exponential", Time(), "The mean of an exponential distribution."),
        ),
        _latency,
        one_of=(("fixed", "p50", "uniform", "exponential"),),
        needs=(("p99", ("p50",)),),
    ),
    "participant": Record(
        "a participant",
        (
            Field("owner", Text(max_length=200), "The team that answers for it."),
            Field("store", Text(max_length=200), "Its database; two participants with one store share a local transaction."),
            Field("context", Text(max_length=200), "Its bounded context."),
            Field("messaging", Word(("outbox", "dual-write", "request-reply")), "How its answers leave: with the data in one transaction (outbox), beside it (dual-write), or as the reply to a call."),
            *_PROMISES,
            Field("dedup_window", Time(), "How long it remembers idempotency keys.", attribute="dedup_window_s"),
            Field("ordered_delivery", Flag(), "Whether messages of one run reach it in the order they were sent."),
            Field("latency", _LATENCY, "How long it takes, for simulation.", default="100ms"),
        ),
        model.Participant,
        named="id",
    ),
    "resource": Record(
        "a resource",
        (
            Field("participant", Id("a participant"), "Who owns it."),
            Field("invariant", Text(), "What must always hold, in words."),
            Field("strict", Flag(), "Whether the invariant may never be broken, not even for a moment."),
            Field("countermeasure", Word(("semantic-lock", "commutative", "pessimistic-view", "reread", "version", "by-value")), "What protects it against other runs in between."),
        ),
        model.Resource,
        named="id",
    ),
    "rollback": Record(
        "the rollback",
        (
            Field("order", Word(("reverse", "parallel")), "In reverse of `after`, independent steps concurrently, or all at once.", default="reverse"),
            Field("failed_step", _FAILED_STEP, "Whether the step at which the run stopped is undone too: when its outcome is unknown (auto), also after a rejection (always), or not (never).", default="auto"),
            Field("on_failure", Word(("continue", "stop", "ignore")), "What a failed compensation means for the others.", default="continue"),
            Field("triggers", Many(Word(_TRIGGERS), single=True), "What starts a rollback.", default="all of them"),
            Field("then", Word(("restart",)), "Try the whole saga again after a rollback."),
            Field("max_restarts", Count(1, 1_000), "How often at most."),
            Field("retry", Group("retry", scalar="attempts"), "Retries of compensations.", default="`defaults.retry`"),
            Field("dead_letter", Text(max_length=200), "Where a compensation goes that failed for good."),
            Field("alert", Text(max_length=200), "Who is told."),
        ),
        model.Rollback,
        needs=(("max_restarts", ("then",)),),
    ),
    "limits": Record(
        "the limits",
        (
            Field("concurrency", Count(), "How many runs go on at once."),
            Field("stuck_after", Time(), "How long a run may take, its way back included, before it counts as stuck.", attribute="stuck_after_s"),
        ),
        model.Limits,
    ),
    "requires": Record(
        "the requirements",
        (
            Field("visibility", Flag(), "Somebody must see where each run stands."),
            Field("audit", Flag(), "Every decision must be on record."),
            Field("throughput", Word(("low", "normal", "high")), "Runs per second, roughly."),
            Field("latency", Time(), "The longest acceptable happy path.", attribute="latency_s"),
            Field("changes_often", Flag(), "The flow changes often."),
            Field("no_single_point_of_failure", Flag(), "No coordinator whose outage stops every run."),
            Field("engine", Text(max_length=100), "A workflow engine that is already in place, such as `temporal`."),
        ),
        model.Requires,
    ),
    "accept": Record(
        "the accepted end states",
        (Field("parked", _STEP_IDS, "Steps that may end in the dead letters."),),
        model.Accept,
    ),
    "wait": Record(
        "a wait",
        (
            Field("event", _EVENT, "The event waited for."),
            Field("decision", Text(what="a decision such as `ApproveLoan`", max_length=200), "The decision of a person."),
            Field("by", Text(max_length=200), "The role that decides."),
        ),
        model.Wait,
        one_of=(("event", "decision"),),
        needs=(("by", ("decision",)),),
    ),
    "listens": Record(
        "the events listened to",
        (
            Field("all", Many(_EVENT, least=1), "All of them: a join."),
            Field("any", Many(_EVENT, least=1), "Any one of them."),
        ),
        _listens,
        one_of=(("all", "any"),),
    ),
    "publishes": Record(
        "the events published",
        (
            Field("success", _EVENT, "After the action was done.", default="the step's id in PascalCase and `Done`"),
            Field("failure", _EVENT, "After it was rejected or failed.", default="… and `Failed`"),
            Field("undone", _EVENT, "After the compensation was done.", default="… and `Undone`"),
        ),
        model.Publishes,
    ),
    "action": Record("an action", (Field("command", _COMMAND, "The command.", required=True),), _command),
    "fallback": Record("a fallback", (Field("command", _COMMAND, "The command.", required=True),), _command),
    "compensation": Record(
        "a compensation",
        (
            Field("command", _COMMAND, "The command that undoes the action.", required=True),
            Field("participant", Id("a participant"), "Who does it.", default="the step's participant"),
            Field("input", _INPUT, "The data it needs; the action's own result is attached if it is known."),
            Field("timeout", Time(), "Time for one try.", attribute="timeout_s"),
            Field("retry", Group("retry", scalar="attempts"), "How it is tried again."),
            Field("key", _TEMPLATE, "Idempotency key.", default="`{saga_id}:{step}:undo`"),
            Field("idempotency", _IDEMPOTENCY, "As of a participant, for the compensation alone."),
            Field("reply", Flag(), "Whether an answer is waited for.", default="true"),
            Field("listens", Group("listens", scalar="all", items="all"), "Choreography: the events that start it.", default="derived"),
            Field("rejects", Many(_ERROR, single=True), "Business reasons for which it may say no: a defect, unless there is a `fallback`."),
            Field("fallback", Group("fallback", scalar="command"), "What is done instead when it says no or fails for good."),
        ),
        model.Compensation,
    ),
    "step": Record(
        "a step",
        (
            Field("step", Id("the step's id"), "The step's id, unique in the saga.", required=True, attribute="id"),
            Field("after", Many(Id("a step id"), single=True), "The steps that must be settled before; `[]` starts at once.", default="the step before it in the list"),
            Field("when", Table(Id("a choice"), Id("an outcome"), least=1), "Only when these choices have these outcomes; a step not taken counts as settled."),
            Field("participant", Id("a participant"), "Who does it."),
            Field("action", Group("action", scalar="command"), "The command that does the work."),
            Field("input", _INPUT, "The data of the action."),
            Field("local", Flag(), "Done by the saga's owner in one transaction with the saga's state: no unknown outcome."),
            Field("wait", Group("wait", scalar="event"), "Instead of an action: an event or a person's decision that is waited for."),
            Field("on_timeout", Word(("fail", "continue")), "What it means when a wait takes too long.", default="fail"),
            Field("saga", Id("a saga"), "Instead of an action: another definition, run as a step."),
            Field("for_each", _PATH, "The list over whose items the action is repeated, such as `input.items`."),
            Field("max_items", Count(1, 10_000), "More items are refused at the start."),
            Field("parallel", Either((Flag(), Count(1, 10_000)), "true, false or a whole number"), "Whether, and how many, items go at once."),
            Field("kind", Word(("read-only", "compensatable", "pivot", "retriable")), "What the step is on the way back; declared it is checked, absent it is inferred."),
            Field("compensation", Group("compensation", scalar="command"), "What undoes it."),
            Field("no_compensation", Either((Text(), Always(), Nothing()), "a reason in words"), "The reason why nothing undoes it."),
            Field("failed_step", _FAILED_STEP, "As under `rollback`, for this step alone."),
            Field("reply", Flag(), "Whether an answer is waited for; without one the outcome is never known.", default="true"),
            Field("rejects", Many(_ERROR, single=True), "Business errors: definite answers `no, and nothing was done`."),
            Field("timeout", Time(), "Time for one try.", attribute="timeout_s", default="`defaults.timeout`"),
            Field("retry", Group("retry", scalar="attempts"), "How it is tried again.", default="`defaults.retry`"),
            Field("key", _TEMPLATE, "Idempotency key.", default="`{saga_id}:{step}`"),
            Field("output", Table(_DATUM, JsonType()), "What the answer brings: name and JSON type, or a JSON Schema fragment."),
            Field("reads", _RESOURCES, "Resources read."),
            Field("writes", _RESOURCES, "Resources written."),
            Field("write_mode", Word(("set", "add", "append")), "How they are written."),
            Field("lock", Id("a resource"), "Resource locked by this step; its compensation releases it."),
            Field("lock_ttl", Time(), "How long the lock lasts when nobody releases it.", attribute="lock_ttl_s"),
            Field("unlock", Id("a resource"), "Resource released by this step."),
            Field("external", Many(Text(what="an effect such as `email`", max_length=100), single=True), "Effects that people see: `email`, `money-in`, `money-out`, `shipment`, `webhook`, …"),
            Field("listens", Group("listens", scalar="all", items="all"), "Choreography: the events that start the step."),
            Field("publishes", Group("publishes", scalar="success"), "Choreography: the events that tell how it ended."),
            *_PROMISES,
            Field("latency", _LATENCY, "How long it takes, for simulation.", default="the participant's"),
        ),
        _step,
        one_of=(("action", "wait", "saga"),),
        conflicts=(
            ("compensation", "no_compensation", "a step is either undone or says why not"),
            ("wait", "compensation", "a wait has no effects, so there is nothing to undo"),
            ("wait", "no_compensation", "a wait has no effects, so nothing needs to be explained"),
            ("saga", "compensation", "a nested saga is undone by its own rollback"),
            ("saga", "no_compensation", "a nested saga is undone by its own rollback"),
        ),
        needs=(
            ("on_timeout", ("wait",)),
            ("max_items", ("for_each",)),
            ("parallel", ("for_each",)),
            ("for_each", ("action",)),
            ("lock_ttl", ("lock",)),
            ("write_mode", ("writes",)),
        ),
    ),
}
# fmt: on

ROOT: Final[Shape] = Group("saga")
