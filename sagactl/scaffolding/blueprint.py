"""What a service for a saga consists of, before it is written down: participants, their commands, and a rehearsal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.model import Fragment, Saga, Step
from sagactl.runtime.handlers import Kind, Needed, method_name, needs
from sagactl.scaffolding import naming
from sagactl.source.instances import input_check, output_check
from sagactl.unfold import unfold


class Command(NamedTuple):
    """One command: the method that does it, and what its answer holds.

    `marked` says that the method's name alone does not say which command it is for.
    """

    kind: Kind
    command: str
    participant: str
    method: str
    marked: bool
    local: bool
    rejects: tuple[str, ...] = ()
    output: Mapping[str, Fragment] = {}


class Participant(NamedTuple):
    """A service that takes part, as a class with a method for each of its commands."""

    id: str
    class_name: str
    attribute: str
    commands: tuple[Command, ...]


class Rehearsal(NamedTuple):
    """A run that is taken back: the step that says no, for which reason, and what the run is given on its way there."""

    step: str
    command: Command
    reason: str
    input: Mapping[str, Any]
    waits: tuple[str, ...]


class Blueprint(NamedTuple):
    """Everything that the files of a package are made from; `definition` is its path as the package sees it."""

    package: str
    saga: Saga
    definition: str
    class_name: str
    participants: tuple[Participant, ...]
    local: tuple[Command, ...]
    rehearsal: Rehearsal | None

    @property
    def commands(self) -> Iterator[tuple[Participant, Command]]:
        """Every command that a participant carries out."""
        return ((participant, command) for participant in self.participants for command in participant.commands)


_TAKEN: Final = frozenset(("Any", "Blocking", "Connection", "Context", "Done", "Guard", "Participant", "Participants",
    "Path", "Refused", "Rejected", "SagaOrchestrator", "MemoryStore"))  # fmt: skip
"""Classes that a generated module imports."""

_RESERVED: Final = frozenset(("do", "undo", "ask", "transaction", "name", "tables", "definition", "participants"))
"""What generated classes have besides commands."""


def blueprint(saga: Saga, sagas: Mapping[str, Saga], package: str, definition: str) -> Blueprint:
    """The service for a saga; raises UsageError for one that nobody leads."""
    if saga.style == "choreography":
        raise UsageError(
            f"nobody leads `{saga.id}`, and a service with an orchestrator would",
            help="`sagactl recommend` weighs both styles; with `style: orchestration` the service can be written",
        )
    flow = unfold(saga, sagas, {}).flow
    commands = tuple(_commands(flow))
    class_name = naming.class_(saga.id, _TAKEN)
    participants = tuple(_participants(commands, {*_TAKEN, class_name}))
    local = tuple(command for command in commands if command.local)
    return Blueprint(package, saga, definition, class_name, participants, local, _rehearsal(saga, commands))


# -- commands


def _commands(flow: Flow) -> Iterator[Command]:
    from sagactl.runtime.orchestrator import SagaOrchestrator

    taken = {*dir(SagaOrchestrator), *_RESERVED}
    found = list(needs(flow, ()))
    for need in found:
        kind, command, participant = need.mark
        wanted = ("status_of_" if kind == "status" else "") + method_name(command)
        alone = sum(method_name(each.mark.command) == method_name(command) for each in found if each.mark.kind == kind)
        plain = naming.is_name(wanted) and wanted not in taken and alone == 1
        method = wanted if plain else naming.method(f"{participant} {wanted}", taken)
        taken.add(method)
        yield Command(kind, command, participant, method, not plain, need.local, *_said_of(flow, need))


def _said_of(flow: Flow, need: Needed) -> tuple[tuple[str, ...], Mapping[str, Fragment]]:
    """The business errors and the result of a command."""
    step = flow.steps[flow.index[need.step]].step
    if need.mark.kind == "action":
        return tuple(step.rejects), step.output
    return (), {}


def _participants(commands: tuple[Command, ...], taken: set[str]) -> Iterator[Participant]:
    ids = dict.fromkeys(command.participant for command in commands if not command.local)
    attributes: set[str] = set()
    for id in ids:
        class_name, attribute = naming.class_(id, taken), naming.method(id, {*attributes, *_RESERVED})
        taken.add(class_name)
        attributes.add(attribute)
        own = tuple(command for command in commands if command.participant == id and not command.local)
        yield Participant(id, class_name, attribute, own)


# -- the rehearsal


def _rehearsal(saga: Saga, commands: tuple[Command, ...]) -> Rehearsal | None:
    """The business no that takes back most; None where the sample data would not decide as a rehearsal does."""
    given = {name: sample(type) for name, type in saga.input.items()}
    if _is_beyond(saga) or (saga.input and input_check(saga)(given)):
        return None
    tried = [(_taken_back(saga, step, given), step) for step in saga.steps if _says_no(saga, step)]
    most, step = max(tried, key=lambda each: each[0], default=(0, None))
    if step is None or most < 0:
        return None
    wanted = ("action", step.action, step.participant or "")
    command = next(each for each in commands if (each.kind, each.command, each.participant) == wanted)
    waits = tuple(dict.fromkeys(each.wait.name for each in saga.steps if each.wait is not None))
    return Rehearsal(step.id, command, _reasons(step)[0], given, waits)


def _says_no(saga: Saga, step: Step) -> bool:
    """Whether a participant may say no to this step, and the same command is not another step's."""
    same = sum((step.action, step.participant) == (each.action, each.participant) for each in saga.steps)
    return step.action is not None and not step.local and same == 1 and bool(_reasons(step))


def _reasons(step: Step) -> list[str]:
    """The business errors that can be raised as they are."""
    return [reason for reason in step.rejects if reason.isprintable()]


def _taken_back(saga: Saga, step: Step, given: Mapping[str, Any]) -> int:
    """How many steps a no of this one takes back; -1 where the step is not reached, or not everything is."""
    from sagactl.simulator import make_plan
    from sagactl.simulator.drawing import rehearse_drawn

    flow = unfold(saga, data=given).flow
    try:
        trace = rehearse_drawn(flow, make_plan(flow, fail=[step.id], data=given), None, ())
    except UsageError:
        return -1
    return len(trace.compensated) if trace.outcome == "compensated" and not trace.unused_faults else -1


def _is_beyond(saga: Saga) -> bool:
    """Whether other sagas, or what participants answer, have a say in the way that is taken."""
    reads_results = any("steps." in known.predicate for choice in saga.choices.values() for known in choice.outcomes)
    samples = ((step, {name: sample(type) for name, type in step.output.items()}) for step in saga.steps)
    odd = any(step.output and output_check(step)(made) for step, made in samples)
    return reads_results or odd or any(step.saga is not None for step in saga.steps)


_SAMPLES: Final[Mapping[str, Any]] = {
    "string": "sample", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}, "null": None,
}  # fmt: skip


def sample(type: Fragment) -> Any:
    """A value of the type, as plain as can be."""
    if isinstance(type, str):
        return _SAMPLES.get(type)
    for given in ("const", "default"):
        if given in type:
            return type[given]
    listed = type.get("enum")
    return listed[0] if isinstance(listed, list | tuple) and listed else _SAMPLES.get(str(type.get("type")))
