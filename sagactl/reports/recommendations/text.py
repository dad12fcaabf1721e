"""Recommendations for people: the verdict, then its reasons; of several sagas a table first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Final, Literal

from sagactl.escape import escape
from sagactl.recommender import FactorResult, GateResult, Recommendation
from sagactl.recommender.factors import signed
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.recommendations import Recommended, built, side_by_side
from sagactl.reports.recommendations.evidence import drawn, reproduced

Role = Literal["heading", "orchestration", "choreography", "warning", "dim"]
Paint = Callable[[str, Role], str]
"""Gives a piece of a line its looks; it must not change how wide the piece is."""

WIDTH: Final = 100

SHORTEST_NAME: Final = 24
"""So much of a saga's name stays in the table; before more of it is cut, columns are left out."""

_COLUMNS: Final = ("saga", "recommended", "strength", "score", "declared", "decided by")
_FIRST_TO_GO: Final = (5, 4, 2)

BAR_POINTS: Final = 8
"""Where the bar ends on either side; what is beyond is shown at its end, and the number is printed beside it."""

_FLIP_HEADINGS: Final[dict[str, str]] = {
    "factor": "Factors that tip it",
    "tie": "Factors without which it would be a tie",
    "change": "The nearest change that would flip it",
    "gate": "What would flip it",
}


def plain(text: str, role: Role) -> str:
    """No looks at all."""
    return text


def render(
    recommended: Sequence[Recommended], *, verbose: bool = False, paint: Paint = plain, width: int = WIDTH
) -> str:
    """Lines no wider than `width`; several sagas only as a table unless `verbose`."""
    if not recommended:
        return "No saga to recommend anything for.\n"
    blocks: list[list[str]] = []
    if len(recommended) > 1:
        blocks.append(list(_table(recommended, paint, width)))
    if len(recommended) == 1 or verbose:
        blocks.extend(list(_details(each, verbose, paint, width)) for each in recommended)
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks) + "\n"


# -- several sagas


def _table(recommended: Sequence[Recommended], paint: Paint, width: int) -> Iterator[str]:
    rows = [_row(each.recommendation) for each in recommended]
    widths = [max(map(len, cells)) for cells in zip(_COLUMNS, *rows, strict=True)]
    kept = _kept(widths, width)
    room = width - sum(widths[column] + 2 for column in kept[1:])
    widths[0] = max(8, min(widths[0], room))
    yield paint(_columns(_COLUMNS, kept, widths), "heading")
    for each, row in zip(recommended, rows, strict=True):
        line = _columns((_shortened(row[0], widths[0]), *row[1:]), kept, widths)
        yield paint(line, "warning") if each.recommendation.agrees is False else line
    left_out = [name for column, name in enumerate(_COLUMNS) if column not in kept]
    if left_out:
        words = f"no room for {', '.join(f'`{name}`' for name in left_out)}; `--verbose` shows all"
        yield from (paint(line, "dim") for line in _wrapped(words, width))


def _kept(widths: Sequence[int], width: int) -> list[int]:
    """The columns that fit beside enough of the names; the verdict and its score always stay."""
    kept = list(range(len(widths)))
    for column in _FIRST_TO_GO:
        if min(widths[0], SHORTEST_NAME) + sum(widths[each] + 2 for each in kept[1:]) > width:
            kept.remove(column)
    return kept


def _row(found: Recommendation) -> tuple[str, ...]:
    gate = found.decided_by
    by = f"gate {gate.name}" if gate is not None else "rule of thumb" if found.strength == "weak" else "score"
    declared = found.declared or "-"
    return escape(found.saga), found.recommendation, found.strength, signed(found.score), declared, by


def _columns(cells: Sequence[str], kept: Sequence[int], widths: Sequence[int]) -> str:
    return "  ".join(cells[column].ljust(widths[column]) for column in kept).rstrip()


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


# -- one saga


def _details(each: Recommended, verbose: bool, paint: Paint, width: int) -> Iterator[str]:
    found = each.recommendation
    yield from (paint(line, "heading") for line in _wrapped(_headline(found), width))
    yield from (paint(line, "dim") for line in _wrapped(each.path, width, "  "))
    yield from _verdict(found, paint, width)
    yield from _built(found, paint, width)
    yield ""
    yield paint("Score", "heading")
    yield "  " + _bar(found.score)
    for factor in found.factors:
        if factor.points or verbose:
            yield from _factor(factor, paint, width)
    silent = [factor.name for factor in found.factors if not factor.points]
    if silent and not verbose:
        yield from (paint(line, "dim") for line in _wrapped(f"worth nothing here: {', '.join(silent)}", width, " " * 8))
    yield ""
    yield paint("Gates", "heading")
    for gate in found.gates:
        yield from _gate(gate, paint, width)
    yield from _flips(found, paint, width)
    yield from _missing(found, paint, width)
    yield from _rings(each, paint, width)
    yield from _evidence(each, verbose, paint, width)


def _built(found: Recommendation, paint: Paint, width: int) -> Iterator[str]:
    """What to build: the parts of a hybrid, or what stands in for a saga."""
    if found.cut is not None:
        for heading, sentences in ((built.GROUPS, built.groups), (built.CROSSINGS, built.crossings)):
            yield ""
            yield paint(heading, "heading")
            for sentence in sentences(found.cut):
                yield from _listed(sentence, width)
    if found.instead is not None:
        yield ""
        yield from (paint(line, "heading") for line in _wrapped(built.instead_title(found.instead), width))
        for place, part in enumerate(found.instead.parts, start=1):
            yield from _listed(part, width, f"{place}.")
        if found.instead.drops:
            yield from _wrapped(built.drops(found.instead), width, "  ")


