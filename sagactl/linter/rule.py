"""What a rule is: one file with a docstring, a `RULE`, and a `check` (or `check_all` for all sagas of a run).

The docstring holds what the rule finds, why it hurts, its source, and a `Bad:` and a `Good:` example; the tests run
them, and the docs page, `explain` and the editor's help are made from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Evidence, Fix, Place, Region, Related, Severity
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class Hit(NamedTuple):
    """One place where a rule found its defect; what is empty is taken from the rule."""

    message: str
    place: Place | Region
    step: str = ""
    help: str = ""
    note: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    fix: Fix | None = None
    evidence: Evidence | None = None


Check = Callable[[Saga, "Facts"], Iterator[Hit]]


class Rule(NamedTuple):
    """The facts about a rule that a run needs; its docstring stays in its module.

    `why` is the note that each of its findings carries: what goes wrong in production, in one sentence.
    `decides_validity` marks rules whose check is part of reading, `about_suppressions` those that judge the comments
    which suppress findings; both have a page but no check.
    """

    code: str
    name: str
    severity: Severity
    why: str
    check: Check | None = None
    default: bool = True
    decides_validity: bool = False
    about_suppressions: bool = False


def at_step(id_route: tuple[str | int, ...], key: str = "step") -> Place:
    """The place of a key of a step."""
    return Place((*id_route, key))
