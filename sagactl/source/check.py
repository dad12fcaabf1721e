"""Values are read here by the shapes of the language; what does not fit is dropped, with a finding at its place.

`check(kept, shape, node, route, key)` returns what the model wants, or `MISSING`.  `route` is that of the mapping or
list that holds the value, so that no route is built for the many values that are fine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, cast

from sagactl import durations
from sagactl.errors import nearest, suggest
from sagactl.finding import Drop, Edit, Finding, Fix, Place, Region, Related
from sagactl.model import Route
from sagactl.source import shapes
from sagactl.source.fields import RECORDS
from sagactl.source.node import Node, Span
from sagactl.source.scalars import is_text, resolve_11, resolve_core

MISSING: Final = object()
MAX_FINDINGS: Final = 100
"""A file with more is broken in one way that the first hundred show."""

JSON_TYPES: Final = ("string", "integer", "number", "boolean", "object", "array")
ID_PATTERN: Final = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
ID_MAX_LENGTH: Final = 64

_id = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*").fullmatch
_patterns: dict[str, re.Pattern[str]] = {}

RULE_NAMES: Final = {
    "SG001": "unknown-key",
    "SG002": "duplicate-id",
    "SG003": "unknown-reference",
    "SG004": "dependency-cycle",
    "SG008": "bad-expression",
    "SG010": "saga-recursion",
    "SG016": "bad-duration",
    "SG017": "yaml-ambiguity",
    "SG018": "unreadable-file",
    "SG019": "invalid-value",
    "SG020": "missing-key",
}
"""The findings that decide whether a definition is valid; their pages stand with the other rules."""


class Language(NamedTuple):
    """The records of one kind of file, and the fields of each by their keys."""

    records: Mapping[str, shapes.Record]
    fields: Mapping[str, dict[str, shapes.Field]]
    required: Mapping[str, tuple[shapes.Field, ...]]


def language(records: Mapping[str, shapes.Record]) -> Language:
    """The language that a table of records describes."""
    return Language(
        records,
        {name: {field.key: field for field in record.fields} for name, record in records.items()},
        {name: tuple(field for field in record.fields if field.required) for name, record in records.items()},
    )


_SAGAS: Final = language(RECORDS)


class Kept:
    """What the check of one document collects; `language` is what it is checked by, that of sagas if not said."""

    def __init__(self, language: Language = _SAGAS) -> None:
        self.language = language
        self.findings: list[Finding] = []
        self.where: tuple[Route, str | int] = ((), "")
        """The value that is being looked at: what is said of a whole block is said at its key."""
        self.misspelt: set[tuple[Route, str]] = set()
        """Keys that an unknown key was probably meant to be: that they are missing need not be said again."""

    @property
    def full(self) -> bool:
        """Whether nothing more will be said, so that nothing more need be found out."""
        return len(self.findings) >= MAX_FINDINGS

    def add(self, code: str, message: str, place: Place | Region, **more: Any) -> None:
        if not self.full:
            severity = more.pop("severity", "error")
            self.findings.append(Finding(code, RULE_NAMES[code], severity, message, place, **more))


def region(span: Span) -> Region:
    """The span, counted from one."""
    return Region(span.line + 1, span.column + 1, span.end_line + 1, span.end_column + 1)


def check(kept: Kept, shape: shapes.Shape, node: Node, route: Route, key: str | int) -> Any:
    """What the value says, or MISSING after saying what is wrong with it."""
    return _CHECKS[type(shape)](kept, shape, node, route, key)


def check_record(kept: Kept, name: str, node: Node, route: Route, id: str = "") -> Any:
    """What the record's `make` builds from the entries of a mapping, or MISSING when a required one is missing."""
    record = kept.language.records[name]
    fields = kept.language.fields[name]
    values: dict[str, Any] = {}
    written: dict[str, Node] = {}
    entries: Any = node.value
    for key_node, value_node in entries:
        key = key_node.value
        field = fields.get(key)
        if field is None:
            _unknown_key(kept, record, fields, key_node, node, route)
            continue
        written[key] = key_node
        kept.where = (route, key)
        value = _CHECKS[type(field.shape)](kept, field.shape, value_node, route, key)
        if value is not MISSING:
            values[field.attribute or key] = value
    if not _complete(kept, record, kept.language.required[name], values, written, route):
        return MISSING
    if id:
        values[record.named] = id
    return record.make(route=route, **values)


