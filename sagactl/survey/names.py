"""The names of pages: those of the sagas where they can be, each different from all others on any file system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MAX_LETTERS: Final = 80
TAKEN: Final = ("index",)

_ODD = re.compile(r"[^a-z0-9-]+")


def page_names(wanted: Iterable[str]) -> tuple[str, ...]:
    """One name for each wanted one, in their order; who comes second to a name gets a number."""
    taken = set(TAKEN)
    return tuple(_free(wanted_name, taken) for wanted_name in wanted)


def _free(wanted: str, taken: set[str]) -> str:
    plain = _ODD.sub("-", wanted.lower()).strip("-")[:MAX_LETTERS] or "saga"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name
