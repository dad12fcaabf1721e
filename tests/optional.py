"""Programs that a machine may lack: their tests are skipped with the reason, except where everything is required."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str) -> str:
    """The path of a program; without it the test is skipped, or fails where SAGACTL_REQUIRE_ALL is set."""
    found = shutil.which(program)
    if found is None:
        reason = f"`{program}` is not installed"
        if os.environ.get("SAGACTL_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
