"""Findings as JUnit XML: a file is a suite, a finding is a failed test, and a file without one is a test that passed.

Remarks are no failures: they stand in the output of a test that passed.
"""

from __future__ import annotations

from xml.etree import ElementTree as xml

from sagactl.escape import escape, escape_lines
from sagactl.linter.linted import Linted, Located
from sagactl.reports.findings import Report, relative
from sagactl.reports.findings.full import header
from sagactl.reports.style import plain

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render(report: Report) -> str:
    """The whole run; what XML cannot hold is written out, as everywhere."""
    root = xml.Element("testsuites", name="sagactl lint")
    for file in report.files:
        root.append(_suite(file, relative(report, file.name)))
    _count(root)
    xml.indent(root)
    return DECLARATION + xml.tostring(root, encoding="unicode") + "\n"


def _suite(file: Linted, path: str) -> xml.Element:
    suite = xml.Element("testsuite", name=escape(path))
    for located in file.findings:
        suite.append(_case(path, located))
    if not file.findings:
        xml.SubElement(suite, "testcase", classname=escape(path), name="lint", file=escape(path))
    _count(suite)
    return suite


def _count(element: xml.Element) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure")):
        element.set(name, str(sum(1 for _ in element.iter(tag))))
    element.set("errors", "0")


def _case(path: str, located: Located) -> xml.Element:
    finding, line = located.finding, str(located.region.line)
    case = xml.Element("testcase", classname=escape(path), name=f"{finding.code} {finding.name} at line {line}")
    case.set("file", escape(path))
    case.set("line", line)
    said = "\n".join(
        filter(None, (header(path, located, plain), escape_lines(finding.help), escape_lines(finding.note)))
    )
    if finding.severity == "info":
        xml.SubElement(case, "system-out").text = said
    else:
        failure = xml.SubElement(case, "failure", message=escape(finding.message), type=finding.severity)
        failure.text = said
    return case
