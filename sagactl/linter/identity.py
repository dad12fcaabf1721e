"""What makes a finding the same one after an edit: its rule, its saga, its step, and the names that it speaks of.

Lines move with every change above them, and sentences are reworded from version to version; a baseline and the
fingerprints of other tools need what stays.  Where two findings have the same identity they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sagactl.finding import Finding
from sagactl.linter.linted import Linted, Located


class Identity(NamedTuple):
    """`path` stands in for the saga where a file could not be understood well enough to have one."""

    rule: str
    saga: str
    path: str
    step: str
    names: tuple[str, ...]


def identity(finding: Finding, path: str) -> Identity:
    """The identity of a finding in a file."""
    return Identity(finding.code, finding.saga, "" if finding.saga else path, finding.step, names(finding.message))


def names(message: str) -> tuple[str, ...]:
    """The names between backticks, each once, in the order of the alphabet: a new wording may turn them round."""
    return tuple(sorted(set(message.split("`")[1::2])))


def numbered(file: Linted) -> Iterator[tuple[Located, Identity, int]]:
    """The findings of a file with their identities, and the how manieth of its identity each one is."""
    seen: dict[Identity, int] = {}
    for located in (*file.findings, *(accepted.located for accepted in file.suppressed)):
        own = identity(located.finding, file.name)
        seen[own] = seen.get(own, 0) + 1
        yield located, own, seen[own]


def fingerprint(identity: Identity, number: int, path: str = "") -> str:
    """A text that is the same for the same finding in every version of a file; of a path too, where that matters."""
    from hashlib import sha256

    parts = (identity.rule, identity.saga, identity.path, identity.step, *identity.names, str(number), path)
    # Each part with its length, so that no two lists of parts make the same text.
    return sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "backslashreplace")).hexdigest()
