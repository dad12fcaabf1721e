"""Prints how many seeded defects lint finds, rule by rule: recall over all mutants, precision over all findings.

    python -m benchmarks.seeded

Every sound definition is mutated in one place by every row of `benchmarks.seeds`, and linted with the default rules.
A mutant counts as found when its rule speaks and did not before.  A finding counts as true where its rule was seeded or
stands under `also`, and as false anywhere else, in the definitions as they are included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.seeds import Mutant, Seed, Sound, all_seeds
from sagactl.flow import Flow
from sagactl.linter.ignores import read_ignores
from sagactl.linter.lint import lint
from sagactl.linter.registry import all_rules, find, select
from sagactl.source.build import read
from sagactl.source.document import parse
from sagactl.source.edit import apply, edits_of
from sagactl.source.link import link
from sagactl.workspace import Workspace, load

ROOT = Path(__file__).parents[1]
DEFINITIONS = ROOT / "definitions"
TODAY = "2026-06-01"


class Trial(NamedTuple):
    """One mutant: the defect it has, the definition it was made of, its text, and the rules that speak of it."""

    seed: Seed
    sound: Sound
    text: str
    said: frozenset[str]

    @property
    def found(self) -> bool:
        return self.seed.code in self.said

    @property
    def false(self) -> frozenset[str]:
        """The rules that speak although nothing of theirs was seeded."""
        return frozenset(code for code in self.said if not code.startswith((self.seed.code, *self.seed.also)))


class Score(NamedTuple):
    """What the trials say of one rule."""

    mutants: int
    found: int
    false: int

    @property
    def recall(self) -> float:
        return self.found / self.mutants

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found else 0.0


def sound_definitions(workspace: Workspace) -> Iterator[Sound]:
    """The definitions of a workspace as they are before they are mutated."""
    nested = {step.saga for saga in workspace.sagas.values() for step in saga.steps}
    for reading in workspace.readings:
        saga, text = reading.saga, reading.document.text.string
        assert saga is not None
        yield Sound(Path(reading.name).name, text, saga, Flow(saga, workspace.sagas), saga.id in nested)


def trials(sounds: Iterable[Sound], workspace: Workspace, most: int | None = None) -> Iterator[Trial]:
    """Every mutant, or the first few of each row in each definition."""
    for sound in sounds:
        before, accepted = codes(sound.text, workspace), _accepted(sound)
        for seed in all_seeds():
            if seed.code in accepted:
                continue
            for number, mutant in enumerate(seed.mutants(sound)):
                if number == most:
                    break
                text = mutated(sound.text, mutant)
                yield Trial(seed, sound, text, codes(text, workspace) - before)


def _accepted(sound: Sound) -> set[str]:
    """The rules that a comment of the definition suppresses somewhere."""
    return {find(name).code for ignore in read_ignores(parse(sound.text.encode())) for name in ignore.names}


def mutated(text: str, mutant: Mutant) -> str:
    """The text of a mutant; that a change cannot be made is a defect of its row."""
    if not isinstance(mutant, tuple):
        changed = mutant(text)
    else:
        document = parse(text.encode())
        changed = apply(document.text, edits_of(document, mutant))
    assert changed != text, mutant
    return changed


def codes(text: str, workspace: Workspace) -> frozenset[str]:
    """The rules that find something in a text, by default."""
    reading = link(read(text.encode(), "mutant"), workspace.sagas)
    linted = lint(reading, select((), ()), workspace.sagas, TODAY)
    return frozenset(located.finding.code for located in linted.findings)


def scores(made: Iterable[Trial]) -> dict[str, Score]:
    """The score of each rule that was seeded or that has spoken where it should not."""
    mutants, found, false = Counter[str](), Counter[str](), Counter[str]()
    for trial in made:
        mutants[trial.seed.code] += 1
        found[trial.seed.code] += trial.found
        false.update(trial.false)
    return {code: Score(mutants[code], found[code], false[code]) for code in sorted(mutants | false) if mutants[code]}


def unseeded() -> list[str]:
    """The rules for which no row makes a defect."""
    rows = {seed.code for seed in all_seeds()}
    return [f"{rule.code} {rule.name}" for rule in all_rules() if rule.code not in rows]


def main() -> None:
    workspace = load([str(DEFINITIONS)])
    sounds = list(sound_definitions(workspace))
    clean = sum(not codes(sound.text, workspace) for sound in sounds)
    made = list(trials(sounds, workspace))
    print(
        f"{len(sounds)} sound definitions, {clean} without a finding; {len(made)} mutants of {len(all_seeds())} kinds\n"
    )
    print(f"  {'rule':<40}{'mutants':>9}{'recall':>9}{'false':>8}{'precision':>11}")
    names = {rule.code: rule.name for rule in all_rules()}
    for code, score in scores(made).items():
        row = f"{score.mutants:>9}{score.recall:>9.3f}{score.false:>8}{score.precision:>11.3f}"
        print(f"  {code + ' ' + names[code]:<40}{row}")
    print(f"\nnothing seeds: {', '.join(unseeded())}")


if __name__ == "__main__":
    main()
