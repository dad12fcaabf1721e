"""What an index says of each definition: small values, so that thousands fit, in whatever format it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sagactl.finding import SEVERITIES, Severity
from sagactl.linter.linted import Linted
from sagactl.recommender import Recommendation
from sagactl.recommender.factors import Verdict
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.findings.tail import plural
from sagactl.reports.recommendations import Recommended
from sagactl.reports.surveys import Rehearsals, Surveyed, Verified
from sagactl.verdict import Word


class Advice(NamedTuple):
    """What suits a definition, and how sure that is."""

    recommendation: Verdict
    strength: str


class Entry(NamedTuple):
    """How one definition stands.

    counts: findings of each severity, the mildest first, as in SEVERITIES.
    runs, unacceptable: rehearsals that met their fault, and those of them that end as they must not; None where
    nothing was rehearsed.
    defects: what a defect of ours has kept from the page.
    """

    page: str
    saga: str
    path: str
    steps: int
    counts: tuple[int, ...]
    verdict: Word | None
    runs: int | None
    unacceptable: int
    advice: Advice | None
    defects: tuple[str, ...] = ()

    @property
    def counted(self) -> Iterator[tuple[Severity, int]]:
        """Each severity with its number, the gravest first."""
        return zip(reversed(SEVERITIES), reversed(self.counts), strict=True)

    @property
    def worst(self) -> str:
        """The gravest severity of the findings, empty where there are none."""
        return next((name for name, number in self.counted if number), "")

    @property
    def findings(self) -> str:
        """How many findings of each severity, as `1 error, 2 warnings`; the mildest last."""
        return ", ".join(plural(number, name) for name, number in self.counted if number) or "none"

    @property
    def rehearsed(self) -> str:
        """How many ends are as they should be, empty where nothing was rehearsed."""
        if self.runs is None:
            return ""
        return f"{plural(self.runs, 'run')}, {self.unacceptable or 'all'} {'not ' * bool(self.unacceptable)}acceptable"

    @property
    def recommended(self) -> str:
        """What suits the definition, empty where nothing is recommended."""
        return f"{VERDICT_NAMES[self.advice.recommendation]} ({self.advice.strength})" if self.advice else ""


def entry(surveyed: Surveyed) -> Entry:
    """The entry of a survey."""
    linted: Linted = surveyed.linted
    verified, found, recommended = surveyed.verified, surveyed.rehearsals, surveyed.recommended
    severities = [located.finding.severity for located in linted.findings]
    runs = found.reached if isinstance(found, Rehearsals) else None
    return Entry(
        page=surveyed.page,
        saga=surveyed.saga.id if surveyed.saga is not None else "",
        path=linted.name,
        steps=len(surveyed.saga.steps) if surveyed.saga is not None else 0,
        counts=tuple(map(severities.count, SEVERITIES)),
        verdict=verified.verdict.verdict if isinstance(verified, Verified) else None,
        runs=len(runs) if runs is not None else None,
        unacceptable=sum(not run.row.is_acceptable for run in runs or ()),
        advice=_advice(recommended.recommendation) if isinstance(recommended, Recommended) else None,
        defects=tuple(each.message for each in surveyed.defects),
    )


def _advice(found: Recommendation) -> Advice:
    return Advice(found.recommendation, found.strength)
