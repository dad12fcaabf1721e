"""The page: how the run ended, the two drawings, the table of moments, and the trace as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sagactl.durations import long_duration
from sagactl.reports.hypertext import asset, codes, foot, head, sentence, text
from sagactl.reports.traces.html.lifelines import Diagram
from sagactl.reports.traces.html.symbols import SYMBOL_OF, icon, number, symbols
from sagactl.reports.traces.html.timeline import Chart, bars_used, marks_used
from sagactl.reports.traces.messages import way_back
from sagactl.reports.traces.text import CAUSES, SIGNS, clock_text, words_of
from sagactl.trace import DeadLetter, Moment, RunOutcome, Trace, Violation, to_json

HERE: Final = "sagactl.reports.traces.html"
BESIDE: Final = "sagactl.reports.hypertext"

COLUMNS: Final = ("No.", "Time", "Step", "Participant", "What happens", "Way", "Run")


class Ending(NamedTuple):
    """How an outcome is shown: a symbol, a word, and a sentence."""

    symbol: str
    word: str
    sentence: str


ENDINGS: Final[dict[RunOutcome, Ending]] = {
    "completed": Ending("done", "Completed", "Every step is done or was not taken."),
    "compensated": Ending("undone", "Compensated", "Nothing is left of any step."),
    "parked": Ending("dead", "Parked", "People have to look at it."),
}


def render(trace: Trace) -> str:
    """The whole page; the same trace gives the same text."""
    script = asset(HERE, "trace.js")
    lines = [
        *head(f"Rehearsal of {trace.saga}: {trace.outcome}", _css(), script),
        '<a class="skip" href="#moments">Skip to the table of moments</a>',
        symbols(),
        *_header(trace),
        "<main>",
        *_summary(trace),
        *_timeline(trace),
        *_sequence(trace),
        *_moments(trace),
        *_data(trace),
        "</main>",
        *_stepper(trace),
        *foot(script),
    ]
    return "\n".join(lines)


def _css() -> str:
    sheets = ((BESIDE, "colours.css"), (BESIDE, "words.css"), (HERE, "drawings.css"), (HERE, "trace.css"))
    return "".join(asset(*sheet) for sheet in sheets)


# -- how it ended


def _header(trace: Trace) -> Iterator[str]:
    ending = ENDINGS[trace.outcome]
    faults = [str(fault) for fault in trace.replay.get("faults", ())]
    yield "<header>"
    yield f'<p class="kind">Rehearsal{" of a choreography" if trace.style == "choreography" else ""}</p>'
    yield f"<h1>{text(trace.saga)} <small>version {trace.version}</small></h1>"
    words = f"<strong>{ending.word}</strong> {ending.sentence}"
    yield f'<p class="outcome {trace.outcome}">{icon(ending.symbol)} {words}</p>'
    yield f'<p class="faults"><span>Injected</span> {codes(faults) or "no fault"}</p>'
    yield "</header>"


def _summary(trace: Trace) -> Iterator[str]:
    yield '<section aria-labelledby="summary-title">'
    yield '<h2 id="summary-title">Summary</h2>'
    yield '<dl class="facts">'
    yield _fact("Run", f"{trace.status} after {long_duration(trace.duration_s)}")
    yield _list("Done", trace.executed, "nothing")
    yield _list("Undone", trace.compensated, "nothing")
    if trace.skipped:
        yield _list("Not undone", trace.skipped, "", "bad")
    if trace.dead_letters:
        yield _fact("Dead letters", *map(_letter, trace.dead_letters), role="bad")
    if trace.violations:
        yield _fact("Violated", *map(_violation, trace.violations), role="bad")
    if trace.notes:
        yield _fact("Notes", *map(sentence, trace.notes))
    if trace.unused_faults:
        words = "the run never came to where it would happen"
        yield _fact(
            "Not reached", *(f"<code>{text(fault)}</code>: {words}" for fault in trace.unused_faults), role="bad"
        )
    yield "</dl>"
    yield "</section>"


def _fact(name: str, *values: str, role: str = "") -> str:
    kind = f' class="{role}"' if role else ""
    return f"<div{kind}><dt>{name}</dt>{''.join(f'<dd>{value}</dd>' for value in values)}</div>"


def _list(name: str, ids: Iterable[str], none: str, role: str = "") -> str:
    return _fact(name, codes(ids) or none, role=role)


def _letter(letter: DeadLetter) -> str:
    tries = f"after {letter.tries} tries" if letter.tries > 1 else "after 1 try" if letter.tries else "never tried"
    way = "on the way back" if letter.direction == "back" else "on the way forward"
    return f"<code>{text(letter.step)}</code>: {text(CAUSES.get(letter.reason, letter.reason))}, {tries}, {way}"


def _violation(found: Violation) -> str:
    promise = f" (its participant does not state <code>{text(found.promise)}</code>)" if found.promise else ""
    return f"{text(found.property)} <code>{text(found.step)}</code>: {text(found.explanation)}{promise}"


# -- drawings


def _timeline(trace: Trace) -> Iterator[str]:
    chart = Chart(trace)
    drawn = chart.draw()
    yield '<section aria-labelledby="timeline-head">'
    yield '<h2 id="timeline-head">Timeline</h2>'
    if chart.scale.is_compressed:
        words = "Time is compressed: the order is true, the lengths are not. Read times from the scale."
        yield f'<p class="remark">{words}</p>'
    yield f'<div class="scroll" role="region" aria-label="Timeline, may be scrolled" tabindex="0">{drawn}</div>'
    yield '<ul class="legend" aria-label="Legend">'
    for kind, words in bars_used(chart):
        high = 4 if kind == "b-pause" else 12
        bar = f'<rect y="{8 - high // 2}" width="28" height="{high}" rx="2" class="{kind}"/>'
        yield f'<li><svg class="swatch" viewBox="0 0 28 16" aria-hidden="true">{bar}</svg> {words}</li>'
    for name, words in marks_used(chart).items():
        yield f"<li>{icon(name)} {words}</li>"
    yield "</ul>"
    yield "</section>"


def _sequence(trace: Trace) -> Iterator[str]:
    yield '<section aria-labelledby="sequence-head">'
    yield '<h2 id="sequence-head">Sequence</h2>'
    drawn = Diagram(trace).draw()
    yield f'<div class="scroll" role="region" aria-label="Sequence, may be scrolled" tabindex="0">{drawn}</div>'
    yield "</section>"


# -- the table


def _moments(trace: Trace) -> Iterator[str]:
    chart = Chart(trace)
    steps = {step: place for place, step in enumerate(dict.fromkeys(m.step for m in trace.moments if m.step))}
    yield '<section id="moments" aria-labelledby="moments-title" tabindex="-1">'
    yield '<h2 id="moments-title">Moments</h2>'
    yield from _filters(steps)
    yield '<div class="scroll" role="region" aria-label="Table of moments, may be scrolled" tabindex="0">'
    yield "<table>"
    yield f"<caption>All {len(trace.moments)} moments of the run, in order</caption>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for place, (moment, is_back) in enumerate(zip(trace.moments, way_back(trace), strict=True)):
        yield _moment(place, moment, steps.get(moment.step, -1), is_back, chart.x(moment.t_s))
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    yield "</section>"


def _filters(steps: dict[str, int]) -> Iterator[str]:
    options = "".join(f'<option value="{place}">{text(step)}</option>' for step, place in steps.items())
    parts = (("", "the whole run"), ("forward", "the way forward"), ("back", "the way back"), ("fault", "faults"))
    yield '<form class="filters" hidden>'
    yield f'<label>Step <select id="by-step"><option value="">every step</option>{options}</select></label>'
    choices = "".join(f'<option value="{value}">{words}</option>' for value, words in parts)
    yield f'<label>Part <select id="by-part">{choices}</select></label>'
    yield '<label><input type="checkbox" id="inside" checked> what only the participants see</label>'
    yield '<output id="count"></output>'
    yield "</form>"


def _moment(place: int, moment: Moment, step: int, is_back: bool, x: float) -> str:
    kinds = [
        name
        for name, holds in (("back", is_back), ("fault", bool(moment.fault)), ("inside", SIGNS[moment.what].inside))
        if holds
    ]
    symbol = SYMBOL_OF.get(moment.what)
    role = SIGNS[moment.what].role or "ink"
    shown = icon(symbol[0]) if symbol else f'<span class="sign" aria-hidden="true">{SIGNS[moment.what].unicode}</span>'
    fault = f' <span class="badge">fault: {text(moment.fault)}</span>' if moment.fault else ""
    way = '<span class="way">↩ back</span>' if is_back else "forward"
    cells = (
        text(clock_text(moment)),
        f"<code>{text(moment.step)}</code>" if moment.step else "the run",
        text(moment.participant),
        f'{shown} <span class="r-{role}">{text(words_of(moment))}</span>{fault}',
        way,
        text(moment.status),
    )
    data = f'data-step="{step}" data-x="{number(x)}"'
    kind = f' class="{" ".join(kinds)}"' if kinds else ""
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr id="m{place}"{kind} {data}><th scope="row">{place + 1}</th>{row}</tr>'


# -- data and steps


def _data(trace: Trace) -> Iterator[str]:
    yield '<section aria-labelledby="data-title">'
    yield '<h2 id="data-title">Data</h2>'
    yield "<details><summary>The trace as JSON</summary>"
    yield f"<pre><code>{text_of_json(trace)}</code></pre>"
    yield "</details>"
    yield "</section>"


def text_of_json(trace: Trace) -> str:
    """The data as text of the page, line by line; everything that is not ASCII is written by its number."""
    return "\n".join(text(line) for line in json.dumps(to_json(trace), indent=2).split("\n"))


def _stepper(trace: Trace) -> Iterator[str]:
    last = max(0, len(trace.moments) - 1)
    buttons = (
        ("first", "⇤", "First moment"),
        ("previous", "←", "Previous moment"),
        ("next", "→", "Next moment"),
        ("last", "⇥", "Last moment"),
    )
    yield '<aside class="stepper" aria-label="Step through the moments" hidden>'
    yield '<div class="buttons">'
    for name, sign, words in buttons:
        yield f'<button type="button" id="{name}" aria-label="{words}" title="{words}">{sign}</button>'
    yield "</div>"
    yield f'<input type="range" id="scrub" min="0" max="{last}" value="0" aria-label="Moment">'
    yield '<p id="told" aria-live="polite">Step through the run with ← and →.</p>'
    yield "</aside>"
