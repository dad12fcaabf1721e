"""The JSON Schemas of definitions and of scenario files, generated from the tables of their fields.

Editors show the texts of the fields while one types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sagactl import durations
from sagactl.source import fields, scenario_fields, shapes
from sagactl.source.check import ID_MAX_LENGTH, ID_PATTERN, JSON_TYPES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DURATION_FORMAT: Final = "saga-duration"
"""A format of our own: what the pattern cannot say is that a duration has at most 3650 days."""

RECORDS: Final[Mapping[str, shapes.Record]] = {**fields.RECORDS, **scenario_fields.RECORDS}
"""Of both languages, which share no name of a record."""

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The schema of one definition file."""
    return _schema("sagactl saga definition, version 1", "saga", fields.RECORDS)


def scenario_schema() -> Schema:
    """The schema of one scenario file."""
    return _schema("sagactl scenarios, version 1", "file", scenario_fields.RECORDS)


def _schema(title: str, root: str, records: Mapping[str, shapes.Record]) -> Schema:
    return {
        "$schema": DIALECT,
        "title": title,
        **_record(records[root]),
        "$defs": {name: _record(record) for name, record in records.items() if name != root},
    }


def _record(record: shapes.Record) -> Schema:
    """The schema of a mapping with known keys."""
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.key: _described(field) for field in record.fields},
    }
    required = [field.key for field in record.fields if field.required]
    if required:
        schema["required"] = required
    rules = [_exactly_one(group) for group in record.one_of]
    rules += [{"not": {"required": [left, right]}} for left, right, _ in record.conflicts]
    rules += [_needs(key, owners) for key, owners in record.needs]
    if rules:
        schema["allOf"] = rules
    return schema


def _described(field: shapes.Field) -> Schema:
    text = field.meaning + (f" Default: {field.default}." if field.default else "")
    return {"description": text, **of_shape(field.shape)}


def _exactly_one(group: tuple[str, ...]) -> Schema:
    return {"oneOf": [{"required": [key]} for key in group]}


def _needs(key: str, owners: tuple[str, ...]) -> Schema:
    return {"if": {"required": [key]}, "then": {"anyOf": [{"required": [owner]} for owner in owners]}}


def of_shape(shape: shapes.Shape) -> Schema:
    """The schema of values of a shape."""
    return _WRITERS[type(shape)](shape)


def _text(shape: shapes.Text) -> Schema:
    pattern = f"^(?:{shape.pattern})$" if shape.pattern else r"\S"
    return {"type": "string", "pattern": pattern, "maxLength": shape.max_length}


def _id(shape: shapes.Id) -> Schema:
    return {"type": "string", "pattern": ID_PATTERN, "maxLength": ID_MAX_LENGTH}


def _nothing(shape: shapes.Nothing) -> Schema:
    return {"anyOf": [{"type": "null"}, {"type": "string", "pattern": r"^\s*$"}]}


def _time(shape: shapes.Time) -> Schema:
    pattern = durations.ZERO_PATTERN if shape.zero else durations.PATTERN
    return {"type": "string", "pattern": pattern, "maxLength": 40, "format": DURATION_FORMAT}


def _many(shape: shapes.Many) -> Schema:
    many: Schema = {"type": "array", "items": of_shape(shape.item), "maxItems": shape.most}
    if shape.least:
        many["minItems"] = shape.least
    if shape.unique:
        many["uniqueItems"] = True
    return {"anyOf": [of_shape(shape.item), many]} if shape.single else many


def _table(shape: shapes.Table) -> Schema:
    table: Schema = {
        "type": "object",
        "propertyNames": of_shape(shape.key),
        "additionalProperties": of_shape(shape.value),
    }
    return table | ({"minProperties": shape.least} if shape.least else {})


def _group(shape: shapes.Group) -> Schema:
    """The mapping, or the bare value that stands for it."""
    forms: list[Schema] = [{"$ref": f"#/$defs/{shape.record}"}]
    known = {field.key: field for field in RECORDS[shape.record].fields}
    for key in dict.fromkeys((shape.scalar, shape.items)):
        if key:
            value = known[key].shape
            forms.append(of_shape(value._replace(single=True) if isinstance(value, shapes.Many) else value))
    if shape.empty:
        forms.append({"type": "null"})
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


_FRAGMENT_TYPE: Final[Schema] = {"anyOf": [{"enum": [*JSON_TYPES, "null"]}, {"type": ["array", "object"]}]}

_WRITERS: Final[dict[type, Callable[[Any], Schema]]] = {
    shapes.Text: _text,
    shapes.Id: _id,
    shapes.Flag: lambda shape: {"type": "boolean"},
    shapes.Always: lambda shape: {"const": True},
    shapes.Nothing: _nothing,
    shapes.Count: lambda shape: {"type": "integer", "minimum": shape.least, "maximum": shape.most},
    shapes.Number: lambda shape: {"type": "number", "minimum": shape.least, "maximum": shape.most},
    shapes.Time: _time,
    shapes.Word: lambda shape: {"enum": list(shape.words)},
    shapes.Many: _many,
    shapes.Table: _table,
    shapes.Group: _group,
    shapes.Either: lambda shape: {"anyOf": [of_shape(inner) for inner in shape.shapes]},
    shapes.Data: lambda shape: {},
    shapes.JsonType: lambda shape: {
        "anyOf": [
            {"enum": list(JSON_TYPES)},
            {"type": "object", "properties": {"type": _FRAGMENT_TYPE}},
        ]
    },
}
