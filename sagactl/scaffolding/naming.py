"""Names in generated Python: what a definition calls something may be no name there, or be taken."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_MOST: Final = 60
"""Characters of a name; a command may have two hundred."""


def is_name(text: str) -> bool:
    """Whether Python takes it for a plain name of ours."""
    return text.isascii() and text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")


def method(text: str, taken: Collection[str] = ()) -> str:
    """A name for a function, as near to the text as can be."""
    return _free("_".join(_words(text)).lower()[:_MOST].strip("_") or "command", taken)


def class_(text: str, taken: Collection[str] = ()) -> str:
    """A name for a class."""
    return _free("".join(word[:1].upper() + word[1:] for word in _words(text))[:_MOST] or "Saga", taken)


def said(text: str) -> str:
    """The text as a comment or a docstring can hold it: its words, and nothing that could end either."""
    return " ".join(re.findall(r"[A-Za-z0-9_.,:;()'-]+", text))[:100]


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text)


def _free(name: str, taken: Collection[str]) -> str:
    if name[:1].isdigit() or not is_name(name) or hasattr(builtins, name):
        name = f"do_{name}" if name[:1].islower() or name[:1].isdigit() else f"The{name}"
    number, wanted = 2, name
    while wanted in taken:
        wanted, number = f"{name}_{number}", number + 1
    return wanted
