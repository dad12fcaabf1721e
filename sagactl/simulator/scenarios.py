"""Scenarios are played here, and compared with what they expect; differences are data.

A run that is not what its scenario expects is no mistake of the scenario; a word that names nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sagactl.durations import duration_text
from sagactl.errors import UnknownName, UsageError
from sagactl.finding import Place
from sagactl.flow import Flow
from sagactl.model import Style
from sagactl.scenario import Expectation, Letter, Scenario
from sagactl.simulator.plan import MAX_TRIES, Plan, make_plan
from sagactl.simulator.rehearsal import rehearse
from sagactl.trace import DeadLetter, Trace

Said = str | tuple[str, ...]
"""One value, or a list of them."""


class Difference(NamedTuple):
    """One thing that is not as expected."""

    what: str
    expected: Said
    found: Said


class Played(NamedTuple):
    """A scenario, how its run went, and everything that is not as expected."""

    scenario: Scenario
    trace: Trace
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


class Mistake(NamedTuple):
    """Words of a scenario that make no sense for its definition; `unknown` when they name nothing."""

    place: Place
    message: str
    help: str
    unknown: bool


def play(flow: Flow, scenario: Scenario) -> Played:
    """The scenario's run and its differences; raises UsageError for what `mistakes` would tell."""
    trace = rehearse(flow, plan_of(flow, scenario))
    return Played(scenario, trace, tuple(compare(scenario.expect, trace)))


def plan_of(flow: Flow, scenario: Scenario) -> Plan:
    """What the scenario injects and decides."""
    return make_plan(
        flow,
        fail=scenario.fail,
        timeout=scenario.timeout,
        fail_undo=scenario.fail_undo,
        faults=scenario.faults,
        choose=[f"{choice}={outcome}" for choice, outcome in scenario.choose.items()],
        data=scenario.input,
        max_tries=MAX_TRIES if scenario.max_tries is None else scenario.max_tries,
        style=scenario.style,
    )


# -- what makes no sense


def mistakes(flow: Flow, scenario: Scenario) -> Iterator[Mistake]:
    """Every word of the scenario that the definition does not know or rules out, at its place."""
    for place, key, word in (*_plan_words(scenario), *_expected_steps(scenario)):
        try:
            _read(flow, key, word, scenario.style)
        except UsageError as error:
            is_key = isinstance(error, UnknownName) and error.what == "choice"
            where = place._replace(part="key") if is_key else place
            yield Mistake(where, error.message, error.help, isinstance(error, UnknownName))


def _read(flow: Flow, key: str, word: str, style: Style | None) -> None:
    """Each word is read by itself, so that each gets its own answer; an expected step is one that really runs."""
    if key == "step":
        if word not in flow:
            raise UnknownName("step", word, flow.index)
        return
    words: dict[str, Any] = {key: [word]}
    make_plan(flow, **words, style=style)


def _plan_words(scenario: Scenario) -> Iterator[tuple[Place, str, str]]:
    for key in ("fail", "timeout", "fail_undo", "faults"):
        for index, word in enumerate(getattr(scenario, key)):
            yield Place((*scenario.route, key, index)), key, word
    for choice, outcome in scenario.choose.items():
        yield Place((*scenario.route, "choose", choice)), "choose", f"{choice}={outcome}"


def _expected_steps(scenario: Scenario) -> Iterator[tuple[Place, str, str]]:
    for key in ("executed", "compensated", "skipped", "dead_letters"):
        for index, entry in enumerate(getattr(scenario.expect, key) or ()):
            id = entry.step if isinstance(entry, Letter) else entry
            yield Place((*scenario.route, "expect", key, index)), "step", id


# -- what is not as expected


def compare(expect: Expectation, trace: Trace) -> Iterator[Difference]:
    """Everything about a run that is not as expected; what nothing is said of is as it likes."""
    for what, expected, found in _CHECKS:
        wanted = expected(expect, trace)
        got = found(expect, trace)
        if wanted is not None and wanted != got:
            yield Difference(what, wanted, got)
    limit_s = expect.duration_at_most_s
    if limit_s is not None and trace.duration_s > limit_s + 1e-9:
        yield Difference("duration", f"at most {duration_text(limit_s)}", duration_text(round(trace.duration_s, 6)))


def _letters(expect: Expectation) -> tuple[str, ...] | None:
    if expect.dead_letters is None:
        return None
    return tuple(sorted(_letter(letter.step, letter.reason) for letter in expect.dead_letters))


def _found_letters(expect: Expectation, trace: Trace) -> tuple[str, ...]:
    """The reason is told where one is expected, or where the whole letter is not."""
    reasons = {letter.step: letter.reason for letter in expect.dead_letters or ()}

    def told(letter: DeadLetter) -> str:
        any_reason = letter.step in reasons and reasons[letter.step] is None
        return _letter(letter.step, None if any_reason else letter.reason)

    return tuple(sorted(map(told, trace.dead_letters)))


def _letter(step: str, reason: str | None) -> str:
    return step if reason is None else f"{step}: {reason}"


def _violations(expect: Expectation) -> tuple[str, ...]:
    return () if expect.violations is None else tuple(sorted(expect.violations))


def _found_violations(expect: Expectation, trace: Trace) -> tuple[str, ...]:
    """Where nothing is said, only what the participants have promised is held against the run."""
    said = expect.violations is not None
    return tuple(sorted({broken.property for broken in trace.violations if said or not broken.promise}))


def _sorted(ids: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(ids))


def _injected(trace: Trace) -> tuple[str, ...]:
    return tuple(map(str, trace.replay.get("faults", ())))


_CHECKS: Final[
    tuple[
        tuple[str, Callable[[Expectation, Trace], Said | None], Callable[[Expectation, Trace], Said]],
        ...,
    ]
] = (
    ("outcome", lambda expect, trace: expect.outcome, lambda expect, trace: trace.outcome),
    ("executed", lambda expect, trace: expect.executed, lambda expect, trace: trace.executed),
    ("compensated", lambda expect, trace: expect.compensated, lambda expect, trace: trace.compensated),
    ("dead_letters", lambda expect, trace: _letters(expect), _found_letters),
    ("skipped", lambda expect, trace: _sorted(expect.skipped), lambda expect, trace: tuple(sorted(trace.skipped))),
    ("violations", lambda expect, trace: _violations(expect), _found_violations),
    (
        "faults",
        lambda expect, trace: _injected(trace),
        lambda expect, trace: tuple(fault for fault in _injected(trace) if fault not in trace.unused_faults),
    ),
)
"""What is compared: its name, what is expected (None: nothing), what is found."""
