"""All that a store knows of a run, and the rehearsal of what is written of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from sagactl.cli.environment import columns, is_ascii, style_for
from sagactl.errors import SagactlError, UsageError
from sagactl.reports.runs import Shown, redacted
from sagactl.reports.traces import VIEWS

if TYPE_CHECKING:
    from sagactl.runtime.operators import Found
    from sagactl.runtime.store import LogEntry, Store
    from sagactl.trace import Trace

FORMATS = ("text", "json", "mermaid", "html")


def all_of(store: Store, id: str, redact: Iterable[str] = ()) -> Shown:
    """The run with its history, without the data under the names to be redacted."""
    from sagactl.runtime.operators import find

    found, names = find(store, id), frozenset(redact)
    entries = store.history(id)
    letters = tuple(letter._replace(body=redacted(letter.body, names)) for letter in store.letters(id, "", True))
    moments = tuple(moment for entry in entries for moment in entry.moments)
    trace, note = _rehearsed(found, entries)
    if trace is not None and names:
        trace = trace._replace(replay=redacted(trace.replay, names))
    if names:
        run = replace(found.run, input=redacted(found.run.input, names), results=redacted(found.run.results, names))
        found = found._replace(run=run)
    return Shown(found, moments, letters, tuple(store.acts(id)), trace, note)


def _rehearsed(found: Found, entries: list[LogEntry]) -> tuple[Trace | None, str]:
    """The run as a rehearsal of its definition, or why there is none."""
    if not found.run.has_ended:
        return None, ""
    from sagactl.runtime.history import kept_moves
    from sagactl.simulator import make_plan, rehearse

    run = found.run
    flow = found.definition.flow(run.input)
    try:
        moves = kept_moves(flow, run.started_s, entries)
        plan = make_plan(flow, data=run.input, style="orchestration")._replace(moves=moves)
        trace = rehearse(flow, plan)
    except SagactlError as error:
        return None, f"the run cannot be rehearsed: {error.message}"
    if trace.outcome != found.summary.outcome:
        return None, "the run cannot be rehearsed: its history leads to another end"
    return trace, ""


def rendered(what: Shown, shape: str, view: str | None, color: str, output: str | None) -> str:
    """The run in a format; a view or a picture needs its trace, so it must have ended."""
    style = style_for(color, output=output)
    if shape in ("text", "json") and view in (None, "table"):
        renderer = import_module(f"sagactl.reports.runs.{shape}")
        return str(renderer.shown(what, style, columns(), is_ascii()))
    if what.trace is None:
        reason = what.note or "it has not ended yet"
        raise UsageError(f"the run cannot be drawn: {reason}", help="text and JSON show it")
    if shape == "text":
        module = import_module(f"sagactl.reports.traces.{view}")
        return str(module.render(what.trace, style=style, width=columns(), ascii=is_ascii()))
    module = import_module(f"sagactl.reports.traces.{shape}")
    return str(module.render(what.trace, view or "sequence") if shape == "mermaid" else module.render(what.trace))


def refuse_view(shape: str, view: str | None) -> None:
    """A view is for text and mermaid."""
    from sagactl.cli.options import one_of

    if view is None:
        return
    one_of("view", view, VIEWS)
    if shape in ("json", "html"):
        raise UsageError(f"`--view` and `--format {shape}` exclude each other", help=f"{shape} shows everything")
    if shape == "mermaid" and view == "table":
        raise UsageError("mermaid draws no table", help="`--view timeline` or `--view sequence`")
