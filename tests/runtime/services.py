"""Orchestrators for the tests: every command has a handler that says what a script wants, and notes that it was called."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from sagactl.runtime.context import Context
from sagactl.runtime.definition import Definition
from sagactl.runtime.handlers import needs
from sagactl.runtime.orchestrator import SagaOrchestrator

Say = Any
"""What a handler does: returns it, raises it if it is an exception, awaits and returns it if it can be called."""


def definition(text: str) -> Definition:
    return Definition({"=test.saga.yaml": text})


class Scripted(SagaOrchestrator):
    """`script` says for each command what its tries do, one after the other, the last again and again."""

    def __init__(self, wanted: Definition | str, script: Mapping[str, list[Say]] | None = None, **options: Any) -> None:
        made = definition(wanted) if isinstance(wanted, str) else wanted
        super().__init__(definition=made, poll_s=options.pop("poll_s", 0.02), **options)
        self.script = dict(script or {})
        self.calls: list[Context] = []
        self.tries: defaultdict[tuple[str, str], int] = defaultdict(int)
        for need in needs(self._current.flow({}), self._handlers.remote):
            self.on(need.mark.kind, need.mark.command, self._handler(need.mark.kind, need.mark.command, need.local))

    def _handler(self, kind: str, command: str, local: bool) -> Callable[[Context], Any]:
        name = f"{command}?" if kind == "status" else command

        def local_handler(context: Context) -> Any:
            return self._said(name, context)

        async def handler(context: Context) -> Any:
            said = self._said(name, context)
            return await said if asyncio.iscoroutine(said) else said

        return local_handler if local else handler

    def _said(self, name: str, context: Context) -> Any:
        self.calls.append(context)
        says = self.script.get(name, [None])
        say = says[min(self.tries[name, context.run_id], len(says) - 1)]
        self.tries[name, context.run_id] += 1
        if isinstance(say, BaseException):
            raise say
        return say(context) if callable(say) else say

    @property
    def named(self) -> list[str]:
        """The steps with their operations, as they were called."""
        return [f"{context.operation} {context.step}" for context in self.calls]
