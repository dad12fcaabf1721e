"""Chance as a function: every draw has a name, and the same seed gives the same number under the same name.

Draws that are named rather than numbered do not depend on each other: two drivers that ask in a different order, or
two settings of which one fails where the other does not, see the same numbers wherever they ask the same question.

Source: the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, with the constants of Stafford's variant 13);
counter-based generators (Salmon, Moraes, Dror and Shaw, SC 2011); common random numbers (Law, Simulation Modeling and
Analysis, ch. 11).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Protocol

MASK: Final = (1 << 64) - 1
GOLDEN: Final = 0x9E3779B97F4A7C15
FIRST: Final = 0xBF58476D1CE4E5B9
SECOND: Final = 0x94D049BB133111EB
UNIT: Final = 2.0**-53
MAX_SEED: Final = MASK >> 1

_FNV_START: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3


class Chance(Protocol):
    """The one door to chance: a number strictly between 0 and 1 for a name."""

    def uniform(self, name: int) -> float: ...


class Seeded:
    """The chance of one run."""

    __slots__ = ("base",)

    def __init__(self, seed: int) -> None:
        self.base = base_of(seed)

    def uniform(self, name: int) -> float:
        return uniform(self.base, name)


def base_of(seed: int) -> int:
    """What a seed contributes to each of its draws; neighbouring seeds have nothing in common."""
    return mix((seed + 1) * GOLDEN & MASK)


def uniform(base: int, name: int) -> float:
    """A multiple of 2^-53, moved up by half of that, so that neither 0 nor 1 is ever drawn."""
    return ((mix(base ^ name) >> 11) + 0.5) * UNIT


def mix(word: int) -> int:
    """A word of 64 bits, each of which depends on all bits of the given one."""
    word = (word ^ word >> 30) * FIRST & MASK
    word = (word ^ word >> 27) * SECOND & MASK
    return word ^ word >> 31


@lru_cache(maxsize=65_536)
def named(*words: str | int) -> int:
    """The name of a draw: 64 bits for what is asked, the same in every process."""
    word = _FNV_START
    for byte in "\x1f".join(map(str, words)).encode():
        word = (word ^ byte) * _FNV_PRIME & MASK
    return mix(word)
