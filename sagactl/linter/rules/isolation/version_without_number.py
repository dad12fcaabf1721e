"""SG609 version-without-number: a resource is protected by a version, and a step writes it without one.

A version protects only writes that name the version on which they rest, so that the participant can refuse them when it
has changed. Some step has to read the resource and bring its `version`, `etag` or `revision` as an output, or the run
has to start with it, and each step that writes takes it as an input. A step that reads and writes at once compares in
its own transaction, and definitions that say nothing of their data are left alone.

Source: Fowler, Patterns of Enterprise Application Architecture (2002), Optimistic Offline Lock; RFC 9110, If-Match.
Since: 0.1
Fix: unsafe

Bad:
    saga: raise-limit
    input: {limit: number}
    resources: {credit-limit: {participant: accounts, countermeasure: version}}
    steps:
      - step: read-limit
        participant: accounts
        action: GetLimit
        kind: read-only
        reads: [credit-limit]
        output: {version: integer}
      - step: set-limit
        participant: accounts
        action: SetLimit
        input: {limit: input.limit}
        rejects: [LimitChanged]
        writes: [credit-limit]
        kind: pivot

Good:
    saga: raise-limit
    input: {limit: number}
    resources: {credit-limit: {participant: accounts, countermeasure: version}}
    steps:
      - step: read-limit
        participant: accounts
        action: GetLimit
        kind: read-only
        reads: [credit-limit]
        output: {version: integer}
      - step: set-limit
        participant: accounts
        action: SetLimit
        input: {limit: input.limit, version: steps.read-limit.output.version}
        rejects: [LimitChanged]
        writes: [credit-limit]
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.finding import Fix, Put, Related
from sagactl.linter.facts import strings
from sagactl.linter.resources import spot
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Resource, Saga, Step

if TYPE_CHECKING:
    from sagactl.access import Access
    from sagactl.linter.facts import Facts

NUMBERS: Final = ("version", "etag", "revision")
"""What the number of a version is called; `limit_version` and `accountEtag` are such names too."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources and any(step.input is not None for step in saga.steps):
        for id, resource in saga.resources.items():
            if resource.countermeasure == "version":
                yield from _unnumbered(saga, resource, facts.accesses.get(id, ()), facts)


def _unnumbered(saga: Saga, resource: Resource, accesses: tuple[Access, ...], facts: Facts) -> Iterator[Hit]:
    for access in accesses:
        step = saga.steps[access.step]
        if access.writes and not access.reads and not _brings_number(saga, step, resource.id):
            yield _hit(saga, resource, access, facts)


def _brings_number(saga: Saga, step: Step, resource: str) -> bool:
    """Whether the step's input names the version that an earlier look at the resource, or the caller, has brought."""
    for text in strings(step.input):
        segments = text.split(".")
        if segments[0] == "input" and is_number(segments[-1]):
            return True
        if segments[0] == "steps" and len(segments) > 3 and is_number(segments[3]):
            source = saga.step(segments[1])
            if source is not None and (resource in source.reads or resource in source.writes):
                return True
    return False


def is_number(name: str) -> bool:
    """Whether a datum is called like the number of a version."""
    return name.lower().replace("-", "_").endswith(NUMBERS)


def _hit(saga: Saga, resource: Resource, access: Access, facts: Facts) -> Hit:
    place, step = spot(access, facts), saga.steps[access.step]
    reader = next((step for step in saga.steps if resource.id in step.reads), None)
    return Hit(
        f"`{place.step}` writes `{resource.id}` without its version: no input comes from a `version`, `etag` or "
        f"`revision` that a step has read",
        place.place,
        place.step,
        help=_help(resource, place.step, reader),
        related=(Related(f"`{reader.id}` reads it", at_step(reader.route, "reads")),) if reader is not None else (),
        fix=_fix(step, reader) if reader is not None and _number(reader) else None,
    )


def _number(reader: Step) -> str:
    """What the version is called that a step has read; empty if it brings none."""
    return next((name for name in reader.output if is_number(name)), "")


def _path(reader: Step, number: str) -> str:
    return f"steps.{reader.id}.output.{number}"


def _fix(writer: Step, reader: Step) -> Fix:
    number = _number(reader)
    put = Put((*writer.route, "input", number), _path(reader, number))
    return Fix("pass on the version that was read", safe=False, changes=(put,))


def _help(resource: Resource, writer: str, reader: Step | None) -> str:
    if reader is None:
        return f"let a step before it read `{resource.id}` and bring the number, `output: {{version: integer}}`"
    number = _number(reader)
    first = f"in `{writer}`:\ninput: {{version: {_path(reader, number or 'version')}}}"
    return first if number else f"in `{reader.id}`:\noutput: {{version: integer}}\n{first}"


RULE = Rule(
    code="SG609",
    name="version-without-number",
    severity="warning",
    why="The participant has nothing to compare, so the write overwrites whatever has happened since.",
    check=check,
    concerns="resources",
)
