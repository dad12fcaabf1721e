"""What lint is told of the style that suits a saga.

Lint and the recommendation do not know each other: whoever calls both hands the one to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sagactl.model import Saga


class Reason(Protocol):
    """Something that was counted: points above zero speak for orchestration, below zero for choreography."""

    @property
    def points(self) -> float: ...

    @property
    def reason(self) -> str: ...


class Advice(Protocol):
    """What is recommended for a saga, and how surely: `weak` where only a rule of thumb decides.

    `agrees` is None where the file or the recommendation names no plain style.
    """

    @property
    def recommendation(self) -> str: ...

    @property
    def strength(self) -> str: ...

    @property
    def score(self) -> float: ...

    @property
    def factors(self) -> Sequence[Reason]: ...

    @property
    def agrees(self) -> bool | None: ...


Recommend = Callable[[Saga, Mapping[str, Saga]], Advice]
