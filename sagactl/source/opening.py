"""A file named by somebody else is opened here so that nothing it may be can hang the process.

Rule 1: only regular files are read, through links to them too; what the file is, is asked of the open file, so that
        nobody can swap it in between.
Rule 2: opening does not wait (`O_NONBLOCK`: a FIFO without a writer), and reading ends one byte past the size cap
        (files in /proc state a size of zero).
"""

from __future__ import annotations

import errno
import os
import stat

from sagactl.source.characters import MAX_BYTES
from sagactl.source.node import Problem, Span

_START = Span(0, 0, 0, 0)
_CHUNK_BYTES = 1 << 20
# Windows has neither flag, and needs O_BINARY to read line ends as they are.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_REASONS = {
    errno.ENOENT: "there is no such file",
    errno.ENOTDIR: "a part of the path is a file, not a directory",
    errno.EISDIR: "this is a directory, not a file",
    errno.EACCES: "there is no permission to read the file",
    errno.EPERM: "there is no permission to read the file",
    errno.ELOOP: "the symbolic links go in a circle",
    errno.ENAMETOOLONG: "the path is too long",
    errno.ENXIO: "this is a socket or a device without a driver, not a file",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
}
_KINDS = (
    (stat.S_ISDIR, "this is a directory, not a file"),
    (stat.S_ISFIFO, "this is a named pipe, not a file"),
    (stat.S_ISSOCK, "this is a socket, not a file"),
    (stat.S_ISCHR, "this is a device, not a file"),
    (stat.S_ISBLK, "this is a device, not a file"),
)


def read_file(path: str) -> bytes | Problem:
    """The bytes of a regular file of at most `MAX_BYTES`, or the reason why there are none."""
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        return _problem(_reason(error))
    except ValueError:
        # NUL, or a lone surrogate, which no file system takes.
        return _problem("the path holds a character that no path can hold")
    try:
        return _read(handle)
    except OSError as error:
        return _problem(_reason(error))
    finally:
        os.close(handle)


def _read(handle: int) -> bytes | Problem:
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        reasons = (reason for is_kind, reason in _KINDS if is_kind(status.st_mode))
        return _problem(next(reasons, "this is not a regular file"))
    if status.st_size > MAX_BYTES:
        return _too_large()
    chunks: list[bytes] = []
    left = MAX_BYTES + 1
    while left > 0 and (chunk := os.read(handle, min(left, _CHUNK_BYTES))):
        chunks.append(chunk)
        left -= len(chunk)
    return _too_large() if left <= 0 else b"".join(chunks)


def _too_large() -> Problem:
    return _problem(f"the file is larger than {MAX_BYTES >> 20} MiB", "split it")


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno or 0)
    return known or f"the file cannot be read ({os.strerror(error.errno or 0).lower()})"


def _problem(reason: str, help_text: str = "") -> Problem:
    return Problem(reason, _START, help=help_text)
