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
        from sagactl.choosing import choose

        chosen = choose(choice, {"input": self.plan.data or {}, "steps": {}})
        if chosen.lacks:
            missing_input = self.plan.data is None and chosen.lacks.startswith("input.")
            why = "no input was given" if missing_input else chosen.lacks
            return chosen.outcome, f"because {why}; `--choose {choice.id}=…` decides otherwise"
        return chosen.outcome, f"because {chosen.because or 'nothing else holds'}"