def _unknown_key(
    kept: Kept, record: shapes.Record, fields: dict[str, shapes.Field], key: Node, node: Node, route: Route
) -> None:
    if kept.full:
        return
    name = str(key.value)
    guess = nearest(name, fields)
    if guess:
        kept.misspelt.add((route, guess))
    is_free = guess and all(each.value != guess for each, _ in cast("list[tuple[Node, Node]]", node.value))
    fix = Fix(f"rename it to `{guess}`", (Edit(region(key.span), str(guess)),), safe=False) if is_free else None
    kept.add(
        "SG001",
        f"`{short(name)}` is not a key of {record.what}",
        region(key.span),
        help=suggest(name, tuple(fields)),
        note="nothing reads it, so what it was meant to say would silently not hold",
        fix=fix,
    )


def _complete(
    kept: Kept,
    record: shapes.Record,
    required: tuple[shapes.Field, ...],
    values: dict[str, Any],
    written: dict[str, Node],
    route: Route,
) -> bool:
    """Whether the record can be built; says what is missing or excludes each other."""
    complete = True
    for field in required:
        if field.key not in written and (route, field.key) not in kept.misspelt:
            kept.add(
                "SG020",
                f"{record.what} needs `{field.key}`",
                Place(route),
                help=f"`{field.key}:` {_lower(field.meaning)}",
            )
        if (field.attribute or field.key) not in values:
            complete = False
    for group in record.one_of:
        if not _exactly_one(kept, record, group, written, route):
            return False
    for left, right, why in record.conflicts:
        if left in written and right in written:
            related = (Related(f"`{left}` is here", region(written[left].span)),)
            message = f"`{left}` and `{right}` exclude each other: {why}"
            kept.add("SG019", message, region(written[right].span), related=related)
            values.pop(right, None)
    for key, owners in record.needs:
        if key in written and not any(owner in written for owner in owners):
            names = " or ".join(f"`{owner}`" for owner in owners)
            kept.add("SG020", f"`{key}` needs {names} beside it", region(written[key].span))
            values.pop(key, None)
    return complete


def _exactly_one(
    kept: Kept, record: shapes.Record, group: tuple[str, ...], written: dict[str, Node], route: Route
) -> bool:
    found = [key for key in group if key in written]
    if len(found) == 1:
        return True
    names = ", ".join(f"`{key}`" for key in group[:-1]) + f" or `{group[-1]}`"
    if not found and any((route, key) in kept.misspelt for key in group):
        return False
    if not found:
        kept.add("SG020", f"{record.what} needs one of {names}", Place(route))
        return False
    for extra in found[1:]:
        related = (Related(f"`{found[0]}` is here", region(written[found[0]].span)),)
        message = f"{record.what} takes only one of {names}"
        kept.add("SG019", message, region(written[extra].span), related=related)
    return False


# -- the shapes, one function each


def _text(kept: Kept, shape: shapes.Text, node: Node, route: Route, key: str | int) -> Any:
    value = _string(kept, node, shape.what)
    if value is MISSING:
        return MISSING
    if len(value) > shape.max_length:
        return _wrong(kept, node, f"this is longer than {shape.max_length} characters")
    if not value.strip():
        return _wrong(kept, node, f"this is empty; expected {shape.what}")
    if shape.pattern and not _pattern(shape.pattern).fullmatch(value):
        return _wrong(kept, node, f"`{short(value)}` is not {shape.what}")
    return value


def _string(kept: Kept, node: Node, what: str) -> Any:
    """The text of a scalar that YAML reads as a string, in 1.2 and (if only with a remark) in 1.1."""
    if node.kind != "scalar":
        return _wrong(kept, node, f"expected {what}, not {a_kind(node)}")
    value: Any = node.value
    if node.plain and not is_text(value):
        core = resolve_core(value)
        if not isinstance(core, str):
            if value == "":
                return _wrong(kept, node, f"nothing is written here; expected {what}")
            return _ambiguous(kept, node, f"`{short(value)}` is {a_value(core)} in YAML, not text")
        if resolve_11(value) != "str":
            _ambiguous_11(kept, node)
    return value


