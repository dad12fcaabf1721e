"""`sagactl new` as people call it: what is written where, and what is never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagactl.cli.app import run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_definition_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "first-order"]) == 0
    assert capsys.readouterr().out == "wrote first-order.saga.yaml\nnext: sagactl lint first-order.saga.yaml\n"
    assert "saga: first-order\n" in (here / "first-order.saga.yaml").read_text("utf-8")
    assert run(["lint"]) == 0


def test_a_service_lies_beside_its_definition(here: Path) -> None:
    assert run(["new", "sagas/my-trip", "--template", "travel", "--with-service"]) == 0
    names = sorted(str(path.relative_to(here / "sagas")) for path in (here / "sagas").rglob("*.*"))
    assert names == [
        "my-trip.saga.yaml", "my_trip/README.md", "my_trip/__init__.py", "my_trip/orchestrator.py",
        "my_trip/participants.py", "my_trip/test_rollback.py",
    ]  # fmt: skip
    assert '/ "../my-trip.saga.yaml"' in (here / "sagas" / "my_trip" / "orchestrator.py").read_text("utf-8")


def test_a_service_for_a_definition_that_is_there(here: Path) -> None:
    assert run(["new", "order"]) == 0
    before = (here / "order.saga.yaml").read_bytes()
    assert run(["new", "--from", "order.saga.yaml", "--with-service", "shop/service"]) == 0
    assert '/ "../../order.saga.yaml"' in (here / "shop" / "service" / "orchestrator.py").read_text("utf-8")
    assert (here / "order.saga.yaml").read_bytes() == before


def test_a_folder_may_name_its_only_definition(here: Path) -> None:
    assert run(["new", "sagas/order"]) == 0
    assert run(["new", "--from", "sagas", "--with-service", "service"]) == 0
    assert '/ "../sagas/order.saga.yaml"' in (here / "service" / "orchestrator.py").read_text("utf-8")


def test_nothing_is_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "order").mkdir()
    mine = here / "order" / "participants.py"
    mine.write_text("# mine\n", "utf-8")
    assert run(["new", "order", "--with-service"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "`order/participants.py` is there already" in said.err
    assert mine.read_text("utf-8") == "# mine\n"
    assert [path.name for path in here.rglob("*") if path.is_file()] == ["participants.py"]
    assert run(["new", "order", "--with-service", "--force"]) == 0
    assert mine.read_text("utf-8") != "# mine\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["My Order"], "`My Order` is no name of a saga"),
        (["My Order"], "such as `my-order`"),
        (["../"], "is no name of a saga"),
        (["x" * 65], "is no name of a saga"),
        (["order", "-t", "ordre"], "did you mean `order`?"),
        (["class", "--with-service"], "`class` is no name of a package"),
        (["talk", "-t", "choreography", "--with-service"], "nobody leads `talk`"),
        (["order", "--from", "-", "--with-service"], "has to be a file"),
        (["order", "--from", "missing.saga.yaml"], "add `--with-service`"),
        (["order", "--from", "missing.saga.yaml", "--with-service"], "missing.saga.yaml"),
        (["a\x1b[2Jb"], "`a\\x1b[2Jb` is no name of a saga"),
    ],
)
def test_what_cannot_be_made_is_said(
    arguments: list[str], said: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", *arguments]) == 2
    read = capsys.readouterr()
    assert (read.out, said in read.err) == ("", True), read.err
    assert list(here.iterdir()) == []


def test_an_invalid_definition_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.saga.yaml").write_text("saga: bad\nsteps: 3\n", "utf-8")
    assert run(["new", "--from", "bad.saga.yaml", "--with-service", "service"]) == 1
    assert "`new` needs a valid definition" in capsys.readouterr().err
    assert not (here / "service").exists()


def test_a_folder_that_cannot_be_made_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "file").write_text("", "utf-8")
    assert run(["new", "file/order"]) == 2
    assert "cannot write `file/order.saga.yaml`" in capsys.readouterr().err


def test_a_name_that_is_a_template_takes_it(here: Path) -> None:
    assert run(["new", "travel"]) == 0
    assert run(["new", "trip"]) == 0
    assert "flight" in (here / "travel.saga.yaml").read_text()
    assert "reserve-items" in (here / "trip.saga.yaml").read_text()
