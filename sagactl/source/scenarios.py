"""A scenario file is read here: its scenarios as plain values, and findings for everything that is wrong with it.

What a scenario says of its definition (steps, faults, input) is not looked at; that needs the definition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sagactl.finding import Finding, Place, Related
from sagactl.scenario import Scenario
from sagactl.source.build import Reading, read
from sagactl.source.build import unreadable as unreadable_file
from sagactl.source.check import MISSING, RULE_NAMES, Kept, check_record, language, short
from sagactl.source.document import Document, parse
from sagactl.source.scenario_fields import RECORDS, ScenarioFile

_SCENARIOS: Final = language(RECORDS)


class ScenarioReading(NamedTuple):
    """What became of a scenario file; `file` is None when nothing of it can be used.

    `text` is the reading as of a definition, without a saga: name, findings, document.
    """

    text: Reading
    file: ScenarioFile | None

    @property
    def name(self) -> str:
        return self.text.name

    @property
    def valid(self) -> bool:
        return self.text.valid

    def having(self, findings: Iterable[Finding]) -> ScenarioReading:
        """The same reading with more findings; an error among them makes it invalid."""
        found = (*self.text.findings, *findings)
        valid = self.valid and not any(finding.severity == "error" for finding in found)
        return self._replace(text=self.text._replace(findings=found, valid=valid))


def read_scenarios(data: bytes, name: str) -> ScenarioReading:
    """Read one scenario file; never raises on what a user wrote."""
    document = parse(data)
    root = document.root
    if root is None and _is_empty(document):
        return unreadable(name, "the file holds no scenarios", "start with `definition: <file>`")
    if root is None:
        return ScenarioReading(read(data, name), None)
    kept = Kept(_SCENARIOS)
    if root.kind != "mapping":
        kept.add("SG019", "a scenario file is a mapping that starts with `definition: <file>`", Place(()))
        return ScenarioReading(Reading(name, None, False, tuple(kept.findings), document), None)
    file = check_record(kept, "file", root, ())
    if file is not MISSING:
        _repeated_names(kept, file.scenarios)
    valid = file is not MISSING and not any(finding.severity == "error" for finding in kept.findings)
    found = Reading(name, None, valid, tuple(kept.findings), document)
    return ScenarioReading(found, None if file is MISSING else file)


def unreadable(name: str, message: str, help: str = "") -> ScenarioReading:
    """The reading of a scenario file that could not even be opened."""
    return ScenarioReading(unreadable_file(name, message, help), None)


def finding(code: str, message: str, place: Place, help: str = "") -> Finding:
    """An error about a scenario; `code` is one of those that reading knows."""
    return Finding(code, RULE_NAMES[code], "error", message, place, help=help)


def _is_empty(document: Document) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in document.lines)


def _repeated_names(kept: Kept, scenarios: tuple[Scenario, ...]) -> None:
    first: dict[str, Scenario] = {}
    for scenario in scenarios:
        known = first.setdefault(scenario.name, scenario)
        if known is not scenario:
            related = (Related("the first one is here", Place((*known.route, "name"))),)
            message = f"two scenarios are called `{short(scenario.name)}`"
            kept.add("SG019", message, Place((*scenario.route, "name")), related=related, help="say what differs")
