"""A rule that fails is a finding that names it: the other rules and files go on, and the call ends with exit code 3."""

from __future__ import annotations

from typing import Final

from sagactl.finding import Finding, Place
from sagactl.linter.rule import Rule

CODE: Final = "SG999"
NAME: Final = "internal-error"


def crash(rule: Rule, error: Exception, saga: str = "") -> Finding:
    """What is said of a rule that has raised, with the place in its file that its author needs."""
    help = f"leave it out with `--ignore {rule.name}` until whoever wrote it has mended it, and send them this line"
    return _finding(f"the rule `{rule.name}` failed: {_described(error)}", help, saga)


def reading_crash(error: Exception) -> Finding:
    """What is said of a file at which reading itself has failed; that is always a defect of ours."""
    help = "this is a defect of sagactl; please report this line and, if you can, the file"
    return _finding(f"the file could not be read: {_described(error)}", help, "")


def _finding(message: str, help: str, saga: str) -> Finding:
    note = "What the rule would have found here is not known; every other rule was applied."
    return Finding(CODE, NAME, "error", message, Place(()), saga, help=help, note=note)


def _described(error: Exception) -> str:
    """The error and the innermost line that it comes from."""
    from os.path import basename
    from traceback import extract_tb

    stack = extract_tb(error.__traceback__, limit=-1)
    place = f" ({basename(stack[-1].filename)}:{stack[-1].lineno} in {stack[-1].name})" if stack else ""
    return f"{type(error).__name__}: {error}"[:300] + place
