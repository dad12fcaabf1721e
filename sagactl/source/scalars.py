"""The type of a plain scalar: by the core schema of YAML 1.2, and by YAML 1.1 for those who read the file with that.

Most scalars are words, so the first character decides for most of them without a pattern.

Source: YAML 1.2.2, 10.3.2 (tag resolution of the core schema); the type repository of YAML 1.1 (yaml.org/type).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import re

Type11 = Literal["null", "bool", "int", "float", "timestamp", "merge", "value", "str"]

# Python converts at most 4,300 digits by default and takes quadratic time for more.
MAX_DIGITS = 4300

_CORE_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_CORE_INT = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
_CORE_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_INFINITIES = frozenset(sign + name for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF"))
_NANS = frozenset((".nan", ".NaN", ".NAN"))

_BOOLS_11 = frozenset(
    form
    for word in ("y", "n", "yes", "no", "true", "false", "on", "off")
    for form in (word, word.capitalize(), word.upper())
)
_NULLS_11 = frozenset(("", "~", "null", "Null", "NULL"))
_INT_11 = r"[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)"
# The published pattern for base 10 is `[-+]?([0-9][0-9_]*)?\.[0-9.]*([eE][-+][0-9]+)?`.  Its second dot and a
# lone `.` are taken for slips, as the readers in use do; so is that `1e3` without a dot is no float.
_FLOAT_11 = (
    r"[-+]?(?:(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?"
    r"|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)"
)
_TIMESTAMP_11 = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)


_WORDS = _BOOLS_11 | _NULLS_11 | _CORE_WORDS.keys() | {"<<", "="}


def is_text(text: str) -> bool:
    """Whether every reader surely takes a plain scalar for text; most are decided so, without a pattern."""
    return text not in _WORDS and text[0] not in _NUMBER_STARTS


def resolve_core(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar by the core schema of YAML 1.2.

    A decimal integer of more than `MAX_DIGITS` digits is a float, which beyond 308 digits is infinite: still a
    number, and larger than every bound.  Hexadecimal and octal ones convert in linear time and have no such limit.
    """
    first = text[:1]
    if first not in _NUMBER_STARTS:
        return _CORE_WORDS.get(text, text) if len(text) <= 5 else text
    if text in _INFINITIES:
        return float(text.replace(".", "", 1))
    if text in _NANS:
        return float("nan")
    match = _core_pattern().fullmatch(text)
    if match is None:
        return text
    if match.lastgroup == "float" or len(text) > MAX_DIGITS:
        return int(text, 0) if text[1:2] in ("o", "x") else float(text)
    return int(text, 0) if text[1:2] in ("o", "x") else int(text)


def resolve_11(text: str) -> Type11:
    """The name of the type that a reader of YAML 1.1 gives to a plain scalar."""
    if text in _BOOLS_11:
        return "bool"
    if text in _NULLS_11:
        return "null"
    if text[0] not in _NUMBER_STARTS:
        return "merge" if text == "<<" else "value" if text == "=" else "str"
    if text in _INFINITIES or text in _NANS:
        return "float"
    match = _pattern_11().fullmatch(text)
    if match is None:
        return "str"
    return {"int": "int", "float": "float", "timestamp": "timestamp"}[match.lastgroup or ""]  # type: ignore[return-value]


@lru_cache(1)
def _core_pattern() -> re.Pattern[str]:
    import re

    return re.compile(f"(?P<int>{_CORE_INT})|(?P<float>{_CORE_FLOAT})")


@lru_cache(1)
def _pattern_11() -> re.Pattern[str]:
    import re

    return re.compile(f"(?P<int>{_INT_11})|(?P<float>{_FLOAT_11})|(?P<timestamp>{_TIMESTAMP_11})")
