"""What a person sees in a real terminal, and what happens when the reader or the person leaves."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.optional import need

ROOT = Path(__file__).parents[2]
SAGACTL = str(Path(sys.executable).parent / "sagactl")
ORDER = str(ROOT / "definitions" / "order-fulfillment.saga.yaml")
DRAFT = "saga: s\nsteps:\n  - step: pay\n    participant: bank\n    action: Pay\n    timout: 5s\n"


@pytest.fixture
def terminal() -> Iterator[str]:
    """A tmux session of its own server, 90 columns wide."""
    need("tmux")
    server = f"sagactl-{uuid4().hex[:12]}"
    subprocess.run(
        ["tmux", "-L", server, "-f", "/dev/null", "new-session", "-d", "-x", "90", "-y", "60", "sh"], check=True
    )
    yield server
    subprocess.run(["tmux", "-L", server, "kill-server"], check=False)


def screen(server: str, command: str) -> str:
    """The screen, with its colours, after the command has ended."""
    send = ["tmux", "-L", server, "send-keys", f"PS1=; clear; {command}; echo END=$?", "Enter"]
    subprocess.run(send, check=True)
    for _ in range(200):
        time.sleep(0.05)
        shown = subprocess.run(
            ["tmux", "-L", server, "capture-pane", "-p", "-e"], check=True, capture_output=True, text=True
        ).stdout
        if "\nEND=" in shown:
            return shown
    raise AssertionError(shown)


def test_a_finding_is_coloured_and_underlined(terminal: str, tmp_path: Path) -> None:
    path = tmp_path / "d.saga.yaml"
    path.write_text(DRAFT)
    shown = screen(terminal, f"cd {shlex.quote(str(tmp_path))}; {SAGACTL} lint d.saga.yaml")
    assert "\x1b[1m" in shown
    assert "^^^^^^" in shown
    assert "did you mean `timeout`?" in shown
    assert "END=1" in shown


def test_a_rollback_fits_the_screen(terminal: str) -> None:
    shown = screen(terminal, f"{SAGACTL} simulate {ORDER} --fail create-shipment")
    assert "ROLLBACK" in shown
    assert "\x1b[35m" in shown
    assert "END=0" in shown


def test_no_colour_when_none_is_wanted(terminal: str) -> None:
    shown = screen(terminal, f"NO_COLOR=1 {SAGACTL} simulate {ORDER} --fail create-shipment")
    assert "\x1b[35m" not in shown


def test_a_reader_that_leaves_ends_the_call_quietly() -> None:
    done = subprocess.run(
        f"{shlex.quote(SAGACTL)} explain SG101 | head -1",
        shell=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("SG101")
    assert done.stderr == ""


def test_an_ascii_terminal_gets_ascii() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [SAGACTL, "simulate", ORDER, "--fail", "charge-payment"], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"x rejected" in done.stdout


def test_ctrl_c_ends_cleanly() -> None:
    running = subprocess.Popen(
        [SAGACTL, "lint", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    time.sleep(0.8)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=10)
    assert running.returncode == 130
    assert (out, err.strip()) == ("", "interrupted")
