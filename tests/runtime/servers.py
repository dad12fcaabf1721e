"""Real servers, started by the tests from what Debian packages: reached through a socket of their own, by nobody else."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

import psycopg

from tests.optional import need

PATIENCE_S: Final = 30.0
"""For a server to start, stop or die; it takes less than one."""
SETTINGS: Final = {
    "listen_addresses": "",
    "max_connections": "150",
    "recovery_init_sync_method": "syncfs",  # a start after a kill takes tenths of a second instead of seconds
}
_GONE: Final = (ProcessLookupError, FileNotFoundError)


class Postgres:
    """A PostgreSQL in a folder of its own, durable as it is by default; it can be stopped, killed and started again.

    A server refuses to run as root, so where the tests do, it runs as another user.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = Path(need("initdb", "/usr/lib/postgresql/*/bin")).parent
        self._user = unprivileged()
        self._server: subprocess.Popen[bytes] | None = None
        self._numbers = count()
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._call("initdb", "-D", self._data, "-U", "sagactl", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def url(self) -> str:
        """How a client reaches the server."""
        return f"host={self._folder} user=sagactl dbname=postgres"

    def new_place(self) -> str:
        """How a client reaches a schema in which nothing is yet; a database of its own would take much longer."""
        name = f"trial{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}".encode())
        return f"{self.url} options='-c search_path={name}'"

    def start(self) -> None:
        """Until clients are let in; after a kill that is once the log has been replayed."""
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = self._command("postgres", "-D", self._data, "-k", str(self._folder), *options)
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                psycopg.connect(self.url).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._server.poll() is not None:
                    raise AssertionError((self._folder / "log").read_text(encoding="utf-8")[-2000:]) from None
                time.sleep(0.02)

    def stop(self) -> None:
        """Clients are cut off, and everything is written down before it ends."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As if the power failed: the server and all that it started are gone at once."""
        children = _children(self._server.pid) if self._server is not None else []
        self._end(signal.SIGKILL)
        for child in children:
            with suppress(*_GONE):
                os.kill(child, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_S
        while any(_lives(child) for child in children):
            assert time.monotonic() < deadline, "a process of the killed server is still there"
            time.sleep(0.01)

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(PATIENCE_S)
            self._server = None

    def _command(self, program: str, *arguments: str) -> list[str]:
        command = [str(self._bin / program), *arguments]
        if self._user is None:
            return command
        ids = f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}"
        return [need("setpriv"), *ids, "--clear-groups", "--", *command]

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(program, *arguments), cwd="/", capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that runs, in a short path, because the name of a socket may have a hundred characters at most."""
    folder = Path(tempfile.mkdtemp(prefix="sagactl-"))
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.kill()  # nobody needs what a proper end would write down
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> pwd.struct_passwd | None:
    """The user to become, None where we are not root."""
    if os.geteuid() != 0:
        return None
    names = {user.pw_name: user for user in pwd.getpwall()}
    return names.get("postgres", names["nobody"])


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(*_GONE):
            if entry.name.isdigit() and _stat(int(entry.name))[1] == str(parent):
                found.append(int(entry.name))
    return found


def _lives(process: int) -> bool:
    """Whether it still does anything; one that nobody has waited for does not."""
    with suppress(*_GONE):
        return _stat(process)[0] not in "ZX"
    return False


def _stat(process: int) -> list[str]:
    """State and parent first; the name before them may hold anything."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
