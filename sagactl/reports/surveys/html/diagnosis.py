"""What lint says of the definition, each finding at its place in the text, which stands at the end of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.finding import Evidence, Finding, Fix, Region
from sagactl.linter.linted import Linted, Located
from sagactl.reports.findings import region_of
from sagactl.reports.hypertext import code, codes, sentence, text
from sagactl.reports.style import plain
from sagactl.reports.surveys import Surveyed
from sagactl.reports.surveys.html.layout import advice, plural, region, remark, table
from sagactl.source.node import Text

MAX_FINDINGS: Final = 200
MAX_LINES: Final = 2_000
"""Of a definition that is shown; more is no text that anybody reads in a browser."""

MAX_COLUMNS: Final = 300


def diagnosis(surveyed: Surveyed) -> Iterator[str]:
    """The findings, and what their author has accepted."""
    linted = surveyed.linted
    if not linted.findings:
        yield "<p>Nothing was found.</p>"
    for number, located in enumerate(linted.findings[:MAX_FINDINGS], 1):
        yield from _finding(number, linted, located)
    if len(linted.findings) > MAX_FINDINGS:
        yield remark(
            f"{plural(len(linted.findings) - MAX_FINDINGS, 'more finding')} left out: `sagactl lint` shows all"
        )
    if linted.suppressed:
        yield from _suppressed(linted)


def _finding(number: int, linted: Linted, located: Located) -> Iterator[str]:
    finding, name = located.finding, f"finding-{number}"
    yield f'<article class="finding {finding.severity}" id="{name}" aria-labelledby="{name}-title">'
    grade = f'<span class="grade">{finding.severity.capitalize()}</span>'
    yield f'<h3 id="{name}-title">{grade} {code(finding.code)} {text(finding.name)}</h3>'
    yield f"<p>{sentence(finding.message)}</p>"
    yield f"<p>{_spot(linted.name, located.region)}</p>"
    yield from _quoted(linted.text, located.region)
    for related in finding.related:
        place = region_of(related)
        where = code(f"{related.path}:{place.line}") if related.path else _line_link(place.line, f"line {place.line}")
        yield f"<p>{where}: {sentence(related.message)}</p>"
    yield from _remarks(finding, linted)
    yield "</article>"


def _spot(path: str, place: Region) -> str:
    return _line_link(place.line, f"{path}:{place.line}:{place.column}")


def _line_link(line: int, words: str) -> str:
    """To the line of the definition below, if it is among those shown."""
    return f'<a href="#L{line}">{text(words)}</a>' if line <= MAX_LINES else code(words)


def _quoted(source: Text, place: Region) -> Iterator[str]:
    """The line with what is meant underlined."""
    if place.line > len(source.lines) or not source.string:
        return
    line = source.lines[place.line - 1]
    start = min(place.column - 1, len(line))
    end = min(place.end_column - 1 if place.end_line == place.line else len(line), start + MAX_COLUMNS)
    left = max(0, start - MAX_COLUMNS // 3)
    before, token, after = line[left:start], line[start:end], line[end : end + MAX_COLUMNS]
    shown = f"{'…' if left else ''}{text(before)}<mark>{text(token)}</mark>{text(after)}"
    number = f'<span class="number">{place.line}</span>'
    yield from region(f"Line {place.line}", (f"<pre><code>{number}{shown}</code></pre>",))


def _remarks(finding: Finding, linted: Linted) -> Iterator[str]:
    if finding.help:
        yield "<h4>What to do</h4>"
        yield from advice(finding.help, "To paste")
    if finding.note:
        yield "<h4>Why it hurts</h4>"
        yield from advice(finding.note, "Example")
    if finding.evidence is not None:
        yield from _evidence(finding.evidence)
    if finding.fix is not None:
        yield from _fix(finding.fix, linted.text)


def _evidence(evidence: Evidence) -> Iterator[str]:
    yield "<h4>How it happens</h4>"
    if evidence.faults:
        yield f"<p>With {codes(evidence.faults)}</p>"
    yield '<ol class="story">'
    yield from (f"<li>{sentence(moment)}</li>" for moment in evidence.moments)
    yield "</ol>"


def _fix(fix: Fix, source: Text) -> Iterator[str]:
    from sagactl.reports.differences import change_lines

    option = "--fix" if fix.safe else "--unsafe-fixes"
    yield f"<h4>The fix</h4><p>{sentence(fix.title)} ({code(option)})</p>"
    lines = "\n".join(text(line) for line in change_lines(source, fix.edits, plain))
    yield from region("The change", (f"<pre><code>{lines}</code></pre>",))


def _suppressed(linted: Linted) -> Iterator[str]:
    yield "<h3>Accepted findings</h3>"
    yield from table(
        "What the author has accepted",
        ("Rule", "Place", "What", "By", "Reason"),
        (
            (
                f"{code(each.located.finding.code)} {text(each.located.finding.name)}",
                _spot(linted.name, each.located.region),
                sentence(each.located.finding.message),
                each.by,
                text(each.reason) or "–",
            )
            for each in linted.suppressed[:MAX_FINDINGS]
        ),
    )


def definition(linted: Linted) -> Iterator[str]:
    """The text of the file, line by line, with the lines marked in which something was found."""
    lines = linted.text.lines
    if not linted.text.string:
        yield "<p>The file could not be read.</p>"
        return
    marked = {located.region.line for located in linted.findings}
    shown = "\n".join(_source_line(number, line, number in marked) for number, line in enumerate(lines[:MAX_LINES], 1))
    yield from region(linted.name, (f"<pre><code>{shown}</code></pre>",), "source")
    if len(lines) > MAX_LINES:
        yield remark(f"{plural(len(lines) - MAX_LINES, 'more line')} left out")


def _source_line(number: int, line: str, is_marked: bool) -> str:
    cut = line if len(line) <= MAX_COLUMNS else line[: MAX_COLUMNS - 1] + "…"
    kind = ' class="marked"' if is_marked else ""
    return f'<span id="L{number}"{kind}><span class="number">{number}</span>{text(cut)}</span>'
