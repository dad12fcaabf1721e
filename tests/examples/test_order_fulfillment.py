"""The first thing that users copy works, whatever goes wrong, and its definition is as good as we say definitions should be."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.order_fulfillment.__main__ import main
from sagactl.cli.app import run
from tests.docs.pages import ROOT
from tests.runtime.brokers import broker, free_port

FOLDER = ROOT / "examples" / "order_fulfillment"


def story(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a call tells, without its times."""
    assert main(arguments) == 0
    return re.sub(r" +\d+\.\d\ds", " TIME", capsys.readouterr().out)


@pytest.fixture(scope="module")
def nats() -> Iterator[str]:
    """The address of a broker for all tests; each has channels of its own."""
    with broker("nats") as server:
        yield server.url


def shown(number: int) -> str:
    """What the README says that a call tells, without its times."""
    block = (FOLDER / "README.md").read_text(encoding="utf-8").split("```text\n")[number].split("```")[0]
    return re.sub(r" +\d+\.\d\ds", " TIME", block)


def test_the_readme_tells_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    assert story(capsys, "--fail", "payment") == shown(1)


def test_the_readme_tells_what_happens_between_processes(nats: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A busy machine may need more tries, and tell more of them."""
    told = story(capsys, "--services", "--broker", nats, "--kill").splitlines()
    assert [line for line in shown(2).splitlines() if line not in told] == []


def test_the_readme_tells_what_happens_in_a_choreography(capsys: pytest.CaptureFixture[str]) -> None:
    assert story(capsys, "--choreographed", "--fail", "shipping") == shown(3)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "1 completed"),
        (("--orders", "8"), "8 completed"),
        (("--fail", "inventory"), "1 compensated"),
        (("--fail", "shipping", "--orders", "3"), "3 compensated"),
        (("--fail", "notification"), "1 completed"),
        (("--timeout", "inventory", "--timeout", "payment", "--timeout", "shipping"), "1 completed"),
        (("--timeout", "payment", "--fail", "shipping"), "1 compensated"),
        (("--choreographed", "--orders", "5"), "5 completed"),
        (("--choreographed", "--fail", "inventory"), "1 compensated"),
        (("--choreographed", "--fail", "payment", "--orders", "3"), "3 compensated"),
        (("--choreographed", "--fail", "notification"), "1 completed"),
    ],
)
def test_the_books_are_right(arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = story(capsys, *arguments)
    assert told in said
    assert "The books are right." in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--fail", "notification", "--timeout", "shipping"), "1 completed"),
        (("--fail", "shipping", "--kill", "--orders", "8"), "8 compensated"),
    ],
)
def test_the_books_of_processes_are_right(
    arguments: tuple[str, ...], told: str, nats: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = story(capsys, "--services", "--broker", nats, *arguments)
    assert told in said
    assert "The books are right." in said


def test_no_process_outlives_the_one_that_started_it(nats: str) -> None:
    """The output ends when the last of those who hold it has gone."""
    call = [sys.executable, "-m", "examples.order_fulfillment", "--services", "--broker", nats, "--timeout", "payment"]
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert "the order comes in" in started.stdout.readline()
        started.kill()
        assert "the end" not in started.communicate(timeout=30)[0]


def test_without_a_broker_nothing_starts(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--services", "--broker", f"nats://127.0.0.1:{free_port()}"]) == 2
    said = capfd.readouterr().err
    assert "the broker is not there" in said
    assert "did not start; is the broker there?" in said
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--services"], "go together"),
        (["--broker", "nats://localhost"], "go together"),
        (["--choreographed", "--kill"], "nobody waits for answers"),
        (["--choreographed", "--timeout", "payment"], "nobody waits for answers"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert told in capsys.readouterr().err


def test_a_choreography_does_not_wait_for_what_was_told_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story(capsys, "--choreographed", "--folder", str(tmp_path))
    with pytest.raises(SystemExit):
        main(["--choreographed", "--folder", str(tmp_path)])
    assert "needs a new folder" in capsys.readouterr().err


def test_a_killed_process_is_taken_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    said = story(capsys, "--kill", "--folder", str(tmp_path))
    assert "KILLED" in said
    assert "a new process takes over" in said
    assert "1 completed" in said
    with sqlite3.connect(tmp_path / "payment.db") as payment:
        assert payment.execute("SELECT amount FROM book").fetchall() == [(4900,)]
    payment.close()


def test_the_audit_sees_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.order_fulfillment.payment.Payment.refund", lambda self, context: None)
    assert main(["--fail", "shipping", "--folder", str(tmp_path)]) == 1
    assert "money was taken: {'order-1': 4900}, and bought were []" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["lint", "verify"])
def test_the_definition_is_clean(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, str(FOLDER)]) == 0
    assert "conditional" not in capsys.readouterr().out.lower()
