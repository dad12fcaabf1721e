"""A plain scalar has the type that its specification gives it, in 1.2 and in 1.1."""

from __future__ import annotations

import math

import pytest

from sagactl.source.scalars import MAX_DIGITS, is_text, resolve_11, resolve_core

CORE = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("tRUE", "tRUE"),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("y", "y"),
    ("0", 0),
    ("-0", 0),
    ("+12", 12),
    ("-19", -19),
    ("010", 10),
    ("0o7", 7),
    ("0o8", "0o8"),
    ("-0o7", "-0o7"),
    ("0x3A", 58),
    ("0xfg", "0xfg"),
    ("0b1", "0b1"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("0.", 0.0),
    ("-0.0", -0.0),
    (".5", 0.5),
    ("+12e03", 12000.0),
    ("-2E+05", -200000.0),
    ("1e3", 1000.0),
    ("1.5e-3", 0.0015),
    (".", "."),
    ("+", "+"),
    ("-", "-"),
    ("..5", "..5"),
    ("1e", "1e"),
    ("e3", "e3"),
    (".inf", math.inf),
    ("-.Inf", -math.inf),
    ("+.INF", math.inf),
    (".iNF", ".iNF"),
    ("inf", "inf"),
    ("nan", "nan"),
    ("+.nan", "+.nan"),
    ("10s", "10s"),
    ("1.2.3", "1.2.3"),
    ("2024-01-15", "2024-01-15"),
    ("\u0661", "\u0661"),
    ("1\n", "1\n"),
    ("word", "word"),
]


@pytest.mark.parametrize(("text", "value"), CORE)
def test_the_core_schema_types_a_plain_scalar(text: str, value: object) -> None:
    got = resolve_core(text)
    assert (type(got), got) == (type(value), value)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_a_float(text: str) -> None:
    got = resolve_core(text)
    assert isinstance(got, float) and math.isnan(got)


def test_integers_beyond_what_python_converts_are_floats() -> None:
    assert resolve_core("9" * MAX_DIGITS) == int("9" * MAX_DIGITS)
    assert resolve_core("9" * (MAX_DIGITS + 1)) == math.inf
    assert resolve_core("-" + "9" * 1_000_000) == -math.inf
    assert isinstance(resolve_core("0x" + "f" * 10_000), int)
    assert resolve_core("1e999999999") == math.inf


TYPES_11 = [
    ("y", "bool"),
    ("Y", "bool"),
    ("yes", "bool"),
    ("No", "bool"),
    ("ON", "bool"),
    ("off", "bool"),
    ("true", "bool"),
    ("yEs", "str"),
    ("", "null"),
    ("~", "null"),
    ("Null", "null"),
    ("0", "int"),
    ("10", "int"),
    ("010", "int"),
    ("08", "str"),
    ("0o7", "str"),
    ("0b101", "int"),
    ("0x_1f", "int"),
    ("1_000", "int"),
    ("-1_0", "int"),
    ("1:30", "int"),
    ("190:20:30", "int"),
    ("1:60", "str"),
    ("1:30.5", "float"),
    ("1.5", "float"),
    ("1_0.5", "float"),
    (".5", "float"),
    ("1e3", "str"),
    ("1.0e3", "str"),
    ("1.0e+3", "float"),
    (".inf", "float"),
    (".NaN", "float"),
    (".", "str"),
    ("2024-01-15", "timestamp"),
    ("2024-13-45", "timestamp"),
    ("2024-1-5", "str"),
    ("2001-12-14t21:59:43.10-05:00", "timestamp"),
    ("2001-12-14 21:59:43.10 -5", "timestamp"),
    ("2001-12-15 2:59:43.10", "timestamp"),
    ("<<", "merge"),
    ("=", "value"),
    ("10s", "str"),
    ("word", "str"),
]


@pytest.mark.parametrize(("text", "name"), TYPES_11)
def test_yaml_1_1_types_a_plain_scalar(text: str, name: str) -> None:
    assert resolve_11(text) == name


@pytest.mark.parametrize("text", sorted({*(text for text, _ in CORE), *(text for text, _ in TYPES_11)}))
def test_what_is_surely_text_is_text_to_every_reader(text: str) -> None:
    if is_text(text):
        assert (resolve_core(text), resolve_11(text)) == (text, "str")
    assert is_text(text) == (
        isinstance(resolve_core(text), str) and resolve_11(text) == "str" and text[0] not in "+-.0123456789"
    )
