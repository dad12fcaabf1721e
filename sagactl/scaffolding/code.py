"""Pieces of Python source: literals that mean exactly what a definition says, whatever stands in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

WIDTH: Final = 88
"""Columns, as most formatters have them unless told otherwise."""


def quoted(text: str) -> str:
    """A literal of the text, in double quotes where it can be."""
    literal = repr(text)
    return literal if '"' in text or literal[0] == '"' else f'"{literal[1:-1]}"'


def literal(value: Any) -> str:
    """A literal of JSON data, with texts as `quoted` writes them."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(str(key))}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value) if value is None or isinstance(value, bool | int | float) else quoted(json.dumps(str(value)))


def assigned(name: str, data: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    """The lines that give data to a name, as a formatter would break them."""
    line = f"{indent}{name} = {literal(dict(data))}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{indent}{name} = {{"
    for key, value in data.items():
        yield f"{indent}    {quoted(key)}: {literal(value)},"
    yield f"{indent}}}"


def imported(module: str, names: Sequence[str]) -> Iterator[str]:
    """The lines that import the names, as a formatter would break them."""
    line = f"from {module} import {', '.join(names)}"
    yield from [line] if len(line) <= WIDTH else [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def called(function: str, arguments: Sequence[str], indent: str = "") -> Iterator[str]:
    """The lines that call the function, as a formatter would break them."""
    given = ", ".join(arguments)
    if len(f"{indent}{function}({given})") <= WIDTH:
        yield f"{indent}{function}({given})"
        return
    fits = len(f"{indent}    {given}") <= WIDTH
    inside = [given] if fits else [f"{argument}," for argument in arguments]
    yield from (f"{indent}{function}(", *(f"{indent}    {line}" for line in inside), f"{indent})")


def block(lines: Iterable[str]) -> str:
    """Lines as a file."""
    return "\n".join(lines) + "\n"
