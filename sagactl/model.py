"""What a saga is: frozen values that say what a definition says, and nothing that can be derived from it.

An attribute that is None was not written in the definition; `flow.py` resolves defaults and inheritance.
Durations are seconds (`_s`).  Every node carries the route by which its document finds it again; two nodes that
say the same are equal wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal

from sagactl.value import value

Route = tuple[str | int, ...]

Kind = Literal["read-only", "compensatable", "pivot", "retriable"]
Style = Literal["orchestration", "choreography"]
Messaging = Literal["outbox", "dual-write", "request-reply"]
Idempotency = Literal["key", "natural", "none"]
Countermeasure = Literal["semantic-lock", "commutative", "pessimistic-view", "reread", "version", "by-value"]
WriteMode = Literal["set", "add", "append"]
RollbackOrder = Literal["reverse", "parallel"]
FailedStep = Literal["auto", "always", "never"]
OnFailure = Literal["continue", "stop", "ignore"]
OnTimeout = Literal["fail", "continue"]
Trigger = Literal["rejection", "failure", "timeout", "deadline", "cancel"]

FOREVER: Final = "forever"
Attempts = int | Literal["forever"]

OTHERWISE: Final = "otherwise"

Fragment = str | Mapping[str, Any]
"""The type of a datum: the name of a JSON type, or a JSON Schema fragment."""


def _route() -> Any:
    return field(default=(), compare=False, repr=False)


@value()
class Retry:
    """How often and how patiently an operation is tried again; `attempts` counts the first try."""

    attempts: Attempts | None = None
    initial_s: float | None = None
    factor: float | None = None
    max_s: float | None = None
    jitter: bool | None = None
    only: tuple[str, ...] | None = None
    route: Route = _route()


@value()
class Latency:
    """How long a participant takes: `shape` names the distribution, `values_s` its parameters in seconds.

    fixed: (value,) · uniform: (low, high) · exponential: (mean,) · percentiles: (p50, p99).
    """

    shape: Literal["fixed", "uniform", "exponential", "percentiles"]
    values_s: tuple[float, ...]
    route: Route = _route()


@value()
class Participant:
    """A service that takes part, and what it promises about messages that are lost, late or repeated."""

    id: str
    owner: str | None = None
    store: str | None = None
    context: str | None = None
    messaging: Messaging | None = None
    idempotency: Idempotency | None = None
    dedup_window_s: float | None = None
    rejects_late_actions: bool | None = None
    remembers_failures: bool | None = None
    status_query: bool | None = None
    ordered_delivery: bool | None = None
    latency: Latency | None = None
    route: Route = _route()


@value()
class Resource:
    """Data that steps of one or several sagas read and write."""

    id: str
    participant: str | None = None
    invariant: str | None = None
    strict: bool | None = None
    countermeasure: Countermeasure | None = None
    route: Route = _route()


@value()
class Outcome:
    """One way a choice can go; the predicate of the last one is `otherwise`."""

    id: str
    predicate: str
    route: Route = _route()

    @property
    def is_otherwise(self) -> bool:
        return self.predicate.strip() == OTHERWISE


@value()
class Choice:
    """A named decision with finitely many outcomes, tried in the order of the definition."""

    id: str
    outcomes: tuple[Outcome, ...]
    route: Route = _route()


@value()
class Wait:
    """Something from outside that a step waits for: an event, or a person's decision."""

    event: str | None = None
    decision: str | None = None
    by: str | None = None
    route: Route = _route()

    @property
    def name(self) -> str:
        return self.event or self.decision or ""


@value()
class Listens:
    """The events that start a step: all of them (a join), or any one."""

    events: tuple[str, ...]
    mode: Literal["all", "any"] = "all"
    route: Route = _route()


@value()
class Publishes:
    """The events that tell how a step ended; None means the name derived from the step's id."""

    success: str | None = None
    failure: str | None = None
    undone: str | None = None
    route: Route = _route()


