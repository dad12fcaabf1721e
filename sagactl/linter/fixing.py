"""Fixes are made here, in a text and never in a file: each is tried before it counts.

Rule 1: a fix counts only if its finding is gone, no other one has come, and the file can be read as before.
Rule 2: where the rule said what the data are to be, they are exactly that.
Rule 3: fixes that meet in the text wait for the next round; what one round leaves is looked at again, so that fixing
        twice changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sagactl.finding import Finding, Fix
from sagactl.linter.lint import lint
from sagactl.linter.rule import Rule
from sagactl.model import Saga
from sagactl.source.build import Reading, read
from sagactl.source.changed import changed
from sagactl.source.check import RULE_NAMES
from sagactl.source.edit import apply
from sagactl.source.link import link

MAX_TRIALS: Final = 300
"""Of one file; whoever has more to fix calls again."""


class Fixed(NamedTuple):
    """What became of one file, and the findings that were fixed, in the order in which they were."""

    reading: Reading
    findings: tuple[Finding, ...]


class Lens(NamedTuple):
    """What findings are looked for with: the rules, the sagas of the run, the day."""

    rules: tuple[Rule, ...]
    sagas: Mapping[str, Saga]
    today: str = ""


class _State(NamedTuple):
    """A reading, and what is found in it."""

    reading: Reading
    findings: tuple[Finding, ...]


def is_wanted(finding: Finding, unsafe: bool) -> bool:
    """Whether a call makes the fix of a finding: the safe ones always, the others where they are asked for."""
    return finding.fix is not None and (finding.fix.safe or unsafe)


def fix(reading: Reading, lens: Lens, unsafe: bool = False) -> Fixed:
    """The file with all its fixes made that are safe, or all at all, and that do what they promise."""
    trials = _Trials(lens)
    state, done = _seen(reading, lens), list[Finding]()
    while True:
        accepted = trials.accepted(state, _apart(state, unsafe), [])
        after = trials.made(state, accepted) if accepted else None
        if after is None:
            return Fixed(state.reading, tuple(done))
        state = after
        done += accepted


def _seen(reading: Reading, lens: Lens) -> _State:
    found = lint(reading, lens.rules, lens.sagas, lens.today).findings
    return _State(reading, tuple(located.finding for located in found))


def _apart(state: _State, unsafe: bool) -> list[Finding]:
    """The findings that can be fixed at once, in the order of the text: their edits neither overlap nor touch."""
    taken: set[tuple[int, int]] = set()
    text = state.reading.document.text
    chosen = []
    for finding in state.findings:
        fix = finding.fix
        if fix is None or not is_wanted(finding, unsafe):
            continue
        spans = [
            (
                text.offset(edit.region.line - 1, edit.region.column - 1),
                text.offset(edit.region.end_line - 1, edit.region.end_column - 1),
            )
            for edit in fix.edits
        ]
        if not any(
            start <= other_end and other_start <= end for start, end in spans for other_start, other_end in taken
        ):
            taken.update(spans)
            chosen.append(finding)
    return chosen


class _Trials:
    """Fixes are tried together; where that fails, each half is tried by itself, so that one bad fix stops no other."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._left = MAX_TRIALS

    def accepted(self, state: _State, findings: list[Finding], before: list[Finding]) -> list[Finding]:
        """Those of the findings that can be fixed together with the ones before."""
        if not findings or self._left <= 0:
            return before
        if self.made(state, before + findings) is not None:
            return before + findings
        if len(findings) == 1:
            return before
        half = len(findings) // 2
        return self.accepted(state, findings[half:], self.accepted(state, findings[:half], before))

    def made(self, state: _State, findings: list[Finding]) -> _State | None:
        """What the fixes make of a file, or None where they break a rule."""
        self._left -= 1
        document = state.reading.document
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        data = document.encode(apply(document.text, (edit for fix in fixes for edit in fix.edits)))
        reading = link(read(data, state.reading.name), self._lens.sagas)
        if reading.document.root is None or (state.reading.valid and not reading.valid):
            return None
        if not _is_meant(state.reading, reading, fixes):
            return None
        after = _seen(reading, self._lens)
        return after if _is_better(state, after, findings) else None


def _is_meant(before: Reading, after: Reading, fixes: list[Fix]) -> bool:
    """Whether the data are what the changes say; edits alone say nothing about them."""
    if not all(fix.changes for fix in fixes):
        return True
    meant = changed(before.document.data(), (change for fix in fixes for change in fix.changes))
    return bool(after.document.data() == meant)


def _is_better(before: _State, after: _State, fixed: list[Finding]) -> bool:
    """Whether each fixed finding is gone and no other has come; what rules found is compared in a valid saga only."""
    had, has, gone = (_counts(findings, before.reading.valid) for findings in (before.findings, after.findings, fixed))
    return all(number <= had[kind] - gone[kind] for kind, number in has.items()) and all(
        has[kind] <= had[kind] - number for kind, number in gone.items()
    )


def _counts(findings: Iterable[Finding], all_rules: bool) -> Counter[tuple[str, str]]:
    """How often each rule found something in each step."""
    return Counter((finding.code, finding.step) for finding in findings if all_rules or finding.code in RULE_NAMES)
