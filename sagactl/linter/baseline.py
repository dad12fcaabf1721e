"""A baseline: the findings that a repository had when it began to lint, and which do not count until they are mended.

1. Entries are kept by identity and counted, never by line: an edit elsewhere in a file neither hides nor revives one.
2. An entry for which fewer findings are left is stale.  It is judged only where its rule ran and its saga was seen.
3. Nothing is ever added unless the call says so; taking stale entries out is always safe.
4. What keeps a definition from being understood cannot be accepted, here as little as in a comment.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.linter.identity import Identity, identity
from sagactl.linter.ignores import stays
from sagactl.linter.linted import Linted, Located, Suppressed

VERSION: Final = 1


class Entry(NamedTuple):
    """One accepted finding and how often; the message says what was accepted, for people, and decides nothing."""

    identity: Identity
    times: int
    message: str = ""


class Baseline(NamedTuple):
    """The accepted findings, and the name of the file that holds them."""

    name: str
    entries: tuple[Entry, ...] = ()


class Compared(NamedTuple):
    """A run without what its baseline accepts; `stale` entries count what was accepted and is not found any more."""

    files: tuple[Linted, ...]
    stale: tuple[Entry, ...]


class Scope(NamedTuple):
    """What a run can judge: the codes of its rules, and whether it saw everything that there is."""

    rules: frozenset[str]
    whole: bool


class Update(NamedTuple):
    """A new baseline, and how it differs from the old one."""

    baseline: Baseline
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]


def compare(baseline: Baseline, files: Sequence[Linted], scope: Scope) -> Compared:
    """Take out of the files what the baseline accepts: of equal findings the first ones in the text."""
    left = _counted(baseline.entries)
    compared = tuple(_without(baseline, file, left) for file in files)
    seen = _seen(files)
    stale = {
        entry.identity: entry._replace(times=left[entry.identity])
        for entry in baseline.entries
        if left[entry.identity] > 0 and _is_judged(entry.identity, seen, scope)
    }
    return Compared(compared, tuple(stale.values()))


def update(baseline: Baseline, files: Sequence[Linted], scope: Scope, *, accept: bool) -> Update:
    """The baseline without its stale entries and, where `accept` is set, with everything that was found."""
    compared = compare(baseline, files, scope)
    counts = _counted(baseline.entries)
    messages = {entry.identity: entry.message for entry in baseline.entries}
    counts.subtract(_counted(compared.stale))
    added: Counter[Identity] = Counter()
    for file in compared.files if accept else ():
        for located in file.findings:
            if not stays(located.finding):
                own = identity(located.finding, file.name)
                added[own] += 1
                messages[own] = located.finding.message
    counts.update(added)
    new = _entries(counts, messages)
    return Update(baseline._replace(entries=new), _entries(added, messages), compared.stale)


def _counted(entries: Iterable[Entry]) -> Counter[Identity]:
    """How often each identity is accepted; a merge of two branches may have left it in two entries."""
    counts: Counter[Identity] = Counter()
    for entry in entries:
        counts[entry.identity] += entry.times
    return counts


def _entries(counts: Counter[Identity], messages: dict[Identity, str]) -> tuple[Entry, ...]:
    found = (Entry(own, count, messages[own]) for own, count in counts.items() if count > 0)
    return tuple(sorted(found, key=lambda entry: (entry.identity.saga, entry.identity.path, entry.identity)))


def _without(baseline: Baseline, file: Linted, left: Counter[Identity]) -> Linted:
    kept: list[Located] = []
    accepted = list(file.suppressed)
    for located in file.findings:
        own = identity(located.finding, file.name)
        if left[own] > 0 and not stays(located.finding):
            left[own] -= 1
            accepted.append(Suppressed(located, "baseline", f"accepted in {baseline.name}"))
        else:
            kept.append(located)
    return file._replace(findings=tuple(kept), suppressed=tuple(accepted))


def _seen(files: Iterable[Linted]) -> frozenset[str]:
    return frozenset(name for file in files for name in (file.saga, file.name) if name)


def _is_judged(identity: Identity, seen: frozenset[str], scope: Scope) -> bool:
    return identity.rule in scope.rules and (scope.whole or (identity.saga or identity.path) in seen)


# -- the file


def write(baseline: Baseline) -> str:
    """The text of the file: JSON with a line for each entry, so that a change shows what was accepted."""
    lines = ",\n".join(f"    {json.dumps(_as_data(entry))}" for entry in baseline.entries)
    return f'{{\n  "version": {VERSION},\n  "findings": [\n{lines}\n  ]\n}}\n'.replace("[\n\n  ]", "[]")


def _as_data(entry: Entry) -> dict[str, Any]:
    data: dict[str, Any] = entry.identity._asdict()
    return {key: value for key, value in {**data, "count": entry.times, "message": entry.message}.items() if value}


def parse(name: str, text: str) -> Baseline:
    """The baseline in a file; raises UsageError when the file is none."""
    try:
        data = json.loads(text)
        if data["version"] != VERSION:
            raise UsageError(f"the baseline `{name}` has version {data['version']!r}, and {VERSION} is known")
        return Baseline(name, tuple(map(_entry, data["findings"])))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        help = "`--update-baseline` writes a new one where there is no file"
        raise UsageError(f"`{name}` is not a baseline that sagactl has written", help=help) from None


def _entry(data: dict[str, Any]) -> Entry:
    texts = {key: data.get(key, "") for key in ("saga", "path", "step", "message")}
    names, count = data.get("names", []), data["count"]
    if not all(isinstance(each, str) for each in (data["rule"], *texts.values(), *names)) or type(count) is not int:
        raise ValueError
    own = Identity(data["rule"], texts["saga"], texts["path"], texts["step"], tuple(names))
    return Entry(own, count, texts["message"])
