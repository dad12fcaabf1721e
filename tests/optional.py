"""Programs that a machine may lack: their tests are skipped with the reason, except where everything is required."""

from __future__ import annotations

import os
import shutil
from glob import glob

import pytest


def need(program: str, *folders: str) -> str:
    """The path of a program; without it the test is skipped, or fails where SAGACTL_REQUIRE_ALL is set.

    `folders` are patterns of places beside the usual ones; of several matches the last in order counts.
    """
    places = [place for pattern in folders for place in sorted(glob(pattern), reverse=True)]
    found = shutil.which(program, path=os.pathsep.join([*places, os.environ.get("PATH", os.defpath)]))
    if found is None:
        reason = f"`{program}` is not installed"
        if os.environ.get("SAGACTL_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
