"""Pictures: SVG, PNG and PDF, laid out by Graphviz.

The installed `dot` is used where there is one, else the Graphviz inside the pygraphviz package; both read the same
DOT.  What they write is stripped of everything that changes without the drawing changing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape as escape_html
from html import unescape
from importlib import import_module
from importlib.util import find_spec
from typing import Final, Literal

from sagactl.diagrams import dot, fonts
from sagactl.diagrams.colours import dark_css
from sagactl.diagrams.figure import Figure
from sagactl.diagrams.legend import legend
from sagactl.errors import SagactlError
from sagactl.escape import escape

Format = Literal["svg", "png", "pdf"]

PNG_DPI: Final = 144
"""Twice the resolution of a plain screen: sharp on dense ones and in print."""

FONTS: Final = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

CLASS: Final = "saga-figure"
"""Of every SVG, for the rules of its colours."""

NAMED: Final = ("step", "wait", "saga", "event", "service", "status")
"""The nodes that a description names."""

LONGEST_S: Final = 120

HELP: Final = (
    "install Graphviz (`apt install graphviz` or `brew install graphviz`, and `pip install graphviz`), or "
    "`pip install pygraphviz`, whose wheels carry it; the formats dot, mermaid and text need neither"
)

PROGRAM: Final = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
graph.layout(prog="dot")
sys.stdout.buffer.write(graph.draw(format=sys.argv[1]))
"""

_HEAD = re.compile(r"^.*?<svg\b", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_FONT = re.compile(r'font-family="[^"]*"')
_TITLE = re.compile(r"<title>(.*?)</title>\n?", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_COLOUR = re.compile(r'(?:fill|stroke)="(#[0-9a-f]{6})"')
_DATE = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")


def render(figure: Figure, format: Format = "svg") -> bytes:
    """The picture as the bytes of a file."""
    return svg(figure).encode("utf-8") if format == "svg" else draw(dot.render(figure), format)


def draw(source: str, format: Literal["png", "pdf"]) -> bytes:
    """What the DOT says, as the bytes of a file; the same text gives the same bytes on one machine."""
    if not fonts.provide():
        raise SagactlError(f"no font is installed, and {format} would show a box for every letter", help=fonts.HELP)
    written = _drawn(source, format)
    return _DATE.sub(_same_date, written) if format == "pdf" else written


def svg(figure: Figure, name: str = "saga") -> str:
    """The picture as an SVG that can stand in a page among others: every id in it begins with the name."""
    fonts.provide()
    return _tidy(_drawn(dot.render(figure), "svg").decode("utf-8"), figure, name)


def _drawn(source: str, format: Format) -> bytes:
    from shutil import which

    if format == "png":
        source = source.replace("graph [", f"graph [dpi={PNG_DPI}, ", 1)
    if which("dot") is not None:
        return _by_installed_dot(source, format)
    return _by_pygraphviz(source, format)


def _by_installed_dot(source: str, format: Format) -> bytes:
    try:
        graphviz = import_module("graphviz")
    except ImportError:
        return _by_pygraphviz(source, format)
    try:
        return bytes(graphviz.Source(source, engine="dot").pipe(format=format, quiet=True))
    except graphviz.CalledProcessError as error:
        raise SagactlError(f"Graphviz could not draw the picture: {error}", help=HELP) from error


def _by_pygraphviz(source: str, format: Format) -> bytes:
    """Draws in a process of its own: the library writes warnings about fonts where they would stand among ours."""
    import subprocess
    import sys

    if find_spec("pygraphviz") is None:
        raise SagactlError(f"drawing {format} needs Graphviz, and Python finds none", help=HELP)
    call = [sys.executable, "-P", "-c", PROGRAM, format]
    try:
        done = subprocess.run(call, input=source.encode(), capture_output=True, timeout=LONGEST_S, check=True)
    except subprocess.TimeoutExpired as error:
        raise SagactlError(f"Graphviz did not finish within {LONGEST_S} seconds", help=HELP) from error
    except subprocess.CalledProcessError as error:
        why = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise SagactlError(f"Graphviz could not draw the picture: {escape(''.join(why))}", help=HELP) from error
    return done.stdout


def _tidy(svg: str, figure: Figure, name: str) -> str:
    """The drawing with a name and a description for those who do not see it, and nothing about who wrote it.

    Its ids begin with the name, and its colours change on a dark screen, so that it can stand in a page among others.
    """
    body = _FONT.sub(f'font-family="{FONTS}"', _COMMENT.sub("", _HEAD.sub("<svg", svg, count=1)))
    body = _TITLE.sub(_Tips(figure).tip, body)
    body = _ID.sub(rf' id="{name}-\1"', body)
    title, text = _shown(figure.title), _shown(" ".join(_description(figure)))
    words = f'<title id="{name}-title">{title}</title>\n<desc id="{name}-description">{text}</desc>\n'
    style = f"<style>{dark_css(f'.{CLASS}', _COLOUR.findall(body))}</style>\n"
    head, rest = body.split(">", 1)
    named = f'id="{name}" class="{CLASS}" role="img" aria-labelledby="{name}-title {name}-description"'
    return f"{head} {named}>\n{words}{style}{rest.lstrip()}"


class _Tips:
    """What is shown where the pointer rests: the words of a node in place of its name, and nothing elsewhere."""

    def __init__(self, figure: Figure) -> None:
        panels = [(f"{place}/", panel) for place, panel in enumerate(figure.panels)]
        self.words = {
            before + escape(node.id): " · ".join(filter(None, (node.title, node.subtitle)))
            for before, panel in (("", figure), *panels)
            for node in panel.nodes
        }

    def tip(self, found: re.Match[str]) -> str:
        words = self.words.get(unescape(found[1]))
        return "" if words is None else f"<title>{_shown(words)}</title>\n"


def _shown(text: str) -> str:
    return escape_html(escape(text))


def _description(figure: Figure) -> Iterator[str]:
    if figure.subtitle:
        yield f"{figure.subtitle}."
    if figure.caption:
        yield figure.drawn_caption
    if meanings := legend(figure):
        yield f"{meanings}."
    names = [node.title for node in figure.nodes if node.role in NAMED]
    if names:
        yield f"Shown are {', '.join(names)}."
    yield from (f"{panel.title}: {panel.subtitle}." for panel in figure.panels)


def _same_date(found: re.Match[bytes]) -> bytes:
    """A date of the same length, because a PDF counts its bytes."""
    room = len(found[0]) - len(found[1]) - len("/ (D:)")
    return b"/" + found[1] + b" (D:" + b"19800101000000Z".ljust(room)[:room] + b")"
