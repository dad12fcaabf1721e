"""What becomes of a run as a whole, found by asking the machine about this saga."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, get_args

from sagactl.diagrams.figure import Edge, EdgeRole, Figure, Node
from sagactl.diagrams.life import ENDS, GIVEN_UP, RESTARTS, Life, Passage, Stage, life
from sagactl.diagrams.views.flow import facts
from sagactl.diagrams.wiring import outcomes
from sagactl.durations import duration_text
from sagactl.flow import Flow
from sagactl.model import OTHERWISE, Choice, Outcome
from sagactl.trace import Status

MOST_NAMES: Final = 6
"""Of the steps on one arrow; the others are counted."""

ENDINGS: Final[Mapping[str, str]] = {
    "completed": "every step is done or was not taken",
    "compensated": "nothing is left of any step",
    "parked": "people have to look at it",
}

STAGES: Final[Mapping[tuple[str, bool], str]] = {
    ("STARTED", False): "no answer yet",
    ("STARTED", True): "no answer yet, and no way back",
    ("PENDING", False): "going forward, and can go back",
    ("PENDING", True): "going forward, and no way back",
    ("COMPENSATING", False): "going back",
}

CAUSES: Final[Mapping[str, str]] = {
    "done": "done",
    "rejected": "says no",
    "unknown": "tries used up, outcome unknown",
    "not done": "not done, says the status query",
    "not to be asked either": "tries used up, status unknown, too",
    "never answers": "tries used up, the status is asked",
    "timed out": "not heard in time",
    GIVEN_UP: "given up by people",
    RESTARTS: "tried again as a whole",
    "cancel": "cancel",
    "deadline": "deadline",
}
"""What happens, in words that stand before the names of the steps it happens to, in the order of the arrows."""


def states_figure(flow: Flow) -> Figure:
    """The states of a run, and what leads from one to the next."""
    flow = _decidable(flow)
    found = life(flow)
    stages = sorted(found.stages, key=_place)
    return Figure(
        view="states",
        title=flow.saga.id,
        subtitle=" · ".join(("the states of a run", *facts(flow.saga))),
        caption=" ".join(_caption(flow, found)),
        nodes=(Node(id="start", role="start", title="start"), *(_node(flow, stage, found) for stage in stages)),
        edges=(Edge(source="start", target=_id(stages[0])), *_edges(flow, found)),
    )


def _decidable(flow: Flow) -> Flow:
    """The flow with every choice that a condition names; a draft may not have declared them all."""
    named, declared = outcomes(flow), flow.saga.choices
    if named.keys() <= declared.keys():
        return flow
    missing = {
        id: Choice(id=id, outcomes=tuple(Outcome(id=each, predicate=OTHERWISE) for each in named[id]))
        for id in named.keys() - declared.keys()
    }
    choices = {**declared, **{id: missing[id] for id in named if id in missing}}
    return Flow(replace(flow.saga, choices=choices), scopes=flow.scopes, parts=flow.parts)


def _place(stage: Stage) -> tuple[int, int, bool]:
    """The way forward first, the ends last."""
    endings = list(ENDINGS)
    ends = endings.index(stage.outcome) + 1 if stage.outcome is not None else 0
    return ends, get_args(Status).index(stage.status), stage.past_return


def _id(stage: Stage) -> str:
    past = ":past-return" if stage.past_return else ""
    return f"status:{stage.outcome or stage.status}{past}"


def _node(flow: Flow, stage: Stage, found: Life) -> Node:
    if stage.outcome is not None:
        title = stage.status if stage.outcome == "completed" else f"{stage.status}: {stage.outcome}"
        return Node(id=_id(stage), role="status", title=title, subtitle=ENDINGS[stage.outcome])
    return Node(
        id=_id(stage),
        role="status",
        title=stage.status,
        subtitle=STAGES.get((stage.status, stage.past_return), ""),
        badges=tuple(_ignored(flow, stage, found)),
        pivot=stage.past_return,
    )


def _ignored(flow: Flow, stage: Stage, found: Life) -> Iterator[str]:
    """What would start a rollback elsewhere, and only raises an alert here."""
    words = [_of_the_run(flow, what) for each, what in found.idle if each == stage]
    if words:
        yield f"{' or '.join(words)}: an alert, and nothing else"


def _of_the_run(flow: Flow, what: str) -> str:
    deadline = flow.saga.deadline
    return f"deadline {duration_text(deadline.after_s)}" if what == "deadline" and deadline is not None else what


# -- arrows


def _edges(flow: Flow, found: Life) -> Iterator[Edge]:
    """One arrow for each pair of stages, with all that leads from the one to the other."""
    pairs: dict[tuple[Stage, Stage], list[Passage]] = {}
    for passage in found.passages:
        pairs.setdefault((passage.before, passage.after), []).append(passage)
    for (before, after), passages in pairs.items():
        lines = list(_causes(flow, passages))
        yield Edge(source=_id(before), target=_id(after), role=_role(after), label="; ".join(lines))


def _role(after: Stage) -> EdgeRole:
    return "forward" if after.status in ("STARTED", "PENDING", "COMPLETED") else "back"


def _causes(flow: Flow, passages: Iterable[Passage]) -> Iterator[str]:
    steps: dict[str, dict[str, None]] = {}
    for passage in sorted(passages, key=_rank):
        steps.setdefault(_cause(flow, passage), {})[passage.step] = None
    for cause, names in steps.items():
        named = _listed([id for id in flow.index if id in names])
        yield f"{cause}: {named}" if named else cause


def _rank(passage: Passage) -> int:
    known = list(CAUSES)
    return known.index(passage.what) if passage.what in known else -1


def _cause(flow: Flow, passage: Passage) -> str:
    before, after = passage.before, passage.after
    if passage.what == ENDS and after.outcome == "completed":
        return "all done"
    if passage.what == ENDS and after.outcome == "compensated":
        return "all undone"
    if passage.what == ENDS:
        return "not done, and no way back" if before.status != "COMPENSATING" else "cannot be undone"
    if before.status == "STARTED" and after.status == "PENDING" and passage.what != RESTARTS:
        return "first answer"
    if after.past_return and passage.what == "done":
        return "pivot done"
    if passage.what == RESTARTS and flow.saga.rollback.max_restarts is not None:
        return f"{CAUSES[RESTARTS]}, {flow.saga.rollback.max_restarts} times at most"
    return _of_the_run(flow, passage.what) if not passage.step else CAUSES.get(passage.what, passage.what)


def _listed(names: list[str]) -> str:
    kept = names if len(names) <= MOST_NAMES else names[: MOST_NAMES - 1]
    more = f" and {len(names) - len(kept)} more" if len(names) > len(kept) else ""
    return ", ".join(kept) + more


# -- words


def _caption(flow: Flow, found: Life) -> Iterator[str]:
    if flow.saga.style == "choreography":
        yield "No service knows the run as a whole: these are the states that somebody would see who sees everything."
    if not flow.pivots:
        yield "There is no pivot: until its end a run can go back."
    triggers = flow.saga.rollback.triggers
    if triggers is not None:
        yield f"A rollback starts on {', '.join(triggers)} only."
    if not found.complete:
        yield "Where several things go wrong at once there may be more arrows: the saga is too large to try them all."
