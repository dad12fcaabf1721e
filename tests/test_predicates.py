"""Predicates mean what CEL says they mean, and whatever is not one is refused at the right place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagactl.predicates import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    And,
    Comparison,
    Expression,
    Items,
    Literal,
    Mistake,
    Not,
    Or,
    Path,
    Predicate,
    Undecided,
    constant,
    evaluate,
    parse,
    text_of,
)

PAYMENT = "steps.charge-payment.output.payment_id"
DATA: dict[str, Any] = {
    "input": {
        "total": 5,
        "weight": 2.5,
        "whole": 5.0,
        "tier": "gold",
        "express": True,
        "note": None,
        "tags": ["new", 1],
        "address": {"city": "Bern", "zip": 3000},
        "town": {"city": "Bern"},
    },
    "steps": {"charge-payment": {"output": {"payment_id": "p-1"}}},
}


def read(text: str) -> Predicate:
    predicate = parse(text)
    assert isinstance(predicate, Predicate), predicate
    return predicate


def build(root: Expression) -> Predicate:
    """A predicate made by hand, which no text has been written for."""
    return Predicate("", root, (), ())


def answer(text: str, data: dict[str, Any] = DATA) -> bool | str:
    """The answer, or the reason why there is none."""
    found = evaluate(read(text), data)
    return found.reason if isinstance(found, Undecided) else found


# Reading.


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("input.express", "input.express"),
        ('input.tier=="gold"', "input.tier == 'gold'"),
        (f"{PAYMENT}!=null", f"{PAYMENT} != null"),
        ("'\\x61\\X61'", "'aa'"),
        ("'\\101\\u00e9\\U0001F600\\n'", "'Aé😀\\u000a'"),
        ('"it\'s"', "'it\\'s'"),
        ("[1,-2,.5,1e3,]", "[1, -2, 0.5, 1000.0]"),
        ("input.a in []", "input.a in []"),
        ("( (input.a) )", "input.a"),
        ("input.a||input.b&&!input.c", "input.a || input.b && !input.c"),
        ("(input.a||input.b)&&input.c", "(input.a || input.b) && input.c"),
        ("!(input.a<1)", "!(input.a < 1)"),
        ("!input.a==true", "!input.a == true"),
        ("(1 < 2) == true", "(1 < 2) == true"),
        ("-9223372036854775808 < 9223372036854775807", "-9223372036854775808 < 9223372036854775807"),
        ("!" * MAX_DEPTH + "true", "!" * MAX_DEPTH + "true"),
        ("(" * MAX_DEPTH + "true" + ")" * MAX_DEPTH, "true"),
    ],
)
def test_a_text_has_one_canonical_form(text: str, canonical: str) -> None:
    assert text_of(read(text)) == canonical


def test_paths_are_listed_once_each_with_the_column_where_they_are_first_read() -> None:
    predicate = read(f"input.total > 3 && {PAYMENT} == 'x' || input.total < 1")
    assert predicate.paths == (("input", "total"), ("steps", "charge-payment", "output", "payment_id"))
    assert predicate.path_columns == (0, 19)


def test_a_long_chain_is_not_deep() -> None:
    assert read(" && ".join(["true"] * 100)).root == And((Literal(True),) * 100)


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("input.a ~= 1", "`~` is not part of", "~"),
        ("input.a = 1", "write `==`", "="),
        ("input.a === 1", "write `==`", "==="),
        ("input.a <> 1", "write `!=`", "<>"),
        ("input.a => 1", "write `>=`", "=>"),
        ("input.a & input.b", "write `&&`", "&"),
        ("input.a and input.b", "write `&&`", "and"),
        ("input.a OR input.b", "write `||`", "OR"),
        ("not input.a", "write `!`", "not"),
        ("input.a not in [1]", "write `!(a in b)`", "not"),
        ("input.a is null", "write `==`", "is"),
        ("input.a == True", "write `true`", "True"),
        ("input.a == None", "write `null`", "None"),
        ("inputs.x", "did you mean `input`?", "inputs"),
        ("step.a.output.x", "did you mean `steps`?", "step"),
        ("input.tier == platinum", "written `'platinum'`", "platinum"),
        ("input", "name a datum", "input"),
        ("input.", "a name is missing", "input."),
        ("input.1", "a name is missing", "input."),
        ("input.in", "a word of the language", "input.in"),
        ("steps.a.result.x", "`steps.<id>.output.<name>`", "steps.a.result.x"),
        ("steps.a.output", "`steps.<id>.output.<name>`", "steps.a.output"),
        ("input.a == 'abc", "never closed", "'"),
        ("input.a == 'abc\n'", "never closed", "'"),
        ("true && (input.a", "this `(` is never closed", "("),
        ("input.a in [1, 2", "this `[` is never closed", "["),
        ("input.a &&", "a value is missing after `&&`", "&&"),
        ("true && || true", "`||` stands where a value should be", "||"),
        ("true)", "closes nothing", ")"),
        ("(true]", "closes nothing", "]"),
        ("input.a in (1, 2)", "written in brackets", ","),
        ("input.a input.b", "missing before `input.b`", "input.b"),
        ("1 < input.a < 3", "`1 < input.a && input.a < 3`", "<"),
        ("otherwise", "`otherwise` stands alone", "otherwise"),
        ("input.a || otherwise", "`otherwise` stands alone", "otherwise"),
        ("size(input.a) > 1", "`size(...)`: functions are not part of the predicate language", "size"),
        ("input.a.startsWith('x')", "`startsWith(...)`: functions", "startsWith"),
        ("input.a[0]", "indexing is not part", "["),
        ("input.a ? 1 : 2", "conditional", "?"),
        ("input.a + 1", "arithmetic is not part", "+"),
        ("input.a -1", "arithmetic is not part", "-"),
        ("input.order-id", "arithmetic is not part", "-"),
        ("--1", "arithmetic is not part", "-"),
        ("{'a': 1}", "map literals are not part", "{"),
        ("true // why", "comments are not part", "//"),
        ("r'x'", "raw strings and bytes", "r'"),
        ("'''x'''", "triple quotes", "'''"),
        ("\u201cx\u201d", "straight quotes", "\u201c"),
        ("true\u00a0", "U+00A0", "\u00a0"),
        ("'\\q'", "not an escape", "\\q"),
        ("'\\x4'", "2 hexadecimal digits", "\\x"),
        ("'\\08'", "3 octal digits", "\\"),
        ("'\\400'", "not a character", "\\400"),
        ("'\\ud800'", "not a character", "\\ud800"),
        ("'\\U00110000'", "not a character", "\\U00110000"),
        ("10ms", "`10ms` is not a number", "10ms"),
        ("1u", "`1u` is not a number", "1u"),
        ("0x10", "`0x10` is not a number", "0x10"),
        ("1.", "`1.` is not a number", "1."),
        ("1e400", "too large", "1e400"),
        ("9223372036854775808", "64 bits", "9223372036854775808"),
        ("-9223372036854775809", "64 bits", "9223372036854775809"),
        ("", "empty", ""),
        (" \n", "empty", " \n"),
        ("x" * (MAX_CHARACTERS + 1), "at most 1024 characters", "x" * (MAX_CHARACTERS + 1)),
        ("!" * (MAX_DEPTH + 1) + "true", "at most 16 deep", "!"),
        ("(" * (MAX_DEPTH + 1), "at most 16 deep", "("),
    ],
)
def test_a_mistake_says_what_is_wrong_and_marks_it(text: str, words: str, marked: str) -> None:
    mistake = parse(text)
    assert isinstance(mistake, Mistake)
    assert words in mistake.message
    assert text[mistake.column : mistake.column + mistake.length] == marked


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("(true && (true)", 0),
        ("true && ((true)", 8),
        ("1 < 2 < 3", 6),
        ("'ok' == 'no", 8),
        ("input.a and size(1) = 2", 8),
    ],
)
def test_the_leftmost_mistake_is_told_where_it_begins(text: str, column: int) -> None:
    mistake = parse(text)
    assert isinstance(mistake, Mistake)
    assert mistake.column == column


# Evaluating.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 == 1.0", True),
        ("input.total == input.whole", True),
        ("1 == true", False),
        ("input.express == 1", False),
        ("input.express != 1", True),
        ("'1' == 1", False),
        ("null == 0", False),
        ("input.note == null", True),
        ("input.tags == ['new', 1.0]", True),
        ("input.tags == ['new', true]", False),
        ("input.tags == ['new']", False),
        ("input.address == input.address", True),
        ("input.address == input.tags", False),
        ("input.address == input.town", False),
        ("1 < 1", False),
        ("1 <= 1", True),
        ("1 > 1", False),
        ("1 >= 1", True),
        ("2 <= 1", False),
        ("1 >= 2", False),
        ("9007199254740993 == 9007199254740992.0", False),
        ("input.total > input.weight", True),
        ("'Z' < 'a'", True),
        ("false < true", True),
        ("1 in input.tags", True),
        ("true in input.tags", False),
        ("1.0 in [1]", True),
        ("'city' in input.address", True),
        ("'street' in input.address", False),
        ("1 in input.address", False),
        ("input.address.city == 'Bern'", True),
        (f"{PAYMENT} == 'p-1'", True),
        ("!input.express || input.total >= 5 && input.tier in ['gold', 'silver']", True),
        ("input.lost || true", True),
        ("true || input.lost", True),
        ("input.lost && false", False),
        ("1 && false", False),
        ("1 < 'a' || true", True),
        ("!(input.lost && false)", True),
        ("input.lost", "input.lost is missing"),
        ("input.lost == 1 && true", "input.lost is missing"),
        ("input.lost || input.gone", "input.lost is missing"),
        ("1 in [input.lost, 1]", "input.lost is missing"),
        ("steps.other.output.x == 1", "steps.other.output.x is missing"),
        ("input.total.cents == 1", "input.total.cents is missing: input.total is int"),
        ("input.tier < 3", "cannot compare string with int: `input.tier < 3`"),
        ("input.express < 3", "cannot compare bool with int: `input.express < 3`"),
        ("input.note < null", "cannot compare null with null: `input.note < null`"),
        ("[1] < [2]", "cannot compare list with list: `[1] < [2]`"),
        ("'a' in 'abc'", "`in` needs list or map, not string: `'a' in 'abc'`"),
        ("!input.total", "`input.total` is int, not bool"),
        ("input.total && true", "`input.total` is int, not bool"),
        ("input.tier", "`input.tier` is string, not bool"),
    ],
)
def test_the_answer_is_that_of_cel(text: str, expected: bool | str) -> None:
    assert answer(text) == expected


def test_no_answer_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match=r"neither true nor false: input\.x is missing"):
        bool(Undecided("input.x is missing"))


def test_deep_data_are_compared_without_recursion() -> None:
    left: list[Any] = []
    right: list[Any] = []
    for _ in range(50_000):
        left, right = [left], [right]
    assert answer("input.a == input.b", {"input": {"a": left, "b": right}}) is True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("1 == 2", False),
        ("false && input.x", False),
        ("input.x || 1 < 2", True),
        ("input.x || 1 > 2", None),
        ("input.x == input.x", None),
        ("1 < 'a'", None),
        ("'text'", None),
    ],
)
def test_a_constant_is_decided_without_data(text: str, expected: bool | None) -> None:
    assert constant(read(text)) is expected


# Properties.

FRAGMENTS = (
    *("input.total", "input.", "steps.a-b.output.c", "steps", "otherwise", "and", "not", "size", "in", "true", "null"),
    *("1", "-", "1.5e3", "0x", "'a'", "'", '"', "\\", "\\x", "(", ")", "[", "]", ",", "!", "&&", "||", "=", "==", "<"),
    *(" ", "\n", "\u00a0", "\ud800", "?", "{", "+", "."),
)


@given(st.text() | st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_every_text_is_a_predicate_or_a_mistake_within_it(text: str) -> None:
    result = parse(text)
    if isinstance(result, Mistake):
        assert 0 <= result.column <= result.column + result.length <= len(text)
        assert result.message
    else:
        assert result.text == text
        assert isinstance(evaluate(result, DATA), bool | Undecided)


@pytest.mark.parametrize("piece", FRAGMENTS)
def test_a_large_text_of_one_piece_is_answered(piece: str) -> None:
    for size in (MAX_CHARACTERS // len(piece), 100_000):
        assert isinstance(parse(piece * size), Predicate | Mistake)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
)
NAMES = st.sampled_from(("total", "tier", "tags", "lost"))
PATHS = NAMES.map(lambda name: Path(("input", name))) | st.just(Path(tuple(PAYMENT.split("."))))
OPERATORS = st.sampled_from(("==", "!=", "<", "<=", ">", ">=", "in"))


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return (
        st.builds(Not, inner)
        | st.builds(Comparison, OPERATORS, inner, inner)
        | st.builds(And, several)
        | st.builds(Or, several)
        | st.builds(Items, st.lists(inner, max_size=3).map(tuple))
    )


EXPRESSIONS = st.recursive(st.builds(Literal, SCALARS) | PATHS, _grown, max_leaves=8)


@given(EXPRESSIONS)
def test_what_is_written_reads_back_as_the_same(root: Expression) -> None:
    """`repr` tells 1 from true and one kind of node from another, which tuples do not."""
    written = text_of(build(root))
    assert repr(read(written).root) == repr(root)


@given(EXPRESSIONS)
def test_data_never_change_a_constant(root: Expression) -> None:
    decided = constant(build(root))
    if decided is not None:
        assert evaluate(build(root), DATA) is decided


# The referee: cel-python, where both speak the same language.
#
# cel-python 0.5.0 follows an older revision of the specification: values of different types are never equal but an
# error, int and double included, also inside lists and for `in`; bool passes for int; `in` searches strings.
# The table above pins these cases; the operands made here have one type where that matters.

TYPED: dict[str, tuple[str, ...]] = {
    "bool": ("true", "false", "input.express", "input.gift"),
    "int": ("0", "-1", "7", "input.total", "input.count", "steps.charge-payment.output.tries"),
    "double": ("0.5", "-1.0", "7.0", "input.weight", "input.whole"),
    "string": ("''", "'a'", "'b'", "'\\u00e9\\n'", "input.tier", PAYMENT),
    "null": ("null", "input.note"),
    "ints": ("[]", "[1, 7]", "input.counts"),
    "strings": ("['a', 'b']", "input.tags"),
    "map": ("input.address",),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers(-2, 8),
    "double": st.sampled_from((-1.0, 0.5, 7.0)),
    "string": st.sampled_from(("", "a", "b", "é\n")),
    "null": st.none(),
    "ints": st.lists(st.sampled_from((1, 7)), max_size=2),
    "strings": st.lists(st.sampled_from(("a", "b")), max_size=2),
    "map": st.dictionaries(st.sampled_from(("a", "b")), st.integers(0, 1)),
}
MEMBERS = (("int", "ints"), ("string", "strings"), ("string", "map"))
UNLIKE = (("string", "int"), ("string", "bool"), ("null", "int"), ("ints", "int"), ("null", "null"), ("map", "map"))


def _operands(left: str, right: str, *signs: str) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(TYPED[left]), st.sampled_from(signs), st.sampled_from(TYPED[right])).map(" ".join)


ATOMS = st.one_of(
    st.sampled_from([text for texts in TYPED.values() for text in texts]),
    *(_operands(kind, kind, "==", "!=") for kind in TYPED),
    *(_operands(kind, kind, "<", "<=", ">", ">=") for kind in ("bool", "int", "double", "string")),
    *(_operands(item, container, "in") for item, container in MEMBERS),
    *(_operands(left, right, "<", ">=") for left, right in UNLIKE),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: (
        inner.map("!({})".format)
        | st.tuples(inner, st.sampled_from(("&&", "||")), inner).map(lambda parts: "({}) {} ({})".format(*parts))
        | st.lists(inner.map("({})".format), min_size=3, max_size=4).map(" || ".join)
    ),
    max_leaves=6,
)


@st.composite
def _data(draw: st.DrawFn) -> dict[str, Any]:
    """Data of the types that TYPED expects, any of them missing."""
    data: dict[str, Any] = {"input": {}, "steps": {"charge-payment": {"output": {}}}}
    for kind, texts in TYPED.items():
        for path in (text.split(".") for text in texts if text.startswith(("input.", "steps."))):
            holder = data["input"] if path[0] == "input" else data["steps"]["charge-payment"]["output"]
            if draw(st.integers(0, 3)):
                holder[path[-1]] = draw(VALUES[kind])
    return data


@pytest.fixture(scope="module")
def referee() -> Iterator[Any]:
    """What cel-python answers: true, false, or None for an error or a value that is no bool.

    Joining two errors prints both of them, in a text that doubles at each level and for some trees ends in an
    IndexError; printing them shortly leaves the answers alone.
    """
    celpy = pytest.importorskip("celpy", reason="cel-python, the referee for predicates, is not installed")
    environment = celpy.Environment()

    def judge(text: str, data: dict[str, Any]) -> bool | None:
        spelled = text.replace("steps.charge-payment.", 'steps["charge-payment"].')
        program = environment.program(environment.compile(spelled))
        try:
            result = program.evaluate({name: celpy.json_to_cel(value) for name, value in data.items()})
        except celpy.CELEvalError:
            return None
        return bool(result) if isinstance(result, celpy.celtypes.BoolType | bool) else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(celpy.CELEvalError, "__repr__", lambda error: "CELEvalError()")
        yield judge


@given(text=CONDITIONS, data=_data())
def test_the_referee_agrees(referee: Any, text: str, data: dict[str, Any]) -> None:
    predicate = read(text)
    found = evaluate(predicate, data)
    expected = referee(text, data)
    assert (None if isinstance(found, Undecided) else found) is expected
    assert referee(text_of(predicate), data) is expected
