"""`lint --fix` writes what is safe, `--unsafe-fixes` the rest, `--diff` nothing; standard input goes to standard output."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from sagactl.errors import SagactlError
from sagactl.source.saving import replace_file
from tests.runner import Result, sagactl

TEXT = """\
saga: order  # the order
participants: {inventory: {}, payment: {}, shipping: {}, fraud-check: {}}
steps:
  - step: reserve-items
    participant: inventory
    action: ReserveItems
    compensation: ReleaseItems
  - step: charge-card
    participant: payment
    action: ChargeCard
    compensation: RefundCard
  - step: ship-order
    after: [reserve-items, charge-card]  # both
    participant: shipping
    action: ShipOrder
    kind: pivot
"""
SAFE = TEXT.replace("[reserve-items, charge-card]", "[charge-card]")
ALL = SAFE.replace(", fraud-check: {}", "")
DIFF = """\
--- order.saga.yaml
+++ order.saga.yaml
@@ -10,7 +10,7 @@
     action: ChargeCard
     compensation: RefundCard
   - step: ship-order
-    after: [reserve-items, charge-card]  # both
+    after: [charge-card]  # both
     participant: shipping
     action: ShipOrder
     kind: pivot
"""


def lint(*more: str, stdin: bytes = b"") -> Result:
    """Lint with the rules on structure alone."""
    return sagactl("lint", *more, "--select", "SG0", stdin=stdin)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "order.saga.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_safe_fixes_are_written_and_the_others_counted(file: Path) -> None:
    result = lint("--fix", "--format", "concise")
    assert file.read_text(encoding="utf-8") == SAFE
    assert result.code == 0
    assert result.out.splitlines()[1:] == ["1 info in 1 file (1 fixed)", "1 fixable with `--fix --unsafe-fixes`"]


def test_all_fixes_are_written_where_that_is_wanted(file: Path) -> None:
    result = lint("--fix", "--unsafe-fixes")
    assert file.read_text(encoding="utf-8") == ALL
    assert (result.code, result.out, result.err) == (0, "All clean: 1 file, no findings (2 fixed)\n", "")
    assert lint("--fix", "--unsafe-fixes").out == "All clean: 1 file, no findings\n"


def test_without_an_option_it_is_said_what_could_be_fixed(file: Path) -> None:
    result = lint()
    assert file.read_text(encoding="utf-8") == TEXT
    assert result.out.splitlines()[-3:-1] == [
        "1 warning, 1 info in 1 file",
        "1 fixable with `--fix`, 1 more with `--unsafe-fixes`",
    ]
    change = ["- after: [reserve-items, charge-card]  # both", "+ after: [charge-card]  # both"]
    assert [line.strip() for line in result.out.splitlines() if "  # both" in line][1:] == change
    assert "= fix: drop `reserve-items` (`--fix`)" in result.out


def test_a_difference_is_shown_and_nothing_written(file: Path) -> None:
    result = lint("--diff")
    assert file.read_text(encoding="utf-8") == TEXT
    assert (result.code, result.out) == (1, DIFF)
    assert result.err == "would fix 1 finding (1 more with `--unsafe-fixes`)\n"
    assert lint("--diff", "--exit-zero").code == 0


def test_no_difference_is_clean(file: Path) -> None:
    file.write_text(SAFE, encoding="utf-8")
    result = lint("--diff")
    assert (result.code, result.out, result.err) == (0, "", "nothing to fix (1 more with `--unsafe-fixes`)\n")


@pytest.mark.parametrize("text", [TEXT, TEXT.rstrip(), TEXT.replace("both", "b\toth")])
def test_the_difference_can_be_applied(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    patch = file.with_suffix(".patch")
    patch.write_text(lint("--diff", "--unsafe-fixes").out, encoding="utf-8")
    subprocess.run(["git", "apply", "-p0", "--unsafe-paths", str(patch)], cwd=file.parent, check=True)
    patched = file.read_text(encoding="utf-8")
    assert patched != text
    assert lint("--diff", "--unsafe-fixes") == (0, "", "nothing to fix\n")


def test_a_difference_in_colours_has_its_signs_too(file: Path) -> None:
    out = lint("--diff", "--color", "always").out
    assert "\x1b[31m-    after: [reserve-items, charge-card]  # both\x1b[0m\n" in out
    assert "\x1b[32m+    after: [charge-card]  # both\x1b[0m\n" in out


def test_standard_input_goes_to_standard_output(file: Path) -> None:
    result = lint("-", "--fix", "--stdin-filename", "order.saga.yaml", stdin=TEXT.encode())
    assert result.out == SAFE
    assert "\n1 info in 1 file (1 fixed)\n1 fixable with `--fix --unsafe-fixes`\nmore on a rule" in result.err
    assert file.read_text(encoding="utf-8") == TEXT
    assert lint("-", "--fix", "-q", stdin=ALL.encode()) == (0, ALL, "")


def test_programs_are_told_what_was_fixed(file: Path) -> None:
    import json

    summary = json.loads(lint("--fix", "--format", "json").out)["summary"]
    assert (summary["fixed"], summary["fixable"], summary["unsafely_fixable"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("--unsafe-fixes",), "`--unsafe-fixes` says which fixes"),
        (("--diff", "--format", "json"), "`--diff` prints what fixes would change"),
        (("--diff", "--statistics"), "`--diff` prints what fixes would change"),
        (("--diff", "-o", "x.txt"), "`--diff` prints what fixes would change"),
    ],
)
def test_options_that_would_do_nothing_are_refused(file: Path, call: tuple[str, ...], message: str) -> None:
    result = lint(*call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


# -- files


def test_a_file_keeps_its_mode_and_a_link_its_target(file: Path) -> None:
    file.chmod(0o640)
    link = file.with_name("link.saga.yaml")
    link.symlink_to(file)
    lint("link.saga.yaml", "--fix")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == SAFE
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(each.name for each in file.parent.iterdir()) == ["link.saga.yaml", "order.saga.yaml"]


def test_a_file_that_cannot_be_replaced_stays_as_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SagactlError, match=r"cannot write .*: no space left on device"):
        replace_file(str(file), b"other")
    assert file.read_text(encoding="utf-8") == TEXT
    assert [each.name for each in file.parent.iterdir()] == ["order.saga.yaml"]
    assert lint("--fix").code == 2


def test_a_file_that_is_gone_cannot_be_replaced(tmp_path: Path) -> None:
    with pytest.raises(SagactlError, match="no such file"):
        replace_file(str(tmp_path / "nowhere" / "x"), b"")


def test_nested_sagas_are_fixed_among_each_other(file: Path) -> None:
    outer = "saga: outer\nsteps:\n  - {step: one, saga: order}\n  - {step: two, after: [one], saga: ordr}\n"
    file.with_name("outer.saga.yaml").write_text(outer, encoding="utf-8")
    lint("--fix", "--unsafe-fixes")
    assert file.with_name("outer.saga.yaml").read_text(encoding="utf-8") == outer.replace("ordr", "order")
