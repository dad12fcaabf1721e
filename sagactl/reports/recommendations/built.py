"""What to build, in words: the parts of a hybrid and the events between them, or what stands in for a saga."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.recommender.cut import NO_CONTEXT, Crossing, Cut, Group
from sagactl.recommender.facts import quoted
from sagactl.recommender.instead import Instead
from sagactl.styles import Purpose

GROUPS: Final = "What is led together"
CROSSINGS: Final = "The events between contexts"


DOES: Final[Mapping[Purpose, str]] = {"start": "starts", "undo": "undoes", "stop": "stops and undoes"}


def groups(cut: Cut) -> Iterator[str]:
    """One sentence for each bounded context."""
    for group in cut.groups:
        yield f"{context_name(group.context)}: {_led(group)}"


def crossings(cut: Cut) -> Iterator[str]:
    """One sentence for each event between contexts."""
    for crossing in cut.crossings:
        does = DOES[crossing.purpose]
        yield f"{quoted([crossing.event])} from {_ends(crossing)}, which {does} {quoted(crossing.steps)}"
    for left, right in cut.mutual:
        yield f"{context_name(left)} and {context_name(right)} wait for each other: neither can be understood alone"


def instead_title(instead: Instead) -> str:
    """What to build instead, as a heading."""
    return f"What to build instead: {instead.title}"


def drops(instead: Instead) -> str:
    """What is not needed any more; empty where nothing is."""
    if not instead.drops:
        return ""
    return f"not needed any more: {quoted(instead.drops)}"


def context_name(context: str) -> str:
    """A context in a sentence."""
    return "no context stated" if context == NO_CONTEXT else quoted([context])


def _led(group: Group) -> str:
    if not group.is_led:
        return f"{quoted(group.steps)}, alone; no orchestrator"
    return f"an orchestrator of its own leads {quoted(group.steps)} ({quoted(group.participants)})"


def _ends(crossing: Crossing) -> str:
    return f"{context_name(crossing.publisher)} to {context_name(crossing.listener)}"
