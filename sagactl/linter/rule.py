"""What a rule is: one file with a docstring, a `RULE`, and a `check` (or a `digest` and a `check_all`).

The docstring holds what the rule finds, why it hurts, its source, and a `Bad:` and a `Good:` example; the tests run
them, and the docs page, `explain` and the editor's help are made from them.

A rule over all sagas of a run works in two halves.  `digest(saga, facts)` says of one saga what the rule has to know
of it: a small value that can be pickled, because it may be made in another process, or None where the saga does not
concern the rule.  `check_all(digests)` sees those of all sagas, the order of the files kept, and each of its hits names
the file in which it stands.  Rules that give the same function as their digest share its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sagactl.finding import Evidence, Finding, Fix, Place, Region, Related, Severity
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class Hit(NamedTuple):
    """One place where a rule found its defect; what is empty is taken from the rule.

    `path` is for rules over all sagas: the path of the digest in whose file the place stands.
    """

    message: str
    place: Place | Region
    step: str = ""
    help: str = ""
    note: str = ""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    fix: Fix | None = None
    evidence: Evidence | None = None
    path: str = ""


class Digest(NamedTuple):
    """What a rule over all sagas knows of one: its file, its id, and what the rule's `digest` made of it.

    Two files may hold the same id: copies or versions of one saga, which do not run against each other.
    """

    path: str
    saga: str
    value: Any


Check = Callable[[Saga, "Facts"], Iterator[Hit]]
MakeDigest = Callable[[Saga, "Facts"], Any]
CheckAll = Callable[[Sequence[Digest]], Iterator[Hit]]


class Rule(NamedTuple):
    """The facts about a rule that a run needs; its docstring stays in its module.

    `why` is the note that each of its findings carries: what goes wrong in production, in one sentence.
    `decides_validity` marks rules whose check is part of reading, `about_suppressions` those that judge the comments
    which suppress findings; both have a page but no check.
    `concerns` names what a saga must have for the rule to look at it (see `concerns.py`); empty means every saga.
    `module` is the file of a rule that was found by the index or in a plug-in.
    `decided` is how grave the findings are where a configuration says so, whatever the rule says.
    """

    code: str
    name: str
    severity: Severity
    why: str
    check: Check | None = None
    digest: MakeDigest | None = None
    check_all: CheckAll | None = None
    default: bool = True
    decides_validity: bool = False
    about_suppressions: bool = False
    concerns: str = ""
    module: str = ""
    decided: Severity | None = None


def finding_of(rule: Rule, hit: Hit, saga: str) -> Finding:
    """What a hit in a saga becomes: what the hit leaves empty is taken from the rule."""
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.decided or hit.severity or rule.severity,
        message=hit.message,
        place=hit.place,
        saga=saga,
        step=hit.step,
        related=hit.related,
        help=hit.help,
        note=hit.note or rule.why,
        fix=hit.fix,
        evidence=hit.evidence,
    )


def at_step(id_route: tuple[str | int, ...], key: str = "step") -> Place:
    """The place of a key of a step."""
    return Place((*id_route, key))
