"""A choreography: who publishes what, and who hears it; what is derived and what nobody hears are marked."""

from __future__ import annotations

from sagactl.diagrams.figure import Figure
from sagactl.flow import Flow


def events_figure(flow: Flow) -> Figure:
    """The participants with their steps, and the events between them."""
    raise NotImplementedError
