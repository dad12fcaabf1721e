"""What `sagactl graph` draws: the view becomes a figure or a trace, the format says who writes it down."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Final, NamedTuple

from sagactl.cli.environment import columns, is_ascii, style_for, write, write_bytes
from sagactl.cli.exits import ExitStatus
from sagactl.diagrams import Figure
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.source.build import Reading

FORMATS: Final = ("text", "svg", "png", "pdf", "html", "dot", "mermaid")

BINARY: Final = ("png", "pdf")

FITTING: Final[Mapping[str, tuple[str, ...]]] = {
    "flow": (),
    "rollback": ("fail",),
    "sequence": ("fail", "timeout", "fail-undo", "fault", "choose", "style"),
    "events": ("style",),
    "states": (),
    "hybrid": (),
}
"""The options that each view understands."""


class Wanted(NamedTuple):
    """What a call asks for: a view, a format, a style (empty for that of the view), faults by option, and a file."""

    view: str
    format: str
    style: str
    faults: Mapping[str, tuple[str, ...]]
    output: str | None


def refuse_misfits(wanted: Wanted) -> None:
    """Options that the view does not understand, and pictures for a terminal that shows none, are mistakes."""
    given = [name for name, words in (*wanted.faults.items(), ("style", wanted.style)) if words]
    for name in given:
        if name not in FITTING[wanted.view]:
            fitting = " or ".join(f"`--view {view}`" for view, names in FITTING.items() if name in names)
            raise UsageError(f"`--{name}` means nothing to `--view {wanted.view}`", help=f"it is for {fitting}")
    if wanted.view == "rollback" and len(wanted.faults["fail"]) > 1:
        raise UsageError(
            "a rollback has one failure point",
            help="name one step, none for a picture of each, or `--view sequence` for several faults at once",
        )
    if wanted.format in BINARY and wanted.output is None and sys.stdout.isatty():
        raise UsageError(
            f"{wanted.format} is not for a terminal", help=f"write it to a file: `-o picture.{wanted.format}`"
        )


# -- figures


def draw_figure(reading: Reading, sagas: Mapping[str, Saga], wanted: Wanted, *, ascii: bool) -> None:
    """Draws a view of a definition, as far as it could be read."""
    assert reading.saga is not None
    drawn = _told(_figure(Flow(reading.saga, sagas), wanted, _problems(reading)), reading)
    member = {"svg": "image", "png": "image", "pdf": "image", "text": "terminal"}.get(wanted.format, wanted.format)
    render: Callable[..., str | bytes] = import_module(f"sagactl.diagrams.{member}").render
    if member == "image":
        write_bytes(bytes(render(drawn, wanted.format)), wanted.output)  # type: ignore[arg-type]
    elif member == "terminal":
        write(str(render(drawn, width=columns(), ascii=ascii or is_ascii())), wanted.output)
    else:
        write(str(render(drawn)), wanted.output)


def _figure(flow: Flow, wanted: Wanted, problems: Mapping[str, str]) -> Figure:
    from sagactl import diagrams

    match wanted.view:
        case "rollback":
            failing = wanted.faults["fail"]
            if failing:
                return diagrams.rollback_figure(flow, failing[0], problems)
            return diagrams.rollbacks_figure(flow, problems)
        case "events":
            if wanted.style == "orchestration":
                return diagrams.commands_figure(flow)
            return diagrams.events_figure(flow, problems)
        case "states":
            return diagrams.states_figure(flow)
        case "hybrid":
            return _hybrid(flow)
        case _:
            return diagrams.flow_figure(flow, problems)


def _hybrid(flow: Flow) -> Figure:
    from sagactl.diagrams.views.hybrid import contexts, hybrid_figure

    found = contexts(flow)
    if not found:
        raise UsageError(
            f"no participant of `{flow.saga.id}` says to which bounded context it belongs, so there is nothing to cut",
            help="state `context: NAME` at the participants",
        )
    return hybrid_figure(flow, found)


def _problems(reading: Reading) -> dict[str, str]:
    """The first error of each step, to be marked in the picture."""
    found: dict[str, str] = {}
    for finding in reading.findings:
        if finding.step and finding.severity == "error":
            found.setdefault(finding.step, finding.message)
    return found


def _told(drawn: Figure, reading: Reading) -> Figure:
    """The picture of an invalid definition says so itself, because it may be looked at elsewhere."""
    if reading.valid:
        return drawn
    errors = [finding for finding in reading.findings if finding.severity == "error"]
    first = next((finding.message for finding in errors if not finding.step), "")
    words = f"NOT VALID, {len(errors)} mistake{'s' if len(errors) != 1 else ''}{f': {first}' if first else ''}."
    return replace(drawn, caption=f"{words} {drawn.caption}".strip())


# -- sequences


def draw_sequence(
    reading: Reading, sagas: Mapping[str, Saga], wanted: Wanted, *, ascii: bool, color: str
) -> ExitStatus:
    """Rehearses the saga under the faults, and draws who says what to whom."""
    from sagactl.simulator import make_plan, rehearse
    from sagactl.unfold import unfold

    assert reading.saga is not None
    flow = unfold(reading.saga, sagas).flow
    words = wanted.faults
    style: Style | None = {"orchestration": "orchestration", "choreography": "choreography"}.get(wanted.style)  # type: ignore[assignment]
    plan = make_plan(
        flow,
        fail=words["fail"],
        timeout=words["timeout"],
        fail_undo=words["fail-undo"],
        faults=words["fault"],
        choose=words["choose"],
        style=style,
    )
    trace = rehearse(flow, plan)
    member = {"text": "sequence", "png": "dot", "pdf": "dot"}.get(wanted.format, wanted.format)
    render: Callable[..., str] = import_module(f"sagactl.reports.traces.{member}").render
    if wanted.format in BINARY:
        from sagactl.diagrams import image

        write_bytes(image.draw(render(trace), wanted.format), wanted.output)  # type: ignore[arg-type]
    elif member == "sequence":
        look = style_for(color, output=wanted.output)
        write(render(trace, style=look, width=columns(), ascii=ascii or is_ascii()), wanted.output)
    else:
        write(render(trace), wanted.output)
    for fault in trace.unused_faults:
        sys.stderr.write(f"not in the picture: the run never came to where `{fault}` would happen\n")
    return ExitStatus.FINDINGS if trace.unused_faults else ExitStatus.CLEAN
