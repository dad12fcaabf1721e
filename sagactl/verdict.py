"""What a verification says of a saga: a verdict, what it hangs on, and a run for everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from sagactl.model import Style
from sagactl.trace import Moment, RunOutcome

Word = Literal["safe", "conditional", "unsafe", "incomplete"]
VERDICTS: Final[tuple[Word, ...]] = ("safe", "conditional", "incomplete", "unsafe")
"""From the best to the worst: conditional is safe if the obligations hold, incomplete says what was not looked at."""

MEANINGS: Final[Mapping[Word, str]] = {
    "safe": "whatever fails, every property holds",
    "conditional": "safe if the participants keep what they have not promised yet",
    "unsafe": "there are runs that go wrong",
    "incomplete": "nothing wrong was found, and not everything was looked at",
}


TITLES: Final[Mapping[str, str]] = {
    "S1": "double-effect",
    "S2": "double-undo",
    "S3": "undo-of-nothing",
    "S4": "recorded-not-done",
    "S5": "effect-left-behind",
    "S6": "undone-in-name-only",
    "S7": "lost-dead-letter",
    "S8": "endless-wait",
    "S9": "undone-too-early",
    "S10": "no-way-on",
    "S11": "unknown-pivot",
    "S12": "undo-without-data",
    "I1": "dirty-read",
    "I2": "lost-update",
    "I3": "fuzzy-read",
    "I4": "overwriting-undo",
    "I5": "lock-for-ever",
    "L2": "too-slow-for-its-deadline",
    "L3": "endless-try",
    "accept": "unaccepted-end",
    "incomplete": "not-all-looked-at",
}
"""What it is called when a property does not hold."""


class Beside(NamedTuple):
    """The other one of two runs: of which saga, its moves, and all that happens in both, in the order in which it does.

    The moments of the two bear the name of their run; their times are turns.  `names` are those of the own run and of
    this one.
    """

    saga: str
    moves: tuple[Mapping[str, Any], ...]
    moments: tuple[Moment, ...]
    names: tuple[str, str]


class Counterexample(NamedTuple):
    """A run that breaks a property: how, in few words, and as moves that can be made again.

    `faults` are addresses as a rehearsal takes them, `story` at most ten lines, `decision` the one move by which the
    run differs from the nearest good one, `remedy` the YAML that mends it, `assumed` the promises that the run takes
    for given although nobody stated them, `style` whether somebody leads it, `beside` the run that it meets if it
    takes two.  Empty `moves` stand for a defect that shows in the definition itself.
    """

    property: str
    step: str
    explanation: str
    faults: tuple[str, ...] = ()
    moves: tuple[Mapping[str, Any], ...] = ()
    moments: tuple[Moment, ...] = ()
    story: tuple[str, ...] = ()
    decision: str = ""
    remedy: str = ""
    assumed: tuple[str, ...] = ()
    style: Style = "orchestration"
    beside: Beside | None = None


class Obligation(NamedTuple):
    """A promise that is not stated and on which safety hangs: who owes it, for which steps, what happens without."""

    participant: str
    promise: str
    steps: tuple[str, ...]
    counterexample: Counterexample


class End(NamedTuple):
    """One way in which runs may end: a word for each step, and the faults of a run that ends so."""

    outcome: RunOutcome
    steps: Mapping[str, str]
    faults: tuple[str, ...]
    accepted: bool = True


class Parked(NamedTuple):
    """A step that may end among the dead letters, and what has become of it there."""

    step: str
    how: str
    accepted: bool


class Verdict(NamedTuple):
    """What was found of one saga.

    `worlds` counts what was explored; `covered` says stage by stage what was looked at, and `uncovered` what was not.
    """

    saga: str
    version: int
    verdict: Word
    obligations: tuple[Obligation, ...] = ()
    violations: tuple[Counterexample, ...] = ()
    parked: tuple[Parked, ...] = ()
    vacuous: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    worlds: int = 0
    covered: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    ends: tuple[End, ...] | None = None

    @property
    def capped(self) -> bool:
        return bool(self.uncovered)
