"""Commands are run in this process, as a terminal would run them, without its cost."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch


class Result(NamedTuple):
    code: int
    out: str
    err: str


def sagactl(*arguments: str, stdin: bytes = b"", **environment: str) -> Result:
    """What the command prints and how it exits; without a terminal, so without colours."""
    from sagactl.cli.app import run

    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    with patch.dict(os.environ, environment), patch.object(sys, "stdin", given):
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(arguments))
        return Result(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")
