"""A finding about behaviour is proved: the shortest run in which it goes wrong, told under the finding.

Only the step that the finding is about is explored, and only until the first such run, so that lint stays quick; what
was explored serves all files of a process.  Where there is no such run, or the saga is too long for it to be told in
time, the finding stands without one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from sagactl.errors import SagactlError
from sagactl.finding import Evidence, Place
from sagactl.linter.rule import Hit

if TYPE_CHECKING:
    from sagactl.evidence import Memory, Steps, Told
    from sagactl.flow import Flow, FlowStep
    from sagactl.linter.facts import Facts

PROVES: Final[dict[str, frozenset[str]]] = {
    "SG108": frozenset({"S2"}),
    "SG110": frozenset({"S9"}),
    "SG115": frozenset({"S6"}),
    "SG202": frozenset({"S10"}),
    "SG204": frozenset({"S10"}),
    "SG301": frozenset({"S1"}),
    "SG304": frozenset({"S6"}),
    "SG305": frozenset({"S1", "S2"}),
    "SG306": frozenset({"S5", "S11"}),
    "SG307": frozenset({"S6"}),
    "SG316": frozenset({"S5"}),
    "SG409": frozenset({"L2"}),
    "SG807": frozenset({"S5"}),
}
"""The rules whose findings are about behaviour, and the properties that a run shows to be broken."""

WITH_ANOTHER: Final = frozenset({"SG110", "SG807"})
"""Those of them that are about two steps of one run, which no step shows alone."""

PLAYED: Final = frozenset({"SG304", "SG409"})
"""Those whose run is known beforehand and only has to be played, since it goes through other steps, too."""

MAX_STEPS: Final = 40
"""Of a saga whose findings are proved."""

MAX_TOGETHER: Final = 20
"""Of a saga that is played whole for each of its findings."""

MAX_WORLDS: Final = 1_000
"""Of one search: what goes wrong with few faults is near, and lint does not wait for the rest."""
MAX_POLICIES: Final = 256
"""So many are remembered; then the memory starts anew."""


def proved(code: str, facts: Facts, hit: Hit) -> Hit:
    """The hit with the run that shows it, if there is one."""
    if hit.evidence is not None or not hit.step or len(facts.saga.steps) > MAX_STEPS:
        return hit
    try:
        if code in WITH_ANOTHER:
            return _with_another(code, facts, hit)
        told = _shown(facts, hit.step, code)
    except SagactlError:
        return hit
    return hit if told is None else hit._replace(evidence=Evidence(told.story, told.faults))


def _shown(facts: Facts, id: str, code: str) -> Told | None:
    from sagactl.evidence import Steps
    from sagactl.promises import assuming, unsaid
    from sagactl.unfold import unfold

    flow = unfold(facts.saga, facts.sagas).flow
    if not flow.steps or len(flow.steps) > MAX_STEPS or not flow.named(id):
        return None
    best = assuming(flow, unsaid(flow))
    steps = Steps(_memory(), MAX_WORLDS)
    if PROVES[code] == {"S10"}:
        return _refused(best, steps)
    plan = best.steps[flow.named(id)[0].index]
    if code in PLAYED:
        return _played(code, best, plan)
    return steps.shown(best, plan, PROVES[code])


def _played(code: str, flow: Flow, plan: FlowStep) -> Told | None:
    from sagactl.evidence.mistaken import not_undone
    from sagactl.evidence.overdue import too_late_to_go_back

    if len(flow.steps) > MAX_TOGETHER:
        return None
    return not_undone(flow, plan) if code == "SG304" else too_late_to_go_back(flow, plan)


def _with_another(code: str, facts: Facts, hit: Hit) -> Hit:
    """The run in which two steps do not go together: the one of the hit, and the one that it points at last."""
    from sagactl.evidence.orders import undone_first
    from sagactl.evidence.unheard import left_standing
    from sagactl.unfold import unfold

    flow, place = unfold(facts.saga, facts.sagas).flow, hit.related[-1].place if hit.related else None
    other = facts.saga.steps[int(place.route[1])].id if isinstance(place, Place) else ""
    play = left_standing if code == "SG807" else undone_first
    if (
        not (flow.named(hit.step) and flow.named(other))
        or len(flow.steps) > MAX_TOGETHER
        or (facts.choreographed and play is undone_first)
    ):
        return hit
    story = play(flow, flow.named(hit.step)[0], flow.named(other)[0])
    return hit._replace(evidence=Evidence(story)) if story else hit


def _refused(flow: Flow, steps: Steps) -> Told | None:
    """The run in which somebody says no when the pivot is done."""
    from sagactl.evidence import tell

    for plan in flow.steps:
        if plan.says_no and plan.place in ("after", "beside"):
            way = steps.refused(flow, plan)
            if way is not None and way.run is not None:
                return tell(flow, plan, way.run.moves)
    return None


@cache
def _shelf() -> list[Memory]:
    from sagactl.evidence import Memory

    return [Memory()]


def _memory() -> Memory:
    """What was explored in this process; it starts anew before it grows too large."""
    from sagactl.evidence import Memory

    shelf = _shelf()
    if len(shelf[0].tables) > MAX_POLICIES:
        shelf[0] = Memory()
    return shelf[0]
