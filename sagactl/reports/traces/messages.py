"""The messages of a run, as a sequence diagram needs them: who to whom, which words, and which of them were lost.

Where somebody leads, messages are commands and answers; where nobody does, they are events between participants.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sagactl.escape import escape
from sagactl.reports.traces.text import SIGNS, Sign, collapsed, words_of
from sagactl.trace import Moment, Trace, What

Shape = Literal["call", "reply", "event", "note", "banner"]
Lifeline = str | None
"""A participant, None for the orchestrator, empty for the world outside."""

CALLS: Final[frozenset[What]] = frozenset(
    {"sent", "retrying", "asked", "undo-sent", "fallback-sent", "undo-retrying"},
)
REPLIES: Final[frozenset[What]] = frozenset(
    {"done", "rejected", "failed", "arrived", "ignored", "undone", "undo-rejected", "undo-failed"},
)
BACK: Final[frozenset[What]] = frozenset(
    {"undo-sent", "fallback-sent", "undo-retrying", "undone", "undo-rejected", "undo-failed", "undo-timed-out"},
)
AT_PARTICIPANT: Final[frozenset[What]] = frozenset(
    {"deduplicated", "refused", "nothing-to-undo", "duplicated", "forgotten"},
)
"""Told although only the participant knows of it, because it explains the answer."""

MAX_HEARERS: Final = 40
"""So many rows back an equal event is looked for."""

REPEATABLE: Final[frozenset[What]] = frozenset({"executed", "undo-executed"})
"""Told when it happens again: that is a double effect."""

ANSWERS: Final[dict[What, str]] = {
    "executed": "done",
    "deduplicated": "done already",
    "turned-down": "no",
    "broke": "failed",
    "refused": "refused",
    "undo-executed": "undone",
    "nothing-to-undo": "nothing to undo",
    "answered": "the status",
}
"""What a lost answer would have said."""

SAID_BY_EVENTS: Final[frozenset[What]] = frozenset({"done", "undone", "published"})
"""What an event between participants says already."""

UNHEARD: Final = "nobody here hears"
"""So the words of an event end that has no listener in the saga."""

SELF: Final = None
OUTSIDE: Final = ""
"""The lifeline of events and decisions that come from outside."""


class Entry(NamedTuple):
    """One row: a message or a note; `participant` is None for the orchestrator and empty for the world outside.

    An event goes from its `sender`.  `place` is the position of its moment in the trace.
    """

    shape: Shape
    moment: Moment
    participant: Lifeline
    words: str
    role: str
    place: int
    is_back: bool = False
    is_lost: bool = False
    is_fault: bool = False
    sender: Lifeline = SELF

    @property
    def step(self) -> str:
        return self.moment.step

    @property
    def ends(self) -> tuple[Lifeline, Lifeline]:
        """Where the arrow of a message starts and where it ends."""
        return (self.participant, self.sender) if self.shape == "reply" else (self.sender, self.participant)

    @property
    def is_arrow(self) -> bool:
        return self.shape in ("call", "reply", "event")


def rows(trace: Trace) -> tuple[Entry | str, ...]:
    """The entries; long repetitions of one step are counted, as in the table."""
    return tuple(collapsed(entries(trace)))


def lifelines(trace: Trace, rows: tuple[Entry | str, ...]) -> tuple[Lifeline, ...]:
    """Who takes part: the orchestrator if there is one, the others in order of appearance, the world outside last."""
    found: dict[Lifeline, None] = {}
    for row in rows:
        if isinstance(row, Entry):
            found |= dict.fromkeys(row.ends if row.is_arrow else (row.participant,))
    named = tuple(name for name in found if name)
    leads = (SELF,) if trace.style == "orchestration" or not named else ()
    return (*leads, *named, OUTSIDE) if OUTSIDE in found else (*leads, *named)


def entries(trace: Trace) -> list[Entry]:
    """Every message and note of the trace."""
    reader = _Reader(trace) if trace.style == "orchestration" else _EventReader(trace)
    for place, moment in enumerate(trace.moments):
        reader.read(place, moment)
    return reader.entries


class _Reader:
    """What is known of each step while the moments are read in order."""

    def __init__(self, trace: Trace) -> None:
        self.entries: list[Entry] = []
        self.waiting = {moment.step for moment in trace.moments if moment.what == "waiting"}
        self.shared = _shared(trace)
        self.inside: dict[str, Moment] = {}
        self.effects: set[tuple[str, What]] = set()
        self.calls: dict[str, int] = {}

    def read(self, place: int, moment: Moment) -> None:
        entry = self._entry(place, moment)
        if SIGNS[moment.what].inside:
            self.inside[moment.step] = moment
        if entry is not None:
            if entry.shape == "call":
                self.calls[moment.step] = len(self.entries)
            self.entries.append(entry)

    def _entry(self, place: int, moment: Moment) -> Entry | None:
        entry = Entry("note", moment, SELF, words_of(moment), SIGNS[moment.what].role, place, moment.what in BACK)
        if moment.what == "lost":
            return self._lost(entry)
        if moment.what == "rollback":
            return entry._replace(shape="banner")
        other = moment.participant or (OUTSIDE if moment.step in self.waiting else SELF)
        if other is None:
            return None if SIGNS[moment.what].inside and not moment.fault else self._note(entry)
        if moment.what in CALLS:
            return entry._replace(shape="call", participant=other, words=self._call(moment))
        if moment.what in REPLIES:
            return self._reply(entry, other)
        if SIGNS[moment.what].inside:
            return self._inside(entry, other)
        return self._note(entry)

    def _note(self, entry: Entry) -> Entry:
        return entry._replace(words=self._named(entry))

    def _call(self, moment: Moment) -> str:
        """What is said only where it is not so: that the result goes with the request to undo."""
        return words_of(moment).removesuffix(", with its result")

    def _reply(self, entry: Entry, other: str) -> Entry:
        inside = self.inside.get(entry.step)
        is_fault = inside is not None and bool(inside.fault) and inside.what != "lost"
        answer = entry._replace(shape="reply", participant=other, is_fault=is_fault)
        return answer._replace(words=self._named(answer))

    def _inside(self, entry: Entry, other: str) -> Entry | None:
        what = entry.moment.what
        again = (entry.step, what) in self.effects
        if what in REPEATABLE:
            self.effects.add((entry.step, what))
        if what in AT_PARTICIPANT or (what in REPEATABLE and again):
            return entry._replace(participant=other, words=entry.words + (" again" if what in REPEATABLE else ""))
        return None

    def _lost(self, entry: Entry) -> Entry | None:
        """A lost request belongs to its call, which has been read already; a lost answer is a row of its own."""
        call = self.calls.get(entry.step)
        if entry.moment.fault != "reply-lost" and call is not None:
            sent = self.entries[call]
            self.entries[call] = sent._replace(words=f"{sent.words}, lost", role="fault", is_lost=True)
            return None
        if not entry.moment.participant and entry.step not in self.waiting:
            return self._note(entry)
        inside = self.inside.get(entry.step)
        answer = ANSWERS.get(inside.what, "answer") if inside is not None else "answer"
        other = entry.moment.participant or OUTSIDE
        return entry._replace(shape="reply", participant=other, words=f"{answer}, lost", is_lost=True)

    def _named(self, entry: Entry) -> str:
        """With the step where neither the words nor the participant tell which one it is."""
        moment = entry.moment
        alone = entry.participant is SELF and moment.what not in ("waiting", "withdrawn")
        if moment.step and (alone or moment.participant in self.shared):
            return f"{entry.words} ({escape(moment.step)})"
        return entry.words


class _EventReader(_Reader):
    """The same where nobody leads: events are the messages, and what a participant does is a note on its lifeline."""

    def _entry(self, place: int, moment: Moment) -> Entry | None:
        is_back = moment.status == "COMPENSATING" or moment.what in BACK
        other = moment.participant or SELF
        entry = Entry("note", moment, other, words_of(moment), SIGNS[moment.what].role, place, is_back)
        if moment.what == "rollback":
            return entry._replace(shape="banner", participant=SELF)
        if moment.what == "heard":
            event = entry._replace(participant=moment.participant, sender=moment.sender, role="")
            return self._event(event._replace(words=escape(moment.detail)))
        if moment.what == "lost":
            return entry._replace(words=f"{escape(moment.detail)} is lost" if moment.detail else self._named(entry))
        if SIGNS[moment.what].inside:
            return self._inside(entry, other or OUTSIDE)
        if moment.what in SAID_BY_EVENTS and not moment.detail.endswith(UNHEARD):
            return None
        return entry._replace(words=self._call(moment) if moment.what in CALLS else self._named(entry))

    def _event(self, entry: Entry) -> Entry | None:
        """An event that a participant hears for several of its steps is drawn once, and its own ones not at all."""
        if entry.sender == entry.participant:
            return None
        same = (entry.sender, entry.participant, entry.words, entry.moment.t_s)
        told = ((each.sender, each.participant, each.words, each.moment.t_s) for each in self.entries[-MAX_HEARERS:])
        return None if same in told else entry._replace(shape="event")


def way_back(trace: Trace) -> list[bool]:
    """For each moment whether it is on the way back: from a rollback on, until all is tried again."""
    found: list[bool] = []
    for moment in trace.moments:
        is_back = bool(found and found[-1])
        found.append(moment.what == "rollback" or (is_back and moment.what != "restarted") or moment.what in BACK)
    return found


def _shared(trace: Trace) -> frozenset[str]:
    """The participants of more than one step."""
    steps: dict[str, set[str]] = {}
    for moment in trace.moments:
        if moment.participant:
            steps.setdefault(moment.participant, set()).add(moment.step)
    return frozenset(name for name, found in steps.items() if len(found) > 1)


def sign(entry: Entry) -> Sign | None:
    """What stands before the words; an arrow forward needs none."""
    if entry.is_fault or entry.is_lost:
        return SIGNS["lost"]
    if entry.shape == "event" or (entry.moment.what in ("sent", "retrying") and entry.shape == "call"):
        return None
    return SIGNS[entry.moment.what]
