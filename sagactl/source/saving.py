"""A file is replaced here as a whole or not at all, so that nobody ever sees half of it."""

from __future__ import annotations

import os
import stat
import tempfile

from sagactl.errors import SagactlError


def replace_file(path: str, data: bytes) -> None:
    """Give a file other bytes; it keeps its mode, and a link goes on pointing to it.  Raises SagactlError."""
    target = os.path.realpath(path)
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
        handle, beside = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".sagactl-")
    except OSError as error:
        raise _cannot(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(beside, mode)
        os.replace(beside, target)
    except OSError as error:
        os.unlink(beside)
        raise _cannot(path, error) from None


def _cannot(path: str, error: OSError) -> SagactlError:
    return SagactlError(f"cannot write `{path}`: {(error.strerror or str(error)).lower()}")
