"""A parser's error becomes a sentence of our own here, at the place where the writer has to act.

The parsers name the place where they gave up, which for an open quote is the end of the file.  Each rule below looks
at the text around the two marks of an error; the parser's wording only chooses between rules, so that a wording that
is not known costs precision and nothing else.  The first rule that applies speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sagactl.source.events import refused_tag
from sagactl.source.node import Problem, Span, Text

if TYPE_CHECKING:
    from collections.abc import Callable

_SNIPPET_LENGTH = 40
# YAML 1.2.2, 7.4.2: an implicit key has at most 1,024 characters.
_LONGEST_KEY = 1024
# Python strips more than what is blank in YAML, U+0085 for one.
_BLANKS = " \t"
_QUOTE_HELP = "put the whole value in quotes"


class Place(NamedTuple):
    """An offset with its line and column."""

    line: int
    column: int
    offset: int


class Sight(NamedTuple):
    """All that a rule looks at: where the parser gave up, where what it was reading began, and what it said."""

    source: Text
    text: str
    lines: list[str]
    wording: str
    place: Place
    context: Place | None
    # The quoted scalar read last: its first and last place.
    quoted: tuple[Place, Place] | None

    @property
    def line(self) -> str:
        return self.lines[self.place.line]

    @property
    def character(self) -> str:
        return self.text[self.place.offset : self.place.offset + 1]

    @property
    def opener(self) -> str:
        return self.text[self.context.offset : self.context.offset + 1] if self.context else ""

    def starts_line(self) -> bool:
        return not self.line[: self.place.column].strip(_BLANKS)


def translate(text: Text, error: Any, last_quoted: Any) -> tuple[Problem, int]:
    """The problem behind a parser's error, and the offset where the parser gave up."""
    sight = _sight(text, error, last_quoted)
    for rule in _RULES:
        problem = rule(sight)
        if problem is not None:
            return problem, sight.place.offset
    return Problem("this is not valid YAML", _span(sight, sight.place)), sight.place.offset


def _sight(text: Text, error: Any, last_quoted: Any) -> Sight:
    context = getattr(error, "context_mark", None)
    place = getattr(error, "problem_mark", None) or context
    wording = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}"
    quoted = None
    if last_quoted is not None:
        quoted = (_place(text, last_quoted.start_mark), _place(text, last_quoted.end_mark))
    return Sight(
        text,
        text.string,
        text.lines,
        wording,
        Place(0, 0, 0) if place is None else _place(text, place),
        None if context is None else _place(text, context),
        quoted,
    )


def _place(text: Text, mark: Any) -> Place:
    offset = min(mark.index, len(text.string))
    return Place(*text.place(offset), offset)


def _tab(sight: Sight) -> Problem | None:
    indent = sight.line[: len(sight.line) - len(sight.line.lstrip(_BLANKS))]
    if "\t" not in indent:
        return None
    column = indent.index("\t")
    span = Span(sight.place.line, column, sight.place.line, column + 1)
    return Problem("a tab indents this line", span, help="indent with spaces")


def _late_quote(sight: Sight) -> Problem | None:
    """A forgotten closing quote takes the next opening one for it, and the trouble starts behind that."""
    if sight.quoted is None:
        return None
    start, end = sight.quoted
    faulty = {sight.place.line} | ({sight.context.line} if sight.context else set())
    if start.line == end.line or end.line not in faulty or end.offset > sight.place.offset:
        return None
    return Problem(
        f"the quote that opens here closes only in line {end.line + 1}",
        _span(sight, start),
        help="close it where the value ends",
        related=(("it closes here", Span(end.line, max(end.column - 1, 0), end.line, end.column)),),
    )


def _open_quote(sight: Sight) -> Problem | None:
    if sight.context is None or sight.opener not in ("'", '"') or "while scanning a quoted" not in sight.wording:
        return None
    return Problem(
        "the quote that opens here is never closed",
        _span(sight, sight.context),
        help=f"close it with {sight.opener}",
    )


def _escape(sight: Sight) -> Problem | None:
    if "escape" not in sight.wording and "hexdecimal" not in sight.wording:
        return None
    index = sight.text.rfind("\\", 0, sight.place.offset + 1)
    if index < 0:
        return None
    line, column = sight.source.place(index)
    length = {"x": 4, "u": 6, "U": 10}.get(sight.text[index + 1 : index + 2], 2)
    escape = sight.lines[line][column : column + length]
    span = Span(line, column, line, column + len(escape))
    if escape[2:4].lower() in ("d8", "d9", "da", "db", "dc", "dd", "de", "df") and length == 6:
        return Problem(
            f"`{escape}` is half of a character",
            span,
            help='write the character itself, or its number as "\\U" and eight digits',
        )
    return Problem(
        f"`{escape}` is no escape that YAML knows",
        span,
        help="write `\\\\` for a backslash, or use single quotes, where a backslash is itself",
    )


