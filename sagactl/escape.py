"""Text from a file is made harmless before it is shown: no terminal commands, no hidden order, no forged lines."""

from __future__ import annotations


def escape(text: str) -> str:
    """The text with every character that is not plainly visible written out, such as `\\x1b` or `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _written(char) for char in text)


def escape_lines(text: str) -> str:
    """As `escape`, but the line ends of our own layout stay."""
    return "\n".join(map(escape, text.split("\n")))


def _written(char: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if short is not None:
        return short
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
