"""A defect that was found, with everything that a person needs to believe it and to mend it."""

from __future__ import annotations

from collections.abc import Iterable

from sagactl.evidence.steps import Explored, Steps, Way
from sagactl.evidence.story import RESTARTED, Told, tell
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import State, StepState
from sagactl.promises import Unsaid
from sagactl.verdict import Counterexample
from sagactl.verifier.decision import decision
from sagactl.verifier.remedies import remedy_for
from sagactl.world.kept_moves import move_json
from sagactl.world.parts import Truth, World
from sagactl.world.properties import PROPERTIES, Property


def of_step(
    steps: Steps,
    flow: Flow,
    plan: FlowStep,
    explored: Explored,
    properties: Iterable[str],
    assumed: Iterable[Unsaid] = (),
) -> Counterexample | None:
    """The shortest run in which the step breaks one of the properties; None where the saga has no such run."""
    way = steps.way(flow, plan, explored, frozenset(properties))
    if way is None or way.run is None:
        return None
    property = way.property
    explanation = _explanation(plan, way, property, tell(flow, plan, way.run.moves))
    remedy = remedy_for(steps, flow, plan, property)
    found = of_way(flow, plan, way, property, explanation, remedy)
    return found._replace(decision=decision(plan, way), assumed=tuple(map(str, assumed)))


def of_way(flow: Flow, plan: FlowStep, way: Way, property: str, explanation: str, remedy: str) -> Counterexample:
    """The run that was found, told."""
    assert way.run is not None
    told = tell(flow, plan, way.run.moves)
    return Counterexample(
        property=property,
        step=plan.id,
        explanation=explanation,
        faults=told.faults,
        moves=tuple(move_json(flow, move) for move in way.run.moves),
        moments=told.moments,
        story=told.story,
        remedy=remedy,
    )


def _explanation(plan: FlowStep, way: Way, property: str, told: Told) -> str:
    """What is wrong in the end, and which two moments made it so."""
    assert way.run is not None
    law = next(law for law in PROPERTIES if law.name == property)
    state, truth = way.run.world.state, way.run.world.truths[plan.index]
    said = law.broken(plan, state.steps[plan.index], truth, state) or _earlier(plan, law, way.run.world)
    said = said or _at_once(plan, property, state)
    why = _because(plan, property, told.story)
    return f"{said}: {why}" if why else said


def _earlier(plan: FlowStep, law: Property, world: World) -> str:
    """What is left of an earlier try of the saga, which was over once nothing seemed to be left."""
    found = (law.broken(plan, StepState("rejected"), truths[plan.index], world.state) for truths in world.past)
    return next((f"{said}, from an earlier try of the saga" for said in found if said), "")


def _at_once(plan: FlowStep, property: str, state: State) -> str:
    """What is broken for good, whatever the end shows."""
    law = next(law for law in PROPERTIES if law.name == property)
    return law.broken(plan, StepState(), Truth(2, 2), state)


def _because(plan: FlowStep, property: str, story: tuple[str, ...]) -> str:
    """The two lines of the story that make the defect; what comes after a restart has nothing to do with it."""
    story = story[: story.index(RESTARTED)] if RESTARTED in story else story
    action, undo = plan.step.action, plan.compensation.command if plan.compensation is not None else ""
    does = [place for place, line in enumerate(story, 1) if f"does `{action}`" in line or "does it" in line]
    undoes = [place for place, line in enumerate(story, 1) if "undoes it" in line]
    empty = [place for place, line in enumerate(story, 1) if "finds nothing to undo" in line]
    match property:
        case "S1" if len(does) > 1:
            return f"`{action}` is done at {does[0]} and once more at {does[-1]}"
        case "S2" if len(undoes) > 1:
            return f"`{undo}` undoes it at {undoes[0]} and once more at {undoes[-1]}"
        case "S6" if empty and does and does[-1] > empty[0]:
            return f"`{undo}` ran at {empty[0]}, but what it undoes is done only at {does[-1]}"
        case "S5" if does:
            no = [place for place, line in enumerate(story, 1) if line.startswith("REJECTED")]
            return f"the no of {no[0]} counts, although it is done at {does[-1]}" if no else ""
        case _:
            return ""
