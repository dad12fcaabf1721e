"""Spin, another model checker, reads the exported model and finds the same number of worlds and the same verdict."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sagactl.exporters import skeleton as skeletons
from sagactl.exporters.promela import render
from sagactl.flow import Flow, flow
from sagactl.model import Accept, Saga, Step
from sagactl.unfold import unfold
from sagactl.verifier.whole import ends
from sagactl.world.alone import plainer
from sagactl.world.explore import explore
from sagactl.world.skeleton import skeleton
from sagactl.world.tables import Tables, possible_faults
from tests.builders import act, choice, local, participant, pivot, reading, retriable, saga, undo, wait
from tests.optional import need
from tests.verifier.policies import Policy, alone_in

machine: Any = import_module("sagactl.machine.transition")


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


# -- the skeleton

A, NO_END = act("a", compensation=undo(retry="forever")), Accept(parked=())
FORK = (act("a"), act("b", after="a", rejects="No"), act("c", after="a"), pivot("p", after="b c", retry="forever"))

SKELETONS: dict[str, tuple[Saga, bool]] = {
    "a row": (saga(act("a", rejects="No"), act("b"), pivot("p", retry="forever"), retriable("r")), False),
    "a fork": (saga(*FORK), False),
    "a fork that stops": (saga(*FORK, rollback={"on_failure": "stop"}), False),
    "everything at once": (saga(*FORK, rollback={"order": "parallel"}), False),
    "only a no takes it back": (saga(*FORK, rollback={"triggers": ("rejection",)}, deadline_s=60.0), False),
    "beside the pivot": (saga(A, act("b", after="a"), pivot("p", after="a", rejects="No", retry="forever")), False),
    "a choice": (
        saga(A, act("b", when={"way": "up"}), retriable("c", after="b", when={"way": "down"}), deadline_s=60.0,
             choices=[choice("way", "up", "down", "round")]), False,
    ),
    "a wait": (saga(local("l"), A, wait("w", timeout_s=5.0, on_timeout="fail", rejects="No"), act("b")), False),
    "a question": (saga(A, pivot("p"), participants=[participant("shop", status_query=True)]), False),
    "a pivot of which nobody knows": (saga(A, pivot("p"), retriable("r")), True),
    "nothing may be parked": (saga(A, act("b"), accept=NO_END), True),
    "nothing is parked": (saga(A, reading("b"), pivot("p", retry="forever"), accept=NO_END), False),
    "nobody waits": (saga(act("a", reply=False), act("b", compensation=undo(reply=False))), False),
    "left alone": (saga(act("a", failed_step="never"), act("b", failed_step="always", rejects="No")), False),
}  # fmt: skip


@pytest.mark.parametrize("name", SKELETONS)
def test_spin_sees_the_same_skeleton(name: str, tmp_path: Path) -> None:
    drawn, is_unsafe = SKELETONS[name]
    seen = the_skeleton(flow(drawn))
    assert seen.is_broken is is_unsafe
    assert spins(skeletons.render(flow(drawn), skeleton(flow(drawn)), name), tmp_path) == seen


def test_spin_sees_the_deadline_of_a_nested_saga(tmp_path: Path) -> None:
    inner = saga(act("b"), act("c", compensation=undo(retry="forever")), id="inner", deadline_s=9.0)
    drawn = saga(A, Step(id="sub", saga="inner"), act("d"), rollback={"triggers": ("deadline",)}, deadline_s=60.0)
    plan = unfold(drawn, {"inner": inner}).flow
    assert "deadline of sub" in (model := skeletons.render(plan, skeleton(plan), "nested"))
    assert spins(model, tmp_path) == the_skeleton(plan)


def the_skeleton(plan: Flow) -> Seen:
    found = skeleton(plan)
    assert found.complete
    unknown = any(
        end.steps[pivot].record == "standing" and not plan.steps[pivot].promises.status_query
        for end in found.ends
        for pivot in plan.pivots
    )
    return Seen(found.states, bool(found.disorders) or unknown or not all(end.accepted for end in ends(plan, found)))


def forgetful(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine without one of its rules."""
    if what == "it undoes too early":
        monkeypatch.setattr(machine._Run, "_may_undo", lambda self, plan: True)
    elif what == "it never ends":
        monkeypatch.setattr(machine._Run, "_end", lambda self: None)
    else:
        monkeypatch.setattr(machine, "pivot_committed", lambda flow, state: False)
        monkeypatch.setattr(machine, "pivot_in_flight", lambda flow, state: False)


@pytest.mark.parametrize(
    ("what", "property"),
    [("it undoes too early", "S9"), ("it never ends", "S8"), ("it goes back behind the pivot", "S10")],
)
def test_spin_sees_what_a_forgetful_machine_does(
    what: str, property: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    forgetful(what, monkeypatch)
    plan = flow(saga(act("a"), act("b"), pivot("p", retry="forever"), retriable("r", retry=1)))
    found = skeleton(plan)
    assert property in {each.property for each in found.disorders}
    model = skeletons.render(plan, found, what)
    only = "\n".join(line for line in model.splitlines() if "/* S" not in line or f"/* {property}" in line)
    assert spins(only, tmp_path) == Seen(found.states, True)


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
