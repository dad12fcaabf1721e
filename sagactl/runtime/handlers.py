"""Which function carries out which command: methods named after it, or marked with the command's name.

A method `reserve_items` is the handler of the command `ReserveItems`.  Where two participants have a command of the
same name, or a name does not suit, `@action("ReserveItems", participant="inventory")` says which is meant.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Iterator
from inspect import iscoroutinefunction
from typing import Any, Final, Literal, NamedTuple, TypeVar

from sagactl.errors import UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.runtime.context import Context
from sagactl.runtime.orders import Order
from sagactl.world.moments import participant_of

Function = TypeVar("Function", bound=Callable[..., Any])
Kind = Literal["action", "compensation", "status"]
Handler = Callable[[Context], Awaitable[Any]] | Callable[[Context], Any]

_MARK: Final = "__sagactl__"
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-.\s/]+")


class Mark(NamedTuple):
    """What a handler is for."""

    kind: Kind
    command: str
    participant: str = ""


def action(command: str, *, participant: str = "") -> Callable[[Function], Function]:
    """The function carries out this action."""
    return _marking(Mark("action", command, participant))


def compensation(command: str, *, participant: str = "") -> Callable[[Function], Function]:
    """The function carries out this compensation."""
    return _marking(Mark("compensation", command, participant))


def status(command: str, *, participant: str = "") -> Callable[[Function], Function]:
    """The function says what became of this action.

    True, or the action's result, for done; False for not done and refused from now on; None if nobody can say.
    """
    return _marking(Mark("status", command, participant))


def _marking(mark: Mark) -> Callable[[Function], Function]:
    def marked(function: Function) -> Function:
        setattr(function, _MARK, (*getattr(function, _MARK, ()), mark))
        return function

    return marked


def method_name(command: str) -> str:
    """The name of the method for a command: `ReserveItems` becomes `reserve_items`."""
    return _HUMP.sub("_", command).lower()


class Needed(NamedTuple):
    """A command that somebody here has to carry out."""

    mark: Mark
    step: str
    local: bool


class Handlers:
    """The functions of one orchestrator, found once; `remote` are the participants that are reached by messages.

    `reserved` are names of the owner that are no handlers, whatever a command is called.
    """

    def __init__(self, owner: object, remote: Collection[str] = (), reserved: Collection[str] = ()) -> None:
        self.remote = frozenset(remote)
        self._reserved = frozenset(reserved)
        self._owner = owner
        self._marked = dict(_marked(owner))
        self._found: dict[tuple[Kind, str, str], Handler | None] = {}

    def add(self, mark: Mark, handler: Handler) -> None:
        self._marked[mark] = handler
        self._found.clear()

    def find(self, kind: Kind, command: str, participant: str) -> Handler | None:
        """The handler: the one that is marked for this participant, else for the command, else the method."""
        wanted = (kind, command, participant)
        if wanted not in self._found:
            marked = self._marked.get(Mark(kind, command, participant)) or self._marked.get(Mark(kind, command))
            name = method_name(command) if kind != "status" else "status_of_" + method_name(command)
            method = getattr(self._owner, name, None) if name not in self._reserved else None
            self._found[wanted] = marked or (method if callable(method) else None)
        return self._found[wanted]

    def handler_of(self, order: Order) -> Handler | None:
        """Who carries the order out."""
        return self.find(_kind(order.operation), order.name, order.participant)

    def is_remote(self, order: Order) -> bool:
        """Whether the order goes out as a message."""
        return order.participant in self.remote and not order.local

    def check(self, flow: Flow) -> None:
        """Raise UsageError with every command that nobody carries out."""
        needed = list(needs(flow, self.remote))
        missing = [each for each in needed if self.find(*each.mark) is None]
        if missing:
            lines = [f"`{each.mark.command}` ({each.mark.kind} of `{each.step}`)" for each in missing]
            first = missing[0].mark
            name = method_name(first.command) if first.kind != "status" else "status_of_" + method_name(first.command)
            raise UsageError(
                f"`{flow.saga.id}` cannot run, nobody carries out " + ", ".join(lines),
                help=f"write `async def {name}(self, context)`, mark a function with"
                f' `@{first.kind}("{first.command}")`, or name the participant among the `remote` ones',
            )
        for each in needed:
            if each.local and iscoroutinefunction(self.find(*each.mark)):
                raise UsageError(
                    f"`{each.mark.command}` of the local step `{each.step}` is a coroutine",
                    help="it runs inside the store's transaction: write `def`, and use `context.connection`",
                )


def needs(flow: Flow, remote: Collection[str]) -> Iterator[Needed]:
    """Every command that has to be carried out here, once."""
    seen: set[Mark] = set()
    for plan in flow.steps:
        for mark, local in _commands(plan):
            if (local or mark.participant not in remote) and mark not in seen:
                seen.add(mark)
                yield Needed(mark, plan.id, local)


def _commands(plan: FlowStep) -> Iterator[tuple[Mark, bool]]:
    local = plan.step.local
    if plan.step.action is not None:
        yield Mark("action", plan.step.action, participant_of(plan, "action")), local
        if plan.promises.status_query and not local:
            yield Mark("status", plan.step.action, participant_of(plan, "status")), local
    undo = plan.compensation
    if undo is not None:
        yield Mark("compensation", undo.command, participant_of(plan, "undo")), local
        if undo.fallback is not None:
            yield Mark("compensation", undo.fallback, participant_of(plan, "fallback")), local


def _kind(operation: str) -> Kind:
    return "action" if operation == "action" else "status" if operation == "status" else "compensation"


def _marked(owner: object) -> Iterator[tuple[Mark, Handler]]:
    for name in dir(type(owner)):
        for mark in getattr(getattr(type(owner), name, None), _MARK, ()):
            yield mark, getattr(owner, name)
