"""The pictures of a definition: as drawings where Graphviz is there and the saga is not too large, else in letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from sagactl.diagrams import (
    Figure,
    commands_figure,
    events_figure,
    flow_figure,
    hybrid_figure,
    rollback_figures,
    rollbacks_figure,
    states_figure,
    svg,
    terminal,
)
from sagactl.errors import SagactlError
from sagactl.flow import Flow
from sagactl.reports.surveys import Picture, Refused
from sagactl.survey.defects import defect

MAX_STEPS: Final = 100
"""Of a saga that is drawn; a picture of more takes seconds and shows nothing."""

MAX_PANELS: Final = 16
"""Of one picture of all rollbacks; of more steps the longest way back stands for all, so that a page stays light."""

WIDTH: Final = 100

_STYLE = re.compile(r"<style>(.*?)</style>\n?", re.DOTALL)


class Sketch(NamedTuple):
    """A picture before it is drawn."""

    name: str
    title: str
    figure: Callable[[], Figure]


def pictures(
    flow: Flow, problems: Mapping[str, str], groups: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> tuple[Picture, ...]:
    """Each picture of this saga, those of the styles last; `groups` are led together in a hybrid, if one is wanted."""
    return tuple(map(_picture, _sketches(flow, problems, groups)))


def _sketches(flow: Flow, problems: Mapping[str, str], groups: Mapping[str, Sequence[str]]) -> Iterator[Sketch]:
    yield Sketch("flow", "The flow, and the way back", lambda: flow_figure(flow, problems))
    if len(flow.steps) > MAX_STEPS:
        return
    if len(flow.steps) <= MAX_PANELS:
        yield Sketch("rollbacks", "What is undone when a step fails", lambda: rollbacks_figure(flow, problems))
    else:
        yield Sketch("rollbacks", "The longest way back", lambda: _longest(flow, problems))
    yield Sketch("states", "The states of a run", lambda: states_figure(flow))
    if groups:
        yield Sketch("hybrid", "As a hybrid", lambda: hybrid_figure(flow, groups))
    yield Sketch("commands", "As an orchestration", lambda: commands_figure(flow))
    yield Sketch("events", "As a choreography", lambda: events_figure(flow, problems))


def _longest(flow: Flow, problems: Mapping[str, str]) -> Figure:
    """The rollback in which most is undone; the plain flow where no step can fail."""
    found = rollback_figures(flow, problems)
    return max(found, key=_undone) if found else flow_figure(flow, problems)


def _undone(figure: Figure) -> int:
    return sum(node.number is not None for node in figure.nodes)


def _picture(sketch: Sketch) -> Picture:
    """The drawing, or what there is in its place."""
    try:
        return _drawn(sketch)
    except Exception as error:
        return Picture(sketch.name, sketch.title, defect(error))


def _drawn(sketch: Sketch) -> Picture:
    """The drawing without its own style, which the page takes up for all of them."""
    figure = sketch.figure()
    try:
        if len(figure.nodes) > 3 * MAX_STEPS:
            raise SagactlError(
                "the saga has too many steps for a drawing", help="`sagactl graph --format dot` writes it"
            )
        drawn = svg(figure, f"picture-{sketch.name}")
    except SagactlError as error:
        words = terminal.render(figure, width=WIDTH)
        return Picture(sketch.name, sketch.title, Refused(error.message, error.help), words=words)
    styles = "".join(_STYLE.findall(drawn))
    return Picture(sketch.name, sketch.title, _STYLE.sub("", drawn), styles)
