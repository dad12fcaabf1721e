"""`test_rollback.py` of a generated service: a rollback, rehearsed and then run; and what the guard keeps."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.scaffolding.blueprint import Blueprint, Command, Participant, Rehearsal, sample
from sagactl.scaffolding.code import assigned, block, called, imported, literal, quoted


def render(plan: Blueprint) -> str:
    """The text of the file."""
    lines = [*_head(plan), *_handlers(plan)]
    guarded = _guarded(plan)
    if guarded is not None:
        lines += _late(*guarded)
    if plan.rehearsal is not None:
        lines += _rollback(plan, plan.rehearsal)
    return block(lines)


def _head(plan: Blueprint) -> Iterator[str]:
    plays, guards = plan.rehearsal is not None, _guarded(plan) is not None
    yield '"""A rollback, rehearsed and then run; works are stood in for, all else is real."""'
    yield from ("", "from __future__ import annotations", "", "from pathlib import Path")
    if plays:
        yield "from typing import Any"
    yield ""
    if guards:
        yield "import pytest"
    if plays:
        yield "import sagactl"
    names = ["Blocking", *["Context", "Rejected"] * (plays or guards), "MemoryStore"]
    wanted = [name for name in names if name != "Rejected"] + ["Rejected"] * (plays or guards)
    yield f"from sagactl.runtime import {', '.join(wanted)}"
    yield ""
    yield f"from .orchestrator import {plan.class_name}"
    yield from imported(".participants", _classes(plan))


def _classes(plan: Blueprint) -> list[str]:
    needed = {"Participants"}
    if plan.rehearsal is not None:
        needed.update(participant.class_name for participant, command in plan.commands if command.kind != "status")
    return sorted(needed, key=lambda name: name.lower())


def _handlers(plan: Blueprint) -> Iterator[str]:
    yield from ("", "", "def test_every_command_has_a_handler(tmp_path: Path) -> None:")
    yield f"    with Blocking({plan.class_name}(Participants(tmp_path), store=MemoryStore())):"
    yield "        pass  # opening it raises UsageError with the list of those that lack one"


def _guarded(plan: Blueprint) -> tuple[Participant, Command, Command] | None:
    """A participant with an action and a compensation."""
    for participant in plan.participants:
        kinds = {command.kind: command for command in reversed(participant.commands)}
        if "action" in kinds and "compensation" in kinds:
            return participant, kinds["action"], kinds["compensation"]
    return None


def _late(participant: Participant, action: Command, undo: Command) -> Iterator[str]:
    yield from ("", "", "def test_an_action_after_its_compensation_is_refused(tmp_path: Path) -> None:")
    yield f"    here = Participants(tmp_path).{participant.attribute}"
    yield "    context = Context("
    for name, value in (
        ("run_id", "run"), ("saga", "saga"), ("step", "step"), ("operation", "action"), ("key", "key"),
        ("action_key", "key"), ("correlation_id", "run"),
    ):  # fmt: skip
        yield f"        {name}={quoted(value)},"
    yield from ("        attempt=1,", "        input={},", "        run_input={},", "    )")
    yield f"    here.undo(context, here.{undo.method})"
    yield '    with pytest.raises(Rejected, match="AlreadyCompensated"):'
    yield f"        here.do(context, here.{action.method})"


def _rollback(plan: Blueprint, rehearsal: Rehearsal) -> Iterator[str]:
    yield from ("", "", "def test_a_no_takes_everything_back(")
    yield (
        "    tmp_path: Path, monkeypatch: pytest.MonkeyPatch"
        if _guarded(plan)
        else "    tmp_path: Path, monkeypatch: Any"
    )
    yield ") -> None:"
    yield "    undone: set[str] = set()"
    yield ""
    yield "    def works(answer: Any) -> Any:"
    yield "        def work(*given: Any) -> Any:"
    yield "            if isinstance(answer, Exception):"
    yield "                raise answer"
    yield "            return answer"
    yield ""
    yield "        return work"
    yield ""
    yield "    def undo(*given: Any) -> None:"
    yield "        undone.update(each.step for each in given if isinstance(each, Context))"
    yield ""
    for participant, command in plan.commands:
        if command.kind != "status":
            yield from _stand_in(participant.class_name, command, rehearsal)
    yield from ("", *assigned("given", rehearsal.input, "    "))
    yield f"    orchestrator = {plan.class_name}(Participants(tmp_path), store=MemoryStore())"
    for command in plan.local:
        yield from _local_stand_in(command, rehearsal)
    yield from ("    with Blocking(orchestrator) as sagas:", "        run = sagas.start(given)")
    for name in rehearsal.waits:
        yield f"        sagas.tell(run, {quoted(name)})"
    yield "        ended = sagas.wait(run)"
    yield ""
    yield f"    saga = sagactl.load({plan.class_name}.definition)"
    yield f"    rehearsed = sagactl.simulate(saga, fail=[{quoted(rehearsal.step)}], data=given)"
    yield "    assert (ended.outcome, undone) == (rehearsed.outcome, set(rehearsed.compensated))"


def _stand_in(owner: str, command: Command, rehearsal: Rehearsal) -> Iterator[str]:
    yield from called("monkeypatch.setattr", [owner, quoted(command.method), _stands(command, rehearsal)], "    ")


def _local_stand_in(command: Command, rehearsal: Rehearsal) -> Iterator[str]:
    """A handler of the orchestrator's own, which a mark may have named."""
    given = [quoted(command.kind), quoted(command.command), _stands(command, rehearsal)]
    yield from called("orchestrator.on", [*given, f"participant={quoted(command.participant)}"], "    ")


def _stands(command: Command, rehearsal: Rehearsal) -> str:
    """What stands in for the work of a command."""
    if command.kind == "compensation":
        return "undo"
    if command == rehearsal.command:
        return f"works(Rejected({quoted(rehearsal.reason)}))"
    return f"works({literal({name: sample(type) for name, type in command.output.items()} or None)})"
