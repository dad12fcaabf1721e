"""Pictures of a saga: one neutral figure, and a family of renderers that each know one format.

`figure(flow)` draws the flow and `rollback_figure(flow, failing)` what happens when one step fails.  Both return a
`Figure`: nodes, edges and lanes with the words of the definition on them.

A member of the family is a module with

    render(figure: Figure, ...) -> str | bytes

It is pure, gives the same output for the same figure, and makes every text harmless for its own format, because
definitions are written by strangers.  It marks nothing by colour alone.  What it needs beyond the standard library it
imports when it renders, and where that is missing it raises a `SagactlError` that says what to install.

dot         DOT, for Graphviz
mermaid     a Mermaid flowchart
terminal    lines of text, Unicode or ASCII, within a given width
image       SVG, PNG and PDF: the DOT of its sibling, laid out by Graphviz

Not members: `wiring` (conditions become decisions), `rollback` (what is undone, and in which order), `outline` (the
flow as nested blocks), `text` (widths and line breaks), `fonts` (letters where the system has none).
"""

from __future__ import annotations

from sagactl.diagrams.figure import Edge, Figure, Lane, Node, figure, rollback_figure

__all__ = ["Edge", "Figure", "Lane", "Node", "figure", "rollback_figure"]
