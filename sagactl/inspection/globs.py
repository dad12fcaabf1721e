"""Patterns of paths as configurations write them: those of .gitignore, without exclamation marks.

`*` and `?` stay inside one folder, `**` goes through any number of them.  A pattern with a slash starts at the folder
of the configuration, one without matches at any depth, and a folder stands for all that is below it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache

Matches = Callable[[str], object]


@cache
def matcher(pattern: str) -> Matches:
    """Whether a path, relative and with slashes, is meant by the pattern."""
    bare = pattern.strip("/") if "/" in pattern.rstrip("/") else f"**/{pattern.rstrip('/')}"
    *folders, last = bare.removeprefix("./").split("/")
    start = "".join(map(_part, folders))
    end = ".+" if last == "**" else f"{_part(last)[:-1]}(?:/.*)?"
    return re.compile(start + end, re.DOTALL).fullmatch


def _part(part: str) -> str:
    """One part of a pattern with the slash after it."""
    if part == "**":
        return "(?:[^/]+/)*"
    return "".join(_WILD.get(char) or re.escape(char) for char in part) + "/"


_WILD = {"*": "[^/]*", "?": "[^/]"}


def seen_from(root: str, name: str) -> str:
    """The path of a file as it is written in a configuration in the folder `root`, with slashes; empty means here."""
    path, root = os.path.abspath(name), root or os.getcwd()
    inside = path.removeprefix(root.rstrip(os.sep) + os.sep)
    return (inside if inside != path else os.path.relpath(path, root)).replace(os.sep, "/")
