"""The values that a world is made of."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sagactl.machine.state import State

Operation = Literal["action", "undo", "fallback", "status", "wait"]
Answer = Literal["", "ok", "no", "error", "undone", "not-undone", "refuses-undo", "done", "not-done"]
"""What a reply says; empty for a request."""


class Message(NamedTuple):
    """One message in flight: a request to the participant of a step, or the reply to one.

    `copy` tells two copies of one request apart, `run` the tries of the whole saga after a restart.
    """

    step: int
    operation: Operation
    attempt: int
    answer: Answer = ""
    detail: str = ""
    copy: int = 0
    run: int = 0

    @property
    def is_reply(self) -> bool:
        return self.answer != ""


class Truth(NamedTuple):
    """What is really so at the participant of a step: how often the action and the undo took effect.

    `refuses` holds once the participant takes no action under this key any more (a tombstone, a remembered no).
    """

    done: int = 0
    undone: int = 0
    refuses: bool = False


class World(NamedTuple):
    """The record of the orchestrator, everything in flight, and the truth of the participants, step by step.

    `past` holds the truths of earlier tries of the whole saga: their keys are others, but late messages may still come.
    """

    state: State
    messages: tuple[Message, ...]
    truths: tuple[Truth, ...]
    past: tuple[tuple[Truth, ...], ...] = ()


HANGS: Final = "no answer, and no timeout notices it"
"""Why a driver gives up on a step when nothing else can happen."""

MoveKind = Literal[
    "deliver", "answer", "hear", "timeout", "retry", "decide", "deadline", "cancel", "crash", "give-up", "repair"
]


class Move(NamedTuple):
    """One thing that can happen next.  `fault` names the row of the fault table when it is one.

    `detail` is the outcome of a decision, the name of a business error, the reason for giving up, what people did by
    hand, or what an event tells; `source` is the step whose event it is, for the step that hears it.
    """

    kind: MoveKind
    step: int = -1
    operation: Operation = "action"
    attempt: int = 0
    fault: str = ""
    detail: str = ""
    answer: Answer = ""
    copy: int = 0
    run: int = 0
    source: int = -1

    @property
    def subject(self) -> tuple[str, int, str, int, str, int, int, int]:
        """What it happens to, the same for a move and its faulty variants."""
        return self.kind, self.step, self.operation, self.attempt, self.answer, self.copy, self.run, self.source
