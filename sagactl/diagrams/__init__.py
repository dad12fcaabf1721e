"""Pictures of a saga: one neutral figure, and a family of renderers that each know one format.

`views` make a `Figure` of a flow: nodes, edges, groups and lanes with the words of the definition on them.

A member of the family of renderers is a module with

    render(figure: Figure, ...) -> str | bytes

It is pure, gives the same output for the same figure, and makes every text harmless for its own format, because
definitions are written by strangers.  It marks nothing by colour alone.  What it needs beyond the standard library it
imports when it renders, and where that is missing it raises a `SagactlError` that says what to install.

dot         DOT, for Graphviz
mermaid     a Mermaid flowchart
terminal    lines of text, Unicode or ASCII, within a given width
image       SVG, PNG and PDF: the DOT of its sibling, laid out by Graphviz
html        a page of its own around the SVG of its sibling

Not members: `wiring` (conditions become decisions), `rollback` (what is undone, and in which order), `outline` (the
flow as nested blocks), `listing` (what is no flow, node by node), `legend` (what the signs of drawings mean), `text`
(widths and line breaks), `colours` (for light and for dark), `fonts` (letters where the system has none).
"""

from __future__ import annotations

from sagactl.diagrams.figure import Edge, Figure, Group, Lane, Node
from sagactl.diagrams.image import svg
from sagactl.diagrams.views.commands import commands_figure
from sagactl.diagrams.views.events import events_figure
from sagactl.diagrams.views.flow import flow_figure
from sagactl.diagrams.views.hybrid import hybrid_figure
from sagactl.diagrams.views.rollback import rollback_figure, rollback_figures, rollbacks_figure
from sagactl.diagrams.views.states import states_figure

__all__ = [
    "Edge",
    "Figure",
    "Group",
    "Lane",
    "Node",
    "commands_figure",
    "events_figure",
    "flow_figure",
    "hybrid_figure",
    "rollback_figure",
    "rollback_figures",
    "rollbacks_figure",
    "states_figure",
    "svg",
]
