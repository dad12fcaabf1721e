"""Played scenarios as JUnit XML, for whoever collects the results of tests.

A scenario file is a test suite, a scenario a test case, a finding an error.  No case states a `time`: the time of a
rehearsal is virtual, and its output says it in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as xml

from sagactl.durations import long_duration
from sagactl.escape import escape, escape_lines
from sagactl.linter.linted import Linted
from sagactl.reports.findings.full import header
from sagactl.reports.scenarios import Result, Run, text
from sagactl.reports.style import plain

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(run: Run) -> str:
    """The whole run; what XML cannot hold is written out, as everywhere."""
    bare = run._replace(style=plain, verbose=False)
    suites = [*map(_broken, run.broken), *(_suite(bare, path, results) for path, results in run.by_file())]
    root = xml.Element("testsuites", name="sagactl")
    for _, group in groupby(sorted(suites, key=lambda suite: suite.get("name", "")), key=lambda s: s.get("name")):
        root.append(_merged(list(group)))
    _count(root)
    xml.indent(root)
    return DECLARATION + xml.tostring(root, encoding="unicode") + "\n"


def _merged(suites: list[xml.Element]) -> xml.Element:
    """One suite for a file of which some scenarios were played and others could not be."""
    first = suites[0]
    for other in suites[1:]:
        first.extend(list(other))
    _count(first)
    return first


def _count(element: xml.Element) -> None:
    counts = {"tests": "testcase", "failures": "failure", "errors": "error"}
    for name, tag in counts.items():
        element.set(name, str(sum(1 for _ in element.iter(tag))))


def _suite(run: Run, path: str, results: tuple[Result, ...]) -> xml.Element:
    suite = xml.Element("testsuite", name=escape(path))
    for result in results:
        suite.append(_case(run, result))
    return suite


def _case(run: Run, result: Result) -> xml.Element:
    played = result.played
    case = xml.Element("testcase", classname=escape(played.trace.saga), name=escape(played.scenario.name))
    case.set("file", escape(result.path))
    case.set("line", str(result.line))
    if not played.passed:
        kinds = ", ".join(text.WORDS[difference.what] for difference in played.differences)
        failure = xml.SubElement(case, "failure", message=f"not as expected: {kinds}", type="difference")
        failure.text = escape_lines("\n".join(text.differences(run, result)))
    output = xml.SubElement(case, "system-out")
    output.text = f"{played.trace.outcome} after {long_duration(played.trace.duration_s)} of virtual time"
    return case


def _broken(file: Linted) -> xml.Element:
    suite = xml.Element("testsuite", name=escape(file.name))
    suite.extend(_findings(file))
    return suite


def _findings(file: Linted) -> Iterator[xml.Element]:
    for located in file.findings:
        finding = located.finding
        name = f"{finding.code} {finding.name} at line {located.region.line}"
        case = xml.Element("testcase", classname=escape(file.name), name=name)
        case.set("file", escape(file.name))
        case.set("line", str(located.region.line))
        if finding.severity == "error":
            error = xml.SubElement(case, "error", message=escape(finding.message), type=finding.name)
            error.text = escape_lines("\n".join(filter(None, (header(file.name, located, plain), finding.help))))
        yield case
