"""How operations are tried and what participants promise, once defaults and inheritance are resolved."""

from __future__ import annotations

from typing import Final, NamedTuple

from sagactl.model import FOREVER, Compensation, Idempotency, Messaging, Retry, Saga, Step

INITIAL_S: Final = 1.0
FACTOR: Final = 2.0
MAX_S: Final = 60.0
JITTER: Final = True
"""Back-off where nothing is written.  Source: the defaults of Temporal's retry policy (1 s, factor 2), with a cap."""


class Policy(NamedTuple):
    """How one operation is tried: `tries` is None for ever, `timeout_s` is per try and None when there is none."""

    tries: int | None = 1
    timeout_s: float | None = None
    initial_s: float = INITIAL_S
    factor: float = FACTOR
    max_s: float = MAX_S
    jitter: bool = JITTER
    only: tuple[str, ...] | None = None

    def pause_s(self, tries_made: int) -> float:
        """The longest pause after so many tries."""
        if self.initial_s == 0 or tries_made < 1:
            return 0.0
        try:
            return float(min(self.max_s, self.initial_s * self.factor ** (tries_made - 1)))
        except OverflowError:
            return self.max_s

    def pauses_s(self, tries: int) -> float:
        """All pauses between so many tries; linear only until the pause has reached its longest."""
        total, made = 0.0, 1
        while made < tries:
            pause = self.pause_s(made)
            if pause >= self.max_s or self.factor == 1 or pause == 0:
                return total + pause * (tries - made)
            total, made = total + pause, made + 1
        return total

    def worst_s(self) -> float | None:
        """Time until the last try is given up, or None when that cannot be said; trying for ever counts once."""
        if self.timeout_s is None:
            return None
        tries = self.tries or 1
        return tries * self.timeout_s + self.pauses_s(tries)

    def retries(self, cause: str) -> bool:
        """Whether this kind of failure (`timeout`, `error`, or the name of an error) is tried again."""
        if self.only is None:
            return True
        return cause in self.only or (cause not in ("timeout", "error") and "error" in self.only)

    @property
    def until_known(self) -> bool:
        """Whether it is tried until its outcome is known, whatever goes wrong with a try."""
        return self.tries is None and self.retries("error") and (self.timeout_s is None or self.retries("timeout"))


class Promises(NamedTuple):
    """What holds for one operation of one step, the nearest statement winning; None where nothing is stated."""

    idempotency: Idempotency | None = None
    rejects_late_actions: bool | None = None
    remembers_failures: bool | None = None
    status_query: bool | None = None
    messaging: Messaging | None = None
    dedup_window_s: float | None = None
    ordered_delivery: bool | None = None


def action_policy(saga: Saga, step: Step) -> Policy:
    """How the action is tried; waits, local steps and nested sagas take nothing from the defaults."""
    inherits = step.wait is None and step.saga is None and not step.local
    sources = (step.retry, saga.defaults.retry) if inherits else (step.retry,)
    timeout_s = step.timeout_s if step.timeout_s is not None or not inherits else saga.defaults.timeout_s
    return _policy(sources, timeout_s)


def undo_policy(saga: Saga, step: Step) -> Policy:
    """How the compensation is tried; a local one happens with the saga's own state and takes no defaults."""
    compensation = step.compensation
    if compensation is None or step.local:
        return Policy()
    timeout_s = compensation.timeout_s if compensation.timeout_s is not None else saga.defaults.timeout_s
    return _policy((compensation.retry, saga.rollback.retry, saga.defaults.retry), timeout_s)


def _policy(sources: tuple[Retry | None, ...], timeout_s: float | None) -> Policy:
    written = [source for source in sources if source is not None]
    if not written:
        return Policy(timeout_s=timeout_s)
    attempts = next((retry.attempts for retry in written if retry.attempts is not None), 1)
    initial_s = next((retry.initial_s for retry in written if retry.initial_s is not None), INITIAL_S)
    factor = next((retry.factor for retry in written if retry.factor is not None), FACTOR)
    max_s = next((retry.max_s for retry in written if retry.max_s is not None), MAX_S)
    jitter = next((retry.jitter for retry in written if retry.jitter is not None), JITTER)
    only = next((retry.only for retry in written if retry.only is not None), None)
    return Policy(None if attempts == FOREVER else attempts, timeout_s, initial_s, factor, max_s, jitter, only)


def promises_of(saga: Saga, step: Step) -> Promises:
    owner = saga.participants.get(step.participant or "")
    if owner is None:
        return Promises(step.idempotency, step.rejects_late_actions, step.remembers_failures, step.status_query)
    return Promises(
        step.idempotency or owner.idempotency,
        _nearest(step.rejects_late_actions, owner.rejects_late_actions),
        _nearest(step.remembers_failures, owner.remembers_failures),
        _nearest(step.status_query, owner.status_query),
        owner.messaging,
        owner.dedup_window_s,
        owner.ordered_delivery,
    )


def undo_promises_of(saga: Saga, step: Step, compensation: Compensation, promises: Promises) -> Promises:
    """What is stated on a step holds for its compensation too, unless that says otherwise or is done elsewhere."""
    owner = saga.participants.get(compensation.participant or "")
    if owner is not None and owner.id != step.participant and compensation.idempotency is None:
        return promises._replace(idempotency=owner.idempotency, dedup_window_s=owner.dedup_window_s)
    return promises._replace(idempotency=compensation.idempotency or promises.idempotency)


def _nearest(near: bool | None, far: bool | None) -> bool | None:
    return far if near is None else near
