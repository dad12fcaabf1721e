"""Conditions on steps become decisions between them: diamonds, and arrows that say which outcome leads where.

A definition says for each step when it is taken; people think in forks.  The order of the flow is walked once with
tokens: a token stands at a node of the drawing and knows which outcomes are still possible there.  A step with a
condition lets matching tokens in, the others pass it by, and tokens that do not know the outcome meet at a diamond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.model import OTHERWISE

START: Final = "start"
END: Final = "end:completed"

Facts = Mapping[str, frozenset[str]]
Known = tuple[str, frozenset[tuple[str, frozenset[str]]]]


class Token(NamedTuple):
    """Where the flow can stand, and which outcomes of each choice are possible there (all when not listed)."""

    source: str
    facts: Facts


class Diamond(NamedTuple):
    """One decision in the drawing; a choice can be asked about in several places."""

    id: str
    choice: str


class Wire(NamedTuple):
    """One arrow; `outcomes` are those under which it is taken, empty when it always is."""

    source: str
    target: str
    outcomes: tuple[str, ...] = ()


@dataclass(slots=True)
class Wiring:
    """The diamonds and arrows of one flow."""

    diamonds: list[Diamond] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)


def wiring(flow: Flow) -> Wiring:
    """All decisions and arrows, in the order of the flow; nothing is drawn that follows from other arrows."""
    return _Walk(flow).result()


def node_id(flow: Flow, index: int) -> str:
    """The name of a step's node; a name that is used twice keeps its nodes apart."""
    id = flow.saga.steps[index].id
    return f"step:{id}" if flow.index[id] == index else f"step:{id}#{index}"


def outcomes(flow: Flow) -> dict[str, tuple[str, ...]]:
    """The outcomes of every choice, those included that only a condition names."""
    found = {id: [outcome.id for outcome in choice.outcomes] for id, choice in flow.saga.choices.items()}
    for step in flow.saga.steps:
        for choice, outcome in step.when.items():
            known = found.setdefault(choice, [])
            if outcome not in known:
                known.append(outcome)
    return {id: tuple(known) if len(known) > 1 else (*known, OTHERWISE) for id, known in found.items()}


def direct(flow: Flow, index: int) -> tuple[int, ...]:
    """The predecessors that no other predecessor implies; a step that takes any one keeps them all."""
    step = flow.steps[index]
    if step.join == "any":
        return step.after
    return tuple(one for one in step.after if not any(flow.ancestors[two] >> one & 1 for two in step.after))