def _ambiguous(kept: Kept, node: Node, message: str) -> Any:
    value = cast(str, node.value)
    fix = Fix("quote it", (Edit(region(node.span), f'"{value}"'),))
    kept.add("SG017", message, region(node.span), help=f'quote it: `"{short(value)}"`', fix=fix)
    return MISSING


def _ambiguous_11(kept: Kept, node: Node) -> None:
    value = cast(str, node.value)
    kept.add(
        "SG017",
        f"`{short(value)}` is text here, but readers of YAML 1.1 take it for {_A_TYPE_11[resolve_11(value)]}",
        region(node.span),
        severity="info",
        help=f'quote it, and every reader agrees: `"{short(value)}"`',
        fix=Fix("quote it", (Edit(region(node.span), f'"{value}"'),)),
    )


_A_TYPE_11: Final = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "null": "null",
    "timestamp": "a date",
    "merge": "a merge key",
    "value": "a default key",
}


def _check_id(kept: Kept, shape: shapes.Id, node: Node, route: Route, key: str | int) -> Any:
    value = _string(kept, node, shape.what)
    if value is MISSING or (_id(value) and len(value) <= ID_MAX_LENGTH):
        return value
    return _bad_id(kept, node, shape.what)


def _bad_id(kept: Kept, node: Node, what: str) -> Any:
    value = cast(str, node.value)
    if len(value) > ID_MAX_LENGTH:
        return _wrong(kept, node, f"{what} has at most {ID_MAX_LENGTH} characters; this one has {len(value)}")
    kebab = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", value).lower()).strip("-")
    help = f"write `{kebab}`" if _id(kebab) else "use lower-case letters and digits, words joined by `-`"
    return _wrong(kept, node, f"`{short(value)}` cannot be {what}", help, replace=kebab if _id(kebab) else None)


def _flag(kept: Kept, shape: shapes.Flag, node: Node, route: Route, key: str | int) -> Any:
    value = _typed(kept, node, "true or false")
    if value is MISSING or isinstance(value, bool):
        return value
    word = value if value in ("true", "false") else None
    return _wrong(kept, node, f"expected true or false, not {a_value(value)}", replace=word)


def _count(kept: Kept, shape: shapes.Count, node: Node, route: Route, key: str | int) -> Any:
    value = _typed(kept, node, "a whole number")
    if value is MISSING:
        return MISSING
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value % 1 != 0:
        return _wrong(kept, node, f"expected a whole number, not {a_value(value)}")
    return _in_range(kept, node, int(value), shape.least, shape.most)


def _number(kept: Kept, shape: shapes.Number, node: Node, route: Route, key: str | int) -> Any:
    value = _typed(kept, node, "a number")
    if value is MISSING:
        return MISSING
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return _wrong(kept, node, f"expected a number, not {a_value(value)}")
    return _in_range(kept, node, float(value), shape.least, shape.most)


def _in_range(kept: Kept, node: Node, value: float, least: float, most: float) -> Any:
    if least <= value <= most:
        return value
    what = "a whole number" if isinstance(value, int) else "a number"
    return _wrong(kept, node, f"expected {what} from {least:.10g} to {most:.10g}")


def _typed(kept: Kept, node: Node, what: str) -> Any:
    """The value of a plain scalar by the YAML 1.2 core schema, unless 1.1 reads it as something else."""
    if node.kind != "scalar":
        return _wrong(kept, node, f"expected {what}, not {a_kind(node)}")
    text = cast(str, node.value)
    if not node.plain:
        return text
    core = resolve_core(text)
    old = resolve_11(text)
    if old != _TYPE_NAMES[type(core)] or (old == "int" and core != _int_11(text)):
        return _disagreement(kept, node, text, core, old, what)
    return core


_TYPE_NAMES: Final[dict[type, str]] = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}


def _int_11(text: str) -> int | None:
    """What YAML 1.1 makes of digits: octal after a leading zero."""
    digits = text.lstrip("+-")
    if len(digits) > 1 and digits[0] == "0" and digits.isdigit():
        return None
    return cast(int, resolve_core(text))


