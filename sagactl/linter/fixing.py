"""Fixes are made here, in a text and never in a file: each is tried before it counts.

Rule 1: a fix counts only if its finding is gone, no other one has come, and the file can be read as before.
Rule 2: where the rule said what the data are to be, they are exactly that.
Rule 3: fixes that meet in the text wait for the next round; what one round leaves is looked at again, so that fixing
        twice changes nothing.
"""

from __future__ import annotations

from bisect import bisect, insort
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
from sagactl.source.node import Text

MOST_READ: Final = 10_000_000
"""Characters that trials on one file may read in all; whoever has more to fix calls again."""


class Fixed(NamedTuple):
    """What became of one file, and the findings that were fixed, in the order in which they were."""

    reading: Reading
    findings: tuple[Finding, ...]


class Lens(NamedTuple):
    """What findings are looked for with: the rules, the sagas of the run, the day.

    `between` is what the rules over all sagas have found in this file, by code and message: a look at one file alone
    also finds what another file answers.  None stands for a file that is alone in its run.
    """

    rules: tuple[Rule, ...]
    sagas: Mapping[str, Saga]
    today: str = ""
    between: frozenset[tuple[str, str]] | None = None

    def is_real(self, finding: Finding) -> bool:
        """Whether the run has found it, and not only a look at its file."""
        if self.between is None or (finding.code, finding.message) in self.between:
            return True
        return all(rule.code != finding.code or rule.check_all is None for rule in self.rules)


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
        made = trials.made_of(state, _apart(state, lens, unsafe))
        if not made.findings:
            return Fixed(state.reading, tuple(done))
        state = made.state
        done += made.findings


def _seen(reading: Reading, lens: Lens) -> _State:
    found = lint(reading, lens.rules, lens.sagas, lens.today).findings
    return _State(reading, tuple(located.finding for located in found))


def _apart(state: _State, lens: Lens, unsafe: bool) -> list[Finding]:
    """The findings that can be fixed at once, in the order of the text: their edits neither overlap nor touch."""
    taken: list[tuple[int, int]] = []
    chosen = []
    for finding in state.findings:
        if is_wanted(finding, unsafe) and lens.is_real(finding):
            spans = _spans(state.reading.document.text, finding.fix)
            if all(_is_free(taken, span) for span in spans):
                for span in spans:
                    insort(taken, span)
                chosen.append(finding)
    return chosen


def _spans(text: Text, fix: Fix | None) -> list[tuple[int, int]]:
    regions = [edit.region for edit in fix.edits] if fix is not None else []
    return [
        (text.offset(each.line - 1, each.column - 1), text.offset(each.end_line - 1, each.end_column - 1))
        for each in regions
    ]


def _is_free(taken: list[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Whether a span lies apart from all that are taken, which are in order."""
    at = bisect(taken, span)
    return (at == 0 or taken[at - 1][1] < span[0]) and (at == len(taken) or span[1] < taken[at][0])


class _Made(NamedTuple):
    """The findings that were fixed, and the state that this has led to."""

    findings: list[Finding]
    state: _State


class _Trials:
    """Fixes are tried together; where that fails, each half is tried by itself, so that one bad fix stops no other."""

    def __init__(self, lens: Lens) -> None:
        self._lens = lens
        self._left = MOST_READ

    def made_of(self, state: _State, findings: list[Finding]) -> _Made:
        """What becomes of a state when as many of these findings are fixed as go together."""
        return self._more(state, findings, _Made([], state))

    def _more(self, state: _State, findings: list[Finding], before: _Made) -> _Made:
        """As many as go together with those before."""
        if not findings or self._left <= 0:
            return before
        together = before.findings + findings
        after = self._try(state, together)
        if after is not None:
            return _Made(together, after)
        if len(findings) == 1:
            return before
        half = len(findings) // 2
        return self._more(state, findings[half:], self._more(state, findings[:half], before))

    def _try(self, state: _State, findings: list[Finding]) -> _State | None:
        """What the fixes make of a file, or None where they break a rule."""
        document = state.reading.document
        fixes = [finding.fix for finding in findings if finding.fix is not None]
        string = apply(document.text, (edit for fix in fixes for edit in fix.edits))
        self._left -= len(string)
        reading = link(read(document.encode(string), state.reading.name), self._lens.sagas)
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
