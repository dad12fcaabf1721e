"""What a call of lint does with fixes: it makes them, or shows what they would change, and says how many there were."""

from __future__ import annotations

import sys

from sagactl.cli.environment import style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.inspection import Inspected, Plan, Shelf
from sagactl.inspection.fixes import fix_files
from sagactl.linter.fixing import is_wanted
from sagactl.linter.linted import Linted, Located


def make_fixes(found: Inspected, plan: Plan, shelf: Shelf, unsafe: bool) -> tuple[Shelf, int]:
    """Put the fixes into the files; the result is a shelf that reads them as they are now, and how many there were.

    A text that is in no file goes to standard output, whether anything was fixed in it or not.
    """
    from sagactl.source.saving import replace_file

    given, number = dict(shelf.given), 0
    for file in fix_files(found, plan, shelf, unsafe):
        number += len(file.findings)
        if file.name in given:
            given[file.name] = file.data
        else:
            replace_file(file.name, file.data)
    for data in given.values():
        sys.stdout.buffer.write(data)
    return Shelf(given), number


def without_refused(files: tuple[Linted, ...], unsafe: bool) -> tuple[Linted, ...]:
    """The files after their fixes: one that could have been made and was not does not do what it promises."""
    return tuple(
        file._replace(findings=tuple(_without_refused(located, unsafe) for located in file.findings)) for file in files
    )


def _without_refused(located: Located, unsafe: bool) -> Located:
    finding = located.finding
    return located._replace(finding=finding._replace(fix=None)) if is_wanted(finding, unsafe) else located


def show_fixes(found: Inspected, plan: Plan, shelf: Shelf, unsafe: bool, color: str) -> int:
    """Print what the fixes would change; the result is 1 if that is anything, so that a build can ask for it."""
    from sagactl.reports.differences import unified

    style, number = style_for(color), 0
    for file in fix_files(found, plan, shelf, unsafe):
        number += len(file.findings)
        write(unified(file.name, file.before, file.after, style))
    every = [located.finding for file in found.files for located in file.findings]
    more = 0 if unsafe else sum(finding.fix is not None and not finding.fix.safe for finding in every)
    sys.stdout.flush()
    sys.stderr.write(_would_fix(number, more))
    return ExitStatus.FINDINGS if number else ExitStatus.CLEAN


def _would_fix(number: int, more: int) -> str:
    said = f"would fix {number} finding{'' if number == 1 else 's'}" if number else "nothing to fix"
    return f"{said} ({more} more with `--unsafe-fixes`)\n" if more else f"{said}\n"