def _disagreement(kept: Kept, node: Node, text: str, core: object, old: str, what: str) -> Any:
    new = "text" if isinstance(core, str) else a_value(core)
    word = _true_or_false(text)
    is_flag = old == "bool" and what == "true or false"
    kept.add(
        "SG017",
        f"`{short(text)}` is {new} in YAML 1.2 and {_OLD_READING.get(old, old)} in YAML 1.1; expected {what}",
        region(node.span),
        help=f"write `{word}`" if old == "bool" else _PLAIN_DIGITS,
        fix=Fix(f"write `{word}`", (Edit(region(node.span), word),)) if is_flag else None,
    )
    return MISSING


_OLD_READING: Final = {
    "bool": "true or false",
    "int": "another number",
    "float": "a number",
    "str": "text",
    "null": "null",
    "timestamp": "a date",
}


_PLAIN_DIGITS: Final = "write it in plain digits, without leading zeros, `_`, `:` or exponents"


def _true_or_false(text: str) -> str:
    """What a word means to a reader of YAML 1.1."""
    return "true" if text.lower() in ("y", "yes", "on") else "false"


def _time(kept: Kept, shape: shapes.Time, node: Node, route: Route, key: str | int) -> Any:
    if node.kind != "scalar":
        return _wrong(kept, node, f"expected a duration, not {a_kind(node)}", code="SG016", help=durations.HOW_TO_WRITE)
    text = cast(str, node.value)
    seconds = durations.parse_duration(text)
    if seconds is None:
        said = f"`{short(text)}` is not a duration" if text else "a duration is missing here"
        return _wrong(kept, node, said, durations.advice(text), code="SG016", replace=durations.respell(text))
    if seconds == 0 and not shape.zero:
        return _wrong(kept, node, "a duration of zero makes no sense here", durations.HOW_TO_WRITE, code="SG016")
    if seconds > durations.MAX_S:
        return _wrong(kept, node, f"`{short(text)}` is longer than 3650 days", durations.HOW_TO_WRITE, code="SG016")
    return seconds


def _word(kept: Kept, shape: shapes.Word, node: Node, route: Route, key: str | int) -> Any:
    if node.kind == "scalar" and node.value in shape.words:
        return node.value
    expected = _one_of(shape.words)
    if node.kind != "scalar":
        return _wrong(kept, node, f"expected {expected}, not {a_kind(node)}")
    value = cast(str, node.value)
    if node.plain and resolve_11(value) == "bool" and not isinstance(resolve_core(value), bool):
        _ambiguous_11(kept, node)
    guess = nearest(value, shape.words)
    return _wrong(
        kept, node, f"`{short(value)}` is not {expected}", f"did you mean `{guess}`?" if guess else "", replace=guess
    )


def _one_of(words: tuple[str, ...]) -> str:
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else "one of " + ", ".join(quoted[:-1]) + " or " + quoted[-1]


def _many(kept: Kept, shape: shapes.Many, node: Node, route: Route, key: str | int) -> Any:
    if node.kind != "sequence":
        if shape.single and node.kind == "scalar" and not (node.plain and node.value == ""):
            value = check(kept, shape.item, node, route, key)
            return MISSING if value is MISSING else (value,)
        return _wrong(kept, node, f"expected a list, not {a_kind(node)}", _as_list(shape, node))
    items = cast("list[Node]", node.value)
    if not shape.least <= len(items) <= shape.most:
        return _wrong(kept, node, _length_message(shape, len(items)), at=Place((*route, key)))
    inner = (*route, key)
    checker = _CHECKS[type(shape.item)]
    item_shape = shape.item
    values = []
    for index, item in enumerate(items):
        kept.where = (inner, index)
        value = checker(kept, item_shape, item, inner, index)
        if value is not MISSING:
            values.append(value)
    if shape.unique and len(set(values)) != len(values):
        _repeated(kept, items, inner)
        values = list(dict.fromkeys(values))
    return tuple(values)


def _length_message(shape: shapes.Many, length: int) -> str:
    if shape.least == shape.most:
        return f"expected {shape.least} items, not {length}"
    if length < shape.least:
        return "this list is empty" if length == 0 else f"expected at least {shape.least} items"
    return f"expected at most {shape.most} items, not {length}"


def _as_list(shape: shapes.Many, node: Node) -> str:
    if node.kind == "scalar" and node.value:
        return f"write `[{short(cast(str, node.value))}]`"
    return ""


