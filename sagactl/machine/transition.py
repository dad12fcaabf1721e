"""The machine: what a run does about what happened.

Rule 1.  What is not in the table below changes nothing: late, repeated and overtaken events return the same state.
Rule 2.  A rejection is the only definite no.  Tries that are used up leave the outcome unknown, unless the
         participant can be asked, and unknown is undone like done.
Rule 3.  A rollback starts only while no pivot is sent.  While one is in flight the wish is kept and nothing new
         starts: its rejection grants the wish, its success drops it.
Rule 4.  Once a pivot is done nothing is undone any more; what fails then is parked, going forward.
Rule 5.  On the way back no action is sent again.  A compensation starts when every step that depends on its step is
         settled, so the order is the reverse of `after`, independent steps concurrently.
Rule 6.  A compensation that fails for good goes to the dead letters, and the others go on (unless told to stop).
Rule 7.  How a run ended is read off its steps (see `state.py`), never decided here.
Rule 8.  Without an orchestrator each participant keeps such a record of its own.  Of what it has not heard it takes
         the worst for true: it may be under way.

Source: Garcia-Molina and Salem, Sagas, SIGMOD 1987; Richardson, Microservices Patterns, ch. 4; Bruni, Butler, Ferreira,
Hoare, Melgratti and Montanari, CONCUR 2005 (coordinated interruption).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sagactl.flow import Flow, FlowStep, Scope
from sagactl.machine.commands import (
    Alert,
    AskStatus,
    AwaitEvent,
    Command,
    Commands,
    Decide,
    Direction,
    Finish,
    Pause,
    RunAction,
    RunCompensation,
    SendDeadLetter,
    WatchDeadline,
    WithdrawWait,
)
from sagactl.machine.events import (
    ActionFailed,
    ActionRejected,
    ActionSucceeded,
    ActionTimedOut,
    CancelRequested,
    CompensationFailed,
    CompensationRejected,
    CompensationRetryDue,
    CompensationSucceeded,
    CompensationTimedOut,
    DeadlinePassed,
    Decided,
    Event,
    GivenUp,
    Heard,
    RetryDue,
    StatusAnswered,
    StepEvent,
)
from sagactl.machine.state import (
    ACTIVE,
    ENDED_BACK,
    FORWARD,
    PASSED,
    UNDER_WAY,
    Record,
    State,
    StepState,
    outcome,
    pivot_committed,
    pivot_in_flight,
)
from sagactl.model import Trigger
from sagactl.policies import Policy

ALL_TRIGGERS: Final[tuple[Trigger, ...]] = ("rejection", "failure", "timeout", "deadline", "cancel")
NO_UNDO: Final = "done, and nothing undoes it"
UNKNOWN_NOT_UNDONE: Final = "outcome unknown, not undone"
UNHEARD_OF: Final = StepState("asked")
"""What a participant takes for the record of a step of which it has heard nothing: nobody knows what became of it."""

TOLD_LAST: Final = ENDED_BACK | {"stuck"}
"""Nobody tells anything more of such a step."""

UNCONFIRMED: Final = "the undo was sent, and nobody waits for its answer"


def start(flow: Flow) -> tuple[State, Commands]:
    """A new run and the first commands."""
    state = State("forward", (StepState(),) * len(flow.steps), (None,) * len(flow.saga.choices))
    run = _Run(flow, state)
    if flow.saga.deadline is not None:
        run.commands.append(WatchDeadline(flow.saga.deadline.after_s))
    run.advance()
    return run.result()


def transition(flow: Flow, state: State, event: Event) -> tuple[State, Commands]:
    """The run after the event, and what to do now; the same state and nothing to do if the event no longer matters."""
    if state.phase == "ended":
        return state, ()
    run = _Run(flow, state)
    if isinstance(event, Decided):
        handled = _decided(run, event)
    elif isinstance(event, DeadlinePassed | CancelRequested):
        handled = _interrupted(run, event)
    elif isinstance(event, Heard):
        handled = _heard(run, event)
    else:
        handled = _step_event(run, event)
    if not handled:
        return state, ()
    run.advance()
    return run.result()


def resume(flow: Flow, state: State) -> Commands:
    """What is outstanding: the commands whose answers the run waits for, to be given again after a crash."""
    if state.phase == "ended":
        return ()
    run = _Run(flow, state)
    commands = [run.command_for(plan) for plan in flow.steps if run.record(plan) in ACTIVE]
    undecided = [
        Decide(choice) for choice, chosen in zip(flow.saga.choices, state.choices, strict=True) if chosen == ""
    ]
    deadline = flow.saga.deadline
    watch = [WatchDeadline(deadline.after_s)] if deadline is not None and state.phase == "forward" else []
    scopes = [WatchDeadline(scope.after_s, scope.name) for scope in flow.scopes if run.is_open(scope)]
    return (*watch, *scopes, *commands, *undecided)


def is_open(flow: Flow, state: State, scope: Scope) -> bool:
    """Whether a nested saga is under way, so that its deadline matters."""
    return _Run(flow, state).is_open(scope)


def start_view(flow: Flow, own: int) -> tuple[State, Commands]:
    """The record that the participant of one step keeps, and its first commands; what they say of others is not its.

    Steps that start only when something fails are taken for skipped, except by those steps themselves.
    """
    reacts = flow.steps[own].reacts
    steps = tuple(StepState("skipped" if plan.reacts and not reacts else "idle") for plan in flow.steps)
    run = _Run(flow, presumed(flow, State("forward", steps, (None,) * len(flow.saga.choices)), own))
    run.advance()
    return presumed(flow, run.state(), own), tuple(run.commands)


def presumed(flow: Flow, state: State, own: int) -> State:
    """The record with rule 8 applied: what was not heard of may be under way, once the own step lets it start."""
    goes_on = state.phase == "forward" and state.steps[own].record in PASSED
    not_yet = 0 if goes_on else flow.sure_descendants(own)
    steps = tuple(
        UNHEARD_OF if step.record in ("idle", "requested") and index != own and not not_yet >> index & 1 else step
        for index, step in enumerate(state.steps)
    )
    return state if steps == state.steps else state._replace(steps=steps)


def waiting_for_nobody(flow: Flow, state: State, own: int) -> State:
    """The record in which nothing but the own step has to be settled; only a pivot that is done still stands."""
    steps = tuple(
        step if index == own or (step.record == "done" and index in flow.pivots) else StepState("withdrawn")
        for index, step in enumerate(state.steps)
    )
    return state._replace(steps=steps, wish="")


def has_nothing_to_undo(flow: Flow, state: State, step: int) -> bool:
    """Whether the run goes back, all that depends on the step is settled, and nothing of the step has to be undone."""
    run, plan = _Run(flow, state), flow.steps[step]
    return state.phase == "back" and run.record(plan) in PASSED and not run.must_undo(plan) and run._may_undo(plan)


def owes_undo(flow: Flow, state: State, step: int) -> bool:
    """Whether something of the step has to be undone, and nobody has tried yet."""
    return _Run(flow, state).must_undo(flow.steps[step])


class _Run:
    """One transition in the making: the steps as they change, and the commands so far."""

    def __init__(self, flow: Flow, state: State) -> None:
        self.flow = flow
        self.phase = state.phase
        self.steps = list(state.steps)
        self.choices = list(state.choices)
        self.wish = state.wish
        self.restarts = state.restarts
        self.may_restart = state.may_restart
        self.commands: list[Command] = []
        self._unsettled: int | None = None

    def result(self) -> tuple[State, Commands]:
        return self.state(), tuple(self.commands)

    def state(self) -> State:
        choices = tuple(self.choices)
        return State(self.phase, tuple(self.steps), choices, self.wish, self.restarts, self.may_restart)

    def record(self, plan: FlowStep) -> Record:
        return self.steps[plan.index].record

    def put(self, plan: FlowStep, record: Record, tries: int | None = None, cause: str = "") -> None:
        self._unsettled = None
        old = self.steps[plan.index]
        known = old.known or record == "done"
        self.steps[plan.index] = StepState(record, old.tries if tries is None else tries, cause, known)

    # -- what can be done next

    def advance(self) -> None:
        """Start what can start, and end the run when nothing is left to wait for."""
        if self.phase == "forward":
            self._go_forward()
        if self.phase == "back":
            self._go_back()

    def _go_forward(self) -> None:
        if not self.wish:
            for index in self.flow.order:
                plan = self.flow.steps[index]
                if self.record(plan) == "idle" and self._may_start(plan):
                    self._start_or_skip(plan)
        waiting = any(step.record in FORWARD for step in self.steps) or "" in self.choices
        if not waiting:
            self._end()

    def _may_start(self, plan: FlowStep) -> bool:
        before = [self.steps[index].record for index in plan.after]
        if plan.join == "any" and any(record in ("done", "waived") for record in before):
            return True
        return all(record in PASSED for record in before)

    def _start_or_skip(self, plan: FlowStep) -> None:
        """A step whose choices are not all decided asks for them and waits."""
        undecided = False
        for choice, wanted in plan.step.when.items():
            position = self._choice_index(choice)
            chosen = self.choices[position]
            if chosen is None:
                self.choices[position] = ""
                self.commands.append(Decide(choice))
            elif chosen and chosen != wanted:
                self.put(plan, "skipped")
                return
            undecided = undecided or not chosen
        if not undecided:
            self.send(plan, 1)

    def _choice_index(self, choice: str) -> int:
        return list(self.flow.saga.choices).index(choice)

    def send(self, plan: FlowStep, attempt: int) -> None:
        """Ask for a try; where nobody waits for an answer and nobody can be asked, the flow goes on at once."""
        self._watch_scopes(plan)
        self.put(plan, "requested", attempt)
        self.commands.append(self.command_for(plan))
        if plan.step.reply is False and not plan.promises.status_query:
            self.put(plan, "unheard")

    def _watch_scopes(self, plan: FlowStep) -> None:
        """The deadline of a nested saga runs from the first of its steps on."""
        for scope in self.flow.scopes:
            if plan.id in scope.steps and not self.has_begun(scope):
                self.commands.append(WatchDeadline(scope.after_s, scope.name))

    def has_begun(self, scope: Scope) -> bool:
        return any(self.record(self.flow[id]) not in ("idle", "skipped") for id in scope.steps)

    def is_open(self, scope: Scope) -> bool:
        """Whether a nested saga is under way."""
        waiting = any(
            self.record(self.flow[id]) in FORWARD or self.record(self.flow[id]) == "idle" for id in scope.steps
        )
        return waiting and self.has_begun(scope)

    def command_for(self, plan: FlowStep) -> Command:
        """What is outstanding for an active step."""
        record, tries, _, known = self.steps[plan.index]
        if record == "requested":
            if plan.step.wait is not None:
                return AwaitEvent(plan.index, plan.action.timeout_s)
            return RunAction(plan.index, tries, plan.action.timeout_s)
        if record == "asked":
            return AskStatus(plan.index, plan.action.timeout_s)
        if record == "paused":
            return _pause(plan.index, plan.action, tries, "forward")
        policy = plan.undo or Policy()
        if record in ("undo-paused", "fallback-paused"):
            return _pause(plan.index, policy, tries, "back", record == "fallback-paused")
        result_of = plan.index if known else None
        return RunCompensation(plan.index, tries, policy.timeout_s, record == "falling-back", result_of)

    # -- the way back

    def roll_back(self, cause: str, *, may_restart: bool = False) -> None:
        """Coordinated interruption: what is in flight is let finish, what waits is called off."""
        self.phase, self.wish, self.may_restart = "back", "", may_restart
        self.commands.append(Alert(f"rollback: {cause}"))
        for plan in self.flow.steps:
            record = self.record(plan)
            if record == "paused":
                self.put(plan, "rejected" if plan.step.local else "unknown", cause=self.steps[plan.index].cause)
            elif record == "requested" and plan.step.wait is not None:
                self.put(plan, "withdrawn")
                self.commands.append(WithdrawWait(plan.index))
        self.choices = [None if chosen == "" else chosen for chosen in self.choices]

    def _go_back(self) -> None:
        stopped = self._stopped()
        while self._undo_next(stopped):
            pass
        if not any(step.record in ACTIVE for step in self.steps):
            if stopped:
                self._leave_the_rest()
            self._end()

    def _undo_next(self, stopped: bool) -> bool:
        """Undo what has its turn; whether that settles something at once, so that others have theirs."""
        unsettled, settles = self.unsettled(), False
        for index in reversed(self.flow.order):
            if unsettled >> index & 1:
                self._hand_over(self.flow.steps[index])
        for plan in self.flow.members(unsettled):
            if not stopped and self.must_undo(plan) and self._may_undo(plan):
                self.compensate(plan, "undoing", 1)
                settles = settles or self.record(plan) not in ACTIVE
        return settles

    def starts_rollback(self, trigger: Trigger) -> bool:
        triggers = self.flow.saga.rollback.triggers
        return trigger in (ALL_TRIGGERS if triggers is None else triggers)

    def _stopped(self) -> bool:
        stops = self.flow.saga.rollback.on_failure == "stop"
        return stops and any(step.record == "dead" for step in self.steps)

    def must_undo(self, plan: FlowStep) -> bool:
        """Whether something of this step has to be undone and has not been tried yet."""
        record = self.record(plan)
        if record in ("done", "unknown", "unheard"):
            return plan.has_effects
        return record == "rejected" and plan.failed_step == "always" and plan.undo is not None

    def _may_undo(self, plan: FlowStep) -> bool:
        if self.flow.saga.rollback.order == "parallel":
            return True
        return not self.unsettled() & self.flow.descendants[plan.index]

    def unsettled(self) -> int:
        """The steps that are under way or have something to undo, as a bit set; only `put` changes it."""
        if self._unsettled is None:
            self._unsettled = sum(1 << plan.index for plan in self.flow.steps if self._is_unsettled(plan))
        return self._unsettled

    def _is_unsettled(self, plan: FlowStep) -> bool:
        return self.record(plan) in ACTIVE or self.must_undo(plan)

    def _hand_over(self, plan: FlowStep) -> None:
        """What has to be undone and cannot be goes to people, as soon as it is its turn."""
        record = self.record(plan)
        cannot = plan.undo is None or (record == "unknown" and plan.failed_step == "never")
        if cannot and self.must_undo(plan) and self._may_undo(plan):
            self.park(plan, "standing", NO_UNDO if record == "done" else UNKNOWN_NOT_UNDONE, "back")

    def compensate(self, plan: FlowStep, record: Record, attempt: int) -> None:
        """Ask for a try; where nobody waits for an answer, people are told that nobody confirms it."""
        self.put(plan, record, attempt)
        self.commands.append(self.command_for(plan))
        if plan.compensation is not None and plan.compensation.reply is False:
            self.park(plan, "unconfirmed", UNCONFIRMED, "back")

    def _leave_the_rest(self) -> None:
        for plan in self.flow.steps:
            if self.must_undo(plan):
                self.put(plan, "left", cause="the rollback stopped before it")

    # -- ends

    def park(self, plan: FlowStep, record: Record, reason: str, direction: Direction) -> None:
        """Hand the step to people."""
        self.put(plan, record, cause=reason)
        self.commands.append(SendDeadLetter(plan.index, direction, reason, self.steps[plan.index].tries))

    def _end(self) -> None:
        self.phase = "ended"
        how = outcome(self.flow, self.state())
        if how == "compensated" and self.may_restart:
            self._restart()
        elif how is not None:
            self.commands.append(Finish(how))

    def can_restart(self) -> bool:
        """Whether a rollback that fails now may be followed by another try of the whole saga."""
        rollback = self.flow.saga.rollback
        return rollback.then == "restart" and (rollback.max_restarts is None or self.restarts < rollback.max_restarts)

    def _restart(self) -> None:
        self.phase, self.may_restart, self.restarts = "forward", False, self.restarts + 1
        self.steps = [StepState() for _ in self.steps]
        self.choices = [None for _ in self.choices]
        self.commands.append(Alert(f"restart {self.restarts}"))
        self._go_forward()


def _pause(index: int, policy: Policy, tries: int, direction: Direction, fallback: bool = False) -> Pause:
    """Jitter spreads the pause over its upper half, so that the pause still grows with each try."""
    longest = policy.pause_s(tries)
    return Pause(index, tries, direction, longest / 2 if policy.jitter else longest, longest, fallback)


# -- forward


def _succeeded(run: _Run, plan: FlowStep, event: Any) -> bool:
    run.put(plan, "done")
    if plan.kind == "pivot" and run.wish:
        _drop_wish(run, "done")
    return True


def _known_after_all(run: _Run, plan: FlowStep, event: Any) -> bool:
    """The answer to an unknown outcome comes while its compensation has not started: now its result is known."""
    run.put(plan, "done")
    return True


def _rejected(run: _Run, plan: FlowStep, event: ActionRejected) -> bool:
    _end_of_step(run, plan, "rejected", "rejection", event.error or "rejected")
    return True


def _failed(run: _Run, plan: FlowStep, event: ActionFailed) -> bool:
    return _try_failed(run, plan, event.attempt, event.error, "failure")


def _timed_out(run: _Run, plan: FlowStep, event: ActionTimedOut) -> bool:
    if plan.step.wait is not None:
        return _wait_is_over(run, plan, event)
    return _try_failed(run, plan, event.attempt, "timeout", "timeout")


def _wait_is_over(run: _Run, plan: FlowStep, event: ActionTimedOut) -> bool:
    """A wait has no effects, so that its timeout is a definite no."""
    if event.attempt != run.steps[plan.index].tries:
        return False
    if plan.step.on_timeout == "continue":
        return _succeeded(run, plan, event)
    _end_of_step(run, plan, "rejected", "timeout", "timeout")
    return True


def _try_failed(run: _Run, plan: FlowStep, attempt: int, error: str, trigger: Trigger) -> bool:
    tries = run.steps[plan.index].tries
    if attempt != tries:
        return False
    left = plan.action.tries is None or tries < plan.action.tries
    if run.phase == "forward" and left and plan.action.retries(error):
        run.put(plan, "paused", cause=error)
        run.commands.append(_pause(plan.index, plan.action, tries, "forward"))
    elif plan.step.local:
        _end_of_step(run, plan, "rejected", trigger, error)
    elif run.phase == "forward" and plan.promises.status_query:
        run.put(plan, "asked", cause=error)
        run.commands.append(AskStatus(plan.index, plan.action.timeout_s))
    else:
        _end_of_step(run, plan, "unknown", trigger, error)
    return True


def _retry_due(run: _Run, plan: FlowStep, event: RetryDue) -> bool:
    tries = run.steps[plan.index].tries
    if event.attempt != tries:
        return False
    run.send(plan, tries + 1)
    return True


def _status_answered(run: _Run, plan: FlowStep, event: StatusAnswered) -> bool:
    cause = run.steps[plan.index].cause
    trigger: Trigger = "timeout" if cause == "timeout" else "failure"
    if event.answer == "done":
        return _succeeded(run, plan, event)
    _end_of_step(run, plan, "rejected" if event.answer == "not-done" else "unknown", trigger, cause)
    return True


def _end_of_step(run: _Run, plan: FlowStep, record: Record, trigger: Trigger, cause: str) -> None:
    """The step ended without success: roll back, or keep the wish, or park it, by rules 2 to 4."""
    run.put(plan, record, cause=cause)
    if run.phase == "back":
        return
    state = run.state()
    granted = bool(run.wish) and plan.kind == "pivot" and record == "rejected"
    if pivot_committed(run.flow, state) or not (granted or run.starts_rollback(trigger)):
        _park_forward(run, plan, cause)
    elif pivot_in_flight(run.flow, state):
        run.wish = run.wish or cause
    else:
        run.roll_back(run.wish or cause, may_restart=not run.wish and run.can_restart())


def _park_forward(run: _Run, plan: FlowStep, reason: str) -> None:
    """People take over going forward; a wish that waited for this pivot can no longer be granted."""
    run.park(plan, "stuck", reason, "forward")
    if plan.kind == "pivot" and run.wish:
        _drop_wish(run, "parked")


def _drop_wish(run: _Run, pivot_is: str) -> None:
    """The pivot is, or may be, done: what failed beside it can only go forward now, by way of people."""
    run.commands.append(Alert(f"not rolled back, the pivot is {pivot_is}: {run.wish}"))
    run.wish = ""
    for plan in run.flow.steps:
        record, _, cause, _ = run.steps[plan.index]
        if record in ("rejected", "unknown") and plan.kind != "pivot":
            run.park(plan, "stuck", cause, "forward")


def _given_up(run: _Run, plan: FlowStep, event: GivenUp) -> bool:
    """On the way back a step that nobody answers for is unknown, and is undone like any other."""
    if run.phase == "back":
        run.put(plan, "rejected" if plan.step.local else "unknown", cause=event.reason)
    else:
        _park_forward(run, plan, event.reason)
    return True


# -- back


def _undone(run: _Run, plan: FlowStep, event: Any) -> bool:
    run.put(plan, "undone")
    return True


def _undo_failed(run: _Run, plan: FlowStep, event: CompensationFailed) -> bool:
    return _undo_try_failed(run, plan, event, event.error)


def _undo_timed_out(run: _Run, plan: FlowStep, event: CompensationTimedOut) -> bool:
    return _undo_try_failed(run, plan, event, "timeout")


def _undo_try_failed(run: _Run, plan: FlowStep, event: CompensationFailed | CompensationTimedOut, error: str) -> bool:
    tries, falls_back = run.steps[plan.index].tries, _falls_back(run, plan)
    policy = plan.undo or Policy()
    if event.attempt != tries or event.fallback != falls_back:
        return False
    if (policy.tries is None or tries < policy.tries) and policy.retries(error):
        run.put(plan, "fallback-paused" if falls_back else "undo-paused", cause=error)
        run.commands.append(_pause(plan.index, policy, tries, "back", falls_back))
    else:
        _undo_exhausted(run, plan, error)
    return True


def _undo_rejected(run: _Run, plan: FlowStep, event: CompensationRejected) -> bool:
    """A rejection is never tried again."""
    if event.fallback != _falls_back(run, plan):
        return False
    _undo_exhausted(run, plan, event.error or "rejected")
    return True


def _undo_exhausted(run: _Run, plan: FlowStep, error: str) -> None:
    compensation = plan.compensation
    if compensation is not None and compensation.fallback is not None and not _falls_back(run, plan):
        run.compensate(plan, "falling-back", 1)
    else:
        run.park(plan, "dead", error, "back")


def _falls_back(run: _Run, plan: FlowStep) -> bool:
    return run.record(plan) in ("falling-back", "fallback-paused")


def _undo_retry_due(run: _Run, plan: FlowStep, event: CompensationRetryDue) -> bool:
    tries, falls_back = run.steps[plan.index].tries, _falls_back(run, plan)
    if event.attempt != tries or event.fallback != falls_back:
        return False
    run.compensate(plan, "falling-back" if falls_back else "undoing", tries + 1)
    return True


def _undo_given_up(run: _Run, plan: FlowStep, event: GivenUp) -> bool:
    run.park(plan, "dead", event.reason, "back")
    return True


# -- the whole run


def _decided(run: _Run, event: Decided) -> bool:
    if event.choice not in run.flow.saga.choices:
        return False
    position = run._choice_index(event.choice)
    outcomes = run.flow.saga.choices[event.choice].outcomes
    if run.choices[position] != "" or all(known.id != event.outcome for known in outcomes):
        return False
    run.choices[position] = event.outcome
    return True


def _interrupted(run: _Run, event: DeadlinePassed | CancelRequested) -> bool:
    """A deadline or a cancel: a wish to roll back, granted by rule 3."""
    trigger: Trigger = "deadline" if isinstance(event, DeadlinePassed) else "cancel"
    state = run.state()
    scope = event.scope if isinstance(event, DeadlinePassed) else ""
    if run.phase == "back" or (scope and not any(run.is_open(each) for each in run.flow.scopes if each.name == scope)):
        return False
    if not run.starts_rollback(trigger):
        run.commands.append(Alert(f"{trigger}, which starts no rollback here"))
    elif pivot_committed(run.flow, state):
        run.commands.append(Alert(f"{trigger} after the point of no return"))
    elif pivot_in_flight(run.flow, state):
        run.wish = run.wish or trigger
    else:
        run.roll_back(trigger)
    return True


# -- what others tell


def _heard(run: _Run, event: Heard) -> bool:
    """A step of somebody else: its record is taken over, and the run goes on or back as that says."""
    taken = [_take_over(run, step, record) for step, record in event.passed]
    if not _take_over(run, event.step, event.record, event.cause):
        return any(taken)
    if event.record not in PASSED:
        _close(run, run.flow.steps[event.step])
        _join_the_others(run, event.record, event.cause)
    return True


def _take_over(run: _Run, step: int, record: Record, cause: str = "") -> bool:
    """A pivot that is done, or not taken, decides about a wish to go back."""
    plan = run.flow.steps[step]
    if not _is_news(run.record(plan), record):
        return False
    run.put(plan, record, cause=cause)
    if run.wish and plan.kind == "pivot" and record in PASSED:
        if record == "done":
            _drop_wish(run, "done")
        else:
            _join_the_others(run, record, run.wish)
    return True


def _is_news(before: Record, told: Record) -> bool:
    """Whether this was not known yet; that a step is skipped may have been concluded too early."""
    if told in ENDED_BACK:
        return before not in TOLD_LAST
    return before in UNDER_WAY or (before == "skipped" and told != "skipped")


def _close(run: _Run, plan: FlowStep) -> None:
    """What surely comes after a step that did not pass never starts, or was settled before it."""
    for other in run.flow.members(run.flow.sure_descendants(plan.index)):
        if run.record(other) in UNDER_WAY:
            run.put(other, "withdrawn")


def _join_the_others(run: _Run, record: Record, cause: str) -> None:
    """Who hears of a way back goes back, by rule 3; a step that is parked going forward takes nobody with it."""
    state = run.state()
    if record == "stuck" or run.phase == "back" or pivot_committed(run.flow, state):
        return
    if pivot_in_flight(run.flow, state):
        run.wish = run.wish or cause
    else:
        run.roll_back(run.wish or cause)


# -- the table

Handler = Callable[[_Run, FlowStep, Any], bool]

TABLE: Final[dict[type, dict[Record, Handler]]] = {
    ActionSucceeded: {
        "requested": _succeeded,
        "paused": _succeeded,
        "asked": _succeeded,
        "unknown": _known_after_all,
    },
    ActionRejected: {"requested": _rejected, "paused": _rejected, "asked": _rejected},
    ActionFailed: {"requested": _failed},
    ActionTimedOut: {"requested": _timed_out},
    RetryDue: {"paused": _retry_due},
    StatusAnswered: {"asked": _status_answered},
    CompensationSucceeded: dict.fromkeys(("undoing", "undo-paused", "falling-back", "fallback-paused"), _undone),
    CompensationRejected: dict.fromkeys(("undoing", "undo-paused", "falling-back", "fallback-paused"), _undo_rejected),
    CompensationFailed: {"undoing": _undo_failed, "falling-back": _undo_failed},
    CompensationTimedOut: {"undoing": _undo_timed_out, "falling-back": _undo_timed_out},
    CompensationRetryDue: {"undo-paused": _undo_retry_due, "fallback-paused": _undo_retry_due},
    GivenUp: {
        **dict.fromkeys(("requested", "paused", "asked"), _given_up),
        **dict.fromkeys(("undoing", "undo-paused", "falling-back", "fallback-paused"), _undo_given_up),
    },
}
"""Which event matters to a step with which record; everything else is late (rule 1)."""


def _step_event(run: _Run, event: StepEvent) -> bool:
    if not 0 <= event.step < len(run.flow.steps):
        return False
    plan = run.flow.steps[event.step]
    handler = TABLE[type(event)].get(run.record(plan))
    return handler is not None and handler(run, plan, event)
