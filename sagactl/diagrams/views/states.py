"""What becomes of a run as a whole, found by asking the machine about this saga."""

from __future__ import annotations

from sagactl.diagrams.figure import Figure
from sagactl.flow import Flow


def states_figure(flow: Flow) -> Figure:
    """The states of a run, and what leads from one to the next."""
    raise NotImplementedError
