"""`sagactl explain`"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from sagactl.cli.environment import style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, one_of
from sagactl.configuration import configuration
from sagactl.errors import UnknownName
from sagactl.escape import escape
from sagactl.linter import pages
from sagactl.linter.plugins import known_rules
from sagactl.linter.rule import Rule
from sagactl.recommender import FACTORS, GATES, Factor, Gate
from sagactl.recommender.factors import points_text
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.style import Style, plain
from sagactl.verdict import MEANINGS
from sagactl.world.faults import FAULTS
from sagactl.world.properties import SENTENCES

EXAMPLES = """\b
Examples:
  sagactl explain missing-compensation
  sagactl explain SG202
  sagactl explain reply-lost
  sagactl explain S1"""

EXIT_CODES = {
    "0": "clean: nothing found at or above the threshold, or the run ended as expected.",
    "1": "findings at or above `--fail-on`, a run that did not end as expected, a fault that was never reached, a saga "
    "that is unsafe or was not looked at to the end, or a definition that is not valid.",
    "2": "the call, the configuration or the input could not be used; standard error says why, and nothing is printed.",
    "3": "a defect of sagactl, or a rule that failed in `lint`, which names it and goes on; please report the line. "
    "Nothing of yours was changed.",
    "130": "interrupted by Ctrl-C.",
}


def command(
    name: Annotated[
        str | None,
        typer.Argument(help="A rule, fault, property, verdict, factor, gate or exit code; none lists all."),
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    shape = one_of("format", format, ("text", "json"))
    rules = known_rules(configuration(config).plugins)
    if shape == "json":
        write(json.dumps({"version": 1, **_as_data(name, rules)}, indent=2) + "\n", output)
        return ExitStatus.CLEAN
    style = style_for(color, output=output)
    if name is None:
        write("\n".join(_overview(rules)) + "\n", output)
        return ExitStatus.CLEAN
    wanted = name.strip().lower()
    for rule in rules:
        if wanted in (rule.code.lower(), rule.name):
            write(_rule_text(rule, style), output)
            return ExitStatus.CLEAN
    text = dict(_other()).get(wanted)
    if text is None:
        raise UnknownName("name", name, _names(rules))
    write(text, output)
    return ExitStatus.CLEAN


def _rule_text(rule: Rule, style: Style) -> str:
    """The page of a rule; one of a plug-in may have none."""
    try:
        return pages.explain_text(pages.page(rule), _dressed(style))
    except pages.BadPage:
        return f"{rule.code} {rule.name}  {rule.severity}\n\n{escape(rule.why)}\n"


def _rule_data(rule: Rule) -> dict[str, Any]:
    try:
        return pages.page(rule)._asdict()
    except pages.BadPage:
        return {"code": rule.code, "name": rule.name, "severity": rule.severity, "why": rule.why}


_ROLES = {"title": "strong", "heading": "help", "severity": "dim"}


def _dressed(style: Style) -> Style:
    """The looks of a page: on a terminal its examples are coloured as YAML."""
    if style is plain:
        return plain
    from rich.console import Console
    from rich.syntax import Syntax

    console = Console(force_terminal=True, color_system="standard", width=200)
    yaml = Syntax("", "yaml", theme="ansi_dark", background_color="default")

    def dress(role: str, text: str) -> str:
        if role != "code":
            return style(_ROLES.get(role, ""), text)
        with console.capture() as captured:
            console.print(yaml.highlight(text), end="")
        return captured.get().rstrip("\n")

    return dress


def _as_data(name: str | None, rules: tuple[Rule, ...]) -> dict[str, Any]:
    """The explanation for programs; without a name, what can be explained."""
    if name is None:
        return {"names": _names(rules)}
    wanted = name.strip().lower()
    for rule in rules:
        if wanted in (rule.code.lower(), rule.name):
            return {"kind": "rule", **_rule_data(rule)}
    text = dict(_other()).get(wanted)
    if text is None:
        raise UnknownName("name", name, _names(rules))
    kind = text.split()[0]
    return {"kind": "exit code" if kind == "exit" else kind, "name": wanted, "text": text}


def _names(rules: tuple[Rule, ...]) -> list[str]:
    words = [word for rule in rules for word in (rule.name, rule.code)]
    return [*words, *(name for name, _ in _other())]


def _overview(rules: tuple[Rule, ...]) -> Iterator[str]:
    """Everything that has an explanation, a line each."""
    yield "Rules"
    for rule in rules:
        yield f"  {rule.code}  {rule.severity[0].upper()}  {rule.name}" + ("" if rule.default else "  (off by default)")
    yield "\nFaults"
    yield from (f"  {fault.name:<28}{fault.sentence}" for fault in FAULTS)
    yield "\nProperties"
    yield from (f"  {name:<28}{sentence}" for name, sentence in SENTENCES.items())
    yield "\nVerdicts"
    yield from (f"  {word:<28}{_sentence(meaning)}" for word, meaning in MEANINGS.items())
    yield "\nFactors of a recommendation"
    yield from (f"  {factor.name:<28}{factor.title}" for factor in FACTORS)
    yield "\nGates of a recommendation"
    yield from (f"  {gate.name:<28}{gate.question}" for gate in GATES)
    yield "\nExit codes"
    yield from (f"  {code:<28}{text}" for code, text in EXIT_CODES.items())


def _sentence(meaning: str) -> str:
    return f"{meaning[0].upper()}{meaning[1:]}."


def _other() -> Iterator[tuple[str, str]]:
    """What is explained from a table: its name and its text."""
    for fault in FAULTS:
        where = ", ".join(fault.operations)
        yield fault.name, f"fault {fault.name}\n\n{fault.sentence}\nHits: {where}\nSource: {fault.source}\n"
    for name, sentence in SENTENCES.items():
        yield name.lower(), f"property {name}\n\n{sentence}\n"
    for word, meaning in MEANINGS.items():
        yield word, f"verdict {word}\n\n{_sentence(meaning)}\n"
    for factor in FACTORS:
        yield factor.name, _factor_text(factor)
    for gate in GATES:
        yield gate.name, _gate_text(gate)
    for code, text in EXIT_CODES.items():
        yield code, f"exit code {code}\n\n{text}\n"


def _factor_text(factor: Factor) -> str:
    lines = [
        f"factor {factor.name}",
        "",
        _sentence(factor.title),
        f"Points: {points_text(factor.bands)}",
        f"For orchestration: {factor.for_orchestration}",
        f"For choreography: {factor.for_choreography}",
        f"Source: {factor.source}",
        f"Weights are opinion: `[tool.sagactl.weights]` changes them, `{factor.name} = 0` leaves this one out.",
    ]
    return "\n".join(line for line in lines if not line.endswith(": ")) + "\n"


def _gate_text(gate: Gate) -> str:
    place = GATES.index(gate) + 1
    lines = [
        f"gate {gate.name}",
        "",
        f"{gate.question} (asked as number {place} of {len(GATES)}; the first yes decides, before any score)",
        f"If so: {VERDICT_NAMES[gate.verdict]}",
        f"It would not decide if {gate.otherwise}.",
        f"Source: {gate.source}",
    ]
    return "\n".join(lines) + "\n"
