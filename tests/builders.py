"""Sagas in one line each, and a strategy for small ones of every shape that runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from sagactl.model import (
    Choice,
    Compensation,
    Deadline,
    Defaults,
    Listens,
    Outcome,
    Participant,
    Retry,
    Rollback,
    Saga,
    Step,
    Wait,
)

KEEPS_ALL: Final[Mapping[str, Any]] = {
    "messaging": "outbox",
    "idempotency": "key",
    "rejects_late_actions": True,
    "remembers_failures": True,
    "status_query": False,
}
"""Every promise on which the way back relies; a status query is a convenience and is stated where it is wanted."""


def participant(id: str = "shop", **more: Any) -> Participant:
    """A participant that keeps all promises, unless `more` says otherwise (None: not stated)."""
    return Participant(id=id, **{**KEEPS_ALL, **more})


def retry(attempts: Any, **more: Any) -> Retry:
    return Retry(attempts=attempts, **more)


FOREVER: Final = retry("forever")


def act(id: str, **more: Any) -> Step:
    """A step with a compensation; `retry=3`, `compensation="Undo"`, `after="a b"` and `rejects="No"` may be short."""
    given = {"participant": "shop", "action": f"Do{id.title()}", "compensation": f"Undo{id.title()}", **more}
    if isinstance(given["compensation"], str):
        given["compensation"] = Compensation(command=given["compensation"])
    if isinstance(given.get("retry"), int | str):
        given["retry"] = Retry(attempts=given["retry"])
    for key in ("after", "rejects"):
        if isinstance(given.get(key), str):
            given[key] = tuple(given[key].split())
    return Step(id=id, **given)


def bare(id: str, **more: Any) -> Step:
    """A step that nothing undoes and that declares no kind."""
    return act(id, **{"compensation": None, **more})


def pivot(id: str, **more: Any) -> Step:
    return bare(id, **{"kind": "pivot", **more})


def retriable(id: str, **more: Any) -> Step:
    return bare(id, **{"kind": "retriable", "retry": "forever", **more})


def reading(id: str, **more: Any) -> Step:
    return bare(id, **{"kind": "read-only", **more})


def local(id: str, **more: Any) -> Step:
    return act(id, **{"participant": None, "local": True, **more})


def wait(id: str, **more: Any) -> Step:
    return bare(id, **{"participant": None, "action": None, "wait": Wait(event=f"{id.title()}Came"), **more})


def listening(id: str, *events: str, mode: Any = "all", **more: Any) -> Step:
    return act(id, listens=Listens(events=events, mode=mode), **more)


def undo(command: str = "Undo", **more: Any) -> Compensation:
    if isinstance(more.get("retry"), int | str):
        more["retry"] = Retry(attempts=more["retry"])
    return Compensation(command=command, **more)


def choice(id: str, *outcomes: str) -> Choice:
    """A choice among these outcomes; all but the last are taken when the input of their name is true."""
    named = [Outcome(id=name, predicate=f"input.{name}") for name in outcomes[:-1]]
    return Choice(id=id, outcomes=(*named, Outcome(id=outcomes[-1], predicate="otherwise")))


def saga(*steps: Step, id: str = "trial", **more: Any) -> Saga:
    """A saga whose participants keep all promises and whose actions have ten seconds.

    `participants` and `choices` are lists, `deadline_s` and `timeout_s` seconds, `rollback` a dict.
    """
    names = dict.fromkeys(step.participant or "shop" for step in steps)
    known = more.pop("participants", [participant(name) for name in names])
    choices = more.pop("choices", [])
    deadline_s = more.pop("deadline_s", None)
    defaults = Defaults(timeout_s=more.pop("timeout_s", 10.0), retry=more.pop("retry", None))
    return Saga(
        id=id,
        steps=steps,
        defaults=defaults,
        participants={one.id: one for one in known},
        choices={one.id: one for one in choices},
        deadline=Deadline(after_s=deadline_s) if deadline_s is not None else None,
        rollback=Rollback(**more.pop("rollback", {})),
        **more,
    )


# -- every shape that runs

_attempts = st.sampled_from((None, 1, 2, 3, "forever"))
_rollbacks = st.fixed_dictionaries(
    {
        "order": st.sampled_from((None, None, "reverse", "parallel")),
        "failed_step": st.sampled_from((None, None, "auto", "always", "never")),
        "on_failure": st.sampled_from((None, None, "continue", "stop")),
        "triggers": st.sampled_from((None, None, None, ("rejection",), ("cancel", "timeout"), ("failure", "deadline"))),
        "retry": st.sampled_from((None, retry(2), FOREVER)),
    }
)
_SHAPES: Final = ("act", "act", "act", "act", "bare", "wait", "local", "reading", "pivot", "retriable")


@st.composite
def sagas(draw: st.DrawFn, *, most: int = 7, known_pivots: bool = False) -> Saga:
    """Parallel graphs of up to `most` steps with choices, waits, local steps, pivots, retries, deadlines, fallbacks.

    With `known_pivots` every action that nothing undoes is tried until its outcome is known.
    """
    steps = [_step(draw, index, known_pivots) for index in range(draw(st.integers(1, most)))]
    asks = draw(st.booleans())
    return saga(
        *steps,
        choices=[choice("way", "left", "right"), choice("size", "large", "middle", "small")],
        participants=[participant("shop", status_query=asks and not known_pivots)],
        deadline_s=draw(st.sampled_from((None, 60.0))),
        rollback=draw(_rollbacks),
    )


def _step(draw: st.DrawFn, index: int, known_pivots: bool) -> Step:
    shape = draw(st.sampled_from(_SHAPES))
    more: dict[str, Any] = {}
    if index and draw(st.booleans()):
        more["after"] = tuple(f"s{other}" for other in range(index) if draw(st.booleans()))
    if draw(st.integers(0, 4)) == 0:
        more["when"] = draw(st.sampled_from(({"way": "left"}, {"way": "right"}, {"way": "left", "size": "small"})))
    if draw(st.booleans()):
        more["rejects"] = ("No",)
    if shape == "wait":
        return wait(f"s{index}", on_timeout=draw(st.sampled_from((None, "fail", "continue"))), timeout_s=5.0, **more)
    more["retry"] = _retry(draw)
    more["failed_step"] = draw(st.sampled_from((None, None, None, "always", "never")))
    if shape == "act":
        fallback = draw(st.sampled_from((None, None, "Otherwise")))
        more["compensation"] = undo(
            f"Undo{index}", fallback=fallback, retry=_retry(draw), rejects=("Never",) if fallback else ()
        )
    elif known_pivots and shape in ("bare", "pivot", "retriable"):
        more["retry"] = FOREVER
    makers = {"act": act, "bare": bare, "local": local, "reading": reading, "pivot": pivot, "retriable": retriable}
    return makers[shape](f"s{index}", **more)


def _retry(draw: st.DrawFn) -> Retry | None:
    attempts: Any = draw(_attempts)
    return None if attempts is None else Retry(attempts=attempts, initial_s=1.0)
