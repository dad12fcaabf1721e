"""Runs as spans and metrics of OpenTelemetry: one span for each try, in one trace for each run, whoever carries it out.

    sagas = OrderFulfillment(store=SqliteStore("sagas.db"), observers=[Telemetry()])

The trace is named after the run, so that the spans of several processes meet without a word between them.  Nothing of
a run's data is told: no input, no result, no key.  Only the API is needed; the program brings the SDK of its choice.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.errors import SagactlError
from sagactl.runtime.change import Change
from sagactl.runtime.observers import Observer
from sagactl.runtime.orders import Letter, Order
from sagactl.runtime.store import Summary
from sagactl.trace import Moment

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

SCOPE: Final = "sagactl.runtime"
MOST_OPEN: Final = 10_000
"""Runs with tries whose end is still to come; of those that a worker lets go of, it never comes."""

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 86400, 604800)
"""Bounds of the durations: those of the conventions for HTTP, and on to a week, for runs may wait for days."""

_BACK: Final = frozenset(("undo", "fallback"))

_ENDS: Final = {
    "done": ("ok", False), "rejected": ("rejected", False), "failed": ("failed", False),
    "timed-out": ("timed-out", False), "undone": ("ok", True), "undo-rejected": ("rejected", True),
    "undo-failed": ("failed", True), "undo-timed-out": ("timed-out", True),
}  # fmt: skip
"""The moments that end a try: how it ended, and whether it was on the way back."""

_ANSWERS: Final = {"no": "rejected", "error": "failed", "none": "timed-out"}
"""What a handler's answer is called; all others say that it went well."""


class _Slot(NamedTuple):
    """One try of one operation of a run."""

    restarts: int
    step: str
    operation: str
    attempt: int


class _Open(NamedTuple):
    """A try that is under way: its span, when it began, and what every number about it says."""

    span: Span
    began_s: float
    attributes: dict[str, str]


