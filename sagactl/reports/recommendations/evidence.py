"""The evidence in words: what both styles consist of and cost, as rows that every format lays out in its own way.

Names stand between backticks, as in all sentences of ours; whoever shows a row makes it harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.durations import duration_text, long_duration
from sagactl.escape import escape
from sagactl.recommender.comparison import Comparison, Costs, Join, Run, hearers
from sagactl.recommender.factors import counted
from sagactl.recommender.facts import quoted
from sagactl.recommender.failures import Leg, WayBack
from sagactl.recommender.insertion import NEW
from sagactl.styles import ORCHESTRATOR, OUTSIDE, OWN_SERVICE, Command, Event, Timer

HEADING: Final = "Both styles, compiled and rehearsed"
IMPOSSIBLE: Final = {
    "orchestration": "What orchestration makes impossible",
    "choreography": "What choreography makes impossible",
}
SENT: Final = ("What the orchestrator asks", "What the services hear")
FAILURES: Final = "What it takes when a step fails"
WAYS_BACK: Final = "How a failure travels back in a choreography"
MOST: Final = 4
"""So many names of a list are shown in a row of the table."""


class Row(NamedTuple):
    """One line of the table: what is compared, and either style's part of it; `note` says of which run or place."""

    label: str
    orchestration: str
    choreography: str
    note: str = ""


def rows(found: Comparison) -> Iterator[Row]:
    """The table, from what there is to what it takes."""
    led, heard = found.orchestration, found.choreography
    yield Row("parts", *_kinds(found))
    yield Row("contracts", f"{led.contracts} kinds of messages", f"{heard.contracts} kinds of events")
    yield Row("who knows whom", _stars(led), _edges(heard))
    yield Row("cycles", "none", _rings(heard))
    yield Row("state of a run", "the orchestrator's", _state(heard))
    yield Row("timers", _timers(led.timers), _timers(heard.timers))
    if found.joins:
        yield Row("joins", "the orchestrator waits", "; ".join(map(_join, found.joins)))
    yield from _run_rows(led, heard)
    if found.insertion is not None:
        yield Row("one more step", _places(led), _places(heard), f"before {quoted([found.insertion.before])}")


