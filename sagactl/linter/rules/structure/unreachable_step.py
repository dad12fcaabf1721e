"""SG005 unreachable-step: a step that no run can ever come to.

Its `when` names an outcome that never happens: the predicate is false whatever the data are or contradicts itself, an
earlier outcome of the same choice is always true, asks the same or holds whenever this one does; or the step hears only
events of steps that are skipped whenever it is due.
Such a step looks like part of the saga, is never run, never tested, and its compensation protects nobody.

Source: dead transitions in the soundness of workflow nets (van der Aalst, 1998).
Since: 0.1

Bad:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total > 1000 && false, small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    input: {total: number}
    choices:
      size: {large: input.total > 1000, small: otherwise}
    steps:
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Choice, Outcome, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.choices:
        dead = {
            (choice.id, outcome.id): (outcome, why)
            for choice in saga.choices.values()
            for outcome, why in _dead(choice)
        }
        if dead:
            yield from _conditions(saga, dead)
        yield from _events(saga, facts)


def _dead(choice: Choice) -> Iterator[tuple[Outcome, str]]:
    """The outcomes that never happen, and why."""
    from sagactl.linter.contradictions import is_covered, never_holds
    from sagactl.predicates import Mistake, Predicate, constant, parse, text_of

    several = len(choice.outcomes) - choice.outcomes[-1].is_otherwise > 1
    asked: dict[str, str] = {}
    earlier: dict[str, Predicate] = {}
    always = ""
    for outcome in choice.outcomes:
        if always:
            yield outcome, f"`{always}` is always true and is tried first"
            continue
        if outcome.is_otherwise or not (several or _may_be_constant(outcome.predicate)):
            continue
        parsed = parse(outcome.predicate)
        if isinstance(parsed, Mistake):
            continue
        text = text_of(parsed)
        answer = constant(parsed)
        if answer is False or never_holds(parsed):
            yield outcome, f"`{text}` is false whatever the data are"
        elif answer is True:
            always = outcome.id
        elif text in asked:
            yield outcome, f"`{asked[text]}` asks the same and is tried first"
        elif covering := next((id for id, other in earlier.items() if is_covered(parsed, other)), None):
            yield outcome, f"`{covering}` holds whenever it does and is tried first"
        asked.setdefault(text, outcome.id)
        earlier[outcome.id] = parsed


def _may_be_constant(text: str) -> bool:
    """Whether it is worth parsing: one comparison of a datum, without true and false, depends on the data."""
    if "&&" in text or "||" in text or "true" in text or "false" in text:
        return True
    return "input." not in text and "steps." not in text


def _conditions(saga: Saga, dead: dict[tuple[str, str], tuple[Outcome, str]]) -> Iterator[Hit]:
    for step in saga.steps:
        for entry in step.when.items():
            if entry in dead:
                outcome, why = dead[entry]
                yield Hit(
                    f"`{step.id}` is never run: outcome `{entry[1]}` of `{entry[0]}` never happens, because {why}",
                    Place((*step.route, "when", entry[0])),
                    step.id,
                    help="correct the predicate, or remove the outcome with the steps that depend on it",
                    related=(Related("this outcome never happens", Place(outcome.route, "key")),),
                )


def _events(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.when and step.listens is not None and step.listens.mode == "any":
            sources = [saga.steps[index] for index in facts.flow[step.id].after]
            if len(sources) >= len(step.listens.events) and all(exclusive(step, source) for source in sources):
                yield _unheard(step, sources)


def _unheard(step: Step, sources: list[Step]) -> Hit:
    names = ", ".join(f"`{source.id}`" for source in sources)
    return Hit(
        f"`{step.id}` is never run: whenever its own `when` holds, {names} is skipped and publishes nothing",
        at_step(step.route, "when"),
        step.id,
        help="let it listen to a step that runs under the same condition",
        related=tuple(Related(f"`{source.id}` runs only here", at_step(source.route, "when")) for source in sources),
    )


RULE = Rule(
    code="SG005",
    name="unreachable-step",
    severity="warning",
    why="A step that is never run does nothing for the business and is never tested until a change wakes it up.",
    check=check,
    concerns="choices",
)
