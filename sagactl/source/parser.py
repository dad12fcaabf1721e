"""The parser of YAML events is chosen here: libyaml's when it is there, and otherwise the one in pure Python.

They differ in speed (a factor of about 15), in the wording of their errors, and in a few corners where the one in
Python is the stricter: tabs between the parts of a line, and a `:` before a comma.  What both accept, they read alike.
Of PyYAML only the parser is used; its loaders, which turn values into objects, never see a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.error import MarkedYAMLError, YAMLError

try:
    from yaml._yaml import CParser
except ImportError:
    CParser = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable

# What a parser raises for a text: RecursionError and MemoryError are not among it, because neither parser recurses.
FAULTS = (YAMLError,)


def open_events(data: bytes) -> Callable[[], Any]:
    """A function that returns the next event of a text at each call, and None after the last.

    Raises one of `FAULTS` when called for an event that the text does not have.
    """
    if CParser is not None:
        get_event: Callable[[], Any] = CParser(data).get_event
        return get_event
    return python_events(data)


def python_events(data: bytes) -> Callable[[], Any]:
    """As `open_events`, with the parser in pure Python."""
    from yaml.events import ScalarEvent
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PythonParser(Reader, Scanner, Parser):
        def __init__(self, data: bytes) -> None:
            Reader.__init__(self, data.decode())
            Scanner.__init__(self)
            Parser.__init__(self)

    parser: Any = PythonParser(data)

    def get_event() -> Any:
        try:
            event: Any = parser.get_event()
        except (ValueError, OverflowError):
            mark: Any = parser.get_mark()
            raise MarkedYAMLError(None, None, "found invalid Unicode character escape code", mark) from None
        # libyaml refuses halves of surrogate pairs by itself.
        if event.__class__ is ScalarEvent and event.style == '"' and not event.value.isascii():
            try:
                event.value.encode()
            except UnicodeEncodeError:
                problem = "found invalid Unicode character escape code"
                start: Any = event.start_mark
                end: Any = event.end_mark
                raise MarkedYAMLError(None, start, problem, end) from None
        return event

    return get_event
