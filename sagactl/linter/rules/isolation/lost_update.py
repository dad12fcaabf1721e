"""SG601 lost-update: a step overwrites what other runs have written since an earlier step looked.

Between the two steps other runs read and write the same data, and the second step sets a value that knows nothing of
theirs: it is gone, and nobody was told. Write differences that commute, compare a version, or mark the record as
pending. A step that reads and writes at once, in one transaction of its participant, has seen the latest value. Where
nothing says how a step writes, this is only pointed out, unless it takes what the earlier step has read.

Source: Frank and Zahle, Semantic ACID properties in multidatabases, 1998; Richardson, Microservices Patterns,
chapter 4.
Since: 0.1

Bad:
    saga: raise-limit
    resources: {credit-limit: {participant: accounts}}
    steps:
      - step: read-limit
        participant: accounts
        action: GetLimit
        kind: read-only
        reads: [credit-limit]
        output: {limit: number}
      - step: set-limit
        participant: accounts
        action: SetLimit
        input: {limit: steps.read-limit.output.limit}
        writes: [credit-limit]
        write_mode: set
        kind: pivot

Good:
    saga: raise-limit
    resources: {credit-limit: {participant: accounts, countermeasure: version}}
    steps:
      - step: read-limit
        participant: accounts
        action: GetLimit
        kind: read-only
        reads: [credit-limit]
        output: {limit: number, version: integer}
      - step: set-limit
        participant: accounts
        action: SetLimit
        input: {limit: steps.read-limit.output.limit, version: steps.read-limit.output.version}
        rejects: [LimitChanged]
        writes: [credit-limit]
        write_mode: set
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Related
from sagactl.linter.resources import Conflict, Pair, conflicts, uses
from sagactl.linter.rule import Digest, Hit, Rule


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    for conflict in conflicts(digests, "lost-update"):
        if conflict.use.update is not None:
            yield _hit(conflict, conflict.use.update)


def _hit(conflict: Conflict, update: Pair) -> Hit:
    resource, first, second = conflict.use.resource, update.first, update.second
    sure = update.mode == "set" or update.fed
    verb = "overwrites" if sure else "may overwrite"
    looked = "read" if first.place.route[-2] == "reads" else "wrote"
    unsaid = "" if sure else "; nothing says how it writes"
    return Hit(
        f"`{second.step}` {verb} what {conflict.who} writes to `{resource}` after `{first.step}` {looked} it{unsaid}",
        second.place,
        second.step,
        help=_help(conflict, update),
        related=(Related(f"`{first.step}` {looked} it here", first.place, conflict.path), *conflict.related),
        severity="warning" if sure else "info",
        path=conflict.path,
    )


def _help(conflict: Conflict, update: Pair) -> str:
    add = "write the difference, if there is one:\nwrite_mode: add"
    if conflict.use.countermeasure == "commutative":
        return f"a value that is set does not commute; {add}"
    return f"{add}\n# or let it be refused when `{conflict.use.resource}` has changed; there:\ncountermeasure: version"


RULE = Rule(
    code="SG601",
    name="lost-update",
    severity="warning",
    why="The other run's change is gone although it was told that it succeeded.",
    digest=uses,
    check_all=check_all,
    concerns="resources",
)
