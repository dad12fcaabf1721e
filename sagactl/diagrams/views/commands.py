"""An orchestration: what the orchestrator asks of each participant, what it is told, and which timers it keeps."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.diagrams.figure import Edge, Figure, Node, lanes
from sagactl.diagrams.views.flow import facts
from sagactl.durations import duration_text
from sagactl.flow import Flow
from sagactl.styles import ORCHESTRATOR, Channel, Command, Orchestration, orchestration

CENTRE = "orchestrator"


def commands_figure(flow: Flow) -> Figure:
    """A star: the orchestrator, and an arrow to every participant, with its commands and replies."""
    compiled = orchestration(flow)
    names = [channel.participant for channel in compiled.channels]
    nodes = [
        Node(
            id=CENTRE,
            role="service",
            title=ORCHESTRATOR,
            subtitle="owns the state and every timer",
            badges=tuple(_timers(compiled)),
        )
    ]
    nodes += [_service(channel, compiled) for channel in compiled.channels]
    return Figure(
        view="commands",
        title=flow.saga.id,
        subtitle=" · ".join(("as an orchestration", *facts(flow.saga, styled=False))),
        caption=_caption(compiled),
        nodes=tuple(nodes),
        edges=tuple(_edge(channel) for channel in compiled.channels),
        lanes=lanes(names),
    )


def _timers(compiled: Orchestration) -> Iterator[str]:
    for timer in compiled.timers:
        if timer.watches != "reply":
            yield f"{timer.step or 'deadline'}: {duration_text(timer.after_s)}"


def _service(channel: Channel, compiled: Orchestration) -> Node:
    mine = [command for command in compiled.commands if command.participant == channel.participant]
    return Node(
        id=f"service:{channel.participant}",
        role="service",
        title=channel.participant,
        subtitle="",
        badges=tuple(dict.fromkeys(map(_command, mine))),
        lane=channel.participant,
    )


def _command(command: Command) -> str:
    answers = " or ".join(command.replies) or "no reply"
    return f"{command.name} → {answers}"


def _edge(channel: Channel) -> Edge:
    return Edge(source=CENTRE, target=f"service:{channel.participant}", role="calls", label=_counted(channel))


def _counted(channel: Channel) -> str:
    commands, replies = len(channel.commands), len(channel.replies)
    return f"{commands} command{'s' if commands != 1 else ''}, {replies} repl{'ies' if replies != 1 else 'y'}"


def _caption(compiled: Orchestration) -> str:
    return "The orchestrator alone knows the order; the participants do not know each other."
