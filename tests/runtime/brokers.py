"""Real brokers, started by the tests from what Debian packages: each on ports and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.optional import need
from tests.runtime.servers import unprivileged

PATIENCE_S: Final = 60.0
"""For a server to start; NATS takes tenths of a second, RabbitMQ some seconds and more on a busy machine."""


class Broker:
    """A server that can be killed and started again with what it has on its disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How a client reaches the server."""
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> None:
        """Until clients are let in."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                self.command(), env=self.environment(), stdout=log, stderr=log, cwd="/", start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE_S
        while not is_open(self.port):
            if time.monotonic() > deadline or self._server.poll() is not None:
                raise AssertionError((self.folder / "log").read_text(encoding="utf-8")[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """As if the power failed."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(PATIENCE_S)
            self._server = None

    def end(self) -> None:
        """Leave nothing behind."""
        self.kill()


class Nats(Broker):
    """NATS with JetStream, which keeps what it confirms on the disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._program = need("nats-server", "/usr/sbin")

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        return [self._program, "-js", "-sd", str(self.folder / "data"), "-a", "127.0.0.1", "-p", str(self.port)]


class Rabbit(Broker):
    """RabbitMQ as another user where the tests are root, because its cookie has to belong to whoever runs it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._program = need("rabbitmq-server", "/usr/lib/rabbitmq/bin")
        self._epmd = need("epmd")
        self._epmd_port = free_port()
        self._user = unprivileged()
        (folder / "plugins").write_text("[].", encoding="utf-8")
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def command(self) -> list[str]:
        if self._user is None:
            return [self._program]
        ids = f"--reuid={self._user.pw_uid}", f"--regid={self._user.pw_gid}"
        return [need("setpriv"), *ids, "--clear-groups", "--", self._program]

    def environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            **os.environ,
            "HOME": folder,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"sagactl{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/logs",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/no-settings",
            "RABBITMQ_CONFIG_FILE": f"{folder}/no-settings",
        }

    def end(self) -> None:
        """The directory of names outlives the server that started it, and may go once it has noticed that it died."""
        self.kill()
        deadline = time.monotonic() + PATIENCE_S
        while is_open(self._epmd_port) and time.monotonic() < deadline:
            subprocess.run([self._epmd, "-kill"], env=self.environment(), capture_output=True, timeout=10, check=False)
            time.sleep(0.05)


KINDS: Final = {"nats": Nats, "rabbit": Rabbit}


@contextmanager
def broker(kind: str) -> Iterator[Broker]:
    """A server that runs."""
    folder = Path(tempfile.mkdtemp(prefix="sagactl-"))
    try:
        made = KINDS[kind](folder)
        try:
            made.start()
            yield made
        finally:
            made.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
