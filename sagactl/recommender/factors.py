"""What speaks for a coordinator and what against one: a table of factors, each with its points and its source.

Points above zero speak for orchestration, points below zero for choreography.  The weights are opinion; `Weights`
changes them, and a factor can be left out altogether.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isfinite, isnan
from typing import Final, Literal, NamedTuple

from sagactl.durations import duration_text
from sagactl.errors import UnknownName, UsageError
from sagactl.recommender.facts import Counts, Facts, quoted

Value = float | bool
Verdict = Literal["orchestration", "choreography", "hybrid", "none", "redesign"]

ENOUGH: Final = 1.5
"""From this score on, up or down, the score decides; between, the rule of thumb does."""

FEW_STEPS: Final = 4
"""The rule of thumb: up to so many steps without a choice need no coordinator."""

MANY_CONTEXTS: Final = 3
"""From so many bounded contexts on, a coordinator inside each and events between them."""


class Band(NamedTuple):
    """The points for values up to `up_to`, or below it when that is not `inclusive`."""

    up_to: float
    points: float
    inclusive: bool = True

    def holds(self, value: Value) -> bool:
        return value <= self.up_to if self.inclusive else value < self.up_to


Bands = tuple[Band, ...]


class Factor(NamedTuple):
    """One thing that is counted and what it is worth.

    `value` reads the counts; `tell` says in words, with the numbers of a saga, what was found.  `for_orchestration`
    and `for_choreography` say why that speaks for either; what is worth nothing needs no reason.
    """

    name: str
    title: str
    bands: Bands
    value: Callable[[Counts], Value]
    tell: Callable[[Facts], str]
    for_orchestration: str
    for_choreography: str
    source: str


def _stated(points: float) -> Bands:
    """The points for something that is stated, none for what is not."""
    return (Band(0, 0.0), Band(inf, points))


FACTORS: Final[tuple[Factor, ...]] = (
    Factor(
        "participants",
        "participants on the backbone",
        (Band(2, -2.0), Band(3, -1.0), Band(4, 0.0), Band(5, 1.5), Band(inf, 2.5)),
        lambda counts: counts.participants,
        lambda facts: _listed(facts.participants, "participant", "on the backbone"),
        "nobody sees the whole any more without one place that does",
        "so few can listen to each other and still be understood",
        "Ford, Richards, Sadalage, Dehghani: Software Architecture: The Hard Parts (about 4)",
    ),
    Factor(
        "steps",
        "coordinated steps",
        (Band(3, -1.5), Band(4, -0.5), Band(5, 1.0), Band(8, 2.0), Band(inf, 3.0)),
        lambda counts: counts.steps,
        lambda facts: _listed((step.id for step in facts.backbone), "step", "to coordinate"),
        "the order is easier to read in one place than in a chain of events",
        "a chain that short needs no coordinator",
        "the rule of thumb: choreography for 3 to 4 simple steps, an orchestrator for 5 or more",
    ),
    Factor(
        "branching",
        "choices",
        (Band(0, -1.0), Band(1, 1.0), Band(inf, 2.0)),
        lambda counts: counts.choices,
        lambda facts: _listed(facts.choices, "choice"),
        "a decision needs somebody who takes it",
        "without a decision every event has one successor",
        "practitioner guides",
    ),
    Factor(
        "rollback-chain",
        "longest rollback chain",
        (Band(1, -1.0), Band(2, 0.0), Band(inf, 1.5)),
        lambda counts: counts.rollback_chain,
        lambda facts: _chain(facts),
        "an undo in several steps needs somebody who sees it through",
        "there is hardly anything to undo",
        "Azure Architecture Center, saga; The Hard Parts (error handling)",
    ),
    Factor(
        "service-cycles",
        "service cycles if choreographed",
        (Band(0, -0.5), Band(2, 0.5), Band(inf, 1.5)),
        lambda counts: counts.service_cycles,
        lambda facts: _cycles(facts),
        "services that wait for each other cannot change or be tested alone",
        "events flow one way",
        "Azure Architecture Center, saga; Richardson: Microservices Patterns",
    ),
    Factor(
        "join",
        "join of branches",
        _stated(1.5),
        lambda counts: counts.joins,
        lambda facts: _listed(facts.joins, "step", "where branches join", "that joins branches"),
        "who waits for several events must remember which have come",
        "",
        "Richardson: Microservices Patterns, ch. 10; Rücker: Practical Process Automation",
    ),
    Factor(
        "reactions",
        "share of independent retriable reactions",
        (Band(0.3, 0.0, inclusive=False), Band(0.6, -0.5), Band(inf, -2.0)),
        lambda counts: counts.reaction_share,
        lambda facts: _reactions(facts),
        "",
        "reactions only need to hear what happened",
        "Azure Architecture Center, choreography",
    ),
    Factor(
        "deadline",
        "deadline",
        _stated(1.0),
        lambda counts: counts.deadline,
        lambda facts: _deadline(facts),
        "a timer needs an owner",
        "",
        "a timer needs an owner: in a choreography no service has the whole run in view",
    ),
    Factor(
        "human-wait",
        "human wait",
        _stated(1.5),
        lambda counts: counts.human_waits,
        lambda facts: _listed(facts.human_waits, "wait", "for people's decisions", "for a person's decision"),
        "somebody must remember the run until the answer comes, and ask again if it does not",
        "",
        "a timer needs an owner: a reminder and a last day are timers too",
    ),
    Factor(
        "visibility",
        "visibility or audit required",
        _stated(1.5),
        lambda counts: counts.visibility or counts.audit,
        lambda facts: _required(facts, "visibility", "audit"),
        "with events alone the flow is written down nowhere",
        "",
        "Fowler: What do you mean by “Event-Driven”? (event notification); Rücker: Practical Process Automation",
    ),
    Factor(
        "contexts",
        "bounded contexts",
        (Band(0, 0.0), Band(1, 0.5), Band(2, 0.0), Band(inf, -1.5)),
        lambda counts: counts.contexts,
        lambda facts: _contexts(facts),
        "inside one context a coordinator couples nothing that was apart",
        "contexts should tell each other what happened, not what to do",
        "Cui: Choreography vs Orchestration in the land of serverless",
    ),
    Factor(
        "throughput",
        "high throughput or a bound on latency required",
        _stated(-1.5),
        lambda counts: counts.high_throughput or counts.latency,
        lambda facts: _required(facts, "throughput", "latency"),
        "",
        "a coordinator adds a hop and a write to each step",
        "The Hard Parts; AWS Prescriptive Guidance, saga patterns",
    ),
    Factor(
        "changes-often",
        "frequent change expected",
        _stated(1.0),
        lambda counts: counts.changes_often,
        lambda facts: _required(facts, "changes_often"),
        "a flow in one place changes in one place",
        "",
        "Rücker: Practical Process Automation",
    ),
    Factor(
        "no-single-point-of-failure",
        "no single point of failure allowed",
        _stated(-1.0),
        lambda counts: counts.no_single_point_of_failure,
        lambda facts: _required(facts, "no_single_point_of_failure"),
        "",
        "an outage of the coordinator stops every run",
        "AWS Prescriptive Guidance, saga patterns; The Hard Parts",
    ),
)

NAMES: Final = tuple(factor.name for factor in FACTORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Somebody else's opinion: factors multiplied, given other bands, or left out (`without`).

    Raises UnknownName for a factor that does not exist, UsageError for a number that is none.
    """

    multipliers: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, Bands] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in (*self.multipliers, *self.tables, *sorted(self.left_out)):
            if name not in NAMES:
                raise UnknownName("factor", name, NAMES)
        for name, multiplier in self.multipliers.items():
            _check(name, multiplier)
        for name, bands in self.tables.items():
            _check_bands(name, bands)

    def points(self, factor: Factor, counts: Counts) -> float:
        """What the factor is worth for these counts."""
        if factor.name in self.left_out:
            return 0.0
        value = factor.value(counts)
        bands = self.tables.get(factor.name, factor.bands)
        found = next(band.points for band in bands if band.holds(value))
        # Rounding keeps 3 × 0.1 from missing a threshold; adding 0.0 keeps -0.0 out.
        return round(found * self.multipliers.get(factor.name, 1.0), 6) + 0.0

    def score(self, counts: Counts) -> float:
        """The sum of the points."""
        return round(sum(self.points(factor, counts) for factor in FACTORS), 6) + 0.0

    def without(self, name: str) -> Weights:
        """The same opinion with one factor left out."""
        return replace(self, left_out=self.left_out | {name})


