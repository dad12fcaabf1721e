"""A rule that fails is a finding that names it: the other rules and files go on, and the call ends with exit code 3."""

from __future__ import annotations

from typing import Final

from sagactl.errors import described
from sagactl.finding import Finding, Place
from sagactl.linter.rule import Rule

CODE: Final = "SG999"
NAME: Final = "internal-error"


def crash(rule: Rule, error: Exception, saga: str = "") -> Finding:
    """What is said of a rule that has raised, with the place in its file that its author needs."""
    help = f"leave it out with `--ignore {rule.name}` until whoever wrote it has mended it, and send them this line"
    return _finding(f"the rule `{rule.name}` failed: {described(error)}", help, saga)


def reading_crash(error: Exception) -> Finding:
    """What is said of a file at which reading itself has failed; that is always a defect of ours."""
    help = "this is a defect of sagactl; please report this line and, if you can, the file"
    return _finding(f"the file could not be read: {described(error)}", help, "")


def _finding(message: str, help: str, saga: str) -> Finding:
    note = "What the rule would have found here is not known; every other rule was applied."
    return Finding(CODE, NAME, "error", message, Place(()), saga, help=help, note=note)
