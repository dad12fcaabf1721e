"""What the parts of a page are made of: sections, tables, regions that scroll, facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sagactl.reports.hypertext import code, sentence, text
from sagactl.reports.surveys import Refused

_YAML = re.compile(r"(?:- |#|[\w-]+:(?:\s|$))")


def section(name: str, title: str, content: Iterable[str]) -> Iterator[str]:
    """A part of the page with its heading, to which the list of contents leads."""
    yield f'<section id="{name}" aria-labelledby="{name}-title">'
    yield f'<h2 id="{name}-title">{text(title)}</h2>'
    yield from content
    yield "</section>"


def region(label: str, content: Iterable[str], kind: str = "") -> Iterator[str]:
    """What may be wider or higher than its place, so that keys can scroll it, too."""
    classes = f"scroll {kind}".rstrip()
    yield f'<div class="{classes}" role="region" aria-label="{text(label)}" tabindex="0">'
    yield from content
    yield "</div>"


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> Iterator[str]:
    """A table whose first cells name their rows; the cells are HTML."""
    yield from region(caption, _table(caption, columns, rows), f"table {kind}".rstrip())


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "<table>"
    yield f"<caption>{text(caption)}</caption>"
    heads = "".join(f'<th scope="col">{column}</th>' for column in columns)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for first, *others in rows:
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        yield f'<tr><th scope="row">{first}</th>{cells}</tr>'
    yield "</tbody>"
    yield "</table>"


def facts(pairs: Iterable[tuple[str, str]], kind: str = "") -> Iterator[str]:
    """Names with what is said of them, as HTML."""
    yield f'<dl class="facts {kind}">'.replace(' "', '"')
    yield from (f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)
    yield "</dl>"


def refusal(found: Refused) -> Iterator[str]:
    """Why a part is missing."""
    yield f'<p class="refused"><strong>Not done:</strong> {sentence(found.message)}.'.replace("..", ".")
    yield f"{sentence(found.help)}.</p>" if found.help else "</p>"


def remark(words: str) -> str:
    """What has to be known beside the results."""
    return f'<p class="remark">{sentence(words)}</p>'


def pasted(yaml: str, label: str) -> Iterator[str]:
    """YAML to paste, as it stands in a definition."""
    lines = "\n".join(text(line) for line in yaml.split("\n"))
    yield from region(label, (f"<pre><code>{lines}</code></pre>",))


def advice(words: str, label: str) -> Iterator[str]:
    """YAML to paste, or a sentence with the YAML below it if there is any."""
    if _YAML.match(words):
        yield from pasted(words.rstrip(), label)
        return
    first, _, rest = words.partition("\n")
    yield f"<p>{sentence(first)}</p>"
    if rest.strip():
        yield from pasted(rest.rstrip(), label)


def listed(title: str, sentences: Iterable[str], tag: str = "ul") -> Iterator[str]:
    """Sentences below a heading; nothing where there are none."""
    items = [f"<li>{sentence(each)}</li>" for each in sentences]
    if items:
        yield f"<h3>{sentence(title)}</h3>"
        yield from (f"<{tag}>", *items, f"</{tag}>")


def dashed(words: Iterable[str]) -> str:
    """Names, or a dash where there are none."""
    return " ".join(map(code, words)) or "–"


def hidden(words: str) -> str:
    """Words for those who do not see the sign beside them."""
    return f'<span class="unseen">{text(words)}</span>'


def plural(number: int, word: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
