"""The bytes of a file become text here, or a list of reasons why they do not.

Rule 1: the text is UTF-8, strictly; a byte order mark may stand at the start and nowhere else.
Rule 2: control characters and the controls of writing direction are refused wherever they stand, because a terminal,
        a log or an editor shows something other than what is read.
Rule 3: U+0085, U+2028 and U+2029 are text inside quotes and refused elsewhere.  YAML 1.1 parsers take them for line
        ends and YAML 1.2 does not, so outside quotes the same file could hold different keys for different readers.
        `shield` swaps them for noncharacters while the parser runs, which keeps its line numbers those of an editor;
        noncharacters themselves are refused, so that the swap can be undone without doubt.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sagactl.source.node import Problem, Span, Text

if TYPE_CHECKING:
    import re

# 4 MiB is a thousand times a usual saga and still bounds what reading can take: about 170 MB and half a second.
MAX_BYTES = 4 * 1024 * 1024
MAX_PROBLEMS = 100

_START = Span(0, 0, 0, 0)
_UTF_8_MARK = b"\xef\xbb\xbf"
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_FOREIGN_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_ASCII_TEXT = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_REFUSED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f" + _BIDI + "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
_SEPARATORS = "\x85\u2028\u2029"
_SHIELDS = "\ufdd0\ufdd1\ufdd2"
_SHIELD = str.maketrans(_SEPARATORS, _SHIELDS)
_UNSHIELD = str.maketrans(_SHIELDS, _SEPARATORS)
_NAMES = {
    0x00: "NUL",
    0x08: "backspace",
    0x1B: "escape",
    0x7F: "delete",
    0x85: "next line",
    0x2028: "line separator",
    0x2029: "paragraph separator",
    0xFEFF: "byte order mark",
}


def decode(data: bytes) -> tuple[str, list[Problem]]:
    """The text of a file is its bytes as UTF-8, without a leading byte order mark.

    Returns the text and the problems with it; with problems the text is good for showing, not for parsing.
    """
    if len(data) > MAX_BYTES:
        return "", [Problem(f"the file is larger than {MAX_BYTES >> 20} MiB", _START, help="split it")]
    for mark, name in _FOREIGN_MARKS:
        if data.startswith(mark):
            return "", [Problem(f"the file is {name}, not UTF-8", _START, help="save it as UTF-8")]
    if data.startswith(_UTF_8_MARK):
        data = data[3:]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return data.decode(errors="replace"), [_undecodable(data, error.start)]
    if text.isascii() and not data.translate(None, _ASCII_TEXT):
        return text, []
    return text, _refused(text)


def has_separators(text: str) -> bool:
    """Separators are U+0085, U+2028 and U+2029, which only some readers of YAML take for line ends."""
    return not text.isascii() and any(separator in text for separator in _SEPARATORS)


def shield(text: str) -> str:
    """Each separator is swapped for a noncharacter, which no parser takes for a line end."""
    return text.translate(_SHIELD)


def unshield(text: str) -> str:
    """The inverse of `shield`."""
    return text.translate(_UNSHIELD)


def stray_separators(text: str, quoted: list[tuple[int, int]], stop: int) -> list[Problem]:
    """A separator before offset `stop` that no quoted stretch covers is a problem.

    `quoted` holds the offsets where quoted scalars start and end, in the order of the text.
    """
    places = Text(text)
    problems: list[Problem] = []
    ranges = iter(quoted)
    start, end = next(ranges, (stop, stop))
    for offset, character in enumerate(text[:stop]):
        if character in _SEPARATORS:
            while end <= offset and end < stop:
                start, end = next(ranges, (stop, stop))
            if not start <= offset < end:
                problems.append(_problem(character, places.span(offset, offset + 1), "outside quotes "))
                if len(problems) == MAX_PROBLEMS:
                    break
    return problems


def hidden_in_key(key: str) -> str:
    """The name of the first control character, control of direction or separator of a key, or nothing."""
    match = _hidden().search(key)
    return name_of(match.group()) if match else ""


def name_of(character: str) -> str:
    """A character that cannot be shown is named by its number, and by its name where people know it."""
    code = ord(character)
    name = _NAMES.get(code)
    return f"U+{code:04X} ({name})" if name else f"U+{code:04X}"


def _refused(text: str) -> list[Problem]:
    places = Text(text)
    problems: list[Problem] = []
    for match in _refused_characters().finditer(text):
        problems.append(_problem(match.group(), places.span(match.start(), match.end())))
        if len(problems) == MAX_PROBLEMS:
            break
    return problems


def _problem(character: str, span: Span, where: str = "") -> Problem:
    code = ord(character)
    escape = f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}"
    note = "NUL usually means UTF-16 text or a binary file" if code == 0 else ""
    return Problem(
        f"the character {name_of(character)} is not allowed {where or 'here '}".rstrip(),
        span,
        help=f'remove it, or write it as "{escape}" inside double quotes where it is meant',
        note=note,
    )


def _undecodable(data: bytes, offset: int) -> Problem:
    before = data[:offset].decode()
    line, column = Text(before).place(len(before))
    span = Span(line, column, line, column + 1)
    return Problem(f"the byte 0x{data[offset]:02X} is not UTF-8 text", span, help="save the file as UTF-8")


@lru_cache(1)
def _refused_characters() -> re.Pattern[str]:
    # Compiled on first use: a file of plain ASCII never needs it.
    import re

    return re.compile(_REFUSED)


@lru_cache(1)
def _hidden() -> re.Pattern[str]:
    import re

    return re.compile(_REFUSED[:-1] + "\t\n\r" + _SEPARATORS + "]")
