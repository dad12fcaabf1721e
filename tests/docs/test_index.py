"""The index of the rules says what their files say; `UPDATE=1` has written it anew before."""

from __future__ import annotations

from sagactl.linter import index
from sagactl.linter.listed import listed, row
from sagactl.linter.registry import all_rules, module_of
from tests.docs.rule_index import INDEX, rows, written


def test_the_index_is_fresh() -> None:
    assert rows() == index.ROWS
    assert INDEX.read_text(encoding="utf-8") == written()


def test_a_rule_of_the_index_is_that_of_its_file() -> None:
    for rule in all_rules():
        of_file = module_of(rule).RULE
        assert listed(row(of_file, rule.module))._replace(module="") == rule._replace(module="")
        assert (rule.check is None) == (of_file.check is None)
