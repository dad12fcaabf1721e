"""The streams of a call: where output goes, whether it may be coloured, how wide it is."""

from __future__ import annotations

import os
import sys
from typing import Final, Literal

from sagactl.errors import SagactlError, UnknownName
from sagactl.reports.style import Style, coloured, plain

Color = Literal["auto", "always", "never"]
COLORS: Final = ("auto", "always", "never")
DEFAULT_WIDTH: Final = 100


def write(text: str, output: str | None = None) -> None:
    """Print a result, or put it into a file."""
    write_bytes(text.encode(errors="backslashreplace"), output, text)


def write_bytes(data: bytes, output: str | None, text: str | None = None) -> None:
    """Put data into a file, or on standard output, where text keeps the terminal's encoding."""
    if output is not None and output != "-":
        try:
            with open(output, "wb") as file:
                file.write(data)
        except OSError as error:
            raise SagactlError(f"cannot write `{output}`: {(error.strerror or str(error)).lower()}") from None
    elif text is not None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
    else:
        sys.stdout.buffer.write(data)


def complain(message: str, help: str = "") -> None:
    """Say on standard error what keeps the call from being carried out."""
    from sagactl.escape import escape

    style = style_for("auto", sys.stderr)
    lines = [f"{style('error', 'error:')} {escape(message)}"]
    if help:
        lines.append(f"{style('help', '  help:')} {escape(help)}")
    sys.stderr.write("\n".join(lines).encode("utf-8", errors="backslashreplace").decode() + "\n")


def style_for(color: str, stream: object = None, output: str | None = None) -> Style:
    """Colours where they are wanted and can be seen (NO_COLOR, FORCE_COLOR and CLICOLOR are honoured)."""
    if color not in COLORS:
        raise UnknownName("value of `--color`:", color, COLORS)
    if color != "auto":
        return coloured if color == "always" else plain
    if os.environ.get("NO_COLOR"):
        return plain
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0") or os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return coloured
    if output is not None or os.environ.get("CLICOLOR") == "0" or os.environ.get("TERM") == "dumb":
        return plain
    return coloured if _is_terminal(stream or sys.stdout) else plain


def columns() -> int:
    """The width of the terminal, or a fixed one where there is none."""
    if not _is_terminal(sys.stdout):
        return DEFAULT_WIDTH
    try:
        return max(40, os.get_terminal_size(sys.stdout.fileno()).columns or DEFAULT_WIDTH)
    except (OSError, ValueError):
        return DEFAULT_WIDTH


def terminal_columns() -> int:
    """The width of the terminal, 0 where there is none."""
    return columns() if _is_terminal(sys.stdout) else 0


def is_ascii() -> bool:
    """Whether standard output can only show ASCII."""
    try:
        "→✓✗↩".encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)
    try:
        return bool(isatty and isatty())
    except ValueError:
        return False