class _Walk:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.outcomes = outcomes(flow)
        self.found = Wiring()
        self.choice_of: dict[str, str] = {}
        self.shared: dict[tuple[str, frozenset[Known]], str] = {}
        self.reached: dict[str, set[str]] = {START: set()}
        self.facts: dict[str, Facts] = {START: {}}
        self.ends: dict[int, list[Token]] = {}

    def result(self) -> Wiring:
        for index in self.flow.order:
            self.step(index)
        for index in self.flow.cyclic:
            self.leftover(index)
        last = [self.ends[index] for index in self.flow.order if not self.flow.dependants[index]]
        if last or not self.flow.steps:
            self.enter(END, last or [[Token(START, {})]])
        return self.found

    def step(self, index: int) -> None:
        node, step = node_id(self.flow, index), self.flow.saga.steps[index]
        groups = [self.ends[other] for other in direct(self.flow, index)] or [[Token(START, {})]]
        passing: list[Token] = []
        for choice, outcome in step.when.items():
            groups, passed = self.divert(groups, choice, outcome)
            passing += passed
        if not any(groups):
            self.unreachable(index)
            self.ends[index] = [Token(node, {}), *passing]
            return
        self.enter(node, groups)
        self.ends[index] = [Token(node, self.facts[node]), *_distinct(passing)]

    def divert(self, groups: list[list[Token]], choice: str, outcome: str) -> tuple[list[list[Token]], list[Token]]:
        """Who goes in and who passes by; tokens that do not know the outcome are gathered at one diamond."""
        inside: list[list[Token]] = []
        passing: list[Token] = []
        asking: list[list[Token]] = []
        for group in groups:
            entered: list[Token] = []
            unsure: list[Token] = []
            for token in group:
                possible = self.possible(token.facts, choice)
                if outcome not in possible:
                    passing.append(token)
                elif len(possible) == 1:
                    entered.append(token)
                elif self.choice_of.get(token.source) == choice:
                    entered.append(_knowing(token, choice, frozenset({outcome})))
                    passing.append(_knowing(token, choice, possible - {outcome}))
                else:
                    unsure.append(token)
            inside += [entered] if entered else []
            asking += [unsure] if unsure else []
        if asking:
            diamond = self.diamond(choice, asking)
            facts = self.facts[diamond]
            possible = self.possible(facts, choice)
            inside.append([_knowing(Token(diamond, facts), choice, frozenset({outcome}))])
            passing.append(_knowing(Token(diamond, facts), choice, possible - {outcome}))
        return inside, passing

    def diamond(self, choice: str, groups: list[list[Token]]) -> str:
        """The diamond at which these tokens meet; the same tokens with the same question meet only once."""
        key = (choice, frozenset(_known(token) for group in groups for token in group))
        if key not in self.shared:
            id = f"choice:{len(self.found.diamonds) + 1}"
            self.shared[key] = id
            self.choice_of[id] = choice
            self.found.diamonds.append(Diamond(id, choice))
            self.enter(id, groups)
        return self.shared[key]

    def enter(self, node: str, groups: list[list[Token]]) -> None:
        """Draws the arrows into a node and remembers what is known there."""
        tokens = [token for group in groups for token in group]
        taken: dict[str, list[str]] = {}
        for token in tokens:
            choice = self.choice_of.get(token.source)
            needed = taken.setdefault(token.source, []) if choice is None else None
            for outcome in self.outcomes[choice] if choice is not None else ():
                if outcome in self.possible(token.facts, choice or "") and not self.covered(token, outcome, tokens):
                    needed = taken.setdefault(token.source, [])
                    if outcome not in needed:
                        needed.append(outcome)
        for source, named in taken.items():
            ordered = tuple(each for each in self.outcomes.get(self.choice_of.get(source, ""), ()) if each in named)
            self.found.wires.append(Wire(source, node, ordered))
        self.reached[node] = set().union(*(self.reached[source] | {source} for source in taken))
        self.facts[node] = self.together([self.either(group) for group in groups])

    def covered(self, token: Token, outcome: str, tokens: list[Token]) -> bool:
        """Whether another arrow leads on from this outcome, so that one more would say nothing."""
        choice = self.choice_of[token.source]
        return any(
            other.source != token.source
            and token.source in self.reached[other.source]
            and outcome in self.possible(other.facts, choice)
            for other in tokens
        )

    def possible(self, facts: Facts, choice: str) -> frozenset[str]:
        return facts[choice] if choice in facts else frozenset(self.outcomes[choice])

    def either(self, tokens: list[Token]) -> Facts:
        known = set(tokens[0].facts) if tokens else set()
        known = known.intersection(*(token.facts for token in tokens))
        return {choice: frozenset().union(*(token.facts[choice] for token in tokens)) for choice in sorted(known)}

    def together(self, groups: list[Facts]) -> Facts:
        found: dict[str, frozenset[str]] = {}
        for facts in groups:
            for choice, possible in facts.items():
                both = found.get(choice, possible) & possible
                found[choice] = both or possible
        return found

    def unreachable(self, index: int) -> None:
        """A step that no run reaches still hangs where its definition puts it."""
        node = node_id(self.flow, index)
        sources = [node_id(self.flow, other) for other in direct(self.flow, index)] or [START]
        wanted = tuple(f"{choice}: {outcome}" for choice, outcome in self.flow.saga.steps[index].when.items())
        self.found.wires += [Wire(source, node, wanted) for source in sources]
        self.reached[node], self.facts[node] = set(sources), {}

    def leftover(self, index: int) -> None:
        """A step in a cycle, or behind one, is drawn as it is written."""
        node = node_id(self.flow, index)
        wanted = tuple(f"{choice}: {outcome}" for choice, outcome in self.flow.saga.steps[index].when.items())
        for other in self.flow.after[index]:
            self.found.wires.append(Wire(node_id(self.flow, other), node, wanted))


def _knowing(token: Token, choice: str, possible: frozenset[str]) -> Token:
    return Token(token.source, {**token.facts, choice: possible})


def _known(token: Token) -> Known:
    return token.source, frozenset(token.facts.items())


def _distinct(tokens: Iterable[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        if token not in found and all(token.facts.values()):
            found.append(token)
    return found
