"""Sagas of every shape whose participants keep less than they should, and random small ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st

from sagactl.model import Saga
from tests.builders import (
    FOREVER,
    act,
    bare,
    choice,
    local,
    participant,
    pivot,
    retriable,
    retry,
    saga,
    sagas,
    undo,
    wait,
)

SILENT: Final[dict[str, Any]] = {"idempotency": None, "rejects_late_actions": None, "remembers_failures": None}
"""Nothing is stated: everything becomes an obligation."""
DENYING: Final[dict[str, Any]] = {"idempotency": "none", "rejects_late_actions": False, "remembers_failures": False}
"""Everything is denied: everything becomes a violation."""

PAY: Final = {"rejects": "No", "retry": 2, "compensation": undo("Undo", retry=2)}

SHAPES: Final[dict[str, tuple[Any, ...]]] = {
    "one step": (act("a", **PAY),),
    "a row": (act("a", **PAY), act("b", rejects="No"), act("c")),
    "many tries": (act("a", rejects="No", retry=9, compensation=undo("Undo", retry=12)), act("b", retry=5)),
    "tried for ever": (act("a", retry=FOREVER, compensation=undo("Undo", retry=FOREVER)), act("b")),
    "no second try": (act("a", rejects="No", retry=1, compensation=undo("Undo", retry=1)), act("b")),
    "side by side": (act("a", after="", **PAY), act("b", after="", rejects="No"), act("c", after="a b")),
    "behind a choice": (act("a", **PAY), act("b", when={"way": "up"}, **PAY), act("c", after="b")),
    "before a pivot": (act("a", **PAY), pivot("p", retry=3), retriable("r")),
    "before a pivot that says no": (act("a", **PAY), pivot("p", rejects="No")),
    "after a pivot": (act("a"), pivot("p", retry=FOREVER), retriable("r"), retriable("s")),
    "beside a pivot": (act("z"), act("a", after="z", **PAY), pivot("p", after="z", rejects="No", retry=2)),
    "two pivots by choice": (act("a", **PAY), pivot("p", when={"way": "up"}), pivot("q", after="a", when={"way": "down"})),
    "with a wait": (act("a", **PAY), wait("w", timeout_s=5.0, on_timeout="fail"), act("b")),
    "with steps of its own": (local("l"), act("a", **PAY), local("m"), act("b")),
    "a fallback": (act("a", compensation=undo("Undo", fallback="Otherwise", rejects=("Never",), retry=2)), act("b")),
    "nobody waits": (act("a", reply=False), act("b", **PAY)),
    "nobody waits for the undo": (act("a", compensation=undo("Undo", reply=False)), act("b", **PAY)),
    "left alone": (act("a", failed_step="never", **PAY), act("b")),
    "undone anyway": (act("a", failed_step="always", **PAY), act("b")),
    "nothing undoes it": (bare("a", kind="compensatable"), act("b", **PAY)),
}  # fmt: skip

MORE: Final[dict[str, dict[str, Any]]] = {
    "in parallel": {"rollback": {"order": "parallel"}},
    "stopping": {"rollback": {"on_failure": "stop"}},
    "only when refused": {"rollback": {"triggers": ("rejection",)}},
    "with a deadline": {"deadline_s": 60.0},
    "tried again": {"rollback": {"retry": retry(4)}},
}


def shaped(shape: str, *, promises: dict[str, Any], **more: Any) -> Saga:
    """A saga of a shape whose participant promises this much."""
    steps = SHAPES[shape]
    choices = [choice("way", "up", "down")] if any(step.when for step in steps) else []
    return saga(*steps, participants=[participant("shop", **promises)], choices=choices, **more)


_promises = st.fixed_dictionaries(
    {
        "idempotency": st.sampled_from(("key", "key", "none", None)),
        "rejects_late_actions": st.sampled_from((True, False, None)),
        "remembers_failures": st.sampled_from((True, False, None)),
        "status_query": st.sampled_from((False, False, True)),
    }
)


@st.composite
def unlawful(draw: st.DrawFn, most: int = 3) -> Saga:
    """A small saga of any shape whose participant keeps, denies or leaves unsaid each promise."""
    drawn = draw(sagas(most=most))
    return replace(drawn, participants={"shop": participant("shop", **draw(_promises))})