def sent(found: Comparison) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is sent in either style: each command with its replies, each event with those who hear it."""
    return tuple(map(_command, found.commands.commands)), tuple(_event(*each) for each in hearers(found.events).items())


def failures(found: Comparison) -> tuple[Row, ...]:
    """What each failure takes in either style, those that undo most first; empty where only the worst is known."""
    styles = (found.orchestration.rehearsed, found.choreography.rehearsed)
    led, heard = ({each.step: each.run for each in rehearsed.failures} for rehearsed in styles)
    runs = {step: led.get(step) or heard[step] for step in led | heard}
    ordered = sorted(runs, key=lambda step: -len(runs[step].undone))
    return tuple(_failure(step, runs[step], led.get(step), heard.get(step)) for step in ordered)


def _failure(step: str, run: Run, led: Run | None, heard: Run | None) -> Row:
    cells = [run_words(each) if each is not None else "not possible" for each in (led, heard)]
    undone = counted(len(run.undone), "compensation")
    return Row(quoted([step]), cells[0], cells[1], f"{undone}{_with(run.choices, ', ')}")


def way_back(way: WayBack) -> str:
    """How one failure travels back, from event to event."""
    if not way.legs:
        return f"{quoted([way.step])} fails: nothing has been done that has to be undone"
    return f"{quoted([way.step])} fails: {'; '.join(_legs(way.legs))}"


def run_words(run: Run) -> str:
    """What one run took."""
    parked = ", parked" if run.outcome == "parked" else ""
    hops = counted(run.hops, "hop")
    return f"{counted(run.messages, 'message')}, {hops}, {long_duration(run.duration_s)}{parked}"


def drawn(path: str, verdict: str) -> tuple[str, ...]:
    """The calls that draw both styles, and the cut of a hybrid."""
    call = f"sagactl graph {_argument(path)} --view"
    both = tuple(f"{call} events --style {style}" for style in ("orchestration", "choreography"))
    return (f"{call} hybrid", *both) if verdict == "hybrid" else both


def reproduced(path: str, found: Comparison) -> tuple[str, ...]:
    """The calls that play the runs of the evidence again: of each style the worst failure, or else the happy path."""
    calls: list[str] = []
    for style, costs in (("orchestration", found.orchestration), ("choreography", found.choreography)):
        run = costs.rehearsed.worst or costs.rehearsed.happy
        if run is not None:
            words = [f"sagactl simulate {_argument(path)} --style {style}"]
            words += [f"--fault {_argument(fault)}" for fault in run.faults]
            words += [f"--choose {_argument(choice)}" for choice in _choices(run.choices)]
            calls.append(" ".join(words))
    return tuple(calls)


def _argument(text: str) -> str:
    """As a shell takes it; what cannot be shown as it is would be no call that works, and is escaped all the same."""
    from shlex import quote

    return quote(escape(text))


# -- the cells


def _kinds(found: Comparison) -> tuple[str, str]:
    replies = len({(each.participant, reply) for each in found.commands.commands for reply in each.replies})
    commands, events = len(found.commands.commands), len({event.name for event in hearers(found.events)})
    heard = len(found.events.subscriptions)
    return (
        f"{counted(commands, 'command')}, {counted(replies, 'reply', 'replies')}, "
        f"{counted(len(found.orchestration.edges), 'channel')}",
        f"{counted(events, 'event')}, {counted(heard, 'subscription')}",
    )


def _stars(led: Costs) -> str:
    return f"{counted(len(led.edges), 'edge')}: the orchestrator knows all, they know nobody"


def _edges(heard: Costs) -> str:
    return f"{counted(len(heard.edges), 'edge')} between {counted(len(heard.state), 'service')}"


def _rings(heard: Costs) -> str:
    return "; ".join(quoted(ring, MOST) for ring in heard.cycles) or "none"


def _state(heard: Costs) -> str:
    if len(heard.state) == 1:
        return f"at {quoted(heard.state)}"
    return f"in pieces, at each of {len(heard.state)} services"


def _timers(timers: tuple[Timer, ...]) -> str:
    """Who has to notice what in time: the deadline, each wait, and how many replies."""
    parts: list[str] = []
    for timer in timers:
        if timer.watches == "deadline":
            parts.append(f"the deadline of {duration_text(timer.after_s)}: {_owner(timer)}")
        elif timer.watches == "wait":
            parts.append(f"{quoted([timer.step])}, {duration_text(timer.after_s)}: {_owner(timer)}")
    replies = sum(timer.watches == "reply" for timer in timers)
    if replies:
        parts.append(f"{counted(replies, 'reply', 'replies')}: the orchestrator")
    return "; ".join(parts) or "none"


def _owner(timer: Timer) -> str:
    if timer.owner == ORCHESTRATOR:
        return "the orchestrator"
    return quoted([timer.owner]) if timer.owner != OUTSIDE else "nobody"


def _join(join: Join) -> str:
    return f"{quoted([join.service])} remembers which of {len(join.events)} events have come for {quoted([join.step])}"


def _run_rows(led: Costs, heard: Costs) -> Iterator[Row]:
    happy = led.rehearsed.happy or heard.rehearsed.happy
    cells = _cell(led, led.rehearsed.happy, first=True), _cell(heard, heard.rehearsed.happy, first=True)
    yield Row("nothing fails", *cells, _with(happy.choices) if happy is not None else "")
    worst = led.rehearsed.worst or heard.rehearsed.worst
    if worst is not None:
        cells = _cell(led, led.rehearsed.worst), _cell(heard, heard.rehearsed.worst)
        undone = f"{counted(len(worst.undone), 'compensation')}"
        yield Row("worst failure", *cells, f"{quoted(worst.faults)}{_with(worst.choices, ' ')}: {undone}")


def _with(choices: Mapping[str, str], before: str = "") -> str:
    return f"{before}with {quoted(_choices(choices))}" if choices else ""


def _cell(costs: Costs, run: Run | None, *, first: bool = False) -> str:
    """What a run took; why there is none is said once, where nothing fails."""
    if run is not None:
        return run_words(run)
    return f"not possible: {costs.rehearsed.refused}" if first else "not possible"


def _choices(choices: Mapping[str, str]) -> Iterator[str]:
    return (f"{choice}={outcome}" for choice, outcome in choices.items())


def _places(costs: Costs) -> str:
    names = [_place(name) for name in costs.places]
    return f"{counted(len(names), 'place')}: {', '.join(names)}"


def _place(name: str) -> str:
    if name == NEW:
        return "the step's own"
    return "the orchestrator" if name == ORCHESTRATOR else quoted([name])


# -- what is sent


def _command(command: Command) -> str:
    name = quoted([command.name or command.step])
    to = "itself" if command.participant == OWN_SERVICE else _service(command.participant)
    answers = " or ".join(quoted([reply]) for reply in command.replies)
    return f"{name} to {to}{f': {answers}' if answers else ', no answer'}"


def _event(event: Event, hearing: tuple[str, ...]) -> str:
    source = _service(event.participant) if event.step else "outside"
    return f"{quoted([event.name])} from {source} to {quoted(hearing) if hearing else 'nobody here'}"


def _legs(legs: tuple[Leg, ...]) -> Iterator[str]:
    """One clause for each event: who hears it, and what that undoes."""
    by_event: dict[tuple[str, str], list[Leg]] = {}
    for leg in legs:
        by_event.setdefault((leg.event, leg.source), []).append(leg)
    for (event, _), together in by_event.items():
        yield f"{quoted([event])} to {', '.join(map(_hearing, together))}"


def _hearing(leg: Leg) -> str:
    does = "undoes" if leg.undoes else "has nothing to undo of"
    return f"{_service(leg.listener)} ({does} {quoted([leg.step])})"


def _service(name: str) -> str:
    """A service; a definition that is not valid may name none."""
    return quoted([name]) if name else "nobody named yet"
