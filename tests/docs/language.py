"""The language in words: a section per record of the table in `sagactl/source/fields.py`, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, get_args

from sagactl import durations, predicates, workspace
from sagactl.access import PREVENTS, Anomaly
from sagactl.simulator.plan import MAX_TRIES
from sagactl.simulator.rehearsal import MAX_MOVES
from sagactl.source import check, events, shapes
from sagactl.source.characters import MAX_BYTES
from sagactl.source.fields import MAX_STEPS, RECORDS


def records() -> str:
    """Every record with its keys, in the order of the table."""
    return "\n\n".join(_record(name, record) for name, record in RECORDS.items())


def _record(name: str, record: shapes.Record) -> str:
    lines = [f"### {_capital(record.what)}", ""]
    lines += ["| key | value | meaning | default |", "| --- | --- | --- | --- |"]
    lines += [_row(field) for field in record.fields]
    rules = list(_rules(record))
    return "\n".join([*lines, *([""] if rules else []), *rules])


def _row(field: shapes.Field) -> str:
    default = "**required**" if field.required else cell(field.default)
    return f"| `{field.key}` | {cell(words(field.shape))} | {cell(field.meaning)} | {default} |"


def _rules(record: shapes.Record) -> Iterator[str]:
    for group in record.one_of:
        yield f"- Exactly one of {_or(group, 'and')} is written."
    for left, right, why in record.conflicts:
        yield f"- `{left}` and `{right}` exclude each other: {why}."
    for key, owners in record.needs:
        yield f"- `{key}` makes sense only beside {_or(owners)}."


def words(shape: shapes.Shape) -> str:
    """What may be written, for a reader."""
    return _WORDS[type(shape)](shape)


def _count(shape: shapes.Count) -> str:
    open_ended = shape.most == shapes.Count().most
    return f"a whole number from {shape.least}" + ("" if open_ended else f" to {shape.most}")


def _many(shape: shapes.Many) -> str:
    item = words(shape.item)
    how_many = f" of exactly {shape.least}" if shape.least == shape.most else ""
    return f"a list{how_many}: {item}" + ("; one alone needs no brackets" if shape.single else "")


def _group(shape: shapes.Group) -> str:
    what = RECORDS[shape.record].what
    text = f"[{what}](#{what.replace(' ', '-')})"
    alone = [key for key in dict.fromkeys((shape.scalar, shape.items)) if key]
    if alone:
        text += ", or " + _or(tuple(alone)) + " alone"
    return text + (", or nothing" if shape.empty else "")


def _or(keys: tuple[str, ...], joint: str = "or") -> str:
    quoted = [f"`{key}`" for key in keys]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + f" {joint} {quoted[-1]}"


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    shapes.Text: lambda shape: shape.what,
    shapes.Id: lambda shape: shape.what,
    shapes.Flag: lambda shape: "`true` or `false`",
    shapes.Always: lambda shape: "`true`",
    shapes.Nothing: lambda shape: "nothing",
    shapes.Count: _count,
    shapes.Number: lambda shape: f"a number from {shape.least:g} to {shape.most:g}",
    shapes.Time: lambda shape: "a duration" + (", zero too" if shape.zero else ""),
    shapes.Word: lambda shape: _or(shape.words),
    shapes.Many: _many,
    shapes.Table: lambda shape: f"a mapping from {words(shape.key)} to {words(shape.value)}",
    shapes.Group: _group,
    shapes.Either: lambda shape: shape.expected,
    shapes.Data: lambda shape: "any data",
    shapes.JsonType: lambda shape: "a JSON type, or a JSON Schema fragment",
}


def countermeasures() -> str:
    """Which countermeasure prevents which anomaly."""
    anomalies = get_args(Anomaly)
    lines = [f"| countermeasure | {' | '.join(anomalies)} |", "| --- " * (len(anomalies) + 1) + "|"]
    for countermeasure, prevented in PREVENTS.items():
        marks = ("prevents" if anomaly in prevented else "" for anomaly in anomalies)
        lines.append(f"| `{countermeasure}` | {' | '.join(marks)} |")
    return "\n".join(lines)


def limits() -> str:
    """Every limit that a definition or a rehearsal can meet, with its number from the source."""
    rows = (
        ("size of a file", f"{MAX_BYTES >> 20} MiB"),
        ("depth of nesting", f"{events.MAX_DEPTH} levels"),
        ("values in a file, and values repeated by aliases", f"{events.MAX_NODES:,}"),
        ("steps in a saga", f"{MAX_STEPS:,}"),
        ("characters of an id", f"{check.ID_MAX_LENGTH}"),
        ("a duration", f"{durations.MAX_S / 86400:.0f}d"),
        ("characters of a predicate", f"{predicates.MAX_CHARACTERS:,}"),
        ("nesting of a predicate", f"{predicates.MAX_DEPTH}"),
        ("findings reported for one file while it is read", f"{check.MAX_FINDINGS}"),
        ("files in one call", f"{workspace.MAX_FILES:,}"),
        ("tries that a rehearsal waits for when a step is tried for ever", f"{MAX_TRIES} (`--max-tries`)"),
        ("moves of one rehearsal", f"{MAX_MOVES:,}"),
    )
    return "\n".join(["| of what | at most |", "| --- | --- |", *(f"| {what} | {most} |" for what, most in rows)])


def cell(text: str) -> str:
    """A text that stays in its cell."""
    return " ".join(text.replace("|", "\\|").split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
