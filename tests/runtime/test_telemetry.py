"""What OpenTelemetry is told of runs: a span for each try in the trace of its run, and numbers; and no data."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sagactl.errors import SagactlError
from sagactl.runtime.context import Failed, Rejected
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.runtime.telemetry import Telemetry, trace_ids
from sagactl.runtime.transports.in_process import InProcessTransport
from tests.runtime.services import Scripted

TRIP = """
saga: trip
correlation: input.trip
input: {trip: string, password: string}
limits: {stuck_after: 1ms}
defaults: {timeout: 5s, retry: {attempts: 2, initial: 1ms, jitter: false}}
rollback: {retry: {attempts: 1}}
participants:
  hotel: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  bank: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: room, participant: hotel, action: HoldRoom, compensation: ReleaseRoom}
  - {step: money, participant: bank, action: ChargeGuest, compensation: Refund, rejects: [Declined], timeout: 100ms}
"""


class Heard:
    """What a program's providers were told."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers, self.meters = TracerProvider(), MeterProvider(metric_readers=[self._reader])
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.telemetry = Telemetry(tracer_provider=self.tracers, meter_provider=self.meters)

    def spans(self) -> tuple[Any, ...]:
        return self._exporter.get_finished_spans()

    def spans_by_name(self) -> dict[str, Any]:
        return {span.name: span for span in self.spans()}

    def numbers(self) -> dict[tuple[str, ...], float]:
        """Each counter, and the count of each histogram, with the values of its attributes."""
        found: dict[tuple[str, ...], float] = {}
        for resource in self._reader.get_metrics_data().resource_metrics:
            for metric in resource.scope_metrics[0].metrics:
                for point in metric.data.data_points:
                    key = (metric.name, *(str(value) for _, value in sorted(point.attributes.items())))
                    found[key] = point.count if hasattr(point, "count") else point.value
        return found


def heard(script: dict[str, list[Any]] | None = None, **options: Any) -> tuple[Any, Heard]:
    """The end of a run, and what was told of it."""
    ears = Heard()

    async def go() -> Any:
        async with Scripted(TRIP, script, store=MemoryStore(), observers=[ears.telemetry], **options) as sagas:
            return await asyncio.wait_for(sagas.run({"trip": "t-1", "password": "hunter2"}), 20)

    return asyncio.run(go()), ears


def test_every_try_is_a_span_in_the_trace_of_its_run() -> None:
    ended, ears = heard({"HoldRoom": [Failed("busy"), None]})
    trace_id, parent_id = trace_ids(ended.run)
    assert f"{trace_id:032x}" == ended.run.replace("-", "")
    assert {(span.context.trace_id, span.parent.span_id) for span in ears.spans()} == {(trace_id, parent_id)}
    assert [span.name for span in ears.spans()] == ["action room", "action room", "action money", "saga trip"]
    first, second, *_ = ears.spans()
    assert (first.status.status_code, first.attributes["error.type"]) == (trace.StatusCode.ERROR, "busy")
    assert [event.name for event in second.events] == ["retry"]
    assert second.attributes["sagactl.attempt"] == 2
    assert second.attributes["sagactl.correlation_id"] == "t-1"


def test_what_a_handler_does_lies_below_its_try() -> None:
    found: list[Any] = []
    ended, ears = heard({"HoldRoom": [lambda context: found.append(trace.get_current_span().get_span_context())]})
    assert ended.outcome == "completed"
    assert [each.span_id for each in found] == [ears.spans_by_name()["action room"].context.span_id]


def test_a_business_no_is_an_answer_and_no_error() -> None:
    ended, ears = heard({"ChargeGuest": [Rejected("Declined")]})
    money = ears.spans_by_name()["action money"]
    assert (money.status.status_code, money.attributes["error.type"]) == (trace.StatusCode.UNSET, "Declined")
    assert ended.outcome == "compensated"
    assert ears.numbers()["sagactl.compensations", "trip", "room"] == 1


def test_a_timeout_ends_the_span_that_nobody_answers() -> None:
    _, ears = heard({"ChargeGuest": [lambda context: asyncio.sleep(30)]})
    tries = [span for span in ears.spans() if span.name == "action money"]
    assert [[event.name for event in span.events] for span in tries] == [["timeout"], ["retry", "timeout"]]
    assert {span.status.status_code for span in tries} == {trace.StatusCode.ERROR}


def test_the_numbers_of_a_run_that_people_must_see() -> None:
    ended, ears = heard({"ChargeGuest": [Rejected("Declined")], "ReleaseRoom": [Failed("down")]})
    numbers = ears.numbers()
    assert ended.outcome == "parked"
    assert numbers["sagactl.runs.started", "trip"] == 1
    assert numbers["sagactl.runs.ended", "parked", "trip"] == 1
    assert numbers["sagactl.run.duration", "parked", "trip"] == 1
    assert numbers["sagactl.dead_letters", "back", "trip", "room"] == 1
    assert ears.spans_by_name()["saga trip"].status.status_code is trace.StatusCode.ERROR


def test_overdue_runs_and_those_under_way_are_counted() -> None:
    ears = Heard()

    async def go() -> None:
        script = {"HoldRoom": [lambda context: asyncio.sleep(0.3)]}
        async with Scripted(TRIP, script, store=MemoryStore(), observers=[ears.telemetry]) as sagas:
            run = await sagas.start({"trip": "t", "password": "hunter2"})
            await asyncio.sleep(0.2)
            assert ears.numbers()["sagactl.runs.active", "trip"] == 1
            await sagas.wait(run)

    asyncio.run(go())
    assert ears.numbers()["sagactl.runs.stuck", "trip"] == 1


def test_a_remote_try_ends_with_its_reply() -> None:
    from sagactl.runtime.messages import Command, read, reply_to, write

    transport = InProcessTransport()

    async def bank(body: str) -> None:
        command = read(body)
        assert isinstance(command, Command)
        assert command.saga == "trip"
        await transport.send(command.reply_to, write(reply_to(command, "ok")), command.run)

    ears = Heard()

    async def go() -> Any:
        await transport.subscribe("hotel", bank)
        await transport.subscribe("bank", bank)
        options: Any = {"remote": ["bank", "hotel"], "transport": transport, "observers": [ears.telemetry]}
        async with Scripted(TRIP, store=MemoryStore(), **options) as sagas:
            return await asyncio.wait_for(sagas.run({"trip": "t-1", "password": "hunter2"}), 20)

    assert asyncio.run(go()).outcome == "completed"
    assert ears.spans_by_name()["action money"].attributes["sagactl.answer"] == "ok"
    assert ears.numbers()["sagactl.step.duration", "bank", "ok", "action", "trip", "money"] == 1


def test_no_datum_of_a_run_is_told() -> None:
    _, ears = heard({"HoldRoom": [{"password": "hunter2"}], "ChargeGuest": [Failed("down")]})
    told = json.dumps([json.loads(span.to_json()) for span in ears.spans()]) + str(ears.numbers())
    assert "hunter2" not in told
    assert ":room" not in told


def test_nothing_stays_open() -> None:
    _, ears = heard({"ChargeGuest": [lambda context: asyncio.sleep(30)]})
    assert ears.telemetry._open == {}


def test_without_the_api_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(SagactlError, match="not installed") as caught:
        Telemetry()
    assert "sagactl[otel]" in caught.value.help
