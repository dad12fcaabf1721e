"""`sagactl verify`: its words, its exit codes, its limits, and what it keeps."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_terminal import ROOT, SAGACTL, screen, terminal
from tests.runner import sagactl

__all__ = ["terminal"]

ORDER = "definitions/order-fulfillment.saga.yaml"
WIDE = "definitions/travel-booking.saga.yaml"
STEPS = """\
  - step: charge
    participant: bank
    action: Charge
    rejects: [Declined]
    compensation: Refund
  - {step: ship, participant: depot, action: Ship, kind: pivot, retry: {attempts: forever}}
"""
KEPT = "idempotency: key, rejects_late_actions: true, remembers_failures: true"


def written(folder: Path, promises: str, name: str = "pay") -> str:
    path = folder / f"{name}.saga.yaml"
    path.write_text(
        f"saga: {name}\ndefaults: {{timeout: 5s, retry: 2}}\ndeadline: 10m\n"
        f"participants: {{bank: {{{promises}}}, depot: {{idempotency: key}}}}\nsteps:\n{STEPS}",
        encoding="utf-8",
    )
    return str(path)


def data(*call: str) -> Any:
    return json.loads(sagactl("verify", *call, "--format", "json").out)


# -- words and exit codes

WORDS = [
    (KEPT, (), "SAFE", 0),
    (KEPT, ("--strict",), "SAFE", 0),
    ("", (), "CONDITIONAL", 0),
    ("", ("--strict",), "CONDITIONAL", 1),
    ("idempotency: none", (), "UNSAFE", 1),
    (KEPT, ("--max-states", "20"), "INCOMPLETE", 1),
    ("idempotency: none", ("--max-states", "400"), "UNSAFE", 1),
    (KEPT, ("--max-faults", "1"), "SAFE", 0),
    (KEPT, ("--timeout", "0.000001"), "INCOMPLETE", 1),
]


@pytest.mark.parametrize(("promises", "options", "word", "code"), WORDS)
def test_the_verdict_decides_the_exit_code(
    promises: str, options: tuple[str, ...], word: str, code: int, tmp_path: Path
) -> None:
    result = sagactl("verify", written(tmp_path, promises), *options)
    assert (result.code, result.err) == (code, "")
    assert result.out.startswith(f"pay  {word}: ")
    assert ("\n  not " in result.out) == (word == "INCOMPLETE" or "400" in options)


def test_several_sagas_are_counted_and_the_worst_decides(tmp_path: Path) -> None:
    written(tmp_path, KEPT, "good")
    written(tmp_path, "idempotency: none", "bad")
    result = sagactl("verify", str(tmp_path))
    assert result.code == 1
    assert result.out.endswith("2 sagas: 1 safe, 1 unsafe\n")


def test_what_is_owed_is_a_contract_for_each_participant(tmp_path: Path) -> None:
    out = sagactl("verify", written(tmp_path, "")).out
    assert "bank has to promise\n" in out
    assert re.search(r"participants:\n +bank: \{" + re.escape(KEPT) + r"\}\n", out)


def test_once_the_contract_is_kept_the_saga_is_safe(tmp_path: Path) -> None:
    assert sagactl("verify", written(tmp_path, "")).out.count("otherwise") == 3
    assert sagactl("verify", written(tmp_path, KEPT)).out.startswith("pay  SAFE")


UNUSABLE = [
    (("nowhere.saga.yaml",), "there is no file or folder"),
    ((ORDER, "--max-faults", "-1"), "at least 0"),
    ((ORDER, "--max-states", "0"), "at least 1"),
    ((ORDER, "--timeout", "0"), "more than 0"),
    ((ORDER, "--export", "tla"), "unknown export `tla`"),
    ((ORDER, "--step", "charge-payment"), "needs `--export promela`"),
    ((ORDER, "--skeleton"), "needs `--export promela`"),
    ((ORDER, "--export", "promela", "--skeleton", "--step", "charge-payment"), "exclude each other"),
    ((ORDER, "--export", "promela", "--step", "charge-paymnt"), "did you mean `charge-payment`"),
    ((ORDER, "--export", "itf"), "so there is no counterexample"),
    ((WIDE, "--export", "promela", "--max-states", "1000"), "choose one step with `--step`"),
    ((WIDE, "--export", "promela", "--skeleton", "--max-states", "10"), "the skeleton has more than 10 states"),
    (("definitions", "--export", "promela"), "takes one"),
    ((ORDER, "--format", "yaml"), "unknown format `yaml`"),
]


@pytest.mark.parametrize(("call", "message"), UNUSABLE, ids=str)
def test_an_unusable_call_exits_2_and_explains(call: tuple[str, ...], message: str) -> None:
    result = sagactl("verify", *call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_definition_that_is_not_valid_shows_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "broken.saga.yaml"
    path.write_text("saga: broken\nsteps:\n  - {step: a, participant: p, acton: A}\n")
    result = sagactl("verify", str(path))
    assert result.code == 1
    assert "acton" in result.out and "SAFE" not in result.out


# -- kept runs


def test_each_counterexample_is_kept_and_plays_again(tmp_path: Path) -> None:
    path, folder = written(tmp_path, "idempotency: none, rejects_late_actions: false"), tmp_path / "runs"
    assert sagactl("verify", path, "--save-counterexamples", str(folder)).code == 1
    kept = sorted(file.name for file in folder.glob("*.json"))
    assert {"pay-S1-charge.json", "pay-S6-charge.json"} <= set(kept)
    for name in kept:
        result = sagactl("simulate", path, "--replay", str(folder / name))
        assert f"Violated      {name.split('-')[1]} charge" in result.out, name
        assert "changed since" not in result.out


def test_a_kept_counterexample_does_not_play_once_it_is_mended(tmp_path: Path) -> None:
    """As a regression: the run is not possible any more, or ends well."""
    path, folder = written(tmp_path, "idempotency: none"), tmp_path / "runs"
    sagactl("verify", path, "--save-counterexamples", str(folder))
    written(tmp_path, KEPT)
    result = sagactl("simulate", path, "--replay", str(folder / "pay-S1-charge.json"))
    assert result.code in (1, 2) and "Violated      S1" not in result.out


def test_kept_scenarios_fail_until_the_saga_is_mended(tmp_path: Path) -> None:
    path, folder = written(tmp_path, "idempotency: none"), tmp_path / "runs"
    sagactl("verify", path, "--save-counterexamples", str(folder))
    scenarios = str(folder / "pay.scenarios.yaml")
    assert sagactl("test", scenarios).code == 1
    assert (folder / "pay-S1-charge.mmd").read_text(encoding="utf-8").startswith("sequenceDiagram")
    written(tmp_path, KEPT)
    assert sagactl("test", scenarios).code == 0


CHOREOGRAPHY = """
saga: heard
style: choreography
correlation: input.id
input: {id: string}
starts_on: [Placed]
defaults: {timeout: 10s, retry: 3}
participants:
  p: {idempotency: none, rejects_late_actions: true, remembers_failures: true, status_query: true}
  q: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
