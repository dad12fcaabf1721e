"""A page around the picture: it needs nothing else, can be enlarged and scrolled, and says the same in words.

The content policy allows the page's own style and script and nothing else, so that no definition brings in its own.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape as escape_html
from importlib.resources import files

from sagactl.diagrams import image, terminal
from sagactl.diagrams.figure import Figure
from sagactl.escape import escape

WIDTH = 100
"""Columns of the picture in words."""


def render(figure: Figure) -> str:
    """The whole page; the same figure gives the same text."""
    return page(figure.title, figure.subtitle, image.svg(figure), terminal.render(figure, width=WIDTH))


def page(title: str, subtitle: str, svg: str, words: str) -> str:
    """A page around an SVG whose style is inside it, and the same in words."""
    css, script = _asset("figure.css"), _asset("figure.js")
    inside = svg[svg.index("<style>") + len("<style>") : svg.index("</style>")]
    policy = (
        f"default-src 'none'; style-src {_hash(css)} {_hash(inside)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    name = escape_html(escape(f"{title}, {subtitle}" if subtitle else title))
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{name}</title>",
        f"<style>{css}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#words">Skip to the picture in words</a>',
        f'<header><h1>{name}</h1><div class="zoom" role="group" aria-label="Size of the picture" hidden>',
        '<button type="button" id="smaller" aria-keyshortcuts="-">Smaller</button>',
        '<output id="size" aria-live="polite">100 %</output>',
        '<button type="button" id="larger" aria-keyshortcuts="+">Larger</button>',
        '<button type="button" id="fit" aria-keyshortcuts="0">Fit the width</button>',
        "</div></header>",
        "<main>",
        f'<div id="picture" role="region" aria-label="Picture, may be scrolled" tabindex="0">{svg}</div>',
        '<section id="words" aria-labelledby="words-head" tabindex="-1">',
        '<h2 id="words-head">The same in words</h2>',
        f"<details><summary>Show</summary><pre>{escape_html(words)}</pre></details>",
        "</section>",
        "</main>",
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join((*lines, ""))


def _asset(name: str) -> str:
    return files("sagactl.diagrams").joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """What the policy allows: exactly this text."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
