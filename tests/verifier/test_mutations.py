"""One line of what machine and participants do is broken, and a sound saga is not called safe any more."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from sagactl.flow import FlowStep
from sagactl.machine.state import Record
from sagactl.verifier import verify
from sagactl.world import faults, keys, local, world
from sagactl.world.participants import Treatment, treat
from sagactl.world.parts import Message, Truth
from tests.builders import act, participant, pivot, saga, undo

machine = import_module("sagactl.machine.transition")

SOUND = saga(act("a", rejects="No", retry=2, compensation=undo(retry=2)), act("b", rejects="No"))
ASKED = saga(act("a", retry=2), act("b"), participants=[participant("shop", status_query=True)])


def broken(drawn: Any) -> set[str]:
    verdict = verify(drawn)
    assert verdict.verdict == ("unsafe" if verdict.violations else "safe")
    return {found.property for found in verdict.violations}


def test_both_are_safe_as_they_are() -> None:
    assert broken(SOUND) == broken(ASKED) == set()


Treat = Callable[[FlowStep, Truth, Message], Treatment]


def _no_tombstone(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    done = treat(plan, truth, message)
    return done._replace(truth=done.truth._replace(refuses=truth.refuses)) if message.operation == "undo" else done


def _done_again(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    done = treat(plan, truth, message)
    if done.what != "deduplicated" or message.operation != "action":
        return done
    return Treatment(truth._replace(done=2), "ok", "executed")


def _undone_again(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    done = treat(plan, truth, message)
    if done.what != "deduplicated" or message.operation != "undo":
        return done
    return Treatment(truth._replace(undone=2), "undone", "undo-executed")


def _undoes_nothing(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    done = treat(plan, truth, message)
    return done._replace(truth=done.truth._replace(undone=1)) if done.what == "nothing-to-undo" else done


def _says_done(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    done = treat(plan, truth, message)
    return done._replace(truth=truth) if done.what == "executed" else done


def _only_answers(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    """Asked and not done, and not refused from then on."""
    done = treat(plan, truth, message)
    return done._replace(truth=truth) if message.operation == "status" else done


PARTICIPANTS: list[tuple[Treat, Any, str]] = [
    (_no_tombstone, SOUND, "S6"),
    (_done_again, SOUND, "S1"),
    (_undone_again, SOUND, "S2"),
    (_undoes_nothing, SOUND, "S3"),
    (_says_done, SOUND, "S4"),
    (_only_answers, ASKED, "S5"),
]


@pytest.mark.parametrize(("mutant", "drawn", "property"), PARTICIPANTS, ids=lambda each: getattr(each, "__name__", ""))
def test_a_participant_that_breaks_its_promise_is_found_out(
    mutant: Treat, drawn: Any, property: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (local, keys):
        monkeypatch.setattr(module, "treat", mutant)
    assert property in broken(drawn)


def test_a_forgotten_no_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    forgets = faults.BY_NAME["reject"]._replace(
        effect=lambda plan, truth, message: faults.Effect(truth, "no", "turned-down")
    )
    monkeypatch.setattr(local, "FAULTS", tuple(forgets if each.name == "reject" else each for each in faults.FAULTS))
    monkeypatch.setitem(world.BY_NAME, "reject", forgets)
    assert "S5" in broken(SOUND)


def test_a_machine_that_takes_unknown_for_not_done_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = machine._end_of_step

    def hasty(run: Any, plan: FlowStep, record: Record, trigger: Any, cause: str) -> None:
        ends(run, plan, "rejected" if record == "unknown" else record, trigger, cause)

    monkeypatch.setattr(machine, "_end_of_step", hasty)
    assert "S5" in broken(SOUND)


def test_a_machine_that_undoes_everything_at_once_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine._Run, "_may_undo", lambda self, plan: True)
    assert "S9" in broken(saga(act("a"), act("b"), act("c")))


def test_a_machine_that_goes_back_behind_the_pivot_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "pivot_committed", lambda flow, state: False)
    assert "S10" in broken(saga(act("a"), pivot("p"), act("r", compensation=None, kind="retriable", rejects="No")))


def test_a_machine_that_gives_up_an_undo_in_silence_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded as undone is undone."""

    def gives_up(run: Any, plan: FlowStep, error: str) -> None:
        run.put(plan, "undone")

    monkeypatch.setattr(machine, "_undo_exhausted", gives_up)
    assert "S6" in broken(SOUND)
