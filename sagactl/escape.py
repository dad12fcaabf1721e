"""Text from a file is made harmless before it is shown: no terminal commands, no hidden order, no forged lines."""

from __future__ import annotations

import re

_command = re.compile(r"##(?=[A-Za-z.-]*\[)")


def escape(text: str) -> str:
    """The text with every character that is not plainly visible written out, such as `\\x1b` or `\\u202e`.

    Build servers obey a line that holds `##[error]`, `##vso[` or `##teamcity[`, wherever it comes from.
    """
    if "##" in text:
        text = _command.sub(r"#\\x23", text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _written(char) for char in text)


def escape_lines(text: str) -> str:
    """As `escape`, but the line ends of our own layout stay; no line begins as a command to GitHub does."""
    return "\n".join(map(_line, text.split("\n")))


def escape_json(text: str) -> str:
    """A JSON text, in which nothing but ASCII stands, without the marks of commands; it means the same."""
    return _command.sub(r"#\\u0023", text) if "##" in text else text


def _line(text: str) -> str:
    if text.lstrip().startswith("::"):
        text = text.replace("::", "\\x3a:", 1)
    return escape(text)


def _written(char: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if short is not None:
        return short
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
