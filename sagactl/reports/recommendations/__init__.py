"""How recommendations are shown: one file for each format.

A member has `render(recommended: Sequence[Recommended]) -> str`, pure, with options of its own after that.  The text
ends with a line end.  Everything that came from a definition is escaped; nothing is left out silently.

Not members: `evidence` (the words of the comparison), `built` (the words for a hybrid and for no saga), and
`side_by_side` (the comparison in two columns).
"""

from __future__ import annotations

from typing import NamedTuple

from sagactl.recommender import Recommendation
from sagactl.recommender.comparison import Comparison


class Picture(NamedTuple):
    """A Mermaid picture, and what it shows."""

    title: str
    mermaid: str


class Recommended(NamedTuple):
    """A recommendation with the path of its definition.

    `comparison` holds both styles, once the definition has been compiled into both and rehearsed; None as long as it
    has not, and then it is shown as absent rather than guessed; `not_compared` says why it cannot be.  `pictures` are
    for formats that can hold some.
    `rings` are the services that would listen to each other in a choreography, ring by ring, where they were asked for.
    """

    path: str
    recommendation: Recommendation
    comparison: Comparison | None = None
    not_compared: str = ""
    pictures: tuple[Picture, ...] = ()
    rings: tuple[tuple[str, ...], ...] = ()