@value()
class Compensation:
    """The command that undoes what the action of its step did."""

    command: str
    participant: str | None = None
    input: Mapping[str, Any] | None = None
    timeout_s: float | None = None
    retry: Retry | None = None
    key: str | None = None
    idempotency: Idempotency | None = None
    reply: bool | None = None
    listens: Listens | None = None
    rejects: tuple[str, ...] = ()
    fallback: str | None = None
    route: Route = _route()


@value()
class Step:
    """One step: an action with what undoes it, a wait, or another saga."""

    id: str
    after: tuple[str, ...] | None = None
    when: Mapping[str, str] = field(default_factory=dict)
    participant: str | None = None
    action: str | None = None
    input: Mapping[str, Any] | None = None
    local: bool = False
    wait: Wait | None = None
    on_timeout: OnTimeout | None = None
    saga: str | None = None
    for_each: str | None = None
    max_items: int | None = None
    parallel: bool | int | None = None
    kind: Kind | None = None
    compensation: Compensation | None = None
    omits_compensation: bool = False
    no_compensation: str | None = None
    failed_step: FailedStep | None = None
    reply: bool | None = None
    rejects: tuple[str, ...] = ()
    timeout_s: float | None = None
    retry: Retry | None = None
    key: str | None = None
    output: Mapping[str, Fragment] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    write_mode: WriteMode | None = None
    lock: str | None = None
    lock_ttl_s: float | None = None
    unlock: str | None = None
    external: tuple[str, ...] = ()
    listens: Listens | None = None
    publishes: Publishes | None = None
    idempotency: Idempotency | None = None
    rejects_late_actions: bool | None = None
    remembers_failures: bool | None = None
    status_query: bool | None = None
    latency: Latency | None = None
    route: Route = _route()


@value()
class Rollback:
    """How a run goes back."""

    order: RollbackOrder | None = None
    failed_step: FailedStep | None = None
    on_failure: OnFailure | None = None
    triggers: tuple[Trigger, ...] | None = None
    then: Literal["restart"] | None = None
    max_restarts: int | None = None
    retry: Retry | None = None
    dead_letter: str | None = None
    alert: str | None = None
    route: Route = _route()


@value()
class Defaults:
    """What steps inherit when they do not say otherwise."""

    timeout_s: float | None = None
    retry: Retry | None = None
    route: Route = _route()


@value()
class Deadline:
    """When the whole saga gives up, and who owns that timer in a choreography."""

    after_s: float
    owner: str | None = None
    route: Route = _route()


@value()
class Limits:
    """How many runs at once, and how long a run may take before somebody looks."""

    concurrency: int | None = None
    stuck_after_s: float | None = None
    route: Route = _route()


@value()
class Requires:
    """What only people know and the recommendation needs."""

    visibility: bool | None = None
    audit: bool | None = None
    throughput: Literal["low", "normal", "high"] | None = None
    latency_s: float | None = None
    changes_often: bool | None = None
    no_single_point_of_failure: bool | None = None
    engine: str | None = None
    route: Route = _route()


@value()
class Accept:
    """End states that the business accepts beside all done and all undone."""

    parked: tuple[str, ...] = ()
    route: Route = _route()


@value()
class Saga:
    """One definition: the flow, its participants and its way back."""

    id: str
    version: int | None = None
    description: str | None = None
    owner: str | None = None
    style: Style | None = None
    deadline: Deadline | None = None
    correlation: str | None = None
    starts_on: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    defaults: Defaults = Defaults()
    input: Mapping[str, Fragment] = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    participants: Mapping[str, Participant] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    rollback: Rollback = Rollback()
    limits: Limits = Limits()
    requires: Requires = Requires()
    accept: Accept | None = None
    steps: tuple[Step, ...] = ()
    route: Route = _route()

    def step(self, id: str) -> Step | None:
        return next((step for step in self.steps if step.id == id), None)
