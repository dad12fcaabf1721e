"""`sagactl lint`"""

from __future__ import annotations

from typing import Annotated

import typer

from sagactl.cli.linting import Call, lint_files
from sagactl.cli.options import ColorOption, Config, Paths, Quiet, StdinName

EXAMPLES = """\b
Examples:
  sagactl lint definitions/
  sagactl lint order.saga.yaml --format json
  sagactl lint --output sarif=lint.sarif --output junit=lint.xml
  sagactl lint --diff
  sagactl lint --since main --baseline sagactl-baseline.json
  cat order.saga.yaml | sagactl lint - --stdin-filename order.saga.yaml"""


def command(
    paths: Paths = None,
    format: Annotated[
        str,
        typer.Option("--format", "-f", help="full, concise, json, sarif, github, gitlab, junit, rdjson or markdown."),
    ] = "full",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", help="Write to this file, or as FORMAT=FILE one more format to another file."),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", help="Rules to run: codes, names, prefixes, default, pedantic or ALL."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Rules to leave out.")] = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit 1 from this severity on: error, warning or info.")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="Findings that are in this file do not count.")
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Take out of the baseline what is mended; make it if it is new.")
    ] = False,
    accept_new: Annotated[
        bool, typer.Option("--accept-new", help="With --update-baseline: add what was found, too.")
    ] = False,
    since: Annotated[
        str | None, typer.Option("--since", help="Only findings in files that changed since this git ref.")
    ] = None,
    statistics: Annotated[bool, typer.Option("--statistics", help="How often each rule has found something.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="No definition at all is fine.")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", help="Processes to use; 0 takes more than one for hundreds of files.")
    ] = 0,
    fix: Annotated[bool, typer.Option("--fix", help="Make the fixes that cannot change what a saga means.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With `--fix` or `--diff`: the other fixes, too.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what the fixes would change; exit 1 if that is anything.")
    ] = False,
    color: ColorOption = "auto",
    config: Config = None,
    stdin_filename: StdinName = "<stdin>",
    quiet: Quiet = False,
) -> int:
    return lint_files(
        Call(
            paths=tuple(paths or ()),
            format=format,
            outputs=tuple(output or ()),
            select=_words(select),
            ignore=_words(ignore),
            fail_on=fail_on,
            baseline=baseline,
            update_baseline=update_baseline,
            accept_new=accept_new,
            since=since,
            statistics=statistics,
            exit_zero=exit_zero,
            allow_empty=allow_empty,
            jobs=jobs,
            fix=fix,
            unsafe_fixes=unsafe_fixes,
            diff=diff,
            color=color,
            config=config,
            stdin_filename=stdin_filename,
            quiet=quiet,
        )
    )


def _words(values: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for value in values or () for word in value.split(",") if word.strip())
