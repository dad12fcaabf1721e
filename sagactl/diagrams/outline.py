"""The flow as nested blocks: what runs in sequence, what in parallel, and what depends on a choice.

A partial order falls apart into series and parallel parts wherever it can; what cannot be taken apart is a net, and
its members say themselves what they come after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sagactl.diagrams.wiring import direct, node_id, outcomes
from sagactl.flow import Flow

Form = Literal["step", "series", "parallel", "choice", "net"]

MAX_DEPTH: Final = 8
"""Deeper nesting than a reader can follow is shown as a net."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part of the flow.

    step: `id` is its node, `label` what it comes after (in a net only) · series: `parts` one after another ·
    parallel: `parts` side by side · choice: `label` is the choice, `parts` are series labelled with their outcome ·
    net: `parts` are steps in an order that respects what they come after.
    """

    form: Form
    id: str = ""
    label: str = ""
    parts: tuple[Block, ...] = ()


def outline(flow: Flow) -> Block:
    """The whole flow as one series; steps in a cycle stand at its end as a net."""
    whole = 0
    for index in flow.order:
        whole |= 1 << index
    parts = _Outline(flow).series(whole, {}, 0).parts
    if flow.cyclic:
        parts = (*parts, Block(form="net", label="cycle", parts=tuple(_named(flow, index) for index in flow.cyclic)))
    return Block(form="series", parts=parts)


class _Outline:
    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.outcomes = outcomes(flow)
        self.rank = {index: place for place, index in enumerate(flow.order)}

    def series(self, members: int, known: dict[str, str], depth: int) -> Block:
        """The members one after another: parts that nothing runs beside."""
        return Block(form="series", parts=tuple(self.chosen(self.split(members, related=False), known, depth)))

    def part(self, members: int, known: dict[str, str], depth: int) -> Block:
        indexes = self.indexes(members)
        if len(indexes) == 1:
            return Block(form="step", id=node_id(self.flow, indexes[0]))
        branches = self.split(members, related=True)
        if len(branches) == 1 or depth >= MAX_DEPTH:
            return Block(form="net", parts=tuple(_named(self.flow, index) for index in indexes))
        return self.parallel(branches, known, depth)

    def parallel(self, branches: list[int], known: dict[str, str], depth: int) -> Block:
        """Branches side by side; those that exclude each other by one choice are together one branch."""
        sorts: dict[str, list[int]] = {}
        for branch in branches:
            sorts.setdefault(next(iter(self.conditions(branch, known)), ""), []).append(branch)
        parts: list[Block] = []
        for choice, together in sorts.items():
            if choice and len(together) > 1:
                parts.append(Block(form="series", parts=(self.choice(choice, together, known, depth + 1),)))
            else:
                parts += [self.series(branch, known, depth + 1) for branch in together]
        if len(parts) == 1 and parts[0].form == "series" and len(parts[0].parts) == 1:
            return parts[0].parts[0]
        return Block(form="parallel", parts=tuple(parts))

    def chosen(self, parts: list[int], known: dict[str, str], depth: int) -> Iterator[Block]:
        """Neighbours that depend on the same choice stand together, sorted by its outcomes."""
        at = 0
        while at < len(parts):
            choice = next(iter(self.conditions(parts[at], known)), None)
            if choice is None or depth >= MAX_DEPTH:
                yield self.part(parts[at], known, depth)
                at += 1
                continue
            end = at
            while end < len(parts) and choice in self.conditions(parts[end], known):
                end += 1
            yield self.choice(choice, parts[at:end], known, depth)
            at = end

    def choice(self, choice: str, parts: list[int], known: dict[str, str], depth: int) -> Block:
        found = []
        for outcome in self.outcomes[choice]:
            members = 0
            for part in parts:
                if self.conditions(part, known)[choice] == outcome:
                    members |= part
            inner = self.series(members, {**known, choice: outcome}, depth + 1).parts if members else ()
            found.append(Block(form="series", label=outcome, parts=inner))
        return Block(form="choice", label=choice, parts=tuple(found))

    def conditions(self, members: int, known: dict[str, str]) -> dict[str, str]:
        """What all the members have in common in their conditions, beyond what is known."""
        steps = [self.flow.saga.steps[index] for index in self.indexes(members)]
        first = steps[0].when.items()
        return {
            choice: outcome
            for choice, outcome in first
            if choice not in known and all(step.when.get(choice) == outcome for step in steps)
        }

    def indexes(self, members: int) -> list[int]:
        return sorted((step.index for step in self.flow.members(members)), key=self.rank.__getitem__)

    def split(self, members: int, *, related: bool) -> list[int]:
        """The connected parts: by being ordered to each other (`related`), or by running beside each other."""
        found: list[int] = []
        for index in self.indexes(members):
            if any(part >> index & 1 for part in found):
                continue
            part, fresh = 0, 1 << index
            while fresh:
                part |= fresh
                near = 0
                for other in self.indexes(fresh):
                    near |= self.near(other, related)
                fresh = near & members & ~part
            found.append(part)
        return found

    def near(self, index: int, related: bool) -> int:
        return self.flow.ancestors[index] | self.flow.descendants[index] if related else self.flow.beside(index)


def _named(flow: Flow, index: int) -> Block:
    before = direct(flow, index) if index not in flow.cyclic else flow.after[index]
    return Block(
        form="step", id=node_id(flow, index), label=", ".join(flow.saga.steps[other].id for other in before) or "start"
    )
