"""Defects that are put into sound definitions, in a file per area; a member is a module with a table `SEEDS`.

A row names the rule that has to find the defect, says what is wrong, and yields a mutant for every place of a
definition where it makes a real defect.  A mutant is a few changes by route, or a function of the text.  What other
rules rightly say of the same defect stands under `also`.  Nothing else has to be told about a new row or a new file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from sagactl.finding import Change
from sagactl.flow import Flow
from sagactl.model import Saga

Mutant = tuple[Change, ...] | Callable[[str], str]


class Sound(NamedTuple):
    """A definition without a defect; `is_nested` where another one runs it as a step."""

    name: str
    text: str
    saga: Saga
    flow: Flow
    is_nested: bool


Mutants = Callable[[Sound], Iterable[Mutant]]


class Seed(NamedTuple):
    """One kind of defect; `also` are codes, or prefixes of them."""

    code: str
    what: str
    mutants: Mutants
    also: tuple[str, ...] = ()


def all_seeds() -> tuple[Seed, ...]:
    """The rows of all areas, in the order of their codes."""
    modules = (import_module(f"{__name__}.{area.name}") for area in iter_modules(__path__))
    rows = (seed for module in modules for seed in getattr(module, "SEEDS", ()))
    return tuple(sorted(rows, key=lambda seed: seed.code))
