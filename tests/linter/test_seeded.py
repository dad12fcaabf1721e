"""The benchmark of seeded defects, a few mutants of each row: every one is found, and nothing else is said."""

from __future__ import annotations

from pkgutil import iter_modules

import pytest

from benchmarks import seeds
from benchmarks.seeded import DEFINITIONS, Trial, codes, sound_definitions, trials
from benchmarks.seeds import Seed, all_seeds
from sagactl.linter.registry import all_rules, find, module_of
from sagactl.workspace import load

WORKSPACE = load([str(DEFINITIONS)])
SOUND = list(sound_definitions(WORKSPACE))
TRIALS = list(trials(SOUND, WORKSPACE, most=1))


def test_the_definitions_are_sound() -> None:
    assert {sound.name: codes(sound.text, WORKSPACE) for sound in SOUND} == {sound.name: frozenset() for sound in SOUND}


@pytest.mark.parametrize("seed", all_seeds(), ids=lambda seed: f"{seed.code} {seed.what}")
def test_a_seeded_defect_is_found(seed: Seed) -> None:
    made = [trial for trial in TRIALS if trial.seed == seed]
    assert made
    assert [_told(trial) for trial in made if not trial.found] == []


@pytest.mark.parametrize("seed", all_seeds(), ids=lambda seed: f"{seed.code} {seed.what}")
def test_no_other_rule_with_a_row_speaks_of_it(seed: Seed) -> None:
    seeded = {each.code for each in all_seeds()}
    assert [_told(trial) for trial in TRIALS if trial.seed == seed and trial.false & seeded] == []


def _told(trial: Trial) -> tuple[str, str, list[str]]:
    return trial.sound.name, trial.seed.code, sorted(trial.said)


def test_every_row_names_a_rule_that_is_on() -> None:
    assert all(find(seed.code).default for seed in all_seeds())


def test_every_rule_of_an_area_with_rows_has_one() -> None:
    rows, areas = {seed.code for seed in all_seeds()}, {each.name for each in iter_modules(seeds.__path__)}
    rules = [rule for rule in all_rules() if rule.default and module_of(rule).__name__.split(".")[-2] in areas]
    # Its defect stands in another file, that of the nested saga.
    assert [rule.name for rule in rules if rule.code not in rows] == ["nested-saga-not-undone"]
