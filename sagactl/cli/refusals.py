"""What a command says when the definition it was given cannot be relied on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sagactl.cli.environment import style_for, terminal_columns, write
from sagactl.cli.exits import ExitStatus

if TYPE_CHECKING:
    from sagactl.source.build import Reading


def refuse_invalid(readings: tuple[Reading, ...], verb: str, color: str, shape: str = "text") -> int:
    """Show what is wrong with the definitions, as lint does, and say what to do first."""
    from sagactl.linter.lint import lint
    from sagactl.reports.findings import Report, full, json

    files = tuple(lint(reading, ()) for reading in readings)
    renderer = json if shape == "json" else full
    write(renderer.render(Report(files, style_for(color), terminal_columns())))
    sys.stdout.flush()
    sys.stderr.write(f"`{verb}` needs a valid definition: mend the errors above first\n")
    return ExitStatus.FINDINGS
