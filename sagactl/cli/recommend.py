"""`sagactl recommend`"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagactl.cli.environment import columns, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, Paths, StdinName, Verbose, load_paths, one_of
from sagactl.configuration import configuration
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.recommender import Weights, recommend, weights_from, with_setting
from sagactl.reports.recommendations import Picture, Recommended

if TYPE_CHECKING:
    from sagactl.comparing import Compared
    from sagactl.source.build import Reading

FORMATS = ("text", "json", "markdown")

EXAMPLES = """\b
Examples:
  sagactl recommend order.saga.yaml
  sagactl recommend order.saga.yaml --set requires.audit=true
  sagactl recommend definitions/ --format markdown"""


def command(
    paths: Paths = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="What if: requires.audit=true and the like.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text, json or markdown.")] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
    stdin_filename: StdinName = "<stdin>",
    verbose: Verbose = False,
) -> int:
    shape = one_of("format", format, FORMATS)
    wanted = [_setting(text) for text in set_ or ()]
    settings = configuration(config)
    weights = weights_from(settings.weights)
    workspace = load_paths(paths or list(settings.paths) or ["."], stdin_filename)
    broken = tuple(reading for reading in workspace.readings if not reading.valid)
    readings = [reading for reading in workspace.readings if reading.saga is not None]
    recommended = [
        _recommended(_set(reading, wanted), workspace.sagas, weights, shape, verbose=verbose, alone=len(readings) == 1)
        for reading in readings
    ]
    if not recommended:
        from sagactl.cli.refusals import refuse_invalid

        return refuse_invalid(broken, "recommend", color, shape)
    write(_render(shape, recommended, color, output, verbose), output)
    if broken:
        names = ", ".join(reading.name for reading in broken)
        sys.stderr.write(
            f"not valid, so this is only about the parts that could be read: {names} (see `sagactl lint`)\n"
        )
    return ExitStatus.FINDINGS if broken else ExitStatus.CLEAN


def _render(shape: str, recommended: list[Recommended], color: str, output: str | None, verbose: bool) -> str:
    from importlib import import_module

    module: Any = import_module(f"sagactl.reports.recommendations.{shape}")
    if shape != "text":
        return str(module.render(recommended))
    style = style_for(color, output=output)
    return str(module.render(recommended, verbose=verbose, paint=lambda text, role: style(role, text), width=columns()))


def _recommended(
    reading: Reading, sagas: Mapping[str, Saga], weights: Weights, shape: str, *, verbose: bool, alone: bool
) -> Recommended:
    """The recommendation, with as much beside it as the format shows."""
    assert reading.saga is not None, "what could not be read is refused before"
    found = Recommended(reading.name, recommend(reading.saga, sagas, weights))
    if verbose:
        found = found._replace(rings=_rings(reading.saga, sagas))
    if shape != "text" or verbose:
        return _with_evidence(found, reading, sagas, shape, is_thorough=True)
    return _with_evidence(found, reading, sagas, shape, is_thorough=False) if alone else found


def _with_evidence(
    each: Recommended, reading: Reading, sagas: Mapping[str, Saga], shape: str, *, is_thorough: bool
) -> Recommended:
    """The recommendation with both styles compared, and with pictures where the format can hold some."""
    from sagactl.comparing import AT_ONCE, THOROUGH, compare, not_compared

    assert reading.saga is not None, "what could not be read is refused before"
    compared = compare(reading.saga, sagas, is_valid=reading.valid, most_work=THOROUGH if is_thorough else AT_ONCE)
    if compared is None:
        return each._replace(not_compared=not_compared(reading.saga))
    if shape == "markdown":
        each = each._replace(pictures=(*_cut(each, Flow(reading.saga, sagas)), *_runs(each, compared)))
    return each._replace(comparison=compared.comparison)


def _cut(each: Recommended, flow: Flow) -> tuple[Picture, ...]:
    """Where a hybrid is cut; a step whose participant states no context is in no group."""
    from sagactl.diagrams import hybrid_figure, mermaid

    cut = each.recommendation.cut
    if cut is None:
        return ()
    groups = {group.context: group.steps for group in cut.groups if group.context}
    return (Picture("Where it is cut", mermaid.render(hybrid_figure(flow, groups))),)


def _runs(each: Recommended, compared: Compared) -> tuple[Picture, ...]:
    """The runs of the recommended style: one on which nothing fails, and one on which most is undone."""
    from sagactl.reports.traces import mermaid

    found = each.recommendation
    if found.recommendation == "none":
        return ()
    decided = found.by_score if found.recommendation == "redesign" else found.recommendation
    style: Style = "choreography" if decided == "choreography" else "orchestration"
    traces = compared.traces.get(style, ())
    titles = ("Nothing fails", "The worst failure")
    return tuple(
        Picture(f"{title} ({style})", mermaid.render(trace)) for title, trace in zip(titles, traces, strict=False)
    )


def _rings(saga: Saga, sagas: Mapping[str, Saga]) -> tuple[tuple[str, ...], ...]:
    from sagactl.topology import service_cycles

    return service_cycles(Flow(saga, sagas)).cycles


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"`{text}` sets nothing", help="write NAME=VALUE, such as requires.audit=true")
    return name, value


def _set(reading: Reading, wanted: list[tuple[str, str]]) -> Reading:
    """The reading as if its requirements were stated differently."""
    saga = reading.saga
    assert saga is not None, "what could not be read is refused before"
    for name, value in wanted:
        saga = with_setting(saga, name, value)
    return reading._replace(saga=saga)