class Telemetry(Observer):
    """Tells OpenTelemetry; without providers of its own it takes those that the program has set."""

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        try:
            from opentelemetry import metrics, trace
        except ImportError:
            raise SagactlError(
                "telemetry needs the API of OpenTelemetry, and it is not installed",
                help="pip install 'sagactl[otel]', and an SDK such as opentelemetry-sdk to send what is told",
            ) from None
        self._trace = trace
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        self._open: dict[str, dict[_Slot, _Open]] = {}
        meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        counter, durations = meter.create_counter, meter.create_histogram
        self._started = counter("sagactl.runs.started", "{run}", "Runs that were started")
        self._ended = counter("sagactl.runs.ended", "{run}", "Runs that ended, by outcome")
        self._stuck = counter("sagactl.runs.stuck", "{run}", "Runs that became overdue")
        self._retries = counter("sagactl.step.retries", "{try}", "Tries after the first")
        self._compensations = counter("sagactl.compensations", "{compensation}", "Steps that were undone")
        self._letters = counter("sagactl.dead_letters", "{step}", "Steps that were handed to people")
        self._under_way = meter.create_gauge("sagactl.runs.active", "{run}", "Runs in the hands of this worker")
        bounds = {"explicit_bucket_boundaries_advisory": SECONDS}
        self._run_s = durations("sagactl.run.duration", "s", "From the start of a run to its end", **bounds)
        self._try_s = durations("sagactl.step.duration", "s", "From an order to its answer, or its timeout", **bounds)

    # -- tries

    def on_order(self, order: Order) -> None:
        """A span begins; a wait is no work, and shows as the gap between two spans."""
        if order.operation == "wait" or self._find(order) is not None:
            return
        attributes = {
            "sagactl.saga": order.saga,
            "sagactl.step": _plain(order.step),
            "sagactl.operation": order.operation,
            "peer.service": order.participant,
        }
        span = self._tracer.start_span(
            f"{order.operation} {_plain(order.step)}",
            self._of_run(order.run),
            kind=self._trace.SpanKind.CLIENT,
            attributes={
                **attributes,
                "sagactl.run": order.run,
                "sagactl.step.id": order.step,
                "sagactl.command": order.name,
                "sagactl.attempt": order.attempt,
                "sagactl.correlation_id": order.correlation,
            },
        )
        if order.attempt > 1:
            self._retries.add(1, attributes)
            span.add_event("retry", {"sagactl.attempt": order.attempt})
        self._open.setdefault(order.run, {})[_slot(order)] = _Open(span, time.perf_counter(), attributes)
        if len(self._open) > MOST_OPEN:
            self._let_go(next(iter(self._open)))

    def _find(self, order: Order) -> _Open | None:
        return self._open.get(order.run, {}).get(_slot(order))

    def around(self, order: Order) -> AbstractContextManager[object]:
        """What a handler does is told below the span of its try."""
        found = self._find(order)
        if found is None:
            return nullcontext()
        return self._trace.use_span(found.span, record_exception=False, set_status_on_exception=False)

    def on_answer(self, order: Order, answer: str, detail: str) -> None:
        self._close(order.run, _slot(order), _ANSWERS.get(answer, "ok"), detail)

    def _close(self, run: str, slot: _Slot, ended: str, detail: str) -> None:
        found = self._open.get(run, {}).pop(slot, None)
        if found is None:
            return
        attributes = {**found.attributes, "sagactl.answer": ended}
        if ended != "ok":
            attributes["error.type"] = detail or ended
        found.span.set_attributes(attributes)
        if ended == "timed-out":
            found.span.add_event("timeout")
        if ended in ("failed", "timed-out"):
            found.span.set_status(self._trace.StatusCode.ERROR, detail or ended)
        found.span.end()
        self._try_s.record(time.perf_counter() - found.began_s, attributes)

    # -- runs

    def on_change(self, change: Change) -> None:
        run = change.run
        if change.event == "Started":
            self._started.add(1, {"sagactl.saga": run.saga})
        for moment in change.moments:
            self._told(change, moment)
        if change.ended is not None:
            self._end(change)

    def _told(self, change: Change, moment: Moment) -> None:
        """What ends a try that somebody else carries out, or nobody any more."""
        ended, back = _ENDS.get(moment.what, ("", False))
        if not ended:
            return
        run = change.run.id
        for slot in [slot for slot in self._open.get(run, ()) if _is_about(slot, moment.step, back)]:
            if slot.operation == "status":
                self._close(run, slot, "timed-out" if ended == "timed-out" else "ok", "")
            else:
                self._close(run, slot, ended, moment.detail if ended in ("rejected", "failed") else "")
        if moment.what == "undone":
            self._compensations.add(1, {"sagactl.saga": change.run.saga, "sagactl.step": _plain(moment.step)})

    def _end(self, change: Change) -> None:
        run = change.run
        self._let_go(run.id)
        attributes = {"sagactl.saga": run.saga, "sagactl.outcome": str(change.ended)}
        self._ended.add(1, attributes)
        self._run_s.record(run.changed_s - run.started_s, attributes)
        span = self._tracer.start_span(
            f"saga {run.saga}",
            self._of_run(run.id),
            attributes={**attributes, "sagactl.run": run.id, "sagactl.correlation_id": run.correlation},
            start_time=_nanoseconds(run.started_s),
        )
        if change.ended == "parked":
            span.set_status(self._trace.StatusCode.ERROR, "parked")
        span.end(_nanoseconds(run.changed_s))

    def _let_go(self, run: str) -> None:
        for left in self._open.pop(run, {}).values():
            left.span.end()

    def on_letter(self, change: Change, letter: Letter) -> None:
        self._letters.add(
            1,
            {
                "sagactl.saga": change.run.saga,
                "sagactl.step": _plain(letter.step),
                "sagactl.direction": letter.direction,
            },
        )

    def on_stuck(self, run: Summary) -> None:
        self._stuck.add(1, {"sagactl.saga": run.saga})

    def on_look(self, saga: str, runs: int) -> None:
        self._under_way.set(runs, {"sagactl.saga": saga})

    def _of_run(self, run: str) -> Context:
        """The context that all spans of a run have as their parent, in every process."""
        trace_id, span_id = trace_ids(run)
        flags = self._trace.TraceFlags(self._trace.TraceFlags.SAMPLED)
        parent = self._trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)
        return self._trace.set_span_in_context(self._trace.NonRecordingSpan(parent))


def trace_ids(run: str) -> tuple[int, int]:
    """The trace of a run and the span that all its spans lie below; the trace of a run's own id is that id."""
    digest = sha256(run.encode()).digest()
    plain = run.replace("-", "")
    is_uuid = len(run) == 36 and len(plain) == 32 and set(plain) <= set("0123456789abcdef")
    return int(plain, 16) if is_uuid else int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")


def _slot(order: Order) -> _Slot:
    return _Slot(order.restarts, order.step, order.operation, order.attempt)


def _is_about(slot: _Slot, step: str, back: bool) -> bool:
    return slot.step == step and (slot.operation in _BACK) == back


def _plain(step: str) -> str:
    """The step without its place in a list, of which there may be thousands."""
    return step.partition("[")[0]


def _nanoseconds(at_s: float) -> int:
    return int(at_s * 1_000_000_000)
