"""Every fault at every step for people: a table in which the ends can be compared, and what to make of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import Final, NamedTuple

from sagactl.durations import long_duration
from sagactl.escape import escape
from sagactl.reports.rehearsals import Shown, reproduction
from sagactl.reports.width import fit, width
from sagactl.simulator.matrix import Matrix, Row

ROLES: Final = {"completed": "good", "compensated": "undo", "parked": "bad"}
MIN_WIDTH: Final = 72
MAX_LABEL: Final = 40
HEAD: Final = "fault (#*: at every try)"
MAX_CALLS: Final = 5
"""So many of the ends that are not acceptable are shown with the call that repeats them."""


class Sizes(NamedTuple):
    """The columns: fault, undone, dead letters, violated properties."""

    label: int
    undone: int
    letters: int
    violated: int


def render(shown: Shown) -> str:
    """The table of single faults, that of the pairs with a bad end, and the summary."""
    title = f"Every fault at every step of {escape(shown.singles.saga.id)}"
    lines = [shown.style("strong", title), "", *_table(shown, shown.singles.rows)]
    if shown.pairs is not None:
        lines += ["", shown.style("strong", "Two faults at once"), "", *_pairs(shown, shown.pairs)]
    return "\n".join(line.rstrip() for line in (*lines, "", *_summary(shown))) + "\n"


def _pairs(shown: Shown, matrix: Matrix) -> Iterator[str]:
    """Pairs are many: those that end as they should are only counted."""
    reached = [row for row in matrix.rows if row.is_reached]
    telling = tuple(row for row in reached if row.outcome == "parked" or row.violations)
    if telling:
        yield from _table(shown, telling)
        yield ""
    fine = len(reached) - len(telling)
    yield f"{_plural(fine, 'pair')} {'ends' if fine == 1 else 'end'} completed or compensated"
    if len(reached) < len(matrix.rows):
        yield f"{len(matrix.rows) - len(reached)} never meet in one run"


# -- the table


def _table(shown: Shown, rows: tuple[Row, ...]) -> Iterator[str]:
    sizes = _sizes(rows, max(shown.width, MIN_WIDTH))
    violated = f"  {fit('violated', sizes.violated)}" if sizes.violated else ""
    head = f"{fit(HEAD, sizes.label)}  {'end':<11}  {'takes':>12}{violated}  {fit('undone', sizes.undone)}"
    yield shown.style("dim", f"  {head}  {fit('dead letters', sizes.letters)}".rstrip())
    for heading, group in groupby(rows, key=_heading):
        yield escape(heading)
        yield from (_row(shown, row, sizes) for row in group)


def _sizes(rows: tuple[Row, ...], columns: int) -> Sizes:
    """What the fixed columns leave is for the steps, the dead letters first: they are what matters."""
    label = min(max(len(HEAD), *(width(_label(row)) for row in rows)), MAX_LABEL)
    violated = max(len(_violated(row)) for row in rows)
    violated = max(violated, 8) if violated else 0
    room = columns - 2 - label - 2 - 11 - 2 - 12 - 2 - 2 - (violated + 2 if violated else 0)
    letters = max(12, min(room // 2, max(width(_letters(row)) for row in rows)))
    return Sizes(label, max(6, room - letters), letters, violated)


def _heading(row: Row) -> str:
    faults = row.case.faults
    if not faults:
        return "nothing fails"
    return f"{faults[0]} and" if len(faults) > 1 else faults[0].step


def _label(row: Row) -> str:
    faults = row.case.faults
    if not faults:
        return "–"
    return str(faults[1]) if len(faults) > 1 else faults[0].fault + (" #*" if faults[0].attempt == 0 else "")


def _row(shown: Shown, row: Row, sizes: Sizes) -> str:
    label = fit(escape(_label(row)), sizes.label)
    if not row.is_reached:
        return shown.style("dim", f"  {label}  never happens")
    violated = ""
    if sizes.violated:
        violated = "  " + shown.style("bad" if not row.is_acceptable else "", fit(_violated(row), sizes.violated))
    end = shown.style(ROLES[row.outcome], f"{row.outcome:<11}")
    undone = fit(escape(", ".join(row.compensated)), sizes.undone)
    letters = fit(escape(_letters(row)), sizes.letters)
    return f"  {label}  {end}  {long_duration(row.duration_s):>12}{violated}  {undone}  {shown.style('bad', letters)}"


def _letters(row: Row) -> str:
    return ", ".join([letter.step for letter in row.dead_letters] + [f"({id})" for id in row.skipped])


def _violated(row: Row) -> str:
    """What hangs on a promise that nobody states stands in brackets."""
    stated = dict.fromkeys(broken.property for broken in row.violations if not broken.promise)
    unstated = dict.fromkeys(broken.property for broken in row.violations if broken.promise)
    return " ".join([*stated, *(f"({name})" for name in unstated if name not in stated)])


# -- the summary


def _summary(shown: Shown) -> Iterator[str]:
    rows = [row for row in shown.rows if row.is_reached]
    counts = [f"{sum(row.outcome == end for row in rows)} {end}" for end in ROLES]
    yield f"{_plural(len(rows), 'rehearsal')}: {', '.join(counts)}"
    longest = max(rows, key=lambda row: row.duration_s)
    yield from _wrapped(shown, f"the longest takes {long_duration(longest.duration_s)}: {_named(longest)}")
    yield from _beside(shown, rows)
    yield from _promises(shown, rows)
    left_out = shown.singles.left_out + (shown.pairs.left_out if shown.pairs is not None else 0)
    if left_out:
        yield shown.style("fault", f"{left_out} more were left out: only so many are rehearsed in one call")
    yield from _parked(shown, rows)
    yield from _verdict(shown, rows)


def _beside(shown: Shown, rows: list[Row]) -> Iterator[str]:
    others = dict.fromkeys(str(fault) for row in rows for fault in row.beside)
    if others:
        yield from _wrapped(shown, f"so that compensations run, their faults come with {', '.join(others)}")


def _promises(shown: Shown, rows: list[Row]) -> Iterator[str]:
    """What is in brackets is no verdict: nobody has said yet what the participants do."""
    missing = dict.fromkeys(
        f"`{broken.promise}` for `{broken.step}`" for row in rows for broken in row.violations if broken.promise
    )
    if missing:
        yield from _wrapped(shown, f"in brackets: holds if the participant promises {', '.join(missing)}")


def _parked(shown: Shown, rows: list[Row]) -> Iterator[str]:
    parked = sum(row.outcome == "parked" for row in rows)
    if not parked:
        return
    if shown.singles.saga.accept is None:
        text = "parked ends are listed, not condemned: the definition has no `accept` that says which are acceptable"
    else:
        text = "parked ends are acceptable where `accept` lists every step that is among the dead letters"
    yield from _wrapped(shown, text)


def _verdict(shown: Shown, rows: list[Row]) -> Iterator[str]:
    bad = [row for row in rows if not row.is_acceptable]
    if not bad:
        yield shown.style("good", "every end is acceptable")
        return
    yield shown.style("bad", f"{_plural(len(bad), 'end')} {'is' if len(bad) == 1 else 'are'} not acceptable:")
    for row in bad[:MAX_CALLS]:
        yield f"  {escape(reproduction(shown, row))}"
        for broken in row.violations:
            if not broken.promise:
                yield shown.style("bad", f"    {broken.property} {escape(broken.step)}: {escape(broken.explanation)}")
    if len(bad) > MAX_CALLS:
        yield f"  … and {len(bad) - MAX_CALLS} more"


def _named(row: Row) -> str:
    return " and ".join(map(str, row.case.faults)) or "nothing fails"


def _wrapped(shown: Shown, text: str) -> list[str]:
    columns = max(shown.width, MIN_WIDTH)
    return wrap(escape(text), columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
