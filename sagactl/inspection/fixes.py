"""The files of a run are fixed one after the other; what becomes of them is for the caller to write or to show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sagactl.finding import Finding
from sagactl.inspection.passes import Inspected, linked
from sagactl.inspection.plan import Plan
from sagactl.inspection.shelf import Shelf
from sagactl.linter.fixing import Lens, fix, is_wanted
from sagactl.source.node import Text


class FixedFile(NamedTuple):
    """A file with its text before and after, the bytes that it should have, and the findings that are gone."""

    name: str
    before: Text
    after: Text
    data: bytes
    findings: tuple[Finding, ...]


def fix_files(found: Inspected, plan: Plan, shelf: Shelf, unsafe: bool) -> Iterator[FixedFile]:
    """The files in which something can be fixed; each sees the others as they are by then.

    What the run has found between files is fixed where it shows in a file alone, as only there is it seen to be gone.
    """
    for file in found.files:
        if any(is_wanted(located.finding, unsafe) for located in file.findings):
            before = linked(shelf.read(file.name), found.library)
            between = frozenset((located.finding.code, located.finding.message) for located in file.findings)
            fixed = fix(before, Lens(plan.rules_for(file.name), found.library, plan.today, between), unsafe)
            if fixed.findings:
                if fixed.reading.saga is not None:
                    found.library[fixed.reading.saga.id] = fixed.reading.saga
                text = fixed.reading.document.text
                data = before.document.encode(text.string)
                yield FixedFile(file.name, before.document.text, text, data, fixed.findings)
