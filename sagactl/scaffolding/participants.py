"""`participants.py` of a generated service: a class for each participant, with the guard, and stubs for the work."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.scaffolding.blueprint import Blueprint, Command, Participant
from sagactl.scaffolding.code import WIDTH, block, quoted
from sagactl.scaffolding.naming import said

_HEAD = '''"""The participants: each works in a transaction of its own database, with the guard in front.

Put your work in the place of every NotImplementedError; everything else can stay.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Any, ClassVar

from sagactl.runtime import Context, Rejected
from sagactl.runtime.guard import Done, Guard, Refused

Work = Callable[[Connection, Context], Any]
Undo = Callable[[Connection, Context, Any], None]


class Participant:
    """What all of them share; `tables` are statements that make the tables of one."""

    name: ClassVar[str]
    tables: ClassVar[tuple[str, ...]] = ()

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{self.name}.db"
        self._guard = Guard(self.name)
        with self.transaction() as database:
            self._guard.install(database)
            for table in self.tables:
                database.execute(table)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: everything in it is done, or nothing."""
        database = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # rolls back what is not committed

    def do(self, context: Context, work: Work) -> Any:
        """The work is done once for its key, however often it is asked for."""
        with self.transaction() as database:
            answer = self._guard.action(
                database, context.key, lambda: work(database, context)
            )
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)
        return answer.result

    def undo(self, context: Context, work: Undo) -> None:
        """The action is undone once; one that comes later is refused."""
        with self.transaction() as database:
            answer = self._guard.compensation(
                database,
                context.action_key,
                lambda result: work(database, context, result),
            )
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)

    def ask(self, context: Context) -> bool:
        """Whether the action was done; if not, it never will be."""
        with self.transaction() as database:
            return isinstance(self._guard.status(database, context.action_key), Done)'''


def render(plan: Blueprint) -> str:
    """The text of the file."""
    return block([_HEAD, *(line for each in plan.participants for line in _class(each)), *_all(plan)])


def _class(participant: Participant) -> Iterator[str]:
    yield from ("", "", f"class {participant.class_name}(Participant):")
    yield f"    name = {quoted(participant.id)}"
    for command in participant.commands:
        if command.kind != "status":
            yield from _stub(command)


def _stub(command: Command) -> Iterator[str]:
    """A method that says what it is for, and that nobody has written it."""
    undo = command.kind == "compensation"
    answer = "dict[str, Any]" if command.output else "None"
    given = ["self, database: Connection, context: Context" + ", result: Any" * undo]
    yield ""
    head = f"    def {command.method}({given[0]}) -> {answer}:"
    yield from (
        [head]
        if len(head) <= WIDTH
        else [
            f"    def {command.method}(",
            f"        {given[0]}",
            f"    ) -> {answer}:",
        ]
    )
    yield from told(command, "        ")
    yield f"        raise NotImplementedError({quoted(_short(command.method))})"


def told(command: Command, indent: str) -> Iterator[str]:
    """What a command gives back, and how it says no, as comments."""
    if command.output:
        yield f"{indent}# Returns {said(', '.join(command.output))}."
    for reason in command.rejects[:5]:
        yield f"{indent}# A business no: raise Rejected({said(reason)[:40]!r})."


def _short(name: str) -> str:
    return f"write what {name[:40]} does"


def _all(plan: Blueprint) -> Iterator[str]:
    yield from ("", "", "class Participants:")
    yield '    """All of them, each with a database of its own in the folder."""'
    yield from ("", "    def __init__(self, folder: Path) -> None:")
    if not plan.participants:
        yield "        self.folder = folder"
    for each in plan.participants:
        yield f"        self.{each.attribute} = {each.class_name}(folder)"