DEFAULT_WEIGHTS: Final = Weights()


def weights_from(configured: Mapping[str, object]) -> Weights:
    """Weights as a configuration writes them: `participants = 2`, or `steps = [[3, -1.5], [5, 1], ["more", 3]]`.

    Zero leaves a factor out.  Raises UnknownName or UsageError.
    """
    multipliers: dict[str, float] = {}
    tables: dict[str, Bands] = {}
    left_out: set[str] = set()
    for name, written in configured.items():
        if name not in NAMES:
            raise UnknownName("factor", name, NAMES)
        if isinstance(written, (list, tuple)):
            tables[name] = tuple(_band(name, row) for row in written)
        elif isinstance(written, bool) or not isinstance(written, (int, float)):
            raise UsageError(f"the weight of `{name}` is neither a number nor a table", help=_HOW_TO_WEIGH)
        elif written == 0:
            left_out.add(name)
        else:
            multipliers[name] = float(written)
    return Weights(multipliers=multipliers, tables=tables, left_out=frozenset(left_out))


class Outcome(NamedTuple):
    """What the score says; `by_rule_of_thumb` when it was too close to zero to say anything."""

    verdict: Verdict
    score: float
    by_rule_of_thumb: bool = False


def by_score(counts: Counts, weights: Weights = DEFAULT_WEIGHTS) -> Outcome:
    """The style that the counts speak for."""
    score = weights.score(counts)
    if score >= ENOUGH:
        several = counts.contexts >= MANY_CONTEXTS and "contexts" not in weights.left_out
        return Outcome("hybrid" if several else "orchestration", score)
    if score <= -ENOUGH:
        return Outcome("choreography", score)
    simple = counts.steps <= FEW_STEPS and counts.choices == 0
    return Outcome("choreography" if simple else "orchestration", score, by_rule_of_thumb=True)


