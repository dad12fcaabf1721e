"""Every fault at every step, one file per format; a member is a module with `render(shown) -> str`."""

from __future__ import annotations

from shlex import join
from typing import Final, NamedTuple

from sagactl.reports.style import Style, plain
from sagactl.simulator.matrix import Matrix, Row

FORMATS: Final = ("text", "json")


class Shown(NamedTuple):
    """The matrix of single faults, that of pairs when it was asked for, and how to show them.

    `path` is what the calls that repeat a rehearsal name, `options` what they say beside the faults.
    """

    path: str
    singles: Matrix
    pairs: Matrix | None = None
    style: Style = plain
    width: int = 100
    options: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.singles.rows + (self.pairs.rows if self.pairs is not None else ())

    @property
    def is_acceptable(self) -> bool:
        return all(row.is_acceptable for row in self.rows)


def reproduction(shown: Shown, row: Row) -> str:
    """The call that rehearses this row alone."""
    words = ["sagactl", "simulate", shown.path, *shown.options]
    for fault in (*row.case.faults, *row.beside):
        words += ["--fault", str(fault)]
    for choice, outcome in row.choices.items():
        words += ["--choose", f"{choice}={outcome}"]
    return join(words)
