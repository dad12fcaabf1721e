"""Where a service keeps its parts of runs: a row for each run, locked while something happens to it."""

from __future__ import annotations

from typing import Final

from sagactl.runtime.guard.script import Script, Statement
from sagactl.runtime.service.outbox import HOME
from sagactl.runtime.service.part import Part, part_from, part_text

MOST_AT_ONCE: Final = 100


def claim(participant: str, run: str, now_s: float) -> Script[Part | None]:
    """The part as it is kept, and nobody else's until the transaction ends; None for a run that is new here."""
    values = {"participant": participant, "run": run, "now_s": now_s}
    rows = yield Statement("claim", values, HOME)
    (body,) = rows[0]
    return part_from(body) if body else None


def keep(participant: str, part: Part, now_s: float) -> Script[None]:
    values = {"participant": participant, "run": part.run, "body": part_text(part), "due_s": part.due_s, "now_s": now_s}
    yield Statement("keep", values, HOME)


def give_back(participant: str, run: str) -> Script[None]:
    """Nothing became of a run that was new."""
    yield Statement("give-back", {"participant": participant, "run": run}, HOME)


def look(participant: str, run: str) -> Script[Part | None]:
    """The part as it is now, for somebody who only wants to know."""
    rows = yield Statement("body", {"participant": participant, "run": run}, HOME)
    return part_from(rows[0][0]) if rows and rows[0][0] else None


def due(participant: str, now_s: float) -> Script[list[str]]:
    """The runs in which something has to be done now."""
    rows = yield Statement("due", {"participant": participant, "now_s": now_s, "limit": MOST_AT_ONCE}, HOME)
    return [run for (run,) in rows]


def forget(participant: str, before_s: float) -> Script[int]:
    """How many runs went of which nothing was heard since then, and in which nothing is to be done."""
    rows = yield Statement("forget", {"participant": participant, "before_s": before_s}, HOME)
    return len(rows)