def reason(factor: Factor, facts: Facts, points: float) -> str:
    """What was found, and why that speaks for a style if it does."""
    why = factor.for_orchestration if points > 0 else factor.for_choreography if points < 0 else ""
    found = factor.tell(facts)
    return f"{found}: {why}" if why else found


# -- in words


def signed(points: float) -> str:
    """`+1.5`, `-2`, and `0` without a sign."""
    return f"{points:+g}" if points else "0"


def points_text(bands: Bands) -> str:
    """The points by what was counted: `up to 3: -1.5 · more than 3: +1`, or `+1 if so`."""
    if len(bands) == 2 and bands[0] == Band(0, 0.0):
        return f"{signed(bands[1].points)} if so"
    return " · ".join(_band_text(before, band) for before, band in zip((None, *bands), bands, strict=False))


def _band_text(before: Band | None, band: Band) -> str:
    if band.up_to == inf and before is not None:
        values = f"{'more than' if before.inclusive else 'from'} {before.up_to:g}"
    else:
        values = f"{'up to' if band.inclusive else 'below'} {band.up_to:g}"
    return f"{values}: {signed(band.points)}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`no step`, `1 step`, `2 steps`."""
    if number == 0:
        return f"no {noun}"
    return f"{number} {noun}" if number == 1 else f"{number} {plural or noun + 's'}"


