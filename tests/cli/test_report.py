"""`sagactl report`: its exit codes, what it writes and says, and that the same definitions give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runner import sagactl
from tests.survey.definitions import BROKEN, DRAFT, NOTHING, written

ORDER = "definitions/order-fulfillment.saga.yaml"
FEW = [f"definitions/{name}.saga.yaml" for name in ("money-transfer", "points-redemption", "travel-arrangement")]


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_sound_definition_is_clean(tmp_path: Path) -> None:
    done = sagactl("report", ORDER, "-o", str(tmp_path / "out"))
    assert (done.code, done.err) == (0, "")
    assert done.out == f"1 definition: see {tmp_path / 'out' / 'index.html'}\n"
    assert set(read(tmp_path / "out")) == {"index.html", "order-fulfillment.html"}
    assert sagactl("report", ORDER, "-o", str(tmp_path / "out"), "-q").out == ""


def test_a_broken_file_does_not_keep_the_others_from_their_pages(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", broken=BROKEN, nothing=NOTHING, trip=DRAFT)
    done = sagactl("report", str(folder), ORDER, "-o", str(tmp_path / "out"))
    assert (done.code, done.err) == (1, "")
    lines = done.out.splitlines()
    assert lines[0] == f"{folder / 'broken.saga.yaml'}: 1 error"
    assert lines[2].startswith(f"{folder / 'trip.saga.yaml'}: ") and lines[2].endswith("unsafe, 4 ends not acceptable")
    assert len(lines) == 4 and len(read(tmp_path / "out")) == 5


def test_exit_zero_and_the_threshold(tmp_path: Path) -> None:
    text = DRAFT.replace("remembers_failures: true}\nsteps", "remembers_failures: true, status_query: true}\nsteps")
    folder = written(tmp_path / "in", trip=text)
    call = ("report", str(folder), "-o", str(tmp_path / "out"))
    assert sagactl(*call).code == 1
    assert sagactl(*call, "--fail-on", "error").code == 0
    assert sagactl(*call, "--exit-zero").code == 0


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        assert sagactl("report", *FEW, ORDER, "-o", str(tmp_path / jobs), "--jobs", jobs).code == 0
    assert read(tmp_path / "1") == read(tmp_path / "2")


def test_the_same_definition_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", trip=DRAFT)
    for name in ("a", "b"):
        sagactl("report", str(folder), "-o", str(tmp_path / name), PYTHONHASHSEED=name)
    assert read(tmp_path / "a") == read(tmp_path / "b")


def test_two_definitions_of_one_name_have_two_pages(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", a=DRAFT, b=DRAFT)
    sagactl("report", str(folder), "-o", str(tmp_path / "out"))
    assert set(read(tmp_path / "out")) == {"index.html", "trip.html", "trip-2.html"}


def test_pages_of_an_earlier_report_go_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    sagactl("report", *FEW, "-o", str(out))
    (out / "mine.html").write_text("<!doctype html><title>mine</title>", encoding="utf-8")
    (out / "notes.txt").write_text('<meta name="generator" content="sagactl report">', encoding="utf-8")
    elsewhere = tmp_path / "kept.html"
    (out / "money-transfer.html").rename(elsewhere)
    (out / "link.html").symlink_to(elsewhere)
    done = sagactl("report", ORDER, "-o", str(out))
    assert (done.code, done.err) == (0, "")
    assert set(read(out)) == {"index.html", "order-fulfillment.html", "mine.html", "notes.txt", "link.html"}


def test_json_says_what_the_pages_say(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", broken=BROKEN, nothing=NOTHING, trip=DRAFT)
    done = sagactl("report", str(folder), ORDER, "-o", str(tmp_path / "out"), "--format", "json")
    found = json.loads(done.out)
    assert (found["version"], found["exit"], found["folder"]) == (1, done.code, str(tmp_path / "out"))
    assert {each["page"] for each in found["definitions"]} | {found["index"]} == set(read(tmp_path / "out"))
    by_saga = {each["saga"]: each for each in found["definitions"]}
    assert by_saga["broken"]["reasons"] == ["findings"] and by_saga["broken"]["verdict"] is None
    assert by_saga["trip"]["reasons"] == ["findings", "verdict", "rehearsals"]
    assert by_saga["trip"]["rehearsals"]["not_acceptable"] == 4
    order = by_saga["order-fulfillment"]
    assert (order["verdict"], order["recommendation"], order["reasons"]) == ("safe", "orchestration", [])
    assert order["findings"] == {"errors": 0, "warnings": 0, "infos": 0}


def test_a_defect_ends_the_call_with_3_and_the_rest_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr("sagactl.survey.gathering.verify", broken)
    done = sagactl("report", ORDER, "-o", str(tmp_path / "out"), "--format", "json")
    assert done.code == 3
    assert "internal error: ZeroDivisionError: nobody thought of this" in done.err and "report this line" in done.err
    (found,) = json.loads(done.out)["definitions"]
    assert found["reasons"] == ["defects"] and found["rehearsals"]["runs"] > 50
    assert "internal error: ZeroDivisionError" in (tmp_path / "out" / "order-fulfillment.html").read_text("utf-8")


def test_standard_input_is_a_definition(tmp_path: Path) -> None:
    done = sagactl("report", "-", "--stdin-filename", "trip.saga.yaml", "-o", str(tmp_path), stdin=DRAFT.encode())
    assert done.code == 1 and done.out.startswith("trip.saga.yaml: ")
    assert "trip.saga.yaml:" in (tmp_path / "trip.html").read_text(encoding="utf-8")


def test_runs_of_other_sagas_of_the_call_may_meet(tmp_path: Path) -> None:
    """What only `verify` of both shows is in the report, too."""
    together = sagactl("report", "definitions", "-o", str(tmp_path), "-q")
    assert together.code == sagactl("verify", "definitions").code


UNUSABLE = [
    (("definitions/none.saga.yaml",), "there is no file or folder"),
    ((ORDER, "--format", "pdf"), "unknown format"),
    ((ORDER, "--fail-on", "panic"), "unknown severity"),
    ((ORDER, "--jobs", "-1"), "`--jobs`"),
    ((ORDER, "--max-states", "0"), "`--max-states`"),
]


@pytest.mark.parametrize(("call", "said"), UNUSABLE)
def test_a_call_that_cannot_be_used(call: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = sagactl("report", *call, "-o", str(tmp_path / "out"))
    assert (done.code, done.out) == (2, "") and said in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = sagactl("report", ORDER, "-o", str(tmp_path / "file"))
    assert (done.code, done.out) == (2, "") and "cannot make the folder" in done.err
