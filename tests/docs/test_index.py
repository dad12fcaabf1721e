"""The index of the rules says what their files say; `UPDATE=1` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest

from sagactl.linter import index, rules
from sagactl.linter.listed import Row, listed, row
from sagactl.linter.registry import all_rules, module_of
from tests.docs.pages import ROOT

UPDATE = bool(os.environ.get("UPDATE"))
INDEX = ROOT / "sagactl" / "linter" / "index.py"


def rows() -> tuple[Row, ...]:
    """What the files of the rules say, in the order of their codes."""
    return tuple(sorted(_rows()))


def _rows() -> Iterator[Row]:
    for area in iter_modules(rules.__path__):
        package = import_module(f"{rules.__name__}.{area.name}")
        for member in iter_modules(package.__path__):
            module = import_module(f"{package.__name__}.{member.name}")
            yield row(module.RULE, module.__name__)


def written() -> str:
    """The text of the index, a line for a rule; what is as usual is left out."""
    head = INDEX.read_text(encoding="utf-8").partition("ROWS: ")[0]
    lines = [f"    Row({', '.join(_arguments(each))}),\n" for each in rows()]
    return f"{head}ROWS: Final = (\n{''.join(lines)})\n"


def _arguments(each: Row) -> Iterator[str]:
    usual = Row._field_defaults
    for name, value in each._asdict().items():
        if name not in usual:
            yield _quoted(value)
        elif value != usual[name]:
            yield f"{name}={_quoted(value)}"


def _quoted(value: object) -> str:
    """A text in double quotes, as everywhere in the sources."""
    if not isinstance(value, str):
        return repr(value)
    return f"'{value}'" if '"' in value else f'"{value}"'


def test_the_index_is_fresh() -> None:
    if UPDATE:
        INDEX.write_text(written(), encoding="utf-8")
        return
    assert rows() == index.ROWS
    assert INDEX.read_text(encoding="utf-8") == written()


@pytest.mark.skipif(UPDATE, reason="the index of this process is the old one")
def test_a_rule_of_the_index_is_that_of_its_file() -> None:
    for rule in all_rules():
        of_file = module_of(rule).RULE
        assert listed(row(of_file, rule.module))._replace(module="") == rule._replace(module="")
        assert (rule.check is None) == (of_file.check is None)
