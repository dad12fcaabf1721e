"""How the choices of a saga go in a rehearsal: as asked, else by the input, else `otherwise`, and that is said."""

from __future__ import annotations

from sagactl.model import Choice
from sagactl.simulator.plan import Plan


class Decisions:
    """The outcome of each choice, found when it is asked for; `notes` tells what was assumed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.notes: list[str] = []

    def outcome(self, choice: Choice) -> str:
        """The outcome asked for, else the one the input decides, else `otherwise`."""
        chosen = self.plan.choices.get(choice.id)
        if chosen is not None:
            return chosen
        decided, reason = self._by_data(choice)
        note = f"choice `{choice.id}`: `{decided}`, {reason}"
        if note not in self.notes:
            self.notes.append(note)
        return decided

    def _by_data(self, choice: Choice) -> tuple[str, str]:
        from sagactl.predicates import Mistake, Undecided, evaluate, parse

        data = {"input": self.plan.data or {}, "steps": {}}
        for known in choice.outcomes:
            predicate = parse(known.predicate) if not known.is_otherwise else None
            if predicate is None or isinstance(predicate, Mistake):
                break
            held = evaluate(predicate, data)
            if isinstance(held, Undecided):
                missing_input = self.plan.data is None and held.reason.startswith("input.")
                why = "no input was given" if missing_input else held.reason
                return choice.outcomes[-1].id, f"because {why}; `--choose {choice.id}=…` decides otherwise"
            if held:
                return known.id, f"because {known.predicate}"
        return choice.outcomes[-1].id, "because nothing else holds"
