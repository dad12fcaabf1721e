"""The baseline of a call: read, compared with what was found, and written where the call asks for it."""

from __future__ import annotations

import os
import sys

from sagactl.cli.environment import write
from sagactl.errors import UsageError
from sagactl.inspection import Plan
from sagactl.linter import baseline
from sagactl.linter.baseline import Baseline, Compared, Scope, Update
from sagactl.linter.linted import Linted
from sagactl.reports.findings.tail import entry_text, plural
from sagactl.source.node import Problem
from sagactl.source.opening import read_file


def compared(name: str, files: tuple[Linted, ...], plan: Plan, whole: bool, *, update: bool, accept: bool) -> Compared:
    """The files without what the baseline accepts, after it was brought up to date where that was wanted."""
    scope = Scope(frozenset(rule.code for rule in plan.chosen), whole)
    is_new = not os.path.lexists(name)
    if is_new and not update:
        raise UsageError(
            f"there is no baseline `{name}`", help="`--update-baseline` makes it, with everything that is found now"
        )
    known = Baseline(name) if is_new else _read(name)
    if update:
        change = baseline.update(known, files, scope, accept=accept or is_new)
        if is_new or change.added or change.removed:
            write(baseline.write(change.baseline), name)
        _tell(change)
        known = change.baseline
    return baseline.compare(known, files, scope)


def _read(name: str) -> Baseline:
    data = read_file(name)
    if isinstance(data, Problem):
        raise UsageError(f"cannot read the baseline `{name}`: {data.message}")
    return baseline.parse(name, data.decode("utf-8", errors="replace"))


def _tell(change: Update) -> None:
    """Nothing goes into a baseline or out of it unsaid; standard output is for the report."""
    added, removed = (sum(entry.times for entry in entries) for entries in (change.added, change.removed))
    kept = sum(entry.times for entry in change.baseline.entries) - added
    lines = [f"+ {entry_text(entry)}" for entry in change.added]
    lines += [f"- {entry_text(entry)}" for entry in change.removed]
    lines.append(f"`{change.baseline.name}`: {plural(added, 'finding')} added, {removed} removed, {kept} kept")
    sys.stderr.write("\n".join(lines).encode("utf-8", errors="backslashreplace").decode() + "\n")
