"""Many runs for people: how they end and how long they take, in tables and small pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from sagactl.durations import duration_text
from sagactl.escape import escape
from sagactl.reports.samples import BASED_ON, COLUMNS, PERCENTILES, Shown, repetition
from sagactl.reports.width import fit, width
from sagactl.simulator.many import Sample
from sagactl.simulator.tally import OUTCOMES, Seen, Times, wilson
from sagactl.simulator.waiting import Queue

ROLES: Final = {"completed": "good", "compensated": "undo", "parked": "bad"}
BAR: Final = 40
MAX_ROWS: Final = 12
EIGHTHS: Final = " ▏▎▍▌▋▊▉"

Row = Sequence[str]


def render(shown: Shown) -> str:
    """The sample as it is stated, then the same with the slow participants, then what to make of both."""
    sample = shown.sample
    last = sample.asked.seed + sample.tally.runs - 1
    title = f"{sample.tally.runs:,} runs of {escape(sample.flow.saga.id)}, seeds {sample.asked.seed} to {last}"
    lines = [shown.style("strong", title), ""]
    lines += _body(shown, sample)
    if shown.slowed is not None:
        slow = ", ".join(
            f"`{escape(name)}` {factor:g} times as slow" for name, factor in shown.slowed.odds.slow.items()
        )
        lines += ["", shown.style("strong", f"The same with {slow}"), "", *_body(shown, shown.slowed)]
        lines += ["", shown.style("strong", "What the slow participant changes"), "", *_changes(shown, shown.slowed)]
    return "\n".join(line.rstrip() for line in (*lines, "", *_foot(shown))) + "\n"


def _body(shown: Shown, sample: Sample) -> Iterator[str]:
    yield from _outcomes(shown, sample)
    yield ""
    yield from _durations(shown, sample)
    yield ""
    yield from _histogram(shown, sample.tally.all)
    tally = sample.tally
    yield from _seen(shown, sample, "undone", {(step,): seen for (step, _), seen in tally.compensated().items()})
    yield from _seen(shown, sample, "dead letter", tally.dead_letters())
    violated = {(v.property, v.step, _promise(v.promise)): seen for v, seen in tally.violations().items()}
    yield from _seen(shown, sample, "violated", violated)
    if sample.queue is not None:
        yield ""
        yield from _queue(shown, sample.queue)


# -- tables


def _table(shown: Shown, head: Row, rows: Sequence[Row], texts: int = 1) -> Iterator[str]:
    """The first columns are texts, aligned to the left, the others numbers."""
    sizes = [max(width(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for number, row in enumerate((head, *rows)):
        cells = [
            fit(cell, size) if place < texts else " " * (size - width(cell)) + cell
            for place, (cell, size) in enumerate(zip(row, sizes, strict=True))
        ]
        line = "  " + "  ".join(cells)
        yield shown.style("dim", line.rstrip()) if number == 0 else _coloured(shown, line, row[0])


def _coloured(shown: Shown, line: str, word: str) -> str:
    role = ROLES.get(word)
    return line.replace(word, shown.style(role, word), 1) if role else line


def _outcomes(shown: Shown, sample: Sample) -> Iterator[str]:
    tally = sample.tally
    rows = [(outcome, *_share(tally.ended(outcome), tally.runs)) for outcome in OUTCOMES]
    yield from _table(shown, ("end", "runs", "share", "95 % sure"), rows)


def _share(hits: int, of: int) -> tuple[str, str, str]:
    share, least, most = wilson(hits, of)
    return f"{hits:,}", _percent(share), f"{_percent(least)} to {_percent(most)}"


def _percent(share: float) -> str:
    """Two digits after the point, and more of them for what is rare."""
    percent = 100 * share
    return f"{percent:.2f} %" if percent >= 0.1 or percent == 0 else f"{percent:.2g} %"


def _durations(shown: Shown, sample: Sample) -> Iterator[str]:
    tally = sample.tally
    named = [*((outcome, tally.durations[outcome]) for outcome in OUTCOMES), ("going back", tally.rollback)]
    head = ("how long", *(f"p{percent}" for percent in PERCENTILES), "longest")
    yield from _table(shown, head, [(name, *_times(times)) for name, times in named if times.number])


def _times(times: Times) -> tuple[str, ...]:
    return (*(_duration(times.percentile_s(percent)) for percent in PERCENTILES), _duration(times.longest_s))


def _duration(value_s: float) -> str:
    """Three digits are enough of what was drawn."""
    for unit, unit_s in (("d", 86400.0), ("h", 3600.0), ("m", 60.0)):
        if value_s >= 2 * unit_s:
            return f"{value_s / unit_s:.3g}{unit}"
    return duration_text(float(f"{value_s:.3g}"))


def _histogram(shown: Shown, times: Times) -> Iterator[str]:
    columns = list(times.columns(COLUMNS))
    most = max(count for _, _, count in columns)
    labels = [_duration(least_s) for least_s, _, _ in columns]
    size = max(map(len, labels))
    if len(set(labels)) < len(labels):
        yield f"  nearly all of them take {labels[-1]}"
        return
    yield shown.style("dim", f"  runs by how long they take, from {labels[0]} on; the last line holds the longest 1 %")
    for label, (_, _, count) in zip(labels, columns, strict=True):
        yield f"  {label:>{size}} {_bar(count / most, shown.ascii)} {count:,}"


def _bar(share: float, ascii: bool) -> str:
    if ascii:
        return "#" * max(round(share * BAR), share > 0)
    eighths = max(round(share * BAR * 8), share > 0)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _seen(shown: Shown, sample: Sample, title: str, found: Mapping[Any, Seen]) -> Iterator[str]:
    if not found:
        return
    yield ""
    names = max(len(key) for key in found)
    head = (title, *("",) * (names - 1), "runs", "share", "95 % sure", "first seed")
    rows = [
        (*map(escape, key), *_share(seen.runs, sample.tally.runs), str(seen.first_seed))
        for key, seen in list(found.items())[:MAX_ROWS]
    ]
    yield from _table(shown, head, rows, names)
    if len(found) > MAX_ROWS:
        yield f"  … and {len(found) - MAX_ROWS} more"


def _promise(promise: str) -> str:
    return f"unless `{promise}` is promised" if promise else "though it is promised"


def _queue(shown: Shown, queue: Queue) -> Iterator[str]:
    yield f"  {queue.rate_per_s:g} runs per second for {queue.places} places: {_percent(queue.load)} of them are taken"
    if queue.load >= 1:
        yield shown.style("bad", "  more comes than can be done: the longer this goes on, the longer they wait")
    head = ("", *(f"p{percent}" for percent in PERCENTILES), "longest")
    rows = [("waiting for a place", *_times(queue.waits)), ("from coming to the end", *_times(queue.totals))]
    yield from _table(shown, head, rows)
    yield f"  {_percent(queue.waited / max(1, queue.waits.number))} of them wait"


def _changes(shown: Shown, slowed: Sample) -> Iterator[str]:
    before, after = shown.sample.tally, slowed.tally
    rows: list[Row] = [
        (outcome, _percent(before.ended(outcome) / before.runs), _percent(after.ended(outcome) / after.runs))
        for outcome in OUTCOMES
    ]
    for percent in PERCENTILES:
        rows.append((f"p{percent}", *(_duration(tally.all.percentile_s(percent)) for tally in (before, after))))
    for (step, _), seen in after.compensated().items():
        known = before.compensated().get((step, ""))
        less = known.runs / before.runs if known is not None else 0.0
        rows.append((f"{escape(step)} is undone", _percent(less), _percent(seen.runs / after.runs)))
    yield from _table(shown, ("", "as stated", "slowed"), rows)


# -- what to make of it


def _foot(shown: Shown) -> Iterator[str]:
    for note in shown.sample.notes:
        yield from _wrapped(shown, note)
    sample = shown.sample
    checked = f"the first {sample.checked:,} were rehearsed as well and are the same"
    yield from _wrapped(shown, BASED_ON[sample.way] + (f"; {checked}" if sample.way != "rehearsed" else ""))
    for each in shown.samples:
        yield from _verdict(shown, each)
    telling = [seen for found in (sample.tally.violations(), sample.tally.dead_letters()) for seen in found.values()]
    if telling:
        yield f"to see one of them: {escape(repetition(shown, sample, telling[0].first_seed))}"


def _verdict(shown: Shown, sample: Sample) -> Iterator[str]:
    for word in sample.unreached:
        yield shown.style("bad", f"never possible in any of these runs: {escape(word)}")
    for violation, seen in sample.tally.violations().items():
        if not violation.promise:
            text = f"{violation.property} {violation.step}: {violation.explanation}, in {seen.runs:,} runs"
            yield shown.style("bad", escape(text))


def _wrapped(shown: Shown, text: str) -> list[str]:
    columns = max(shown.width, 72)
    return wrap(escape(text), columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
