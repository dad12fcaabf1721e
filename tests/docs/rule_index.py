"""The index of the rules is written here from their files, before a test of this folder looks at a rule."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module, reload
from pkgutil import iter_modules

from sagactl.linter import index, registry, rules
from sagactl.linter.listed import Row, row
from tests.docs.pages import ROOT

INDEX = ROOT / "sagactl" / "linter" / "index.py"


def refresh() -> None:
    """Write the index, and let this process know what stands in it now."""
    INDEX.write_text(written(), encoding="utf-8")
    reload(index)
    registry.all_rules.cache_clear()


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
