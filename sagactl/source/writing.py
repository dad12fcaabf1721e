"""Data become YAML of one line here, in the plainest form that every reader understands alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from sagactl.source.scalars import resolve_11, resolve_core

_PLAIN: Final = frozenset("_-./+()$ ")
"""What may stand in a plain scalar beside letters and digits, whatever is around it; more could, and is quoted."""


def written(value: object, quote: str = "") -> str:
    """A value as YAML: collections in flow style, texts in the quotes given, else plain where that is safe."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(str(key))}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str):
        return _text(value, quote)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    return _infinite(json.dumps(value, default=str))


def _text(text: str, quote: str) -> str:
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return text if not quote and _is_plain(text) else '"' + "".join(map(_escaped, text)) + '"'


def _is_plain(text: str) -> bool:
    """Whether a text without quotes is one word for every reader, in flow and in block."""
    if not text or text != text.strip() or not text.isprintable():
        return False
    if not (text[0].isalnum() or text[0] in "_/$") or not all(char.isalnum() or char in _PLAIN for char in text):
        return False
    return isinstance(resolve_core(text), str) and resolve_11(text) == "str"


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _infinite(text: str) -> str:
    """JSON has no word for what is no finite number, and YAML has."""
    return {"Infinity": ".inf", "-Infinity": "-.inf", "NaN": ".nan"}.get(text, text)