def _evidence(each: Recommended, verbose: bool, paint: Paint, width: int) -> Iterator[str]:
    """Both styles side by side; where a saga is the wrong tool only if all is asked for."""
    if each.not_compared:
        yield ""
        yield from _wrapped(f"Both styles are not compared: {each.not_compared}.", width)
    if each.comparison is None or (each.recommendation.recommendation == "none" and not verbose):
        return
    yield ""
    yield from side_by_side.lines(each.comparison, paint, width, verbose=verbose)
    calls = drawn(each.path, each.recommendation.recommendation)
    for heading, found in (("Draw both", calls), ("Play it again", reproduced(each.path, each.comparison))):
        if found:
            yield ""
            yield paint(heading, "heading")
            yield from (f"  {call}" for call in found)


def _rings(each: Recommended, paint: Paint, width: int) -> Iterator[str]:
    if each.rings:
        yield ""
        yield paint("Services that would listen to each other in a ring", "heading")
        for ring in each.rings:
            yield from _wrapped("- " + " -> ".join((*ring, ring[0])), width, "  ")


def _headline(found: Recommendation) -> str:
    return f"{found.saga}: {VERDICT_NAMES[found.recommendation]} ({found.strength}, score {signed(found.score)})"


def _verdict(found: Recommendation, paint: Paint, width: int) -> Iterator[str]:
    gate = found.decided_by
    if gate is not None:
        yield from _wrapped(f"{gate.reason}.", width, "  ")
        yield from _wrapped(
            f"Instead: {gate.instead}" if gate.verdict != "orchestration" else gate.instead, width, "  "
        )
    elif found.strength == "weak":
        yield from _wrapped("The score is too close to zero to decide; the rule of thumb does.", width, "  ")
    if found.recommendation == "hybrid":
        words = "Orchestrate inside each bounded context, and let contexts tell each other by events."
        yield from _wrapped(words, width, "  ")
    if found.recommendation == "redesign":
        yield from _wrapped(f"Once that is mended, the factors speak for {VERDICT_NAMES[found.by_score]}.", width, "  ")
    if found.agrees is False:
        words = f"The file declares {found.declared}."
        yield from (paint(line, "warning") for line in _wrapped(words, width, "  "))


def _bar(score: float) -> str:
    """The score on a line from choreography to orchestration, two characters a point."""
    place = round((max(-BAR_POINTS, min(BAR_POINTS, score)) + BAR_POINTS) * 2)
    cells = ["-"] * (BAR_POINTS * 4 + 1)
    cells[BAR_POINTS * 2] = "|"
    cells[place] = "o"
    return f"choreography {''.join(cells)} orchestration  {signed(score)}"


def _factor(factor: FactorResult, paint: Paint, width: int) -> Iterator[str]:
    role: Role = "orchestration" if factor.points > 0 else "choreography" if factor.points < 0 else "dim"
    head = f"{signed(factor.points):>6}  "
    lines = _wrapped(f"{factor.name}: {factor.reason}", width - len(head))
    yield paint(head, role) + lines[0]
    yield from (" " * len(head) + line for line in lines[1:])
    yield from (paint(line, "dim") for line in _wrapped(f"source: {factor.source}", width, " " * len(head)))


def _gate(gate: GateResult, paint: Paint, width: int) -> Iterator[str]:
    head = f"{'yes' if gate.decided else 'no':>6}  "
    lines = _wrapped(gate.question, width - len(head))
    yield (paint(head, "warning") if gate.decided else head) + lines[0]
    yield from (" " * len(head) + line for line in lines[1:])
    if gate.decided:
        yield from (paint(line, "dim") for line in _wrapped(f"source: {gate.source}", width, " " * len(head)))


def _flips(found: Recommendation, paint: Paint, width: int) -> Iterator[str]:
    for kind, heading in _FLIP_HEADINGS.items():
        flips = [flip for flip in found.flips if flip.kind == kind]
        if flips:
            yield ""
            yield paint(heading, "heading")
            for flip in flips:
                yield from _listed(flip.sentence, width)
    if not any(flip.kind in ("change", "gate") for flip in found.flips):
        yield ""
        yield from _wrapped("No small change of one kind flips it.", width)


def _listed(text: str, width: int, mark: str = "-") -> Iterator[str]:
    indent = len(mark) + 3
    lines = _wrapped(text, width - indent)
    yield f"  {mark} {lines[0]}"
    yield from (" " * indent + line for line in lines[1:])


def _missing(found: Recommendation, paint: Paint, width: int) -> Iterator[str]:
    if not found.missing:
        return
    yield ""
    yield paint("Still to be written", "heading")
    names = ", ".join(f"`{step}`" for step in found.missing)
    number = "compensation" if len(found.missing) == 1 else "compensations"
    yield from _wrapped(f"the {number} of {names}; counted as if there (`no_compensation` says why not)", width, "  ")


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """The text in lines, escaped; at least one line."""
    lines = wrap(escape(text), max(width, 20), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return lines or [indent]
