"""The benchmark of seeded defects, a few mutants of each row: every one is found, and nothing else is said."""

from __future__ import annotations

import pytest

from benchmarks.seeded import DEFINITIONS, Trial, codes, sound_definitions, trials, unseeded
from benchmarks.seeds import all_seeds
from sagactl.linter.registry import find
from sagactl.workspace import load

WORKSPACE = load([str(DEFINITIONS)])
SOUND = list(sound_definitions(WORKSPACE))
TRIALS = list(trials(SOUND, WORKSPACE, most=1))


def test_the_definitions_are_sound() -> None:
    assert {sound.name: codes(sound.text, WORKSPACE) for sound in SOUND} == {sound.name: frozenset() for sound in SOUND}


@pytest.mark.parametrize("seed", all_seeds(), ids=lambda seed: f"{seed.code} {seed.what}")
def test_a_seeded_defect_is_found_and_nothing_else(seed: object) -> None:
    made = [trial for trial in TRIALS if trial.seed == seed]
    assert made
    assert [_told(trial) for trial in made if not trial.found or trial.false] == []


def _told(trial: Trial) -> tuple[str, str, list[str]]:
    return trial.sound.name, trial.seed.code, sorted(trial.said)


def test_every_row_names_a_rule_that_is_on() -> None:
    assert all(find(seed.code).default for seed in all_seeds())


def test_rules_without_a_row_are_known() -> None:
    assert [name for name in unseeded() if find(name.split()[0]).default] == ["SG113 nested-saga-not-undone"]
