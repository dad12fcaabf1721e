"""What people do to runs from outside a worker: on the store alone, without handlers and without an event loop.

What needs nobody to carry it out is written at once, like any other transition.  All else is left with the run as a
message, which the worker takes that drives the run or is the next to look: it knows how commands are carried out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from sagactl.errors import SagactlError, UsageError
from sagactl.machine import events as e
from sagactl.runtime.change import Change, react
from sagactl.runtime.definition import Definition
from sagactl.runtime.messages import BadMessage, Request, read, write
from sagactl.runtime.record import Run
from sagactl.runtime.repairs import CANCEL, Refused, mend, wanted_of
from sagactl.runtime.store import Act, Mail, Store, Summary, Write

ROUNDS: Final = 5
"""Somebody may change the run while it is looked at; then it is looked at again."""

MOST: Final = 100_000
LOOK_AGAIN_S: Final = 0.1
OPERATOR: Final = "operator"

How = Literal["written", "taken", "posted"]
"""Written here, taken by a worker meanwhile, or waiting for one."""


class Found(NamedTuple):
    """A run with what is said of it in lists, and its definition."""

    run: Run
    summary: Summary
    definition: Definition


class Done(NamedTuple):
    """What became of a request, how the run stands since, and what people should know of it."""

    how: How
    found: Found
    alerts: tuple[str, ...] = ()


def find(store: Store, id: str) -> Found:
    """The run; raises UsageError with what was probably meant."""
    run, summary = store.load(id), store.summary(id)
    if run is None or summary is None:
        raise UsageError(f"there is no run `{id}` in the store", help=_guess(store, id))
    text = store.definition(run.digest)
    if text is None:
        raise SagactlError(f"the store lacks the definition `{run.digest}`, which the run follows")
    return Found(run, summary, Definition.of_text(text))


def _guess(store: Store, id: str) -> str:
    """Whoever names a run mostly has the beginning of its id, or the business key."""
    near = [run.id for run in store.runs(most=MOST) if id and (run.id.startswith(id) or run.correlation == id)]
    if not near:
        return "`sagactl runs` lists those that are there"
    return f"did you mean `{near[0]}`?" + (f" {len(near)} runs fit" if len(near) > 1 else "")


def request(
    store: Store, id: str, what: str, step: str = "", *, who: str, why: str, result: object = None,
    wait_s: float = 0.0, now_s: Callable[[], float] = time.time,
) -> Done:  # fmt: skip
    """Do it, or leave it to a worker and wait so long for one; raises Refused for what makes no sense."""
    wanted = Request(f"request/{os.urandom(12).hex()}", id, what, step, who, why, result)
    for _ in range(ROUNDS):
        found = find(store, id)
        act = Act(id, what, step, who, why, now_s())
        change = change_of(found, wanted, act)
        if change.orders or not _is_free(store, found):
            return _post(store, wanted, act, wait_s, now_s)._replace(alerts=_alerts(change))
        (written,) = store.commit([Write(change, found.run.revision, OPERATOR, act=act)])
        if written.fate == "written":
            return Done("written", find(store, id), _alerts(change))
    raise SagactlError(f"the run `{id}` changes all the time", help="try again")


def _alerts(change: Change) -> tuple[str, ...]:
    """That the run goes back is seen from its status."""
    return tuple(what for what in change.alerts if not what.startswith("rollback: "))


def _is_free(store: Store, found: Found) -> bool:
    """Whether nobody drives the run, and nothing waits for it that has to come first.

    Of a run that a dead worker had somebody has to find out what was under way.
    """
    waiting = [mail for mail in store.mail_of(found.run.id) if not found.run.has_ended or _is_request(mail)]
    return found.summary.owner == "" and not waiting


def _is_request(mail: Mail) -> bool:
    """Of what comes too late for a run that has ended, only what people asked for still matters."""
    try:
        return isinstance(read(mail.body), Request)
    except BadMessage:
        return False


def change_of(found: Found, wanted: Request, act: Act) -> Change:
    """What it would make of the run; raises Refused."""
    run, definition = found.run, found.definition
    if wanted.what == CANCEL:
        if run.has_ended:
            raise Refused(f"the run has ended {found.summary.outcome}, so there is nothing to take back")
        return react(definition, run, e.CancelRequested(), act.at_s, max, f"{act.who}: {act.why}")
    flow = definition.flow(run.input)
    return mend(definition, run, wanted_of(flow, wanted), act, act.at_s, max, wanted.result)


def _post(store: Store, wanted: Request, act: Act, wait_s: float, now_s: Callable[[], float]) -> Done:
    store.post(Mail(wanted.id, wanted.run, write(wanted), reopens=wanted.what != CANCEL), now_s())
    until_s = now_s() + wait_s
    while True:
        if all(mail.id != wanted.id for mail in store.mail_of(wanted.run)):
            _refused_meanwhile(store, act)
            return Done("taken", find(store, wanted.run))
        if now_s() >= until_s:
            return Done("posted", find(store, wanted.run))
        time.sleep(LOOK_AGAIN_S)


def _refused_meanwhile(store: Store, act: Act) -> None:
    """The run has changed between the look and the worker's turn; then its history says why nothing was done."""
    entries = store.history(act.run)
    kept = any((each.what, each.step, each.who, each.why) == act[1:5] for each in store.acts(act.run))
    if not kept and entries and entries[-1].event == "Refused":
        raise Refused(entries[-1].moments[0].detail)