def _listed(names: Iterable[str], noun: str, suffix: str = "", suffix_of_one: str = "") -> str:
    every = tuple(names)
    ending = suffix_of_one if len(every) <= 1 and suffix_of_one else suffix
    head = " ".join(filter(None, (counted(len(every), noun), ending)))
    return f"{head} ({quoted(every)})" if every else head


def _chain(facts: Facts) -> str:
    chain = facts.rollback_chain
    if not chain:
        return "no failure forces a compensation"
    owed = sum(step in facts.missing for step in chain)
    still = f", {owed} still to be written" if owed else ""
    return f"a failure can force {counted(len(chain), 'compensation')} in a row (of {quoted(chain)}{still})"


def _cycles(facts: Facts) -> str:
    pairs = facts.service_cycles
    if not pairs:
        return "no two services would listen to each other"
    shown = ", ".join(f"{quoted([left])} and {quoted([right])}" for left, right in pairs[:3])
    more = f" and {len(pairs) - 3} more" if len(pairs) > 3 else ""
    return f"{counted(len(pairs), 'pair')} of services would listen to each other ({shown}{more})"


def _reactions(facts: Facts) -> str:
    counts = facts.counts
    if not counts.reactions:
        return "no independent retriable reaction"
    names = quoted(step.id for step in facts.reactions)
    share = f"{counts.reactions} of {counts.steps + counts.reactions} steps with effects"
    return f"{share} {'is' if counts.reactions == 1 else 'are'} independent and retriable ({names})"


def _deadline(facts: Facts) -> str:
    deadline = facts.saga.deadline
    return "no deadline" if deadline is None else f"a deadline of {duration_text(deadline.after_s)}"


def _contexts(facts: Facts) -> str:
    if not facts.contexts:
        return "bounded contexts are not stated"
    return f"{counted(len(facts.contexts), 'bounded context')} ({quoted(facts.contexts)})"


def _required(facts: Facts, *keys: str) -> str:
    """What `requires` says under these keys, as far as it counts."""
    texts = {
        "visibility": "`visibility: true`" if facts.counts.visibility else "",
        "audit": "`audit: true`" if facts.counts.audit else "",
        "throughput": "`throughput: high`" if facts.counts.high_throughput else "",
        "latency": f"`latency: {duration_text(facts.saga.requires.latency_s or 0.0)}`" if facts.counts.latency else "",
        "changes_often": "`changes_often: true`" if facts.counts.changes_often else "",
        "no_single_point_of_failure": "`no_single_point_of_failure: true`"
        if facts.counts.no_single_point_of_failure
        else "",
    }
    found = [texts[key] for key in keys if texts[key]]
    if found:
        return f"{' and '.join(found)} required"
    return f"{' and '.join(f'`{key}`' for key in keys)} not required"


# -- weights, checked

_HOW_TO_WEIGH: Final = 'write a number, such as `2`, or a table, such as `[[3, -1.5], [5, 1], ["more", 3]]`'


def _band(name: str, row: object) -> Band:
    if isinstance(row, (list, tuple)) and len(row) == 2:
        up_to, points = row
        bound = inf if up_to == "more" else up_to
        if _is_number(bound) and _is_number(points):
            return Band(float(bound), float(points))
    raise UsageError(f"the table of `{name}` has a row that is no pair of numbers", help=_HOW_TO_WEIGH)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check(name: str, number: float) -> None:
    if not isfinite(number):
        raise UsageError(f"the weight of `{name}` is no finite number", help=_HOW_TO_WEIGH)


def _check_bands(name: str, bands: Bands) -> None:
    for band in bands:
        _check(name, band.points)
    bounds = [(band.up_to, band.inclusive) for band in bands]
    if not bounds or any(isnan(bound) for bound, _ in bounds) or bounds != sorted(set(bounds)):
        raise UsageError(f"the bounds of the table of `{name}` do not rise", help=_HOW_TO_WEIGH)
    if bounds[-1] != (inf, True):
        raise UsageError(f"the table of `{name}` has no last row for all that is more", help=_HOW_TO_WEIGH)
