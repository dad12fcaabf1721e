"""Runs told in words: `charge ok`, `charge error`, `charge due`, `charge undone`, `cancel`, `way=left`.

An event that names a try takes the current one unless the words say `charge#1 error`.
"""

from __future__ import annotations

import re
from typing import assert_never

from sagactl.flow import Flow, flow
from sagactl.machine import State, outcome, start, transition
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.commands import Command, Commands
from sagactl.machine.events import Event
from sagactl.model import Saga

_words = re.compile(r"(?P<step>[a-z0-9-]+)(#(?P<attempt>\d+))? (?P<what>[a-z-]+)( (?P<error>\w+))?")


class Story:
    """A run and all that was commanded in it, in words."""

    def __init__(self, saga: Saga, *events: str) -> None:
        self.flow = flow(saga)
        self.state, commands = start(self.flow)
        self.last = said(self.flow, commands)
        self.said = list(self.last)
        self.tell(*events)

    def tell(self, *events: str) -> Story:
        for words in events:
            self.state, commands = transition(self.flow, self.state, event(self.flow, self.state, words))
            self.last = said(self.flow, commands)
            self.said += self.last
        return self

    @property
    def records(self) -> str:
        return " ".join(step.record for step in self.state.steps)

    @property
    def end(self) -> str | None:
        return outcome(self.flow, self.state)


def event(flow: Flow, state: State, words: str) -> Event:
    if words == "cancel":
        return e.CancelRequested()
    if words == "deadline":
        return e.DeadlinePassed()
    if "=" in words:
        choice, _, chosen = words.partition("=")
        return e.Decided(choice, chosen)
    matched = _words.fullmatch(words)
    assert matched is not None, words
    step = flow.index[matched["step"]]
    attempt = int(matched["attempt"] or state.steps[step].tries)
    falls_back = state.steps[step].record in ("falling-back", "fallback-paused")
    return _event(matched["what"], step, attempt, matched["error"] or "", falls_back)


def _event(what: str, step: int, attempt: int, error: str, falls_back: bool) -> Event:
    table: dict[str, Event] = {
        "ok": e.ActionSucceeded(step),
        "no": e.ActionRejected(step, error),
        "error": e.ActionFailed(step, attempt, error or "error"),
        "timeout": e.ActionTimedOut(step, attempt),
        "due": e.RetryDue(step, attempt),
        "was-done": e.StatusAnswered(step, "done"),
        "was-not-done": e.StatusAnswered(step, "not-done"),
        "no-status": e.StatusAnswered(step, "none"),
        "undone": e.CompensationSucceeded(step),
        "undo-no": e.CompensationRejected(step, error, falls_back),
        "undo-error": e.CompensationFailed(step, attempt, error or "error", falls_back),
        "undo-timeout": e.CompensationTimedOut(step, attempt, falls_back),
        "undo-due": e.CompensationRetryDue(step, attempt, falls_back),
        "give-up": e.GivenUp(step),
    }
    return table[what]


def said(flow: Flow, commands: Commands) -> list[str]:
    return [_said(flow, command) for command in commands]


def _said(flow: Flow, command: Command) -> str:
    match command:
        case c.RunAction(step, attempt, _):
            return f"run {flow.steps[step].id}#{attempt}"
        case c.AwaitEvent(step, _):
            return f"await {flow.steps[step].id}"
        case c.WithdrawWait(step):
            return f"withdraw {flow.steps[step].id}"
        case c.AskStatus(step, _):
            return f"ask {flow.steps[step].id}"
        case c.RunCompensation(step, attempt, _, fallback, result_of):
            with_result = " with its result" if result_of == step else ""
            return f"{'fall back' if fallback else 'undo'} {flow.steps[step].id}#{attempt}{with_result}"
        case c.Pause(step, attempt, direction, _, _, _):
            return f"pause {flow.steps[step].id}#{attempt} {direction}"
        case c.Decide(choice):
            return f"decide {choice}"
        case c.WatchDeadline(after_s):
            return f"watch {after_s:g}s"
        case c.SendDeadLetter(step, direction, reason, tries):
            return f"dead letter {flow.steps[step].id} {direction} after {tries}: {reason}"
        case c.Alert(what, _):
            return f"alert {what}"
        case c.Finish(how):
            return f"finish {how}"
        case _:
            assert_never(command)
