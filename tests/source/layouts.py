"""Random data, and the many ways in which people write the same data down."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

_WORDS = (
    "a",
    "b",
    "step-1",
    "input.total",
    "10s",
    "no",
    "007",
    "it's",
    'say "so"',
    "x: y",
    "# none",
    "grün",
    "",
    "a, b",
)
_NAMES = ("aa", "bb", "cc", "dd", "ee", "on", "x y")
_COMMENTS = ("# why", "# a: b, {c}", "#\ttabs", "# it's")

scalars = st.one_of(st.sampled_from(_WORDS), st.integers(-5, 5), st.booleans(), st.none())
data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=4),
    max_leaves=14,
)
roots = st.dictionaries(st.sampled_from(_NAMES), data, min_size=1, max_size=4)


@st.composite
def texts(draw: st.DrawFn, value: Any, *, comments: bool = True) -> str:
    """The value as YAML: block and flow style mixed, with any quotes, comments, empty lines and line ends."""
    lines = _block(draw, value, comments)
    if comments and draw(st.booleans()):
        lines.insert(0, "# a title")
    text = "\n".join(lines) + draw(st.sampled_from(("\n", "\n", "")))
    return text.replace("\n", draw(st.sampled_from(("\n", "\n", "\r\n"))))


def _block(draw: st.DrawFn, value: Any, comments: bool) -> list[str]:
    """The lines of a collection in block style, unindented."""
    lines: list[str] = []
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        if comments and draw(st.integers(0, 4)) == 0:
            lines += draw(st.sampled_from((["# above"], ["", "# far above", ""], [""])))
        lines += _entry(draw, _scalar(draw, key) + ":" if isinstance(value, dict) else "-", inner, comments)
    return lines


def _entry(draw: st.DrawFn, lead: str, value: Any, comments: bool) -> list[str]:
    note = "  " + draw(st.sampled_from(_COMMENTS)) if comments and draw(st.integers(0, 3)) == 0 else ""
    if isinstance(value, dict | list) and value and draw(st.booleans()):
        inner = _block(draw, value, comments)
        if lead == "-" and draw(st.booleans()) and inner[0][:1] not in ("#", ""):
            return [f"- {inner[0]}", *("  " + line if line else "" for line in inner[1:])]
        indent = "" if lead != "-" and isinstance(value, list) and draw(st.booleans()) else "  "
        return [lead + note, *(indent + line if line else "" for line in inner)]
    flow = _flow(draw, value, comments)
    shown = f"{lead} {flow[0]}" if flow[0] else lead
    return (
        [shown, *("  " + line for line in flow[1:-1]), *("  " + line + note for line in flow[1:][-1:])]
        if flow[1:]
        else [shown + note]
    )


def _flow(draw: st.DrawFn, value: Any, comments: bool) -> list[str]:
    """A value in flow style, over one line or several."""
    if not isinstance(value, dict | list):
        return [_scalar(draw, value)]
    opened, closed = "{}" if isinstance(value, dict) else "[]"
    parts = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        text = " ".join(_flow(draw, inner, comments=False))
        parts.append(f"{_scalar(draw, key)}: {text}" if isinstance(value, dict) else text or "null")
    style = draw(st.sampled_from(("tight", "tight", "spaced", "packed", "lines")))
    if not parts or style == "tight" or (not comments and style in ("packed", "lines")):
        return [opened + ", ".join(parts) + closed]
    if style == "spaced":
        return [f"{opened} {', '.join(parts)} {closed}"]
    if style == "packed":
        cut = draw(st.integers(1, len(parts)))
        first, rest = ", ".join(parts[:cut]), ", ".join(parts[cut:])
        return [f"{opened}{first},", f" {rest}{closed}"] if rest else [opened + first + closed]
    last = "," if draw(st.booleans()) else ""
    lines = [part + ("," if at + 1 < len(parts) else last) for at, part in enumerate(parts)]
    lines = [line + (" # mine" if draw(st.integers(0, 3)) == 0 else "") for line in lines]
    return [opened, *("  " + line for line in lines), closed]


def _scalar(draw: st.DrawFn, value: Any) -> str:
    if value is None:
        return draw(st.sampled_from(("null", "~")))
    if not isinstance(value, str):
        return json.dumps(value)
    plain = value.isidentifier() or value in ("step-1", "input.total", "10s", "x y")
    forms = [json.dumps(value, ensure_ascii=False), "'" + value.replace("'", "''") + "'"]
    return draw(st.sampled_from([value, *forms] if plain else forms))