def _tag(sight: Sight) -> Problem | None:
    for place in (sight.place, sight.context):
        if place is not None and sight.text[place.offset : place.offset + 1] == "!":
            return refused_tag(sight.source, place.offset)
    return None


def _name(sight: Sight) -> Problem | None:
    if sight.context is None or sight.opener not in ("&", "*") or "alphabetic" not in sight.wording:
        return None
    if sight.opener == "*":
        return Problem("text that starts with `*` needs quotes", _span(sight, sight.context), help=_QUOTE_HELP)
    return Problem(
        "an anchor's name has letters, digits, `-` and `_` only",
        _span(sight, sight.context),
        help="rename it, or put text that starts with `&` in quotes",
    )


def _bracket(sight: Sight) -> Problem | None:
    if sight.context is None or sight.opener not in ("[", "{") or "flow" not in sight.wording:
        return None
    closer = "]" if sight.opener == "[" else "}"
    here, opened = _span(sight, sight.place), _span(sight, sight.context)
    if _is_closed_below(sight, closer):
        return Problem(
            f"a `,` or `{closer}` is missing before this",
            here,
            related=((f"the `{sight.opener}` is here", opened),),
        )
    return Problem(
        f"the `{sight.opener}` that opens here is never closed",
        opened,
        help=f"close it with `{closer}`",
        related=(("this no longer belongs to it", here),) if sight.character else (),
    )


def _is_closed_below(sight: Sight, closer: str) -> bool:
    """A bracket counts as closed when its closer comes before a line that is indented no deeper than its own."""
    assert sight.context is not None
    opening = sight.lines[sight.context.line]
    indent = _indent(opening)
    for number in range(sight.place.line, len(sight.lines)):
        line = sight.lines[number]
        if number > sight.context.line and line.strip(_BLANKS) and _indent(line) <= indent:
            return line.strip(_BLANKS).startswith(closer)
        if closer in line[sight.place.column if number == sight.place.line else 0 :]:
            return True
    return False


def _missing_colon(sight: Sight) -> Problem | None:
    if sight.context is None or "expected ':'" not in sight.wording:
        return None
    if sight.lines[sight.context.line].find(":", sight.context.column) - sight.context.column >= _LONGEST_KEY:
        return _long_key(sight, sight.context)
    return Problem(
        f"there is no `: ` after `{_word(sight, sight.context)}`",
        _span(sight, sight.context, _word(sight, sight.context)),
        help="write `key: value`, with a space after the colon",
    )


def _long_key(sight: Sight, place: Place) -> Problem:
    return Problem(f"a key is longer than {_LONGEST_KEY:,} characters", _span(sight, place), help="shorten it")


def _colon(sight: Sight) -> Problem | None:
    if "mapping values are not allowed" not in sight.wording:
        return None
    head = sight.line[: sight.place.column]
    if sight.place.column - _indent(sight.line) >= _LONGEST_KEY:
        return _long_key(sight, Place(sight.place.line, _indent(sight.line), 0))
    if ": " in head:
        return Problem("a second `: ` in one value", _span(sight, sight.place), help=_QUOTE_HELP)
    number = sight.place.line
    above = next((n for n in range(number - 1, -1, -1) if _has_content(sight.lines[n])), None)
    indent = _indent(sight.line)
    if above is None:
        return Problem("a key cannot stand here", _span(sight, sight.place))
    start = _indent(sight.lines[above])
    if indent > start:
        return Problem(
            "this line is indented deeper than the line above, which has a value already",
            Span(number, indent, number, max(sight.place.column, indent + 1)),
            help="indent it as the line above",
            related=(("the line above", Span(above, start, above, len(sight.lines[above].rstrip(_BLANKS)))),),
        )
    word = sight.lines[above].strip(_BLANKS)
    return Problem(
        f"there is no `: ` after `{_clip(word)}`",
        Span(above, start, above, start + len(word)),
        help="write `key: value`, with a space after the colon",
    )


def _item(sight: Sight) -> Problem | None:
    if "sequence entries are not allowed" not in sight.wording:
        return None
    return Problem(
        "a list item cannot start here",
        _span(sight, sight.place),
        help="put each `- ` on a line of its own, below the key; put text that starts with `- ` in quotes",
    )


