"""Long work shows how far it is, on a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any, Final, TypeVar

AFTER_S: Final = 1.0
"""What is done sooner needs no progress."""

Item = TypeVar("Item")


def watched(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """The items as they come; a line on standard error says how many of them have."""
    if not sys.stderr.isatty():
        yield from items
        return
    start_s, done, shown = monotonic(), 0, None
    try:
        for item in items:
            yield item
            done += 1
            if shown is None and monotonic() - start_s > AFTER_S:
                shown = _line(total, what)
            if shown is not None:
                shown.update(shown.task_ids[0], completed=done)
    finally:
        if shown is not None:
            shown.stop()


def _line(total: int, what: str) -> Any:
    from rich.console import Console
    from rich.progress import Progress

    progress = Progress(console=Console(stderr=True), transient=True)
    progress.add_task(what, total=total)
    progress.start()
    return progress