def _repeated(kept: Kept, items: list[Node], route: Route) -> None:
    seen: dict[object, Node] = {}
    for index, item in enumerate(items):
        first = seen.setdefault(str(item.value), item)
        if first is not item:
            message = f"`{short(str(item.value))}` stands here twice"
            related = (Related("first here", region(first.span)),)
            fix = Fix("remove the second one", changes=(Drop((*route, index)),))
            kept.add("SG019", message, region(item.span), related=related, fix=fix)


def _table(kept: Kept, shape: shapes.Table, node: Node, route: Route, key: str | int) -> Any:
    if node.kind != "mapping":
        return _wrong(kept, node, f"expected a mapping, not {a_kind(node)}")
    entries = cast("list[tuple[Node, Node]]", node.value)
    if len(entries) < shape.least:
        return _wrong(kept, node, "this mapping is empty", at=Place((*route, key)))
    inner = (*route, key)
    values: dict[str, Any] = {}
    for key_node, value_node in entries:
        name = check(kept, shape.key, key_node, inner, "")
        if name is MISSING:
            continue
        kept.where = (inner, name)
        if isinstance(shape.value, shapes.Group):
            value = _group(kept, shape.value, value_node, inner, name, id=name)
        else:
            value = check(kept, shape.value, value_node, inner, name)
        if value is not MISSING:
            values[name] = value
    return values


def _group(kept: Kept, shape: shapes.Group, node: Node, route: Route, key: str | int, id: str = "") -> Any:
    inner = (*route, key) if key != "" else route
    if node.kind == "mapping":
        return check_record(kept, shape.record, node, inner, id)
    if node.kind == "sequence" and shape.items:
        return _grown(kept, shape.record, shape.items, node, inner)
    blank = node.kind == "scalar" and node.plain and resolve_core(cast(str, node.value)) is None
    if blank and shape.empty:
        return check_record(kept, shape.record, Node("mapping", [], node.span, False), inner, id)
    if node.kind == "scalar" and shape.scalar and not blank:
        return _grown(kept, shape.record, shape.scalar, node, inner)
    return _wrong(kept, node, f"expected {kept.language.records[shape.record].what} with its keys, not {a_kind(node)}")


def _grown(kept: Kept, name: str, key: str, node: Node, route: Route) -> Any:
    """A bare value stands for the mapping with one key; places stay those of the bare value."""
    record, field = kept.language.records[name], kept.language.fields[name][key]
    value = field.shape
    single = value._replace(single=True) if isinstance(value, shapes.Many) else value
    checked = check(kept, single, node, route[:-1], route[-1])
    return MISSING if checked is MISSING else record.make(route=route, **{field.attribute or key: checked})


def _either(kept: Kept, shape: shapes.Either, node: Node, route: Route, key: str | int) -> Any:
    """The first shape that fits; an error is the own error of a text, else the list of what is possible."""
    ambiguous: list[Finding] = []
    value: Any = node.value
    is_word = node.kind == "scalar" and is_text(value)
    for candidate in shape.shapes:
        if is_word and isinstance(candidate, shapes.Count | shapes.Number):
            continue
        trial = Kept(kept.language)
        trial.where = kept.where
        value = check(trial, candidate, node, route, key)
        if value is not MISSING:
            kept.findings += trial.findings
            return value
        if not isinstance(candidate, shapes.Text):
            ambiguous += [finding for finding in trial.findings if finding.code == "SG017"]
    if ambiguous:
        kept.findings += ambiguous[:1]
        return MISSING
    is_flag = node.kind == "scalar" and node.plain and isinstance(resolve_core(cast(str, node.value)), bool)
    if node.kind == "scalar" and not is_flag and isinstance(shape.shapes[0], shapes.Text):
        return check(kept, shape.shapes[0], node, route, key)
    return _wrong(kept, node, f"expected {shape.expected}, not {a_written(node)}")


def _always(kept: Kept, shape: shapes.Always, node: Node, route: Route, key: str | int) -> Any:
    if node.kind == "scalar" and node.plain and resolve_core(cast(str, node.value)) is True:
        return True
    return _wrong(kept, node, f"expected true, not {a_written(node)}")


