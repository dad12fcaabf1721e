"""One definition, and every verb asked about it; a verb that refuses does not keep the others from answering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar

from sagactl.comparing import compare, not_compared
from sagactl.errors import SagactlError
from sagactl.flow import Flow
from sagactl.linter.linted import Linted
from sagactl.model import Saga
from sagactl.recommender import Weights, recommend
from sagactl.reports.recommendations import Recommended
from sagactl.reports.surveys import Refused, Rehearsals, Surveyed, Verified
from sagactl.simulator import Plan, rehearse
from sagactl.source.build import Reading
from sagactl.survey.defects import defect
from sagactl.survey.pictures import pictures
from sagactl.survey.rehearsals import rehearsals
from sagactl.topology import service_cycles
from sagactl.trace import Trace
from sagactl.unfold import unfold
from sagactl.verdict import Counterexample
from sagactl.verifier import Limits, Memory, verify

INVALID: Final = Refused(
    "the definition is not valid, and what was said of a saga with holes would be a guess",
    "mend the errors of the diagnosis first",
)


class Asked(NamedTuple):
    """What holds for all surveys of a call: the weights of the recommendation, and how far a verification goes."""

    weights: Weights
    limits: Limits


Result = TypeVar("Result")


def survey(
    reading: Reading, linted: Linted, page: str, sagas: Mapping[str, Saga], asked: Asked, memory: Memory | None = None
) -> Surveyed:
    """Everything that can be said of the reading among the sagas of its call."""
    saga = reading.saga
    linted = linted._replace(text=reading.document.text)
    if saga is None or not saga.steps:
        return Surveyed(page, linted, reading.valid, saga)
    recommended = _asked(lambda: _recommended(saga, sagas, reading, asked.weights))
    return Surveyed(
        page=page,
        linted=linted,
        is_valid=reading.valid,
        saga=saga,
        pictures=pictures(Flow(saga, sagas), _problems(reading), _groups(recommended)),
        recommended=recommended,
        verified=_asked(lambda: _verified(saga, sagas, asked.limits, memory)) if reading.valid else INVALID,
        rehearsals=_asked(lambda: _rehearsals(saga, sagas, reading.name)) if reading.valid else INVALID,
    )


def _asked(question: Callable[[], Result]) -> Result | Refused:
    """The answer, or why there is none; a defect in one verb does not take the others with it."""
    try:
        return question()
    except SagactlError as error:
        return Refused(error.message, error.help)
    except Exception as error:
        return defect(error)


def _groups(recommended: Recommended | Refused) -> dict[str, tuple[str, ...]]:
    """The steps that are led together in a hybrid; none where no hybrid is recommended."""
    cut = recommended.recommendation.cut if isinstance(recommended, Recommended) else None
    return {group.context: group.steps for group in cut.groups if group.context} if cut is not None else {}


def _problems(reading: Reading) -> dict[str, str]:
    """The first error of each step, to be marked in the pictures."""
    found: dict[str, str] = {}
    for finding in reading.findings:
        if finding.step and finding.severity == "error":
            found.setdefault(finding.step, finding.message)
    return found


def _recommended(saga: Saga, sagas: Mapping[str, Saga], reading: Reading, weights: Weights) -> Recommended:
    """The recommendation with both styles compared; what is not valid is not rehearsed for it."""
    compared = compare(saga, sagas, is_valid=reading.valid)
    return Recommended(
        reading.name,
        recommend(saga, sagas, weights),
        comparison=compared.comparison if compared is not None else None,
        not_compared=not_compared(saga),
        rings=service_cycles(Flow(saga, sagas)).cycles,
    )


def _rehearsals(saga: Saga, sagas: Mapping[str, Saga], path: str) -> Rehearsals:
    return rehearsals(unfold(saga, sagas).flow, path)


def _verified(saga: Saga, sagas: Mapping[str, Saga], limits: Limits, memory: Memory | None) -> Verified:
    """The verdict among all sagas of the call, whose runs may meet, and the runs that it holds."""
    others = [other for other in sagas.values() if other.id != saga.id]
    verdict = verify(saga, sagas, limits._replace(with_ends=True), others, memory)
    flow = unfold(saga, sagas).flow
    return Verified(
        verdict,
        tuple(_run(flow, found) for found in verdict.violations),
        tuple(_run(flow, owed.counterexample) for owed in verdict.obligations),
    )


def _run(flow: Flow, found: Counterexample) -> Trace | None:
    """The run of a counterexample, if it is one of this saga alone."""
    return rehearse(flow, Plan(moves=found.moves, assume=found.assumed)) if found.moves else None
