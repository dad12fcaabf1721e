"""Calls that cannot be carried out say why on standard error, exit 2, and print nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner import sagactl

ORDER = "definitions/order-fulfillment.saga.yaml"

UNUSABLE = [
    (("lnit",), "unknown command `lnit`", "did you mean `lint`"),
    (("frobnicate",), "unknown command", "commands: lint"),
    (("lint", "--formt", "json", ORDER), "unknown option `--formt`", "did you mean `--format`"),
    (("lint", ORDER, "--format", "jsn"), "unknown format `jsn`", "did you mean `json`"),
    (("lint", ORDER, "--fail-on", "warn"), "unknown severity `warn`", "did you mean `warning`"),
    (("lint", ORDER, "--select", "SG999"), "unknown rule `SG999`", ""),
    (("lint", ORDER, "--ignore", "missing-compensaton"), "unknown rule", "did you mean `missing-compensation`"),
    (("lint", ORDER, "--color", "sometimes"), "`--color`", "known"),
    (
        ("lint", "definitions/order-fulfilment.saga.yaml"),
        "there is no file",
        "did you mean `order-fulfillment.saga.yaml`",
    ),
    (("lint", "nowhere/*.saga.yaml"), "matches no file", ""),
    (("lint", "docs"), "no definition in `docs`", ".saga.yaml"),
    (("lint", ORDER, "--config", "nope.toml"), "cannot read the configuration", ""),
    (("simulate",), "missing argument", "--help"),
    (("simulate", "definitions"), "takes one", ""),
    (("simulate", ORDER, "--fail", "charge-paymnt"), "unknown step `charge-paymnt`", "did you mean `charge-payment`"),
    (("simulate", ORDER, "--fault", "charge-payment:reply-lots"), "unknown fault", "did you mean `reply-lost`"),
    (("simulate", ORDER, "--fault", "charge-payment"), "names no fault", "STEP:FAULT"),
    (("simulate", ORDER, "--fault", "charge-payment#9:fail"), "can never happen", "possible at"),
    (("simulate", ORDER, "--fault", "create-shipment:reject"), "lists no `rejects`", "`fail`"),
    (("simulate", ORDER, "--fail-undo", "create-shipment"), "no compensation", "possible at"),
    (("simulate", ORDER, "--choose", "sped=express"), "unknown choice `sped`", "did you mean `speed`"),
    (("simulate", ORDER, "--choose", "speed=expres"), "unknown outcome", "did you mean `express`"),
    (("simulate", ORDER, "--choose", "speed"), "chooses nothing", "CHOICE=OUTCOME"),
    (("simulate", ORDER, "--expect", "done"), "unknown end `done`", "known"),
    (("simulate", ORDER, "--max-tries", "0"), "at least 1", ""),
    (("simulate", ORDER, "--max-tries", "many"), "", ""),
    (("simulate", ORDER, "--input", "{"), "not JSON", ""),
    (("simulate", ORDER, "--input", "@nope.json"), "cannot read `nope.json`", ""),
    (("simulate", ORDER, "--input", '{"order_id": 3}'), "does not fit", ""),
    (
        ("simulate", "definitions/basket-order.saga.yaml", "--fail", "reserve-item[3]"),
        "unknown step",
        "reserve-item[2]",
    ),
    (("graph", ORDER, "--fail", "nope"), "unknown step `nope`", "known"),
    (("graph", ORDER, "--view", "flows"), "unknown view `flows`", "did you mean `flow`"),
    (("graph", ORDER, "--view", "states", "--fail", "charge-payment"), "means nothing to `--view states`", "rollback"),
    (("graph", ORDER, "--view", "flow", "--style", "choreography"), "means nothing to `--view flow`", "events"),
    (("graph", ORDER, "--fail", "charge-payment", "--fail", "book-express"), "one failure point", "--view sequence"),
    (("graph", ORDER, "--view", "sequence", "--fault", "charge-payment:los"), "unknown fault `los`", "known"),
    (("graph", ORDER, "--view", "hybrid"), "bounded context", "context: NAME"),
    (("graph", ORDER, "--format", "gif"), "unknown format `gif`", "known"),
    (("graph", ORDER, "-o", "/nonexistent/x.svg"), "cannot write", ""),
    (("recommend", ORDER, "--set", "audit"), "sets nothing", "NAME=VALUE"),
    (("recommend", ORDER, "--set", "requires.audti=true"), "audti", "audit"),
    (("explain", "missing-compensaton"), "unknown name", "did you mean `missing-compensation`"),
]


@pytest.mark.parametrize(("call", "message", "help"), UNUSABLE, ids=[" ".join(call) for call, _, _ in UNUSABLE])
def test_an_unusable_call_exits_2_and_explains(call: tuple[str, ...], message: str, help: str) -> None:
    result = sagactl(*call)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("error: ")
    assert message in result.err
    assert help in result.err
    assert "Traceback" not in result.err


CLEAN = [
    ("lint", "definitions"),
    ("lint", "definitions/*.saga.yaml", "--format", "json"),
    ("lint", "docs", "--allow-empty"),
    ("explain",),
    ("explain", "SG101"),
    ("explain", "reply-lost"),
    ("explain", "SG101", "--format", "json"),
    ("explain", "--format", "json"),
    ("simulate", ORDER, "--fail", "charge-payment", "-q"),
    ("explain", "s1"),
    ("explain", "S10"),
    ("explain", "accept"),
    ("explain", "conditional"),
    ("verify", ORDER),
    ("verify", "definitions", "--strict"),
    ("verify", ORDER, "--format", "json", "--outcomes"),
    ("verify", ORDER, "--export", "promela", "--step", "create-shipment"),
    ("explain", "2"),
    ("schema",),
    ("recommend", ORDER),
    ("recommend", "definitions"),
    ("recommend", "definitions", "--format", "markdown"),
    ("recommend", ORDER, "--set", "requires.audit=true", "--format", "json"),
    ("graph", ORDER),
    ("graph", ORDER, "--ascii", "--fail", "charge-payment"),
    ("graph", ORDER, "--format", "dot"),
    ("graph", ORDER, "--format", "mermaid"),
    ("graph", ORDER, "--view", "rollback"),
    ("graph", ORDER, "--view", "rollback", "-f", "mermaid"),
    ("graph", ORDER, "--view", "sequence", "--timeout", "charge-payment"),
    ("graph", ORDER, "--view", "sequence", "--style", "choreography", "-f", "svg"),
    ("graph", ORDER, "--view", "sequence", "-f", "dot"),
    ("graph", ORDER, "--view", "events"),
    ("graph", ORDER, "--view", "events", "--style", "orchestration", "-f", "dot"),
    ("graph", ORDER, "--view", "states", "-f", "html"),
    ("simulate", ORDER),
    ("simulate", ORDER, "--fail", "charge-payment"),
    ("simulate", ORDER, "--fail", "send-confirmation"),
    ("simulate", ORDER, "--fail", "charge-payment", "--expect", "compensated"),
    ("--version",),
    ("--help",),
    ("lint", "--help"),
]


@pytest.mark.parametrize("call", CLEAN, ids=" ".join)
def test_a_clean_call_exits_0_and_says_nothing_on_the_side(call: tuple[str, ...]) -> None:
    result = sagactl(*call)
    assert (result.code, result.err) == (0, "")
    assert result.out or call[-1] == "--allow-empty"


FINDINGS = [
    (("simulate", ORDER, "--fail", "reserve-items", "--expect", "completed"), "compensated"),
    (
        ("simulate", ORDER, "--fail", "charge-payment", "--fail-undo", "reserve-items", "--expect", "compensated"),
        "DEAD LETTER",
    ),
    (("simulate", ORDER, "--fail", "book-express"), "Not reached"),
]


@pytest.mark.parametrize(("call", "shown"), FINDINGS, ids=[" ".join(call) for call, _ in FINDINGS])
def test_an_end_that_is_not_acceptable_exits_1(call: tuple[str, ...], shown: str) -> None:
    result = sagactl(*call)
    assert result.code == 1
    assert shown in result.out


INVALID = b"saga: broken\nsteps:\n  - {step: a, participant: p, acton: A}\n  - {step: b, participant: p, action: B, after: [z]}\n"


@pytest.mark.parametrize("command", ["lint", "simulate", "recommend", "graph", "verify"])
def test_an_invalid_definition_exits_1_with_its_findings(command: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.saga.yaml"
    path.write_bytes(INVALID)
    result = sagactl(command, str(path))
    assert result.code == 1
    assert result.out
    assert "acton" in result.out or "lint" in result.err
    assert "Traceback" not in result.out + result.err


@pytest.mark.parametrize("command", ["lint", "simulate", "recommend", "graph", "verify"])
def test_a_definition_with_nothing_left_exits_1_with_its_findings(command: str, tmp_path: Path) -> None:
    path = tmp_path / "none.saga.yaml"
    path.write_bytes(b"saga: [\n")
    result = sagactl(command, str(path))
    assert result.code == 1
    assert "SG018" in result.out


def test_standard_input_has_a_name() -> None:
    result = sagactl("lint", "-", "--stdin-filename", "x.saga.yaml", stdin=INVALID)
    assert result.code == 1
    assert result.out.startswith("x.saga.yaml:3:")


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.saga.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.saga.yaml").write_bytes(INVALID)
    (tmp_path / "c.saga.yaml").mkdir()
    result = sagactl("lint", str(tmp_path), str(tmp_path / "c.saga.yaml"), "--format", "concise")
    assert result.code == 2 or "SG001" in result.out


def test_a_configuration_sets_paths_and_threshold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sagas = tmp_path / "sagas"
    sagas.mkdir()
    (sagas / "x.saga.yaml").write_bytes(INVALID)
    (tmp_path / "sagactl.toml").write_text('paths = ["sagas"]\nfail-on = "error"\n')
    monkeypatch.chdir(tmp_path)
    assert sagactl("lint").code == 1
    (tmp_path / "sagactl.toml").write_text('path = ["sagas"]\n')
    result = sagactl("lint")
    assert result.code == 2
    assert "did you mean `paths`" in result.err
