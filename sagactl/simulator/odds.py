"""What many runs have in common: how probable faults are, and which participants are slower than they say."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sagactl.simulator.rates import Rates


class Odds(NamedTuple):
    """Chances of faults, and by which factor each slow participant takes longer."""

    rates: Rates = Rates()
    slow: Mapping[str, float] = MappingProxyType({})
