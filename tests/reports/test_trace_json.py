"""A trace survives JSON, and data that is no trace is refused with the place that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagactl.errors import SagactlError
from sagactl.trace import BadTrace, Trace, from_json, to_json
from tests.reports.traces import TRACES, hostile, traces


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(traces())
def test_what_is_written_is_read_again(trace: Trace) -> None:
    assert from_json(json.loads(json.dumps(to_json(trace)))) == trace


@pytest.mark.parametrize("trace", [*TRACES.values(), hostile(), hostile("choreography")])
def test_a_rehearsal_is_read_again(trace: Trace) -> None:
    data = to_json(trace)
    assert to_json(from_json(json.loads(json.dumps(data)))) == data


def test_fields_that_are_not_known_or_not_there_yet_do_no_harm() -> None:
    data = to_json(TRACES["order-declined"])
    del data["notes"], data["replay"], data["unused_faults"], data["moments"][0]["participant"]
    data["added_later"] = data["moments"][0]["added_later"] = {"any": "thing"}
    assert from_json(data).notes == () and from_json(data).moments[0].what == "started"


CASES: Final[dict[str, tuple[Callable[[dict[str, Any]], Any], str]]] = {
    "no object": (lambda data: [], "is not an object"),
    "no version": (lambda data: data.pop("version"), "`version`"),
    "another version": (lambda data: data.update(version=2), "only version 1"),
    "no saga": (lambda data: data.pop("saga"), "`saga` is missing"),
    "a saga that is no text": (lambda data: data.update(saga=7), "`saga` is not a text"),
    "an unknown outcome": (lambda data: data.update(outcome="fine"), "`outcome` is `fine`"),
    "no list": (lambda data: data.update(executed="abc"), "`executed` is not a list"),
    "an unknown moment": (lambda data: data["moments"][3].update(what="melted"), r"`moments\[3\].what` is `melted`"),
    "a moment that is none": (lambda data: data["moments"].insert(1, None), r"`moments\[1\]` is not an object"),
    "a time before zero": (lambda data: data["moments"][0].update(t_s=-1), "seconds"),
    "a time that is none": (lambda data: data.update(duration_s=float("nan")), "`duration_s`"),
    "a time that is true": (lambda data: data.update(duration_s=True), "`duration_s`"),
    "times out of order": (lambda data: data["moments"][0].update(t_s=99), r"`moments\[1\].t_s` is earlier"),
    "tries that are none": (lambda data: data["dead_letters"][0].update(tries=1.5), r"`dead_letters\[0\].tries`"),
    "a huge number": (lambda data: data["dead_letters"][0].update(tries=10**400), r"`dead_letters\[0\].tries`"),
    "a huge text": (lambda data: data.update(saga="x" * 200_000), "longer than"),
    "too much of a list": (lambda data: data.update(notes=[""] * 200_000), "more than"),
    "a plan that is none": (lambda data: data.update(replay=[1]), "`replay` is not an object"),
    "faults that are none": (lambda data: data.update(replay={"faults": [1]}), r"`replay.faults\[0\]`"),
    "a deep plan": (lambda data: data.update(replay=_deep(5000)), "nests deeper"),
    "a wide plan": (lambda data: data.update(replay={"input": [0] * 200_000}), "holds more than"),
}


def _deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"x": found}
    return found


@pytest.mark.parametrize("case", CASES)
def test_what_is_no_trace_is_refused(case: str) -> None:
    change, message = CASES[case]
    data = to_json(TRACES["order-parked"])
    with pytest.raises(BadTrace, match=message) as caught:
        from_json([] if case == "no object" else (change(data), data)[1])
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, SagactlError)


_any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(_any, st.sampled_from(sorted(to_json(TRACES["order-parked"]))))
def test_any_other_data_is_a_trace_or_refused_and_never_a_crash(value: Any, key: str) -> None:
    for data in (value, {**to_json(TRACES["order-parked"]), key: value}):
        try:
            from_json(data)
        except BadTrace as error:
            assert error.message.startswith("this is no trace: ")