steps:
  - {step: a, participant: p, listens: Placed, action: DoA, compensation: {command: UndoA, listens: SorryUndone}}
  - {step: b, participant: q, listens: ADone, action: DoB, rejects: [No], kind: pivot}
  - {step: sorry, participant: q, listens: BFailed, action: Sorry, kind: retriable, retry: forever}
"""


def test_runs_that_nobody_leads_are_kept_and_play_again(tmp_path: Path) -> None:
    path, folder = tmp_path / "heard.saga.yaml", tmp_path / "runs"
    path.write_text(CHOREOGRAPHY, encoding="utf-8")
    assert sagactl("verify", str(path), "--save-counterexamples", str(folder)).code == 1
    kept = {file.name for file in folder.iterdir()}
    assert {f"heard-S8-a.{ending}" for ending in ("json", "txt", "mmd", "html")} <= kept
    for name in sorted(name for name in kept if name.endswith(".json")):
        result = sagactl("simulate", str(path), "--replay", str(folder / name))
        assert "changed since" not in result.out and ("Violated" in result.out or "nobody tells it" in result.out), name
    assert sagactl("test", str(folder / "heard.scenarios.yaml")).code == 1
    assert json.loads(sagactl("verify", str(path), "--export", "itf").out)["#meta"]["format"] == "ITF"


def test_two_runs_that_meet_are_kept_as_two_and_drawn_as_one(tmp_path: Path) -> None:
    path, folder = tmp_path / "limit.saga.yaml", tmp_path / "runs"
    path.write_text(
        "saga: limit\ndefaults: {timeout: 5s, retry: 3}\nresources: {limit: {participant: bank}}\nsteps:\n"
        "  - {step: look, participant: bank, action: Look, kind: read-only, reads: limit}\n"
        "  - {step: change, participant: bank, action: Change, writes: limit, compensation: Back}\n"
        "  - {step: tell, participant: crm, action: Tell, kind: pivot, retry: forever}\n",
        encoding="utf-8",
    )
    other = tmp_path / "other.saga.yaml"
    other.write_text(path.read_text(encoding="utf-8").replace("saga: limit", "saga: other"), encoding="utf-8")
    sagactl("verify", str(path), "--with", str(other), "--save-counterexamples", str(folder))
    for name in ("limit-I1-look.json", "limit-I1-look.beside.json"):
        result = sagactl("simulate", str(path), "--replay", str(folder / name))
        assert "of two that meet" in result.out and "changed since" not in result.out
    drawn = (folder / "limit-I1-look.txt").read_text(encoding="utf-8")
    assert "(one run" in drawn and "(another run" in drawn


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    result = sagactl("verify", written(tmp_path, ""), "--save-counterexamples", str(tmp_path / "runs"))
    assert result.code == 2 and "cannot make the folder" in result.err


# -- JSON


def test_the_json_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    found = data(written(tmp_path, "idempotency: none"), "--outcomes")
    assert found["version"] == 1
    (verdict,) = found["sagas"]
    contract = {"saga", "path", "verdict", "obligations", "violations", "outcomes", "states", "capped", "elapsed_s"}
    assert contract <= verdict.keys()
    assert (verdict["verdict"], verdict["capped"]) == ("unsafe", False)
    assert {"property", "step", "faults", "moves", "explanation", "fix"} <= verdict["violations"][0].keys()
    assert {"participant", "promise", "steps", "counterexample"} <= verdict["obligations"][0].keys()
    assert {end["outcome"] for end in verdict["outcomes"]} == {"completed", "compensated", "parked"}
    assert all(set(end["steps"]) == {"charge", "ship"} for end in verdict["outcomes"])


def test_a_limit_shows_in_the_json(tmp_path: Path) -> None:
    (verdict,) = data(written(tmp_path, KEPT), "--max-states", "20")["sagas"]
    assert (verdict["verdict"], verdict["capped"]) == ("incomplete", True)
    assert any("beyond the first" in what for what in verdict["uncovered"])


def test_the_same_call_says_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    told = [re.sub(r'"elapsed_s": [\d.e-]+', "", sagactl("verify", path, "--format", "json").out) for _ in range(2)]
    assert told[0] == told[1]


# -- terminals and people


def test_ctrl_c_ends_with_what_was_covered_and_never_with_safe() -> None:
    """A real process: the steps are done in no time, all of them together would take hours."""
    call = [SAGACTL, "verify", WIDE, "--max-faults", "9", "--max-states", "100000000"]
    running = subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(6)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, err) == (1, "")
    assert out.startswith("travel-booking  INCOMPLETE: ")
    assert "each of 7 steps alone" in out and "(the time was up)" in out
    assert "SAFE" not in out


def test_a_story_in_a_terminal_has_its_faults_in_colour(terminal: str, tmp_path: Path) -> None:
    path = written(tmp_path, "idempotency: none")
    shown = screen(terminal, f"{SAGACTL} verify {shlex.quote(path)}")
    assert "END=1" in shown
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "CRASH: the orchestrator restarts" in plain and "mend it" in plain
    assert re.search(r"\x1b\[[\d;]+mCRASH", shown)


def test_an_ascii_terminal_and_a_pipe_get_no_escape(tmp_path: Path) -> None:
    result = sagactl("verify", written(tmp_path, "idempotency: none"))
    assert "\x1b" not in result.out


def test_what_comes_from_a_file_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "evil.saga.yaml"
    path.write_text(
        'saga: evil\nsteps:\n  - {step: a, participant: p, action: "Do\\e[31m\\u202e", rejects: ["No\\n::error::x"],'
        ' compensation: "Undo\\a"}\n  - {step: b, participant: p, action: B, compensation: C}\n',
        encoding="utf-8",
    )
    for format in ("text", "json"):
        result = sagactl("verify", str(path), "--verbose", "--format", format)
        assert not {"\x1b", "\u202e", "\a"} & set(result.out + result.err)
        assert "\n::error" not in result.out
