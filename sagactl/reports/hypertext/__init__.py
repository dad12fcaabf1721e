"""Words and pages in HTML: nothing in a text is a tag, and a page allows exactly the style and the script it holds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape as escape_html
from importlib.resources import files
from typing import Final

from sagactl.escape import escape

NO_CONTENT: Final = "default-src 'none'; base-uri 'none'; form-action 'none'"
"""The policy of a page before its own style and script are allowed."""


def text(words: str) -> str:
    """Any words as text of the page: nothing in them is a tag, and nothing is invisible."""
    return escape_html(escape(words), quote=True)


def code(words: str) -> str:
    """A name, or what is to be typed."""
    return f"<code>{text(words)}</code>"


def codes(words: Iterable[str]) -> str:
    """Names, one after the other."""
    return " ".join(map(code, words))


def sentence(words: str) -> str:
    """Words in which backticks set apart what is to be typed."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return text(words)
    return "".join(code(part) if place % 2 else text(part) for place, part in enumerate(parts))


def asset(package: str, name: str) -> str:
    """A style or a script that lies beside the modules of a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def head(title: str, css: str, script: str, generator: str = "sagactl") -> tuple[str, ...]:
    """The start of a page, up to its body: no other file is asked for, and no other script may run."""
    policy = f"{NO_CONTENT}; style-src {_hash(css)}; script-src {_hash(script)}"
    return (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        generated(generator),
        '<meta name="referrer" content="no-referrer">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{text(title)}</title>",
        f"<style>{css}</style>",
        "</head>",
        "<body>",
    )


def generated(by: str) -> str:
    """The line by which a page says what has made it."""
    return f'<meta name="generator" content="{text(by)}">'


def foot(script: str) -> tuple[str, ...]:
    """The end of a page, with its script."""
    return f"<script>{script}</script>", "</body>", "</html>", ""


def _hash(content: str) -> str:
    """What the policy allows: exactly this text, and nothing that a definition could bring in."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
