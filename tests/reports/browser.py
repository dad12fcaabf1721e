"""A real browser, spoken to through a pipe: what it fetches, what it complains about, where its focus goes.

Source: the Chrome DevTools protocol, of which this speaks the few words that the tests need.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import F_DUPFD_CLOEXEC, fcntl
from time import monotonic
from typing import Any, Final

from tests.optional import need

LONGEST_S: Final = 60
OPTIONS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One tab of a headless browser."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._waiting = b""
        self._number = 0
        self.heard: list[dict[str, Any]] = []
        made = self.tell("Target.createTarget", url="about:blank")
        self._session = self.tell("Target.attachToTarget", targetId=made["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.tell(f"{domain}.enable")

    def tell(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to a command; events that come before it are kept."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if hasattr(self, "_session"):
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self._number:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result
            self.heard.append(found)

    def _next(self) -> dict[str, Any]:
        end_s = monotonic() + LONGEST_S
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._back], [], [], max(0.0, end_s - monotonic()))
            assert ready, "the browser does not answer"
            more = os.read(self._back, 1 << 20)
            assert more, "the browser has ended"
            self._waiting += more
        first, _, self._waiting = self._waiting.partition(b"\0")
        found: dict[str, Any] = json.loads(first)
        return found

    def open(self, address: str) -> None:
        """Goes to the address and waits until it is loaded, even if only its last part differs from the one before."""
        self.heard.clear()
        self.tell("Page.navigate", url="about:blank")
        self._wait_for("Page.loadEventFired")
        self.heard.clear()
        self.tell("Page.navigate", url=address)
        self._wait_for("Page.loadEventFired")

    def _wait_for(self, method: str) -> None:
        while not self.events(method):
            self.heard.append(self._next())

    def events(self, *methods: str) -> list[dict[str, Any]]:
        return [each["params"] for each in self.heard if each.get("method") in methods]

    def value(self, expression: str) -> Any:
        """What a JavaScript expression comes to in the page."""
        found = self.tell("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    @property
    def fetched(self) -> list[str]:
        """Every address that was asked for."""
        return [each["request"]["url"] for each in self.events("Network.requestWillBeSent")]

    @property
    def complaints(self) -> list[Any]:
        """What stands in the console of the browser."""
        return self.events("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")

    def press(self, key: str, code: int) -> None:
        """A key is pressed and let go, as by a person."""
        for kind in ("rawKeyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def looks(self, *, dark: bool = False, width: int = 1280, media: str = "") -> None:
        """How the page is seen from now on."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", media=media, features=[scheme])
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.tell("Emulation.setDeviceMetricsOverride", **size)

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        return b64decode(self.tell("Page.captureScreenshot", captureBeyondViewport=True)["data"])


def _pipe() -> tuple[int, int]:
    """Both ends of a pipe, neither of them with a number that the browser gives to its own ends."""
    low = os.pipe()
    read, write = (fcntl(end, F_DUPFD_CLOEXEC, 10) for end in low)
    for end in low:
        os.close(end)
    return read, write


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with an empty profile of its own, which is ended with the test."""
    program = need("chromium")
    # A font configuration that another test made for itself would leave the browser without letters.
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    (down, to), (back, up) = _pipe(), _pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        started = subprocess.Popen(
            [need("bash"), "-c", f'exec "$@" 3<&{down} 4>&{up}', "bash", program, f"--user-data-dir={profile}", *OPTIONS],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(down, up), env=environment,
        )  # fmt: skip
        os.close(down)
        os.close(up)
        try:
            yield Browser(to, back)
        finally:
            started.kill()
            started.wait(LONGEST_S)
            os.close(to)
            os.close(back)