def _nothing(kept: Kept, shape: shapes.Nothing, node: Node, route: Route, key: str | int) -> Any:
    """Blank text counts as nothing too; the value is False, because None means that the key is absent."""
    if node.kind == "scalar":
        text = cast(str, node.value)
        if not text.strip() or (node.plain and resolve_core(text) is None):
            return False
    return _wrong(kept, node, f"expected nothing, not {a_written(node)}")


def _json_type(kept: Kept, shape: shapes.JsonType, node: Node, route: Route, key: str | int) -> Any:
    if node.kind == "mapping":
        return _fragment(kept, node)
    return _word(kept, _JSON_WORDS, node, route, key)


_JSON_WORDS = shapes.Word(JSON_TYPES)


def _fragment(kept: Kept, node: Node) -> Any:
    """A JSON Schema fragment: its `type` is one of JSON's, and its references stay inside the file."""
    fine = True
    for key, value in _entries_below(node):
        if key.value == "$ref" and value.kind == "scalar" and not str(value.value).startswith("#/"):
            kept.add("SG019", "`$ref` may only point into this file, as `#/…`", region(value.span))
            fine = False
    for key, value in cast("list[tuple[Node, Node]]", node.value):
        if key.value == "type" and value.kind == "scalar" and value.value not in (*JSON_TYPES, "null"):
            fine = _word(kept, _JSON_WORDS, value, (), "") is not MISSING and fine
    return _plain_data(node) if fine else MISSING


def _entries_below(node: Node) -> list[tuple[Node, Node]]:
    """All entries of the mappings below a node, shared parts once."""
    found: list[tuple[Node, Node]] = []
    waiting, seen = [node], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen or current.kind == "scalar":
            continue
        seen.add(id(current))
        if current.kind == "mapping":
            entries = cast("list[tuple[Node, Node]]", current.value)
            found += entries
            waiting += [value for _, value in entries]
        else:
            waiting += cast("list[Node]", current.value)
    return found


def _data(kept: Kept, shape: shapes.Data, node: Node, route: Route, key: str | int) -> Any:
    if node.kind == "scalar":
        return resolve_core(cast(str, node.value)) if node.plain else node.value
    return _plain_data(node)


def _plain_data(node: Node) -> Any:
    from sagactl.source.data import plain_data

    return plain_data(node)


_CHECKS: Final[dict[type, Callable[..., Any]]] = {
    shapes.Text: _text,
    shapes.Id: _check_id,
    shapes.Flag: _flag,
    shapes.Always: _always,
    shapes.Nothing: _nothing,
    shapes.Count: _count,
    shapes.Number: _number,
    shapes.Time: _time,
    shapes.Word: _word,
    shapes.Many: _many,
    shapes.Table: _table,
    shapes.Group: _group,
    shapes.Either: _either,
    shapes.Data: _data,
    shapes.JsonType: _json_type,
}


# -- words


def _wrong(
    kept: Kept,
    node: Node,
    message: str,
    help: str = "",
    *,
    code: str = "SG019",
    at: Place | None = None,
    replace: str | None = None,
) -> Any:
    above, key = kept.where
    place: Place | Region = at or (region(node.span) if node.kind == "scalar" else Place((*above, key)))
    if node.kind == "scalar" and node.plain and not node.value:
        place = Place((*above, key))
    fix = Fix(f"write `{replace}`", (Edit(region(node.span), replace),), safe=False) if replace else None
    kept.add(code, message, place, help=help, fix=fix)
    return MISSING


def a_kind(node: Node) -> str:
    """What a node is, in words."""
    if node.kind == "scalar":
        return a_written(node)
    return {"mapping": "a mapping", "sequence": "a list"}[node.kind]


def a_written(node: Node) -> str:
    if node.kind != "scalar":
        return a_kind(node)
    text = cast(str, node.value)
    if not text and node.plain:
        return "nothing"
    return f"`{short(text)}`" if node.plain else f'the text "{short(text)}"'


def a_value(value: object) -> str:
    """A typed value, in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "a number"
        case _:
            return f'the text "{short(str(value))}"'


def short(text: str, most: int = 60) -> str:
    """The text, or its beginning when it is long; printing escapes it."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _pattern(text: str) -> re.Pattern[str]:
    compiled = _patterns.get(text)
    if compiled is None:
        compiled = _patterns[text] = re.compile(text)
    return compiled


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
