"""A trace for people: a table in which the way back can be seen at a glance, and how the run ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol, TypeVar

from sagactl.durations import long_duration
from sagactl.escape import escape
from sagactl.reports.style import Style, plain
from sagactl.reports.width import fit, width
from sagactl.trace import Moment, Trace, What

MIN_WIDTH: Final = 60
MAX_ALIKE: Final = 8
"""Rows of one step that only repeat each other; more are counted instead of shown."""


class Sign(NamedTuple):
    """How a moment is shown: a sign (unicode, ascii), words with `{}` for the detail, and a role for its colour."""

    unicode: str
    ascii: str
    words: str
    role: str = ""
    inside: bool = False
    """At the participant, where the orchestrator cannot see it: shown when it is a fault, or when asked for."""


SIGNS: Final[dict[What, Sign]] = {
    "started": Sign("●", "*", "run starts", "strong"),
    "sent": Sign("→", ">", "{}"),
    "executed": Sign("·", ".", "takes effect", "dim", inside=True),
    "deduplicated": Sign("·", ".", "known already, not done again", "dim", inside=True),
    "refused": Sign("·", ".", "refused: {}", "dim", inside=True),
    "turned-down": Sign("⚡", "!", "says no: {}", "fault", inside=True),
    "broke": Sign("⚡", "!", "fails", "fault", inside=True),
    "duplicated": Sign("⚡", "!", "message arrives twice", "fault", inside=True),
    "forgotten": Sign("⚡", "!", "has forgotten the key, and does it again", "fault", inside=True),
    "crashed": Sign("⚡", "!", "orchestrator crashes, and sends again what is outstanding", "fault"),
    "restarted": Sign("↻", "@", "the whole saga is tried again: {}", "undo"),
    "lost": Sign("⚡", "!", "message lost", "fault", inside=True),
    "done": Sign("✓", "+", "done", "good"),
    "rejected": Sign("✗", "x", "rejected: {}", "bad"),
    "failed": Sign("✗", "x", "failed", "bad"),
    "timed-out": Sign("✗", "x", "no answer in time", "bad"),
    "retrying": Sign("→", ">", "{}"),
    "paused": Sign("…", "~", "pause"),
    "asked": Sign("?", "?", "asks what became of it"),
    "answered": Sign("·", ".", "answers the status query", "dim", inside=True),
    "waiting": Sign("…", "~", "waits for {}"),
    "arrived": Sign("✓", "+", "{} arrived", "good"),
    "ignored": Sign("·", ".", "too late, changes nothing: {}", "dim"),
    "withdrawn": Sign("↩", "<", "no longer waits for {}", "undo"),
    "decided": Sign("◇", "?", "choice {}"),
    "skipped": Sign("○", "o", "skipped: {}", "dim"),
    "rollback": Sign("↩", "<", "ROLLBACK: {}", "undo"),
    "undo-sent": Sign("↩", "<", "{}", "undo"),
    "fallback-sent": Sign("↩", "<", "fallback {}", "undo"),
    "undo-executed": Sign("·", ".", "undo takes effect", "dim", inside=True),
    "nothing-to-undo": Sign("·", ".", "nothing to undo", "dim", inside=True),
    "undone": Sign("✓", "+", "undone", "undo"),
    "undo-rejected": Sign("✗", "x", "refuses to undo: {}", "bad"),
    "undo-failed": Sign("✗", "x", "undo failed", "bad"),
    "undo-timed-out": Sign("✗", "x", "no answer to the undo in time", "bad"),
    "undo-retrying": Sign("↩", "<", "{}", "undo"),
    "dead-letter": Sign("☠", "#", "DEAD LETTER: {}", "bad"),
    "given-up": Sign("■", "#", "rehearsal stops waiting: {}", "bad"),
    "alert": Sign("▲", "!", "alert: {}", "fault"),
    "deadline": Sign("⚡", "!", "deadline passed", "fault"),
    "cancel": Sign("⚡", "!", "cancelled", "fault"),
    "by-hand": Sign("✎", "@", "by hand: {}", "strong"),
    "ended": Sign("■", "#", "run ends: {}", "strong"),
    "published": Sign("»", ">", "publishes {}"),
    "heard": Sign("«", "<", "hears {}", "dim", inside=True),
}


CAUSES: Final = {"error": "it failed", "timeout": "no answer in time"}
"""What the machine calls the end of all tries, in words; business errors and reasons speak for themselves."""


def render(trace: Trace, *, style: Style = plain, width: int = 100, ascii: bool = False, verbose: bool = False) -> str:
    """The table, if there is anything to put into it, and the summary."""
    rows = list(collapsed([m for m in trace.moments if verbose or is_shown(m)]))
    table = [*table_of(rows, style, max(width, MIN_WIDTH), ascii), ""] if rows else []
    lines = [_title(trace, style), "", *table, *summary(trace, style, max(width, MIN_WIDTH))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


class HasStep(Protocol):
    """Anything that happens to a step."""

    @property
    def step(self) -> str: ...


Row = TypeVar("Row", bound=HasStep)


def is_shown(moment: Moment) -> bool:
    """Whether the moment is told to people who did not ask for everything."""
    return bool(moment.fault) or not SIGNS[moment.what].inside


def _title(trace: Trace, style: Style) -> str:
    faults = ", ".join(map(str, trace.replay.get("faults", ())))
    return style("strong", title(trace)) + (f"  with {escape(faults)}" if faults else "")


def title(trace: Trace) -> str:
    """What was rehearsed; that somebody leads goes without saying."""
    return f"Rehearsal of {escape(trace.saga)}" + (" as a choreography" if trace.style == "choreography" else "")


def subtitle(trace: Trace) -> str:
    """How the run ended, and what was made to fail."""
    faults = ", ".join(str(fault) for fault in trace.replay.get("faults", ()))
    return f"{trace.outcome} after {trace.duration_s:.3f}s, with {faults or 'no fault'}"


def collapsed(moments: list[Row]) -> Iterator[Row | str]:
    """Long repetitions of one step are counted."""
    start = 0
    while start < len(moments):
        end = start
        while end < len(moments) and moments[end].step and moments[end].step == moments[start].step:
            end += 1
        end = max(end, start + 1)
        run = moments[start:end]
        if len(run) > MAX_ALIKE + 2:
            yield from run[: MAX_ALIKE // 2]
            yield f"{len(run) - MAX_ALIKE} more like these"
            yield from run[-MAX_ALIKE // 2 :]
        else:
            yield from run
        start = end


def table_of(rows: list[Moment | str], style: Style, columns: int, ascii: bool) -> list[str]:
    """The moments as lines; where not everything fits the participants are left out, for what happens matters more."""
    moments = [row for row in rows if isinstance(row, Moment)]
    clock = max((len(clock_text(moment)) for moment in moments), default=5)
    status = max((len(moment.status) for moment in moments), default=7)
    room = columns - clock - status - 8
    step = min(max(4, *(width(escape(m.step)) for m in moments)), room // 3)
    who = min(max(11, *(width(escape(m.participant)) for m in moments)), room // 4)
    if max((width(words_of(moment)) for moment in moments), default=0) > room - step - who - 2:
        step, who = min(max(4, *(width(escape(m.step)) for m in moments)), room // 2), 0
    what = room - step - who - 2 if who else room - step
    sizes = (clock, step, who, what)
    second = f"  {fit('participant', who)}" if who else ""
    head = f"{'time':>{clock}}  {fit('step', step)}{second}  {fit('what', what + 2)}  run"
    lines, shown = [style("dim", head)], ""
    for row in rows:
        if isinstance(row, str):
            lines.append(style("dim", f"{'':>{clock}}  … {row} …" if not ascii else f"{'':>{clock}}  ... {row} ..."))
            continue
        lines.append(_row(row, sizes, row.status if row.status != shown else "", style, ascii))
        shown = row.status
    return lines


def _row(moment: Moment, sizes: tuple[int, int, int, int], status: str, style: Style, ascii: bool) -> str:
    clock, step, who, what = sizes
    sign = SIGNS[moment.what]
    cells = fit(escape(moment.step), step) + (f"  {fit(escape(moment.participant), who)}" if who else "")
    text = f"{sign.ascii if ascii else sign.unicode} {fit(words_of(moment), what)}"
    return f"{clock_text(moment):>{clock}}  {cells}  {style(sign.role, text) if sign.role else text}  {status}"


def words_of(moment: Moment) -> str:
    """The moment in words, safe to show."""
    words = escape(SIGNS[moment.what].words.format(CAUSES.get(moment.detail, moment.detail)))
    late = moment.fault == "late" and moment.what in ("timed-out", "undo-timed-out")
    return words + " (the answer is only late)" if late else words


def clock_text(moment: Moment) -> str:
    """The virtual time as the tables write it."""
    return f"{moment.t_s:.3f}s"


def summary(trace: Trace, style: Style, columns: int) -> list[str]:
    """How the run ended, what was done and undone, and what people must know of it."""
    role = {"completed": "good", "compensated": "undo", "parked": "bad"}[trace.outcome]
    words = {
        "completed": "completed: every step is done or was not taken",
        "compensated": "compensated: nothing is left of any step",
        "parked": "parked: people have to look at it",
    }[trace.outcome]
    lines = [f"{'Outcome':<14}{style(role, words)} ({trace.status}, {long_duration(trace.duration_s)})"]
    for name, ids in (("Done", trace.executed), ("Undone", trace.compensated), ("Not undone", trace.skipped)):
        lines += _wrapped(name, ", ".join(ids), columns) if ids else []
    for letter in trace.dead_letters:
        tries = f"after {letter.tries} tries" if letter.tries > 1 else "after 1 try" if letter.tries else "never tried"
        reason = escape(CAUSES.get(letter.reason, letter.reason))
        lines.append(f"{'Dead letter':<14}{style('bad', escape(letter.step))}: {reason}, {tries}")
    for violation in trace.violations:
        promise = f" (its participant does not state `{escape(violation.promise)}`)" if violation.promise else ""
        text = f"{escape(violation.property)} {escape(violation.step)}: {escape(violation.explanation)}{promise}"
        lines.append(f"{'Violated':<14}{style('bad', text)}")
    for note in trace.notes:
        lines += _wrapped("Note", note, columns)
    for fault in trace.unused_faults:
        lines.append(f"{'Not reached':<14}{style('fault', escape(fault))}: the run never came to where it would happen")
    return lines


def _wrapped(name: str, text: str, columns: int) -> list[str]:
    """A line of the summary, continued under its own text; no word is cut, so that it can be copied."""
    from textwrap import wrap

    lines = wrap(escape(text), columns - 14, break_long_words=False, break_on_hyphens=False)
    return [f"{name if position == 0 else '':<14}{line}" for position, line in enumerate(lines)]
