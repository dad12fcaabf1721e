"""`sagactl verify --save-counterexamples`: each run to be played again, to be looked at, and to be tested for ever.

A counterexample is kept as a trace that `simulate --replay` makes again, and as a sequence diagram in text, Mermaid and
HTML; those that a plan of faults brings about stand in one scenario file, which fails until the saga is mended.  Where
two runs meet, each is kept as a run of its own that says how they meet, and the diagram is of both.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from sagactl.cli.environment import write
from sagactl.cli.verifying import all_of
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.promises import assuming, unsaid
from sagactl.reports.traces import json as trace_json
from sagactl.reports.traces import mermaid, sequence
from sagactl.reports.traces.html import page
from sagactl.simulator import Plan, make_plan, rehearse
from sagactl.trace import Trace
from sagactl.verdict import Counterexample, Verdict

PICTURES: Final[Mapping[str, Callable[[Trace], str]]] = {
    "txt": sequence.render,
    "mmd": mermaid.render,
    "html": page.render,
}
"""By the ending of its file."""


def keep(flow: Flow, verdict: Verdict, definition: str, folder: str, flows: Mapping[str, Flow]) -> None:
    """Everything that is worth keeping of a verdict, in a folder; nothing where there is no counterexample.

    `flows` are those of all sagas whose runs may meet.
    """
    found = all_of(verdict)
    if not found:
        return
    _make(folder)
    for each in found:
        name = os.path.join(folder, _name(verdict, each))
        meeting = _meeting(each, 0)
        trace = rehearse(flow, Plan(moves=each.moves, assume=each.assumed, style=each.style, beside=meeting))
        write(trace_json.render(trace), f"{name}.json")
        if each.beside is not None:
            other = rehearse(
                flows[each.beside.saga], Plan(moves=each.beside.moves, assume=each.assumed, beside=meeting)
            )
            write(trace_json.render(other), f"{name}.beside.json")
            trace = trace._replace(moments=each.beside.moments, duration_s=each.beside.moments[-1].t_s)
        for ending, render in PICTURES.items():
            write(render(trace), f"{name}.{ending}")
    entries = [entry for each in found for entry in _scenario(flow, each)]
    if entries:
        path = os.path.relpath(definition, folder).replace(os.sep, "/")
        head = f"# These runs went wrong; they must not do so again.\ndefinition: {json.dumps(path)}\n\nscenarios:\n"
        write(head + "\n".join(entries), os.path.join(folder, f"{verdict.saga}.scenarios.yaml"))


def _meeting(found: Counterexample, run: int) -> str:
    """How two runs meet, said by one of them; nothing where there is only one."""
    if found.beside is None:
        return ""
    return f"this is {found.beside.names[run]} of two that meet: {'; '.join(found.story)}"


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder `{folder}`: {(error.strerror or str(error)).lower()}") from None


def _name(verdict: Verdict, found: Counterexample) -> str:
    """A name that tells what it is about; ids are made of letters, digits, dashes, and here and there a slash."""
    step = "".join(char if char.isalnum() or char == "-" else "." for char in found.step)
    return f"{verdict.saga}-{found.property}-{step}"


def _scenario(flow: Flow, found: Counterexample) -> Iterator[str]:
    """The counterexample as a scenario, if its faults alone bring it about."""
    trace = _rehearsed(flow, found)
    if trace is None or not _shows(trace, found):
        return
    if found.property == "S8":
        expected = "compensated" if any(each.status == "COMPENSATING" for each in trace.moments) else "completed"
    else:
        expected = (_rehearsed(assuming(flow, unsaid(flow)), found) or trace).outcome
    yield (
        f"  - name: {json.dumps(f'{found.property} {found.step}: {found.explanation}'[:200])}\n"
        f"    faults: {json.dumps(list(found.faults))}\n"
        f"    expect: {{outcome: {expected}, violations: []}}\n"
    )


def _shows(trace: Trace, found: Counterexample) -> bool:
    """Whether the run breaks the property; one that waits for ever ends with the step among the dead letters."""
    if found.property == "S8":
        return any((each.step, each.reason) == (found.step, found.explanation) for each in trace.dead_letters)
    return any((each.property, each.step) == (found.property, found.step) for each in trace.violations)


def _rehearsed(flow: Flow, found: Counterexample) -> Trace | None:
    try:
        return rehearse(flow, make_plan(flow, faults=dict.fromkeys(found.faults), style=found.style))
    except UsageError:
        return None
