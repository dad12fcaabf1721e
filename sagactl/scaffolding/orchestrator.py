"""`orchestrator.py` of a generated service: a method for each command of the definition."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.scaffolding.blueprint import Blueprint, Command, Participant
from sagactl.scaffolding.code import WIDTH, block, quoted
from sagactl.scaffolding.participants import told


def render(plan: Blueprint) -> str:
    """The text of the file."""
    marks = sorted({command.kind for command in _all(plan) if command.marked})
    names = ["Context", "SagaOrchestrator", *marks]
    lines = [
        '"""The orchestrator: who carries out which command of the definition."""',
        "",
        "from __future__ import annotations",
        "",
        "from pathlib import Path",
        "from typing import Any",
        "",
        f"from sagactl.runtime import {', '.join(names)}",
        "",
        "from .participants import Participants",
        "",
        "",
        f"class {plan.class_name}(SagaOrchestrator):",
        '    """Everything about order, retries and undo is in the definition."""',
        "",
        *_definition(plan.definition),
        "",
        "    def __init__(self, participants: Participants, **options: Any) -> None:",
        "        super().__init__(**options)",
        "        self.participants = participants",
    ]
    for participant, command in plan.commands:
        lines += _method(participant, command)
    for command in plan.local:
        lines += _local(command)
    return block(lines)


def _definition(path: str) -> Iterator[str]:
    """Where the definition is, seen from the package."""
    line = f"    definition = str(Path(__file__).parent / {quoted(path)})"
    if len(line) <= WIDTH:
        yield line
    else:
        whole = f"        Path(__file__).parent / {quoted(path)}"
        broken = ["        Path(__file__).parent", f"        / {quoted(path)}"]
        yield from ("    definition = str(", *([whole] if len(whole) <= WIDTH else broken), "    )")


def _all(plan: Blueprint) -> Iterator[Command]:
    yield from (command for _, command in plan.commands)
    yield from plan.local


def _mark(command: Command) -> Iterator[str]:
    yield ""
    if command.marked:
        yield f"    @{command.kind}({quoted(command.command)}, participant={quoted(command.participant)})"


def _method(participant: Participant, command: Command) -> Iterator[str]:
    yield from _mark(command)
    answer = {"action": "Any", "compensation": "None", "status": "bool"}[command.kind]
    yield f"    def {command.method}(self, context: Context) -> {answer}:"
    yield f"        here = self.participants.{participant.attribute}"
    if command.kind == "status":
        yield "        return here.ask(context)"
    elif command.kind == "action":
        yield f"        return here.do(context, here.{command.method})"
    else:
        yield f"        here.undo(context, here.{command.method})"


def _local(command: Command) -> Iterator[str]:
    """A step of the orchestrator's own: its work is in the transaction that records it."""
    yield from _mark(command)
    answer = "dict[str, Any]" if command.output else "None"
    yield f"    def {command.method}(self, context: Context) -> {answer}:"
    yield "        # Local: write with context.connection, the store's own transaction."
    yield from told(command, "        ")
    yield f"        raise NotImplementedError({quoted('write what ' + command.method[:40] + ' does')})"
