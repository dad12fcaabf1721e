"""How recommendations are shown: one file for each format.

A member has `render(recommended: Sequence[Recommended]) -> str`, pure, with options of its own after that.  The text
ends with a line end.  Everything that came from a definition is escaped; nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sagactl.recommender import Recommendation

Costs = Mapping[str, object]
"""What one style costs for one saga, by name: numbers, texts, and lists of them."""


class Recommended(NamedTuple):
    """A recommendation with the path of its definition.

    `evidence` holds the costs of both styles, by style, once the definition has been compiled into both; None as
    long as it has not, and then it is shown as absent rather than guessed.  `rings` are the services that would
    listen to each other in a choreography, ring by ring, where they were asked for.
    """

    path: str
    recommendation: Recommendation
    evidence: Mapping[str, Costs] | None = None
    rings: tuple[tuple[str, ...], ...] = ()
