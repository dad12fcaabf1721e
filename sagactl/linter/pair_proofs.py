"""A finding on isolation is proved: two runs that meet, turn by turn, until one of them is harmed.

As with the proofs of one run, the search is short, and a finding without a proof stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sagactl.finding import Evidence, Finding, Place
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.evidence.meetings import Rival
    from sagactl.flow import Flow

PROVES: Final = {"SG601": "I2", "SG602": "I1", "SG603": "I3", "SG604": "I5", "SG606": "I5"}
"""The rules on what runs do to each other, and the property that two runs break."""

MAX_STEPS: Final = 40
"""Of a saga whose runs are played against each other."""

MAX_STATES: Final = 1_000
"""Of one pair of runs."""

MAX_WAYS: Final = 4
"""Pairs of ways through two sagas that are tried; one of the first shows it, if any does."""


def shown(finding: Finding, saga: Saga, near: Mapping[str, Saga] = MappingProxyType({})) -> Finding:
    """The finding with the two runs that show it: both of this saga, or one of a saga `near` that it points into."""
    if finding.code not in PROVES or finding.evidence is not None or len(saga.steps) > MAX_STEPS:
        return finding
    from sagactl.evidence.meetings import Rival
    from sagactl.flow import Flow

    flow = Flow(saga)
    others = [near[path] for path in dict.fromkeys(related.path for related in finding.related) if path in near]
    rivals = [Rival(Flow(other), False) for other in others if len(other.steps) <= MAX_STEPS]
    for rival in (*([Rival(flow, True)] if saga.limits.concurrency != 1 else []), *rivals):
        lines = _told(finding, flow, rival)
        if lines:
            return finding._replace(evidence=Evidence(lines))
    return finding


def _told(finding: Finding, flow: Flow, rival: Rival) -> tuple[str, ...]:
    """The runs of this saga and of the rival in which the step of the finding is the one that suffers."""
    from sagactl.evidence.meetings import meetings, story

    property = PROVES[finding.code]
    resource = None if property == "I5" else _resource(finding, flow)
    ways = islice(meetings(flow, rival, resource, MAX_STATES), MAX_WAYS)
    for clash in (clash for met in ways for clash in met.clashes):
        if clash.property == property and (property == "I5" or clash.step == finding.step):
            return story(flow, rival, clash)
    return ()


def _resource(finding: Finding, flow: Flow) -> str:
    """The resource whose name the finding stands at, in `reads` or `writes` of its step."""
    assert isinstance(finding.place, Place)
    key, position = finding.place.route[-2:]
    step = flow[finding.step].step
    return (step.reads if key == "reads" else step.writes)[int(position)]
