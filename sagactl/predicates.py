"""The predicates of choices: a small subset of CEL, parsed, evaluated and written back by one module.

Whatever this module accepts means the same in CEL, with one liberty of spelling: the id of a step may contain
hyphens (`steps.charge-payment.output.payment_id`), which CEL would read as subtraction.  That is why there is no
arithmetic here.  Text of any size and shape is answered with a `Predicate` or a `Mistake`, never with an exception.

Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn, assert_never

from sagactl.errors import nearest

MAX_CHARACTERS: Final = 1024
"""A longer predicate is a program, and belongs into a step."""

MAX_DEPTH: Final = 16
"""How deep parentheses, lists and `!` may nest; the parser and the evaluator recurse no deeper than this allows."""

Scalar = None | bool | int | float | str


class Literal(NamedTuple):
    """A value written in the text."""

    value: Scalar


class Path(NamedTuple):
    """A datum: ("input", name, ...) or ("steps", id, "output", name, ...)."""

    segments: tuple[str, ...]


class Items(NamedTuple):
    """A list, written in brackets."""

    items: tuple[Expression, ...]


class Not(NamedTuple):
    """The contrary of its operand."""

    operand: Expression


class Comparison(NamedTuple):
    """Two values and one of `== != < <= > >= in`."""

    operator: str
    left: Expression
    right: Expression


class And(NamedTuple):
    """Two or more operands joined by `&&`; a chain is one node, so that its length is not depth."""

    operands: tuple[Expression, ...]


class Or(NamedTuple):
    """Two or more operands joined by `||`."""

    operands: tuple[Expression, ...]


Expression = Literal | Path | Items | Not | Comparison | And | Or


class Predicate(NamedTuple):
    """A text that has been understood.

    `paths` are the data it reads, each once, in the order of the text; `path_columns` says where each is first read.
    Two predicates are the same when `text_of` them is: tuples alone do not tell 1 from true.
    """

    text: str
    root: Expression
    paths: tuple[tuple[str, ...], ...]
    path_columns: tuple[int, ...]


class Mistake(NamedTuple):
    """Why a text is not a predicate, and where: a column from zero and a length, in code points."""

    message: str
    column: int
    length: int


class Undecided(NamedTuple):
    """The predicate has no answer for these data; CEL calls it an error."""

    reason: str

    def __bool__(self) -> NoReturn:
        """No answer is not an answer: a caller that forgot this case hears of it at once."""
        raise TypeError(f"an undecided predicate is neither true nor false: {self.reason}")


@lru_cache(1024)
def parse(text: str) -> Predicate | Mistake:
    """The predicate that `text` says, or the first thing in it that is not one; asked often, read once."""
    try:
        _check_size(text)
        return _Parser(text).predicate()
    except _Refused as refused:
        return refused.mistake


def evaluate(predicate: Predicate, data: Mapping[str, Any]) -> bool | Undecided:
    """The answer for `data` ({"input": {...}, "steps": {id: {"output": {...}}}}), by the rules of CEL.

    Missing data and values of the wrong type make the expression around them undecided, up to a `&&` or `||` whose
    answer does not depend on it.
    """
    return _truth(predicate.root, data)


def constant(predicate: Predicate) -> bool | None:
    """The answer when it is the same for all data; None when data matter, or when there is never an answer.

    Data only ever turn "undecided" into an answer, never one answer into the other: no data at all is the test.
    """
    answer = evaluate(predicate, {})
    return None if isinstance(answer, Undecided) else answer


def text_of(predicate: Predicate) -> str:
    """The canonical text: single quotes, one space around operators, only the parentheses that matter.

    It parses to the same predicate, unless spaces and escapes have made it longer than the limit.
    """
    return _text(predicate.root)


# Reading: tokens.

_SPACE: Final = " \t\n\f\r"
_DIGITS: Final = frozenset("0123456789")
_OCTAL: Final = frozenset("01234567")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_NAME_START: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME: Final = _NAME_START | _DIGITS
_STEP_ID: Final = _NAME | {"-"}

_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=", "in")
_SYMBOLS: Final = frozenset((*_COMPARISONS, "&&", "||", "!", "(", ")", "[", "]", ",", "-")) - {"in"}
_CONSTANTS: Final[dict[str, Scalar]] = {"true": True, "false": False, "null": None}
_ROOTS: Final = ("input", "steps")

_MIN_INT: Final = -(2**63)
_MAX_INT: Final = 2**63 - 1

_MAX_QUOTED: Final = 120
"""What is longer is not repeated in a message."""

_NO_PART: Final = "not part of the predicate language"
_NO_ARITHMETIC: Final = f"arithmetic is {_NO_PART}"

_FOREIGN_SYMBOLS: Final = {
    "=": "write `==` to compare",
    "===": "write `==`",
    "!==": "write `!=`",
    "<>": "write `!=`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "&": "write `&&`",
    "|": "write `||`",
    "+": _NO_ARITHMETIC,
    "*": _NO_ARITHMETIC,
    "/": _NO_ARITHMETIC,
    "%": _NO_ARITHMETIC,
    "**": _NO_ARITHMETIC,
    "//": f"comments are {_NO_PART}; put it after a `#`, outside the predicate",
    "?": f"the conditional `a ? b : c` is {_NO_PART}; write one outcome for each case",
    ":": f"the conditional `a ? b : c` is {_NO_PART}; write one outcome for each case",
    "{": f"map literals are {_NO_PART}",
    "}": f"map literals are {_NO_PART}",
    "`": "write quotes, `'` or `\"`, around a string",
    "\u2018": "write straight quotes, `'` or `\"`, around a string",
    "\u2019": "write straight quotes, `'` or `\"`, around a string",
    "\u201c": "write straight quotes, `'` or `\"`, around a string",
    "\u201d": "write straight quotes, `'` or `\"`, around a string",
}

_FOREIGN_WORDS: Final = {
    "and": "&&",
    "or": "||",
    "not": "!",
    "is": "==",
    "in": "in",
    "true": "true",
    "false": "false",
    "null": "null",
    "none": "null",
    "nil": "null",
    "undefined": "null",
}

_ESCAPES: Final = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    "?": "?",
    '"': '"',
    "'": "'",
    "`": "`",
}
_CODE_LENGTHS: Final = {"x": 2, "X": 2, "u": 4, "U": 8}


class _Refused(Exception):
    """Carries a mistake from where it is seen to `parse`."""

    def __init__(self, message: str, column: int, length: int) -> None:
        super().__init__(message)
        self.mistake = Mistake(message, column, length)


class _Token(NamedTuple):
    """A word of the text; its kind is "value", "number", "path", "end", or the symbol itself."""

    kind: str
    text: str
    column: int
    value: Scalar = None

    @property
    def end(self) -> int:
        return self.column + len(self.text)


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _Refused(f"a predicate has at most {MAX_CHARACTERS} characters, this one has {len(text)}", 0, len(text))
    if not text.strip(_SPACE):
        raise _Refused("the predicate is empty: write a condition such as `input.total > 100`", 0, len(text))


def _token(text: str, column: int) -> _Token:
    """The first token at or after `column`."""
    column = _skip(text, column, _SPACE)
    first = text[column : column + 1]
    if not first:
        return _Token("end", "", column)
    if first in "'\"":
        return _string(text, column)
    if first in _DIGITS or (first == "." and text[column + 1 : column + 2] in _DIGITS):
        return _number(text, column)
    if first in _NAME_START:
        return _word(text, column)
    return _symbol(text, column)


def _skip(text: str, column: int, characters: str | frozenset[str]) -> int:
    while column < len(text) and text[column] in characters:
        column += 1
    return column


def _symbol(text: str, column: int) -> _Token:
    for length in (3, 2, 1):
        piece = text[column : column + length]
        if piece in _FOREIGN_SYMBOLS:
            raise _Refused(f"`{piece}`: {_FOREIGN_SYMBOLS[piece]}", column, len(piece))
        if piece in _SYMBOLS:
            return _Token(piece, piece, column)
    raise _Refused(f"{_shown(text[column])} is {_NO_PART}", column, 1)


def _shown(character: str) -> str:
    """A character as it can be printed; what nobody can see is named by its number."""
    return f"`{character}`" if character.isprintable() and character != " " else f"U+{ord(character):04X}"


def _number(text: str, column: int) -> _Token:
    whole = _skip(text, column, _DIGITS)
    end = _exponent(text, _fraction(text, whole))
    rest = _skip(text, end, _NAME | {"."})
    if rest > end:
        raise _Refused(f"`{text[column:rest]}` is not a number such as `10`, `0.5` or `1e3`", column, rest - column)
    written = text[column:end]
    value = int(written) if end == whole else float(written)
    if value == float("inf"):
        raise _Refused(f"`{written}` is too large for a number", column, len(written))
    return _Token("number", written, column, value)


def _fraction(text: str, column: int) -> int:
    """Where the digits after the point end; a point without digits is left over, to be refused."""
    end = _skip(text, column + 1, _DIGITS)
    return end if text[column : column + 1] == "." and end > column + 1 else column


def _exponent(text: str, column: int) -> int:
    if text[column : column + 1] not in ("e", "E"):
        return column
    digits = column + (2 if text[column + 1 : column + 2] in ("+", "-") else 1)
    end = _skip(text, digits, _DIGITS)
    return end if end > digits else column


def _string(text: str, column: int) -> _Token:
    """A string in single or double quotes; as in CEL it ends on the line on which it starts."""
    quote = text[column]
    if text.startswith(quote * 3, column):
        raise _Refused(f"triple quotes are {_NO_PART}; write one quote", column, 3)
    parts: list[str] = []
    at = column + 1
    while at < len(text) and text[at] not in "\r\n":
        if text[at] == quote:
            return _Token("value", text[column : at + 1], column, "".join(parts))
        part, at = _escape(text, at) if text[at] == "\\" else (text[at], at + 1)
        parts.append(part)
    raise _Refused(f"this string is never closed: `{quote}` is missing at its end", column, 1)


def _escape(text: str, column: int) -> tuple[str, int]:
    """The character that the backslash at `column` stands for, and where the text goes on."""
    letter = text[column + 1 : column + 2]
    if letter in _ESCAPES:
        return _ESCAPES[letter], column + 2
    if letter in _CODE_LENGTHS:
        return _code(text, column, column + 2, _CODE_LENGTHS[letter], 16)
    if letter in _OCTAL:
        return _code(text, column, column + 1, 3, 8)
    raise _Refused(f"`\\{letter}` is not an escape; write `\\\\` for a backslash", column, 1 + len(letter))


def _code(text: str, column: int, start: int, length: int, base: int) -> tuple[str, int]:
    digits = text[start : start + length]
    allowed = _HEX if base == 16 else _OCTAL
    if len(digits) < length or not allowed.issuperset(digits):
        kind = "hexadecimal" if base == 16 else "octal"
        raise _Refused(f"`{text[column:start]}` needs {length} {kind} digits", column, start - column)
    number = int(digits, base)
    too_large = number > 0x10FFFF or (base == 8 and number > 0xFF)
    if too_large or 0xD800 <= number <= 0xDFFF:
        raise _Refused(f"`{text[column : start + length]}` is not a character", column, start + length - column)
    return chr(number), start + length


def _word(text: str, column: int) -> _Token:
    """A constant, the operator `in`, or a path; everything else that looks like a name is refused by name."""
    end = _path_end(text, column)
    word = text[column:end]
    if word in _CONSTANTS:
        return _Token("value", word, column, _CONSTANTS[word])
    if word == "in":
        return _Token("in", word, column)
    _refuse_foreign_word(text, word, column, end)
    _check_path(word, column)
    return _Token("path", word, column)


def _path_end(text: str, column: int) -> int:
    """Where the dotted name at `column` ends; only the segment after `steps.` may contain hyphens."""
    end = start = _skip(text, column, _NAME)
    while text[end : end + 1] == ".":
        is_step = end == start and text[column:end] == "steps"
        segment = _skip(text, end + 1, _STEP_ID if is_step else _NAME)
        if segment == end + 1 or (text[end + 1] not in _NAME_START and not is_step):
            raise _Refused(f"a name is missing after `{text[column:end]}.`", column, end + 1 - column)
        end = segment
    return end


def _refuse_foreign_word(text: str, word: str, column: int, end: int) -> None:
    folded = word.lower()
    if folded == "otherwise":
        raise _Refused("`otherwise` stands alone, for the last outcome; it is no part of an expression", column, 9)
    if folded in _FOREIGN_WORDS:
        raise _Refused(f"`{word}`: write {_instead(text, folded, end)}", column, len(word))
    if text[end : end + 1] in ("'", '"') and folded in ("r", "b", "rb", "br"):
        raise _Refused(f"`{word}{text[end]}`: raw strings and bytes are {_NO_PART}", column, len(word) + 1)
    if text[_skip(text, end, _SPACE) :].startswith("("):
        name = word.rpartition(".")[2]
        raise _Refused(f"`{name}(...)`: functions are {_NO_PART}", end - len(name), len(name))


def _instead(text: str, folded: str, end: int) -> str:
    following = text[end:].split(maxsplit=1)
    if folded == "not" and following and following[0] == "in":
        return "`!(a in b)` for `a not in b`"
    return f"`{_FOREIGN_WORDS[folded]}`"


def _check_path(word: str, column: int) -> None:
    root, *rest = word.split(".")
    if root not in _ROOTS:
        raise _Refused(f"unknown name `{root}`: {_known_root(root, bare=not rest)}", column, len(root))
    if reserved := next((segment for segment in rest if segment in _CONSTANTS or segment == "in"), None):
        raise _Refused(f"`{reserved}` is a word of the language and cannot be part of a path", column, len(word))
    if root == "input" and not rest:
        raise _Refused("`input` alone is no value: name a datum, as in `input.total`", column, len(word))
    if root == "steps" and (len(rest) < 3 or rest[1] != "output"):
        raise _Refused(f"`{word}`: what a step has found out is written `steps.<id>.output.<name>`", column, len(word))


def _known_root(root: str, *, bare: bool) -> str:
    guess = nearest(root, _ROOTS)
    if guess is not None:
        return f"did you mean `{guess}`?"
    quoted = f"; as a string it is written `'{root}'`" if bare else ""
    return f"a path starts with `input.` or `steps.`{quoted}"


# Reading: grammar.  Each method parses one level of precedence, the loosest first.


class _Parser:
    """Reads tokens one at a time, so that the leftmost mistake is the one that is told."""

    __slots__ = ("nesting", "paths", "previous", "text", "token")

    def __init__(self, text: str) -> None:
        self.text = text
        self.token = self.previous = _token(text, 0)
        self.paths: dict[tuple[str, ...], int] = {}
        self.nesting: list[_Token] = []

    def predicate(self) -> Predicate:
        root = self.disjunction()
        if self.token.kind != "end":
            self.refuse_surplus()
        return Predicate(self.text, root, tuple(self.paths), tuple(self.paths.values()))

    def disjunction(self) -> Expression:
        operands = self.chain("||", self.conjunction)
        return operands[0] if len(operands) == 1 else Or(operands)

    def conjunction(self) -> Expression:
        operands = self.chain("&&", self.comparison)
        return operands[0] if len(operands) == 1 else And(operands)

    def chain(self, symbol: str, operand: Callable[[], Expression]) -> tuple[Expression, ...]:
        operands = [operand()]
        while self.token.kind == symbol:
            self.advance()
            operands.append(operand())
        return tuple(operands)

    def comparison(self) -> Expression:
        left = self.unary()
        if self.token.kind not in _COMPARISONS:
            return left
        compared = Comparison(self.advance().kind, left, self.unary())
        if self.token.kind in _COMPARISONS:
            self.refuse_chain(compared)
        return compared

    def unary(self) -> Expression:
        if self.token.kind == "!":
            self.enter()
            operand = self.unary()
            self.nesting.pop()
            return Not(operand)
        if self.token.kind == "-":
            return self.negative()
        return self.primary()

    def negative(self) -> Expression:
        minus = self.advance()
        value = self.token.value
        if self.token.kind != "number" or not isinstance(value, int | float):
            raise _Refused(f"`-`: {_NO_ARITHMETIC}", minus.column, 1)
        return self.number(-value)

    def number(self, value: int | float) -> Expression:
        token = self.advance()
        if isinstance(value, int) and not _MIN_INT <= value <= _MAX_INT:
            raise _Refused(f"`{value}` does not fit into 64 bits", token.column, len(token.text))
        return Literal(value)

    def primary(self) -> Expression:
        token = self.token
        if token.kind == "number" and isinstance(token.value, int | float):
            return self.number(token.value)
        if token.kind == "value":
            return Literal(self.advance().value)
        if token.kind == "path":
            return self.path()
        if token.kind == "(":
            return self.group()
        if token.kind == "[":
            return self.items()
        self.refuse_absence()

    def path(self) -> Expression:
        token = self.advance()
        segments = tuple(token.text.split("."))
        self.paths.setdefault(segments, token.column)
        return Path(segments)

    def group(self) -> Expression:
        self.enter()
        inner = self.disjunction()
        self.leave(")")
        return inner

    def items(self) -> Expression:
        self.enter()
        items: list[Expression] = []
        while self.token.kind != "]":
            items.append(self.disjunction())
            if self.token.kind != ",":
                break
            self.advance()
        self.leave("]")
        return Items(tuple(items))

    def enter(self) -> None:
        self.nesting.append(self.token)
        if len(self.nesting) > MAX_DEPTH:
            raise _Refused(f"a predicate nests at most {MAX_DEPTH} deep", self.token.column, len(self.token.text))
        self.advance()

    def leave(self, closing: str) -> None:
        if self.token.kind == "end":
            self.refuse_unclosed()
        if self.token.kind != closing:
            self.refuse_surplus()
        self.nesting.pop()
        self.advance()

    def advance(self) -> _Token:
        self.previous = self.token
        self.token = _token(self.text, self.token.end)
        return self.previous

    def refuse_absence(self) -> NoReturn:
        """A value is due, and there is none."""
        if self.token.kind != "end":
            message = f"`{self.token.text}` stands where a value should be"
            raise _Refused(message, self.token.column, len(self.token.text))
        if self.previous.kind in ("(", "[", ","):
            self.refuse_unclosed()
        last = self.previous
        raise _Refused(f"a value is missing after `{last.text}`", last.column, len(last.text))

    def refuse_unclosed(self) -> NoReturn:
        opened = next(token for token in reversed(self.nesting) if token.kind != "!")
        raise _Refused(f"this `{opened.text}` is never closed", opened.column, 1)

    def refuse_surplus(self) -> NoReturn:
        """The expression could end here, and something follows that does not continue it."""
        raise _Refused(self.surplus(), self.token.column, len(self.token.text))

    def surplus(self) -> str:
        kind, written = self.token.kind, self.token.text
        if kind == "-":
            return f"`-`: {_NO_ARITHMETIC}"
        if kind == "[" and self.previous.kind == "path":
            return f"`{self.previous.text}[...]`: indexing is {_NO_PART}"
        if kind == ",":
            return "`,` separates the items of a list, which is written in brackets: `[1, 2]`"
        if kind in (")", "]"):
            return f"`{kind}` closes nothing that is open here"
        return f"an operator such as `==` or `&&` is missing before `{written}`"

    def refuse_chain(self, compared: Comparison) -> NoReturn:
        second = self.advance()
        further = Comparison(second.kind, compared.right, self.unary())
        spelled = _text(And((compared, further)))
        form = spelled if len(spelled) <= _MAX_QUOTED else "a < b && b < c"
        message = f"comparisons do not chain: write `{form}`, or use parentheses"
        raise _Refused(message, second.column, len(second.text))


# Evaluating.

_ORDERINGS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KINDS: Final[tuple[tuple[str, type | tuple[type, ...]], ...]] = (
    ("null", type(None)),
    ("bool", bool),
    ("int", int),
    ("double", float),
    ("string", str),
    ("list", (list, tuple)),
    ("map", Mapping),
)
_NUMBERS: Final = frozenset(("int", "double"))
_ORDERED: Final = frozenset(("bool", "string"))


def _truth(expression: Expression, data: Mapping[str, Any]) -> bool | Undecided:
    value = _value(expression, data)
    if isinstance(value, bool | Undecided):
        return value
    return Undecided(f"`{_text(expression)}` is {_kind(value)}, not bool")


def _value(expression: Expression, data: Mapping[str, Any]) -> Any:
    """What an expression stands for, or `Undecided`."""
    match expression:
        case Literal(value):
            return value
        case Path(segments):
            return _datum(segments, data)
        case Items(items):
            return _list(items, data)
        case Not(operand):
            answer = _truth(operand, data)
            return answer if isinstance(answer, Undecided) else not answer
        case And(operands):
            return _joined(operands, data, decisive=False)
        case Or(operands):
            return _joined(operands, data, decisive=True)
        case Comparison():
            return _compared(expression, data)
        case _:
            assert_never(expression)


def _datum(segments: tuple[str, ...], data: Mapping[str, Any]) -> Any:
    value: Any = data
    for position, segment in enumerate(segments):
        if _kind(value) != "map":
            parent = ".".join(segments[:position])
            return Undecided(f"{'.'.join(segments)} is missing: {parent} is {_kind(value)}")
        if segment not in value:
            return Undecided(f"{'.'.join(segments)} is missing")
        value = value[segment]
    return value


def _list(items: tuple[Expression, ...], data: Mapping[str, Any]) -> Any:
    values = [_value(item, data) for item in items]
    return next((value for value in values if isinstance(value, Undecided)), values)


def _joined(operands: tuple[Expression, ...], data: Mapping[str, Any], *, decisive: bool) -> bool | Undecided:
    """`&&` (false is decisive) or `||` (true is): one decisive operand outweighs all undecided ones, on either side."""
    undecided: Undecided | None = None
    for operand in operands:
        answer = _truth(operand, data)
        if isinstance(answer, Undecided):
            undecided = answer if undecided is None else undecided
        elif answer is decisive:
            return decisive
    return not decisive if undecided is None else undecided


def _compared(comparison: Comparison, data: Mapping[str, Any]) -> bool | Undecided:
    left, right = _value(comparison.left, data), _value(comparison.right, data)
    for side in (left, right):
        if isinstance(side, Undecided):
            return side
    if comparison.operator in _ORDERINGS:
        return _in_order(comparison, left, right)
    if comparison.operator == "in":
        return _contained(comparison, left, right)
    return _equal(left, right) is (comparison.operator == "==")


def _in_order(comparison: Comparison, left: Any, right: Any) -> bool | Undecided:
    kinds = {_kind(left), _kind(right)}
    if kinds <= _NUMBERS or (len(kinds) == 1 and kinds <= _ORDERED):
        return _ORDERINGS[comparison.operator](left, right)
    return Undecided(f"cannot compare {_kind(left)} with {_kind(right)}: `{_text(comparison)}`")


def _contained(comparison: Comparison, item: Any, container: Any) -> bool | Undecided:
    if _kind(container) in ("list", "map"):
        return any(_equal(item, member) for member in container)
    return Undecided(f"`in` needs list or map, not {_kind(container)}: `{_text(comparison)}`")


def _equal(left: Any, right: Any) -> bool:
    """Equality of CEL: numbers by value, different types never.  A stack, as data nest deeper than Python recurses."""
    pending = [(left, right)]
    while pending:
        if not _alike(*pending.pop(), pending):
            return False
    return True


def _alike(left: Any, right: Any, pending: list[tuple[Any, Any]]) -> bool:
    """Whether two values agree as far as can be seen without looking into them; their parts go to `pending`."""
    kinds = {_kind(left), _kind(right)}
    if len(kinds) > 1 and not kinds <= _NUMBERS:
        return False
    if kinds == {"list"}:
        pending.extend(zip(left, right, strict=False))
        return len(left) == len(right)
    if kinds == {"map"}:
        pending.extend((left[key], right[key]) for key in left.keys() & right.keys())
        return bool(left.keys() == right.keys())
    return bool(left == right)


def _kind(value: Any) -> str:
    """The CEL name of a value's type; bool comes before int, because Python counts it among the integers."""
    for kind, types in _KINDS:
        if isinstance(value, types):
            return kind
    return type(value).__name__


# Writing.


def _text(expression: Expression) -> str:
    match expression:
        case Literal(value):
            return _literal_text(value)
        case Path(segments):
            return ".".join(segments)
        case Items(items):
            return f"[{', '.join(_text(item) for item in items)}]"
        case Not(operand):
            return f"!{_within(operand, And, Or, Comparison)}"
        case Comparison(sign, left, right):
            return f"{_within(left, And, Or, Comparison)} {sign} {_within(right, And, Or, Comparison)}"
        case And(operands):
            return " && ".join(_within(operand, And, Or) for operand in operands)
        case Or(operands):
            return " || ".join(_within(operand, Or) for operand in operands)
        case _:
            assert_never(expression)


def _within(expression: Expression, *loose: type) -> str:
    """The text of an operand, in parentheses when it is of a type that would fall apart there."""
    return f"({_text(expression)})" if isinstance(expression, loose) else _text(expression)


def _literal_text(value: Scalar) -> str:
    if isinstance(value, str):
        return f"'{''.join(map(_character_text, value))}'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def _character_text(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    if character.isprintable() or "\ud800" <= character <= "\udfff":
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
