"""A run over files: the same result in one process and in many, flat memory, and no file or rule that stops the others."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sagactl.errors import SagactlError
from sagactl.inspection import Inspected, Plan, Shelf, inspect, make_plan
from sagactl.inspection.look import first_look
from sagactl.inspection.workers import looks, worthwhile
from sagactl.linter import registry
from sagactl.linter.lint import lint_all
from sagactl.linter.registry import all_rules
from sagactl.linter.rule import Rule
from sagactl.workspace import load
from tests.runner import sagactl

SOUND = """\
saga: {id}
steps:
  - {{step: pay, participant: bank, action: PayBill, rejects: [Broke], compensation: RefundBill}}
  - {{step: ship, participant: post, action: ShipBox, kind: pivot}}
"""
LACKING = SOUND.replace(", compensation: RefundBill", "")
PARENT = """\
saga: {id}
steps:
  - {{step: pay, participant: bank, action: PayBill, rejects: [Broke], compensation: RefundBill}}
  - {{step: child, saga: {child}}}
"""
WRITER = """\
saga: {id}
resources: {{stock: {{}}}}
steps:
  - {{step: take, participant: shop, action: TakeItem, writes: stock, write_mode: {mode}, compensation: PutItem}}
  - {{step: ship, participant: post, action: ShipBox, kind: pivot}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of every kind: sound, lacking something, nested, unreadable, and two that have to do with each other."""
    for number in range(40):
        text = (SOUND, LACKING)[number % 2].format(id=f"saga-{number:02}")
        (tmp_path / f"s{number:02}.saga.yaml").write_text(text)
    (tmp_path / "parent.saga.yaml").write_text(PARENT.format(id="parent", child="saga-03"))
    (tmp_path / "orphan.saga.yaml").write_text(PARENT.format(id="orphan", child="saga-99"))
    (tmp_path / "broken.saga.yaml").write_bytes(b"saga: [\n")
    (tmp_path / "binary.saga.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "one.saga.yaml").write_text(WRITER.format(id="one", mode="set"))
    (tmp_path / "two.saga.yaml").write_text(WRITER.format(id="two", mode="add"))
    return tmp_path


def names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(map(str, folder.iterdir())))


def shown(found: Inspected) -> list[tuple[str, str, int, str]]:
    return [
        (Path(file.name).name, located.finding.code, located.region.line, located.finding.message)
        for file in found.files
        for located in file.findings
    ]


def test_the_result_is_that_of_all_readings_at_once(folder: Path) -> None:
    rules = registry.select(["ALL"], [])
    workspace = load([str(folder)])
    at_once = lint_all(workspace.readings, rules, workspace.sagas)
    looked = inspect(names(folder), make_plan(Plan(select=("ALL",))), Shelf())
    assert [file.name for file in looked.files] == [file.name for file in at_once]
    assert [file.findings for file in looked.files] == [file.findings for file in at_once]
    assert {"SG018", "SG003", "SG101", "SG107"} <= {code for _, code, _, _ in shown(looked)}


@pytest.mark.parametrize("jobs", [2, 3, 50])
def test_the_result_is_the_same_in_any_number_of_processes(folder: Path, jobs: int) -> None:
    files = names(folder)
    made = make_plan(Plan(select=("ALL",)))
    alone, many = inspect(files, made, Shelf(), 1), inspect(files, made, Shelf(), jobs)
    assert shown(many) == shown(alone)
    assert [file.text.string for file in many.files] == [file.text.string for file in alone.files]


def test_the_output_is_the_same_in_any_number_of_processes(folder: Path) -> None:
    call = ("lint", str(folder), "--format", "json")
    assert sagactl(*call, "-j", "1") == sagactl(*call, "-j", "2")


def test_texts_are_kept_only_where_something_is_quoted(folder: Path) -> None:
    found = inspect(names(folder), make_plan(Plan()), Shelf())
    assert all(file.findings for file in found.files if file.text.string)
    assert {file.name for file in found.files if file.findings and not file.text.string} == {
        str(folder / "binary.saga.yaml")
    }


def test_a_finding_between_files_brings_the_text_of_the_other(tmp_path: Path) -> None:
    (tmp_path / "one.saga.yaml").write_text(WRITER.format(id="one", mode="set"))
    (tmp_path / "two.saga.yaml").write_text(WRITER.format(id="two", mode="add"))
    found = inspect(names(tmp_path), make_plan(Plan(select=("SG107",))), Shelf())
    assert [(name, code) for name, code, _, _ in shown(found)] == [("one.saga.yaml", "SG107")]


def test_a_rule_over_all_sagas_may_be_off_in_one_place(tmp_path: Path) -> None:
    (tmp_path / "one.saga.yaml").write_text(WRITER.format(id="one", mode="set"))
    (tmp_path / "two.saga.yaml").write_text(WRITER.format(id="two", mode="add"))
    (tmp_path / "sagactl.toml").write_text('[per-path-ignores]\n"one.*" = ["SG107"]\n')
    result = sagactl("lint", str(tmp_path), "--config", str(tmp_path / "sagactl.toml"), "--select", "SG107")
    assert result.code == 0, result.out


def test_a_look_leaves_nothing_to_collect() -> None:
    """Facts refer back to themselves, so they are forgotten; otherwise a thousand files wait for the collector."""
    plan, shelf = make_plan(Plan()), Shelf({"a.saga.yaml": SOUND.format(id="a").encode()})
    first_look("a.saga.yaml", plan, shelf)
    gc.collect()
    gc.disable()
    try:
        first_look("a.saga.yaml", plan, shelf)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    """Of 3,000 files every document and saga would be 190 MB.

    The most that `getrusage` tells of a process is that of its parent where the parent was larger.
    """
    for number in range(3000):
        (tmp_path / f"s{number:04}.saga.yaml").write_text(SOUND.format(id=f"saga-{number}"))
    script = (
        "import sys; sys.argv = ['sagactl', 'lint', '-j', '1', '-q', '--select', 'SG101', sys.argv[1]]\n"
        "from sagactl.__main__ import main; code = main()\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
        "print(code, int(status['VmHWM'].split()[0]) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    code, megabytes = done.stdout.split()
    assert code == "0"
    assert int(megabytes) < 60


def test_many_files_are_worth_a_process_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sagactl.inspection.workers.processors", lambda: 8)
    assert worthwhile(400) == 2
    assert worthwhile(100_000) == 8
    monkeypatch.setattr("sagactl.inspection.workers.processors", lambda: 1)
    assert worthwhile(100_000) == 1


# -- what fails does not stop the others


def apply(monkeypatch: pytest.MonkeyPatch, rules: tuple[Rule, ...]) -> None:
    """Let every plan have these rules and no others."""
    monkeypatch.setattr("sagactl.inspection.plan._known", lambda plugins: rules)
    monkeypatch.setattr("sagactl.inspection.plan._rules", lambda plan, locals: rules)
    monkeypatch.setattr("sagactl.inspection.plan._chosen", lambda plan: rules)


def failing(saga: Any, facts: Any) -> Iterator[Any]:
    yield from ()
    raise ZeroDivisionError(f"in {saga.id}")


def failing_digest(saga: Any, facts: Any) -> Any:
    raise LookupError("no such digest\x1b[0m")


def failing_all(digests: Any) -> Iterator[Any]:
    raise RecursionError


@pytest.mark.parametrize(
    ("change", "said", "files"),
    [
        ({"check": failing}, "`vague-name` failed: ZeroDivisionError: in saga-00 (test_inspect.py:", 40),
        ({"check": None, "digest": failing_digest}, "`vague-name` failed: LookupError", 40),
        ({"check": None, "digest": lambda saga, facts: 1, "check_all": failing_all}, "RecursionError", 1),
    ],
)
def test_a_rule_that_fails_is_a_finding_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], said: str, files: int
) -> None:
    apply(monkeypatch, tuple(rule._replace(**change) if rule.code == "SG014" else rule for rule in all_rules()))
    for name in ("parent", "orphan", "broken", "binary", "one", "two"):
        (folder / f"{name}.saga.yaml").unlink()
    found = inspect(names(folder), Plan(), Shelf())
    crashes = [message for _, code, _, message in shown(found) if code == "SG999"]
    assert len(crashes) == files
    assert said in crashes[0]
    assert found.crashed
    assert len([code for _, code, _, _ in shown(found) if code == "SG101"]) == 20


def test_a_failed_rule_ends_the_call_with_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.saga.yaml").write_text(
        "# sagactl: ignore[SG101] x\n" + LACKING.format(id="a") + "# sagactl: ignore[SG999] no\n"
    )
    apply(monkeypatch, tuple(rule._replace(check=failing) if rule.code == "SG101" else rule for rule in all_rules()))
    result = sagactl("lint", str(tmp_path), "--exit-zero")
    assert result.code == 3
    assert "SG999 internal-error: the rule `missing-compensation` failed: ZeroDivisionError: in a" in result.out
    assert "--ignore missing-compensation" in result.out


def test_a_file_at_which_reading_fails_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.saga.yaml").write_text(SOUND.format(id="a"))
    (tmp_path / "b.saga.yaml").write_text(LACKING.format(id="b"))
    real = __import__("sagactl.workspace", fromlist=["read_path"]).read_path

    def read_path(name: str) -> Any:
        if name.endswith("a.saga.yaml"):
            raise KeyError("a defect of ours")
        return real(name)

    monkeypatch.setattr("sagactl.inspection.shelf.read_path", read_path)
    found = inspect(names(tmp_path), make_plan(Plan()), Shelf())
    assert shown(found)[0][:2] == ("a.saga.yaml", "SG999")
    assert found.crashed
    assert ("b.saga.yaml", "SG101") in [(name, code) for name, code, _, _ in shown(found)]


def die(names: tuple[str, ...]) -> Any:
    os._exit(9)


def test_a_process_that_dies_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sagactl.inspection.workers._errand", die)
    with pytest.raises(SagactlError, match="ended from outside"):
        looks(names(folder), make_plan(Plan()), 2)


def test_ctrl_c_ends_all_processes(tmp_path: Path) -> None:
    import signal

    for number in range(3000):
        (tmp_path / f"s{number:04}.saga.yaml").write_text(SOUND.format(id=f"saga-{number}"))
    call = [str(Path(sys.executable).parent / "sagactl"), "lint", "-j", "2", str(tmp_path)]
    running = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    time.sleep(0.9)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err.strip()) == (130, "", "interrupted")
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


# -- standard input among files


def test_a_text_from_standard_input_stands_for_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.saga.yaml"
    path.write_text(LACKING.format(id="a"))
    result = sagactl(
        "lint", "-", "--stdin-filename", str(path), "--select", "SG101", stdin=SOUND.format(id="a").encode()
    )
    assert (result.code, result.out) == (0, "All clean: 1 file, no findings\n")


def test_a_nested_saga_is_found_beside_the_name_of_standard_input(folder: Path) -> None:
    name = str(folder / "new.saga.yaml")
    text = PARENT.format(id="new", child="saga-02").encode()
    result = sagactl("lint", "-", "--stdin-filename", name, "--format", "json", stdin=text)
    assert "SG003" not in {finding["code"] for finding in json.loads(result.out)["findings"]}
