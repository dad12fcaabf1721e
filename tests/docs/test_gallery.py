"""The pictures and the report of the documentation are fresh; `UPDATE=1` makes them anew."""

from __future__ import annotations

import os
from pathlib import Path

from tests.docs.gallery import PICTURES, REPORT, drawn, pictures, report, said
from tests.optional import need

MAX_BYTES = 1_000_000
"""Of all pictures, and of the report: a repository keeps every version of them."""


def check(folder: Path, wanted: dict[str, str]) -> None:
    """The files of a folder say what they should; with `UPDATE=1` they do afterwards."""
    folder.mkdir(exist_ok=True)
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    if os.environ.get("UPDATE"):
        for name in found.keys() - wanted.keys():
            (folder / name).unlink()
        for name, text in wanted.items():
            if said(text) != said(found.get(name, "")):
                (folder / name).write_text(text, encoding="utf-8")
        return
    assert sorted(found) == sorted(wanted)
    assert {name: said(text) for name, text in found.items()} == {name: said(text) for name, text in wanted.items()}
    assert sum(len(text.encode()) for text in found.values()) < MAX_BYTES


def test_pictures_are_fresh() -> None:
    need("dot")
    check(PICTURES, pictures())


def test_the_report_is_fresh(tmp_path: Path) -> None:
    need("dot")
    check(REPORT, report(tmp_path))


def test_every_definition_has_a_picture() -> None:
    files = [each.file for each in drawn()]
    assert len(files) == len(set(files)) and "money-transfer.svg" in files
