"""Which rules hold for which file, and how grave they are: what the configuration and the call say together.

A plan holds words, not rules, so that it can be sent to other processes; each finds its rules once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple, cast

from sagactl.errors import UsageError
from sagactl.finding import Severity
from sagactl.linter.advice import Recommend
from sagactl.linter.registry import all_rules, matching, select
from sagactl.linter.rule import Rule


class Local(NamedTuple):
    """What is different in the files of a pattern."""

    pattern: str
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()


class Plan(NamedTuple):
    """The words of a run; `root` is the folder from which the patterns are seen.

    `today` (as 2026-01-31) decides which suppressions have expired.  `changed` are the files whose findings are shown,
    None for all: the others are read all the same, for the rules over all sagas.  `recommend` is asked which style
    suits a saga, by the rule that compares it with the declared one.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    locals: tuple[Local, ...] = ()
    root: str = ""
    plugins: tuple[str, ...] = ()
    today: str = ""
    changed: frozenset[str] | None = None
    recommend: Recommend | None = None

    @property
    def known(self) -> tuple[Rule, ...]:
        """Every rule that could be chosen."""
        return _known(self.plugins)

    @property
    def chosen(self) -> tuple[Rule, ...]:
        """The rules that hold for some file."""
        return _chosen(self)

    def rules_for(self, name: str) -> tuple[Rule, ...]:
        """The rules that hold for a file."""
        rules = _rules(self, _meant(self.locals, self.root, name) if self.locals else ())
        return rules if self.shows(name) else tuple(rule for rule in rules if rule.digest is not None)

    def shows(self, name: str) -> bool:
        """Whether the findings of a file are wanted."""
        return self.changed is None or name in self.changed


def make_plan(words: Plan) -> Plan:
    """The plan, once all its words mean something; raises UnknownName or UsageError for the first that does not."""
    for severity in (words.severity, *(local.severity for local in words.locals)):
        for word, _ in severity:
            _refuse_fixed(word, words.known)
    _chosen(words)
    return words


def _refuse_fixed(word: str, known: tuple[Rule, ...]) -> None:
    for rule in matching(word, known):
        if rule.decides_validity and word.lower() in (rule.code.lower(), rule.name):
            raise UsageError(
                f"the severity of `{rule.name}` cannot be changed",
                help="it decides whether a definition can be used at all; mend the files where it is found",
            )


def _known(plugins: tuple[str, ...]) -> tuple[Rule, ...]:
    if not plugins:
        return all_rules()
    from sagactl.linter.plugins import known_rules

    return known_rules(plugins)


def _meant(locals: tuple[Local, ...], root: str, name: str) -> tuple[Local, ...]:
    """The local settings whose pattern means a file."""
    from sagactl.inspection.globs import matcher, seen_from

    path = seen_from(root, name)
    return tuple(local for local in locals if matcher(local.pattern)(path))


@cache
def _chosen(plan: Plan) -> tuple[Rule, ...]:
    everywhere = {rule.code: rule for rule in _rules(plan, ())}
    for local in plan.locals:
        for rule in _rules(plan, (local,)):
            everywhere.setdefault(rule.code, rule)
    return tuple(everywhere[code] for code in sorted(everywhere))


@cache
def _rules(plan: Plan, locals: tuple[Local, ...]) -> tuple[Rule, ...]:
    """The rules where these local settings hold, the later over the earlier."""
    known = plan.known
    chosen = {rule.code: rule for rule in select(plan.select or _default(plan), plan.ignore, known)}
    for local in locals:
        chosen.update({rule.code: rule for word in local.select for rule in matching(word, known)})
        for word in local.ignore:
            for rule in matching(word, known):
                chosen.pop(rule.code, None)
    grades = dict(_grades((plan.severity, *(local.severity for local in locals)), known))
    return tuple(_graded(chosen[code], grades) for code in sorted(chosen) if grades.get(code) != "off")


def _default(plan: Plan) -> tuple[str, ...]:
    """Where nothing is selected, whoever says how grave a single rule is wants it to run."""
    single = (word for word, grade in plan.severity if grade != "off" and len(matching(word, plan.known)) == 1)
    return ("default", *single)


def _grades(severities: tuple[tuple[tuple[str, str], ...], ...], known: tuple[Rule, ...]) -> Iterator[tuple[str, str]]:
    for severity in severities:
        for word, grade in severity:
            for rule in matching(word, known):
                if not rule.decides_validity:
                    yield rule.code, grade


def _graded(rule: Rule, grades: Mapping[str, str]) -> Rule:
    grade = grades.get(rule.code)
    return rule if grade is None else rule._replace(decided=cast("Severity", grade))
