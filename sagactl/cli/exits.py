"""What the exit codes mean; they are part of the contract."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit codes of every command."""

    CLEAN = 0
    """Nothing to report, or the run ended as expected."""

    FINDINGS = 1
    """Findings at or above the threshold, an end that was not expected, or a property that does not hold."""

    UNUSABLE = 2
    """The call, the configuration or the input could not be used."""

    INTERNAL = 3
    """A defect of sagactl; nothing of the user's was changed."""

    INTERRUPTED = 130
    """Ctrl-C."""
