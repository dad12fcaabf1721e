"""A call of lint, from its words to its exit code: settings and options make a plan, the plan makes a report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from functools import partial
from time import strftime
from typing import TYPE_CHECKING, Any, NamedTuple

from sagactl import __version__
from sagactl.cli.destinations import Destination, destinations, put
from sagactl.cli.environment import terminal_columns
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import one_of, read_stdin
from sagactl.configuration import FAIL_ON, Configuration, configuration
from sagactl.errors import NothingFound, UnknownName, UsageError
from sagactl.inspection import Inspected, Plan, Shelf, inspect, make_plan
from sagactl.inspection.plan import Local
from sagactl.model import Saga
from sagactl.reports.findings import COUNTING, Report, reaches
from sagactl.workspace import expand

if TYPE_CHECKING:
    from sagactl.recommender import Recommendation


class Call(NamedTuple):
    """The words of a call of lint."""

    paths: tuple[str, ...]
    format: str
    outputs: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    fail_on: str | None
    baseline: str | None
    update_baseline: bool
    accept_new: bool
    since: str | None
    statistics: bool
    exit_zero: bool
    allow_empty: bool
    jobs: int
    fix: bool
    unsafe_fixes: bool
    diff: bool
    color: str
    config: str | None
    stdin_filename: str
    quiet: bool


def lint_files(call: Call) -> int:
    """Lint what the call names, put the reports where it wants them; the result is the exit code."""
    settings = configuration(call.config)
    targets = destinations(call.format, call.outputs)
    _check_options(call, targets, settings)
    threshold: Any = one_of("severity", call.fail_on or settings.fail_on, FAIL_ON)
    files, shelf = _files(call, settings)
    made = _plan(call, settings, files)
    found = inspect(files, made, shelf, call.jobs)
    fixed = None
    if call.diff:
        return _shown(call, made, shelf, found)
    if call.fix:
        found, fixed = _fixed(call, files, made, shelf, found)
    report = _compared(call, settings, made, _report(call, settings, made, found)._replace(fixed=fixed))
    # Standard output is taken by the text that came from standard input.
    with redirect_stdout(sys.stderr if call.fix and shelf.given else sys.stdout):
        for target in targets:
            put(report, target, call.color, call.quiet)
    if found.crashed:
        return ExitStatus.INTERNAL
    return ExitStatus.FINDINGS if _fails(report, threshold) and not call.exit_zero else ExitStatus.CLEAN


def _shown(call: Call, made: Plan, shelf: Shelf, found: Inspected) -> int:
    from sagactl.cli.fixing import show_fixes

    code = show_fixes(found, made, shelf, call.unsafe_fixes, call.color)
    return ExitStatus.CLEAN if call.exit_zero else code


def _fixed(
    call: Call, files: tuple[str, ...], made: Plan, shelf: Shelf, found: Inspected
) -> tuple[Inspected, int | None]:
    """What is found once all fixes are made, and how many there were."""
    from sagactl.cli.fixing import make_fixes, without_refused

    now, number = make_fixes(found, made, shelf, call.unsafe_fixes)
    left = inspect(files, made, now, call.jobs)
    return left._replace(files=without_refused(left.files, call.unsafe_fixes)), number


def _check_options(call: Call, targets: Sequence[Destination], settings: Configuration) -> None:
    """Options that would do nothing are refused, so that nobody believes that they did."""
    if call.update_baseline and not (call.baseline or settings.baseline):
        raise UsageError("`--update-baseline` needs a baseline", help="name its file: `--baseline FILE`")
    if call.accept_new and not call.update_baseline:
        raise UsageError("`--accept-new` does nothing alone", help="it goes with `--update-baseline`")
    if call.update_baseline and call.since is not None:
        raise UsageError("`--update-baseline` looks at every file, so it does not go with `--since`")
    if call.unsafe_fixes and not (call.fix or call.diff):
        help = "add `--fix` to make them, or `--diff` to see them"
        raise UsageError("`--unsafe-fixes` says which fixes, not what to do with them", help=help)
    if call.diff and (call.outputs or call.statistics or call.update_baseline or call.format != "full"):
        raise UsageError("`--diff` prints what fixes would change, and no report", help="leave out the other options")
    if call.jobs < 0:
        raise UsageError("`--jobs` takes a number from 0 on")
    silent = [target.format for target in targets if target.format not in COUNTING]
    if call.statistics and silent:
        raise UsageError(
            f"`--statistics` has no place in the format `{silent[0]}`", help=f"it goes with {', '.join(COUNTING)}"
        )


def _files(call: Call, settings: Configuration) -> tuple[tuple[str, ...], Shelf]:
    paths = call.paths or settings.paths or (".",)
    try:
        return shelved(paths, call.stdin_filename)
    except NothingFound:
        if not call.allow_empty:
            raise
        return (), Shelf()


def shelved(paths: Iterable[str], stdin_filename: str) -> tuple[tuple[str, ...], Shelf]:
    """The names of the files, and the shelf that reads them; standard input is a file that somebody has brought."""
    files = expand(paths)
    if "-" not in files:
        return files, Shelf()
    given = {stdin_filename: read_stdin()}
    return tuple(dict.fromkeys(stdin_filename if file == "-" else file for file in files)), Shelf(given)


def _plan(call: Call, settings: Configuration, files: tuple[str, ...]) -> Plan:
    """What holds for which file; an unknown word of the configuration is shown with its line."""
    words = words_of(settings, call.select, call.ignore)
    try:
        words = make_plan(words)
    except UnknownName as error:
        raise (error if error.name in (*call.select, *call.ignore) else settings.placed(error)) from None
    if call.since is None:
        return words
    from sagactl.inspection.since import changed_since

    named = [file for file in files if file != call.stdin_filename]
    return words._replace(changed=changed_since(call.since, named) | {call.stdin_filename})


def words_of(settings: Configuration, select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> Plan:
    """What the configuration says of a run of lint, and the call on top of it."""
    return Plan(
        select=select or settings.select,
        ignore=(*settings.ignore, *ignore),
        severity=tuple(settings.severity.items()),
        locals=_locals(settings),
        root=settings.folder,
        plugins=settings.plugins,
        today=strftime("%Y-%m-%d"),
        recommend=partial(_recommend, dict(settings.weights)),
    )


def _recommend(weights: Mapping[str, Any], saga: Saga, sagas: Mapping[str, Saga]) -> Recommendation:
    """What suits a saga, for the one rule that asks: only then is the recommendation imported."""
    from sagactl.recommender import recommend, weights_from

    return recommend(saga, sagas, weights_from(weights))


def _locals(settings: Configuration) -> tuple[Local, ...]:
    """The three tables of paths, pattern by pattern in the order of the file."""
    tables = (settings.per_path_select, settings.per_path_ignores, settings.per_path_severity)
    patterns = dict.fromkeys(pattern for table in tables for pattern in table)
    return tuple(
        Local(
            pattern,
            settings.per_path_select.get(pattern, ()),
            settings.per_path_ignores.get(pattern, ()),
            tuple(settings.per_path_severity.get(pattern, {}).items()),
        )
        for pattern in patterns
    )


def _report(call: Call, settings: Configuration, made: Plan, found: Inspected) -> Report:
    return Report(
        found.files,
        width=terminal_columns(),
        texts=found.texts,
        rules=made.known,
        root=os.getcwd(),
        pages=settings.rule_pages,
        version=__version__,
        statistics=call.statistics,
    )


def _compared(call: Call, settings: Configuration, made: Plan, report: Report) -> Report:
    """Without what the baseline accepts, if there is one."""
    name = call.baseline or settings.baseline
    if not name:
        return report
    from sagactl.cli.accepting import compared

    whole = not call.paths and call.since is None
    left = compared(name, report.files, made, whole, update=call.update_baseline, accept=call.accept_new)
    return report._replace(files=left.files, stale=left.stale)


def _fails(report: Report, threshold: Any) -> bool:
    return any(reaches(located.finding, threshold) for _, located in report.findings())
