"""Defects of the comments that suppress findings."""

from __future__ import annotations

from typing import Final

from benchmarks.seeds import Seed
from benchmarks.seeds.places import comment

SEEDS: Final = (
    Seed("SG000", "a suppression says no reason", comment("ignore[SG101]")),
    Seed("SG991", "a suppression suppresses nothing", comment("ignore[SG106] it was so once")),
    Seed("SG992", "a suppression names no rule", comment("ignore[SG1011] it is fine here")),
    Seed("SG993", "a suppression is over", comment("ignore[SG101] until 2020-01-31: being built")),
)
