"""Only regular files of bounded size are read, and everything else is refused with its reason."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

import sagactl.source.opening
from sagactl.source.characters import MAX_BYTES
from sagactl.source.node import Problem
from sagactl.source.opening import read_file


def message(path: Path | str) -> str:
    answer = read_file(str(path))
    assert isinstance(answer, Problem), answer
    return answer.message


def test_a_regular_file_is_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a: 1\r\n\xff")
    assert read_file(str(path)) == b"a: 1\r\n\xff"


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").symlink_to("a")
    assert read_file(str(tmp_path / "b")) == b"a"


def test_a_file_at_the_limit_is_read_and_one_beyond_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"#" * MAX_BYTES)
    answer = read_file(str(path))
    assert isinstance(answer, bytes) and len(answer) == MAX_BYTES
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert message(path) == "the file is larger than 4 MiB"


def test_a_file_that_grows_while_it_is_read_meets_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"#" * 100)
    monkeypatch.setattr(sagactl.source.opening, "MAX_BYTES", 150)
    read = os.read

    def grow(handle: int, length: int) -> bytes:
        with path.open("ab") as file:
            file.write(b"#" * 100)
        return read(handle, length)

    monkeypatch.setattr(os, "read", grow)
    assert "larger than" in message(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_file_that_states_no_size_is_read() -> None:
    answer = read_file("/proc/self/status")
    assert isinstance(answer, bytes) and answer.startswith(b"Name:")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("missing", "there is no such file"),
        ("", "there is no such file"),
        (".", "this is a directory, not a file"),
        ("file/below", "a part of the path is a file, not a directory"),
        ("x" * 5000, "the path is too long"),
        ("a\0b", "the path holds a character that no path can hold"),
        ("a\ud800b", "the path holds a character that no path can hold"),
    ],
)
def test_a_path_that_leads_to_no_file_says_why(
    path: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert message(path) == says


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    worker = threading.Thread(target=read_file, args=(str(path),), daemon=True)
    worker.start()
    worker.join(5)
    assert not worker.is_alive()
    assert message(path) == "this is a named pipe, not a file"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc/self/fd")
def test_no_handle_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    before = len(os.listdir("/proc/self/fd"))
    for path in (tmp_path / "a", tmp_path, tmp_path / "missing", "/dev/null"):
        read_file(str(path))
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_that_one_may_not_read_is_a_problem(tmp_path: Path) -> None:
    """Root may read everything, so root becomes nobody for a moment."""
    path = tmp_path / "locked.saga.yaml"
    path.write_bytes(b"saga: s\n")
    path.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        found = read_file(str(path))
    finally:
        os.seteuid(before)
    assert isinstance(found, Problem)
    assert "no permission" in found.message
