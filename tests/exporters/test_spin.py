"""Spin, another model checker, reads the exported model and finds the same number of worlds and the same verdict."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from sagactl.exporters.promela import render
from sagactl.flow import Flow, flow
from sagactl.model import Saga
from sagactl.world.explore import explore, plainer
from sagactl.world.tables import Tables, possible_faults
from tests.builders import act, local, participant, pivot, retriable, saga, undo, wait
from tests.optional import need
from tests.verifier.policies import Policy, alone_in


class Seen(NamedTuple):
    """What a checker found: how many worlds it stored, and whether a property breaks."""

    worlds: int
    is_broken: bool


def ours(tables: Tables, steps: tuple[int, ...]) -> Seen:
    found = explore(tables, steps)
    assert found.complete
    return Seen(found.worlds, bool(found.broken))


def spins(model: str, folder: Path) -> Seen:
    """All worlds, however many defects there are on the way."""
    (folder / "model.pml").write_text(model, encoding="utf-8")
    for call in (
        [need("spin"), "-a", "model.pml"],
        [need("gcc"), "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=2048", "-o", "pan", "pan.c"],
    ):
        subprocess.run(call, cwd=folder, check=True, capture_output=True)
    told = subprocess.run(
        ["./pan", "-m1000000", "-c0"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout  # fmt: skip
    worlds, errors = re.search(r"(\d+) states, stored", told), re.search(r"errors: (\d+)", told)
    assert worlds and errors and "max search depth too small" not in told, told
    return Seen(int(worlds[1]), int(errors[1]) > 0)


STEPS: dict[str, Saga] = {
    "sound": Policy().saga(),
    "no idempotency": Policy(action=False, tries=1).saga(),
    "no tombstone": Policy(tombstone=False, tries=1).saga(),
    "no memory": Policy(memory=False, tries=1).saga(),
    "left alone": Policy(failed_step="never", tries=1).saga(),
    "before others": saga(act("a", rejects="No"), act("b")),
    "the pivot": saga(pivot("a", rejects="No", retry=2), retriable("b")),
    "after the pivot": saga(pivot("p"), retriable("a")),
    "beside the pivot": saga(act("z"), act("a", after="z", rejects="No"), pivot("p", after="z")),
    "a question": saga(pivot("a", rejects="No", retry=2), participants=[participant("shop", status_query=True)]),
    "a fallback": saga(act("a", compensation=undo(fallback="Otherwise", rejects=("Never",))), act("b")),
    "a wait": saga(
        wait("a", after="", timeout_s=5.0, on_timeout="fail", rejects="No"), act("b", after="")
    ),
    "nobody waits": saga(act("a", reply=False), act("b")),
    "a dual write": saga(act("a"), act("b"), participants=[participant("shop", messaging="dual-write")]),
    "its own transaction": saga(local("a", rejects="No"), act("b")),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_spin_sees_the_same_worlds_of_a_step(name: str, tmp_path: Path) -> None:
    plan = flow(STEPS[name])
    small = alone_in(plan, "a" if "a" in plan else "pay")
    tables = small.tables()
    found = ours(tables, (small.step,))
    assert spins(render(tables, (small.step,), name), tmp_path) == found


WHOLE: dict[str, Saga] = {
    "two steps": saga(act("a", rejects="No"), pivot("p", rejects="No")),
    "three steps, unsafe": saga(
        act("a", rejects="No", compensation=undo("Undo", reply=False)), local("m"), pivot("p", retry="forever"),
        participants=[participant("shop", remembers_failures=False)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_spin_sees_the_same_worlds_of_a_whole_saga(name: str, tmp_path: Path) -> None:
    tables = whole(flow(WHOLE[name]))
    steps = tuple(range(tables.number))
    found = ours(tables, steps)
    assert 1_000 < found.worlds < 200_000
    assert spins(render(tables, steps, name), tmp_path) == found


def whole(plan: Flow) -> Tables:
    plain = plainer(plan)
    return Tables(plain, {step.index: possible_faults(step) for step in plain.steps})


def test_a_changed_model_is_found_out(tmp_path: Path) -> None:
    """A participant that answers without having done anything gives another number and another verdict."""
    small = Policy(tries=1).alone()
    tables = small.tables()
    found = ours(tables, (small.step,))
    model = render(tables, (small.step,), "changed")
    changed = re.sub(r"done0 = \(done0 < 2 -> done0 \+ 1 : 2\)", "skip", model)
    assert changed != model
    seen = spins(changed, tmp_path)
    assert seen.worlds != found.worlds and seen.is_broken is not found.is_broken
