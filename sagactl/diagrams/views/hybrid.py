"""A hybrid: groups of steps that are led each by itself, and the events between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sagactl.diagrams.figure import Figure
from sagactl.flow import Flow


def hybrid_figure(flow: Flow, groups: Mapping[str, Sequence[str]]) -> Figure:
    """The cut: a box for each group of steps (by their ids), orchestrated within, and the events between the groups."""
    raise NotImplementedError