def _question(sight: Sight) -> Problem | None:
    if "mapping keys are not allowed" not in sight.wording:
        return None
    return Problem("a key cannot start with `? ` here", _span(sight, sight.place), help="write `key: value`")


def _start(sight: Sight) -> Problem | None:
    if "cannot start any token" not in sight.wording:
        return None
    start = {"`": "a backtick", "\t": "a tab"}.get(sight.character, f"`{sight.character}`")
    return Problem(f"a value cannot start with {start}", _span(sight, sight.place), help=_QUOTE_HELP)


def _directive(sight: Sight) -> Problem | None:
    if sight.context is None or sight.opener != "%":
        return None
    return Problem("a line cannot start with `%`", _span(sight, sight.context), help="put text with a `%` in quotes")


def _block_header(sight: Sight) -> Problem | None:
    if "block scalar" not in sight.wording or sight.opener not in ("|", ">"):
        return None
    return Problem(
        f"nothing but a comment may follow `{sight.opener}`",
        _span(sight, sight.place),
        help="start the text in the next line, or put text that starts with this sign in quotes",
    )


def _closer(sight: Sight) -> Problem | None:
    if sight.character not in ("]", "}") or "flow" in sight.wording:
        return None
    return Problem(f"this `{sight.character}` closes nothing", _span(sight, sight.place), help="remove it")


def _indentation(sight: Sight) -> Problem | None:
    if "while parsing a block" not in sight.wording or sight.context is None or not sight.starts_line():
        return None
    if sight.character == ":":
        return Problem("a key is missing before this `:`", _span(sight, sight.place), help="write `key: value`")
    here = _span(sight, sight.place, _word(sight, sight.place))
    opened = (("it starts here", _span(sight, sight.context, _word(sight, sight.context))),)
    is_item = sight.line[sight.place.column :].startswith("-") and sight.line[sight.place.column + 1 :][:1] in ("", " ")
    in_list = sight.opener == "-"
    if sight.place.column == sight.context.column and is_item != in_list:
        return Problem(
            "a key stands among the items of a list" if in_list else "a list item stands among the keys of a mapping",
            here,
            help="start it with `- `, or indent it less" if in_list else "put a key with a `:` above it",
            related=(("the list starts here" if in_list else "the mapping starts here", opened[0][1]),),
        )
    if sight.place.column == sight.context.column:
        return Problem(f"a key cannot start with `{sight.character}`", here, help="put it in quotes")
    what = "list" if in_list else "mapping"
    return Problem(
        f"this line is indented by {sight.place.column}, and the {what} that it is in by {sight.context.column}",
        here,
        help="line it up with what it belongs to",
        related=opened,
    )


def _text_after(sight: Sight) -> Problem | None:
    if "while parsing a block" not in sight.wording or not sight.character or "content" in sight.wording:
        return None
    return Problem(
        "the value has ended before this text",
        _span(sight, sight.place, _word(sight, sight.place)),
        help=_QUOTE_HELP,
    )


def _missing_value(sight: Sight) -> Problem | None:
    if "node content" not in sight.wording:
        return None
    return Problem("a value is missing before this", _span(sight, sight.place), help="write one")


_RULES: tuple[Callable[[Sight], Problem | None], ...] = (
    _tab,
    _late_quote,
    _open_quote,
    _escape,
    _tag,
    _name,
    _bracket,
    _missing_colon,
    _colon,
    _item,
    _question,
    _start,
    _directive,
    _block_header,
    _closer,
    _missing_value,
    _indentation,
    _text_after,
)


def _span(sight: Sight, place: Place, word: str = "") -> Span:
    """The span of a word, or of one character, at a place; the end of the text is shown as that of its last line."""
    line, column = place.line, place.column
    if place.offset >= len(sight.text):
        while line > 0 and not sight.lines[line].strip(_BLANKS):
            line -= 1
        column = len(sight.lines[line].rstrip(_BLANKS))
    return Span(line, column, line, min(column + max(len(word), 1), max(len(sight.lines[line]), column)))


def _word(sight: Sight, place: Place) -> str:
    """What stands at a place, up to the end of its line or its colon."""
    rest = sight.lines[place.line][place.column :]
    return _clip(rest.split(": ")[0].split(" #")[0].strip(_BLANKS).removesuffix(":"))


def _clip(text: str) -> str:
    return text if len(text) <= _SNIPPET_LENGTH else text[:_SNIPPET_LENGTH] + "…"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _has_content(line: str) -> bool:
    bare = line.strip(_BLANKS)
    return bool(bare) and not bare.startswith("#")
