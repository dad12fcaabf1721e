"""What the reference pages take from the tables of the source, one function per stretch.

`REGIONS` names them; a page takes one up between `<!-- begin: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import groupby
from types import UnionType
from typing import Any, Final, get_args

from sagactl.cli.app import COMMANDS, load_command
from sagactl.cli.explain import EXIT_CODES
from sagactl.configuration.settings import SETTINGS
from sagactl.linter.pages import markdown, page
from sagactl.linter.registry import SETS, all_rules, module_of
from sagactl.linter.rule import Rule
from sagactl.machine import commands, events
from sagactl.machine.state import BACK, Record
from sagactl.machine.transition import TABLE
from sagactl.recommender import FACTORS, GATES
from sagactl.recommender.factors import points_text
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.findings import FORMATS
from sagactl.simulator import plan
from sagactl.world.faults import FAULTS, NEEDS_ORCHESTRATOR
from sagactl.world.properties import SENTENCES
from tests.docs import language, machine_map, runtime_tables
from tests.docs.gallery import gallery
from tests.docs.language import cell
from tests.docs.pages import ROOT
from tests.docs.words import AREAS, RECORDS


def rule_pages() -> dict[str, str]:
    """The page of every rule, by the name of its file."""
    return {f"{rule.name}.md": markdown(page(rule)) for rule in all_rules()}


def rules() -> str:
    """The catalogue, a table per area."""
    blocks = []
    for area, members in groupby(sorted(all_rules(), key=_by_area), key=_area):
        lines = [f"## {AREAS.get(area, area.capitalize())}", "", "| code | rule | severity | finds |"]
        lines.append("| --- | --- | --- | --- |")
        lines += [_rule_row(rule) for rule in members]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _by_area(rule: Rule) -> tuple[int, str]:
    known = list(AREAS)
    area = _area(rule)
    return known.index(area) if area in known else len(known), rule.code


def _area(rule: Rule) -> str:
    return module_of(rule).__name__.split(".")[-2]


def _rule_row(rule: Rule) -> str:
    shown = page(rule)
    severity = rule.severity if rule.default else f"{rule.severity}, off by default"
    return f"| {rule.code} | [{rule.name}]({rule.name}.md) | {severity} | {cell(shown.title.rstrip('.'))} |"


# -- commands


def the_commands() -> str:
    """Every command with its arguments and options, as typer knows them."""
    return "\n\n".join(_command(name) for name in COMMANDS)


def _command(name: str) -> str:
    command = load_command(name)
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    shown = " ".join(f"{param.name.upper()}" if param.required else f"[{param.name.upper()}]" for param in arguments)
    lines = [f"## sagactl {name}", "", COMMANDS[name], "", "```text"]
    lines += [f"sagactl {name} [OPTIONS] {shown}".rstrip(), "```", ""]
    lines += ["| argument or option | meaning | default |", "| --- | --- | --- |"]
    lines += [_parameter(param) for param in command.params]
    examples = [line.strip() for line in (command.help or "").split("\n") if "sagactl " in line]
    return "\n".join([*lines, "", "```sh", *examples, "```"])


def _parameter(param: Any) -> str:
    name = param.name.upper() if param.param_type_name == "argument" else _option(param)
    repeated = param.nargs == -1 or getattr(param, "multiple", False)
    meaning = (param.help or "") + (" May be given several times." if repeated else "")
    given = param.default not in (None, False, ())
    default = "**required**" if param.required else f"`{param.default}`" if given else ""
    return f"| `{name}` | {cell(meaning)} | {default} |"


def _option(param: Any) -> str:
    names = ", ".join(param.opts)
    return names if param.is_flag else f"{names} {'N' if param.type.name == 'integer' else 'TEXT'}"


def command_table() -> str:
    """The commands, a line each."""
    rows = [f"| `{name}` | {cell(text)} |" for name, text in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "| --- | --- |", *rows])


def exit_codes() -> str:
    """What each exit code means."""
    rows = [f"| {code} | {cell(text)} |" for code, text in EXIT_CODES.items()]
    return "\n".join(["| code | meaning |", "| --- | --- |", *rows])


# -- behaviour


def faults() -> str:
    """Every fault that can be injected."""
    rows = [
        f"| `{fault.name}` | {', '.join(fault.operations)} | {cell(fault.sentence)} | {cell(fault.source)} |"
        for fault in FAULTS
    ]
    return "\n".join(["| fault | hits | what it does | source |", "| --- | --- | --- | --- |", *rows])


def later_faults() -> str:
    """The names that are kept for faults which cannot be injected yet."""
    names = [name for name in getattr(plan, "_LATER", ()) if name not in {fault.name for fault in FAULTS}]
    if not names:
        return "There are none at the moment."
    return "\n".join(f"- `{name}`" for name in names)


def led_faults() -> str:
    """The faults that need an orchestrator, and why."""
    rows = [f"| `{name}` | {cell(reason.capitalize())} |" for name, reason in NEEDS_ORCHESTRATOR.items()]
    return "\n".join(["| fault | why not |", "| --- | --- |", *rows])


def properties() -> str:
    """What must hold of every run."""
    rows = [f"| {name} | {cell(sentence)} |" for name, sentence in SENTENCES.items()]
    return "\n".join(["| property | what must hold |", "| --- | --- |", *rows])


# -- lint


def settings() -> str:
    """Every key of a configuration."""
    rows = [f"| `{each.key}` | {cell(each.meaning)} | `{cell(each.example)}` |" for each in SETTINGS]
    return "\n".join(["| key | meaning | for example |", "| --- | --- | --- |", *rows])


def rule_sets() -> str:
    """Words that select several rules."""
    rows = [f"| `{'ALL' if name == 'all' else name}` | {text} |" for name, text in SETS.items()]
    return "\n".join(["| word | selects |", "| --- | --- |", *rows])


def formats() -> str:
    """Every format of findings, in the words of its module."""
    rows = []
    for name in FORMATS:
        said = (inspect.getdoc(import_module(f"sagactl.reports.findings.{name}")) or "").split("\n\n")
        source = next((part.removeprefix("Source: ") for part in said if part.startswith("Source: ")), "")
        rows.append(f"| `{name}` | {cell(said[0])} | {cell(source)} |")
    return "\n".join(["| format | what it is | defined by |", "| --- | --- | --- |", *rows])


# -- recommendation


def gates() -> str:
    """The questions before any score."""
    rows = [
        f"| {number} | `{gate.name}` | {cell(gate.question)} | {VERDICT_NAMES[gate.verdict]} | {cell(gate.source)} |"
        for number, gate in enumerate(GATES, 1)
    ]
    return "\n".join(["| | gate | question | if so | source |", "| --- | --- | --- | --- | --- |", *rows])


def factors() -> str:
    """What is counted and what it is worth."""
    rows = [
        f"| `{factor.name}` | {cell(factor.title)} | {points_text(factor.bands)} | {cell(factor.source)} |"
        for factor in FACTORS
    ]
    return "\n".join(["| factor | what is counted | points | source |", "| --- | --- | --- | --- |", *rows])


# -- the machine


def records() -> str:
    """What is remembered of a step."""
    rows = [f"| `{record}` | {RECORDS[record]} |" for record in get_args(Record)]
    return "\n".join(["| record | meaning |", "| --- | --- |", *rows])


def the_events() -> str:
    """What a run can be told."""
    return _named(get_args(events.StepEvent) + get_args(events.RunEvent), "event", "what happened")


def the_driver_commands() -> str:
    """What a driver is told to do."""
    union: UnionType = commands.Command
    return _named(get_args(union), "command", "what the driver does")


def _named(types: Iterable[type], what: str, meaning: str) -> str:
    rows = []
    for kind in types:
        fields = ", ".join(f"`{name}`" for name in kind._fields)  # type: ignore[attr-defined]
        rows.append(f"| `{kind.__name__}` | {fields} | {cell(inspect.getdoc(kind) or '')} |")
    return "\n".join([f"| {what} | carries | {meaning} |", "| --- | --- | --- |", *rows])


def table() -> str:
    """Which event matters to a step with which record, and what the step may become."""
    rows = []
    for event, row in TABLE.items():
        for record in row:
            becomes = sorted({edge.after for edge in _edges(record, event.__name__)})
            rows.append(f"| `{event.__name__}` | `{record}` | {', '.join(f'`{name}`' for name in becomes)} |")
    return "\n".join(["| event | while the step is | the step becomes |", "| --- | --- | --- |", *rows])


def _edges(record: str, label: str) -> Iterator[machine_map.Edge]:
    return (edge for edge in machine_map.edges() if edge.before == record and edge.label == label)


def repairs() -> str:
    """What people may do to a step with which record, and what the step may become."""
    rows = []
    for (before, label), group in groupby(sorted(machine_map.repairs(), key=_by_act), key=_by_act):
        becomes = sorted({edge.after for edge in group})
        rows.append(f"| `{label}` | `{before}` | {', '.join(f'`{name}`' for name in becomes)} |")
    return "\n".join(["| by hand | while the step is | the step becomes |", "| --- | --- | --- |", *sorted(rows)])


def _by_act(edge: machine_map.Edge) -> tuple[str, str]:
    return edge.before, edge.label


def forward_diagram() -> str:
    """A step on the way forward."""
    drawn = _diagram(lambda edge: not {edge.before, edge.after} & (BACK | {"dead"}))
    return drawn.replace("stateDiagram-v2\n", "stateDiagram-v2\n    [*] --> idle\n")


def back_diagram() -> str:
    """A step on the way back."""
    return _diagram(lambda edge: bool({edge.before, edge.after} & (BACK | {"dead"})))


def _diagram(wanted: Callable[[machine_map.Edge], bool]) -> str:
    chosen = sorted(filter(wanted, machine_map.edges()))
    lines = ["```mermaid", "stateDiagram-v2"]
    for (before, after), group in groupby(chosen, key=lambda edge: edge[:2]):
        labels = " or ".join(edge.label for edge in group)
        lines.append(f"    {_id(before)} --> {_id(after)}: {labels}")
    return "\n".join([*lines, "```"])


def _id(record: str) -> str:
    return record.replace("-", "_")


# -- the house


def tree() -> str:
    """What lies in the package, each part in the words of its own first line."""
    rows = []
    for path in sorted((ROOT / "sagactl").iterdir()):
        file = path / "__init__.py" if path.is_dir() else path
        if file.suffix == ".py" and file.is_file():
            said = (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
            rows.append(f"| `{path.name}{'/' if path.is_dir() else ''}` | {cell(said)} |")
    return "\n".join(["| part | what it is |", "| --- | --- |", *rows])


def layers() -> str:
    """Who may import whom, from the contract that the tests check."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in settings["contracts"] if contract["type"] == "layers")["layers"]
    rows = []
    for level, layer in zip(range(len(layers) - 1, -1, -1), layers, strict=True):
        joint = " | " if "|" in layer else " : "
        members = [name.strip() for name in layer.split(joint)]
        know = "" if len(members) == 1 else "nothing of each other" if joint == " | " else "each other"
        rows.append(f"| {level} | {', '.join(f'`{name}`' for name in members)} | {know} |")
    return "\n".join(["| level | members | which know |", "| --- | --- | --- |", *rows])


REGIONS: Final[Mapping[str, Callable[[], str]]] = {
    "rules": rules,
    "command-table": command_table,
    "commands": the_commands,
    "exit-codes": exit_codes,
    "faults": faults,
    "later-faults": later_faults,
    "led-faults": led_faults,
    "properties": properties,
    "settings": settings,
    "rule-sets": rule_sets,
    "formats": formats,
    "gates": gates,
    "factors": factors,
    "language": language.records,
    "countermeasures": language.countermeasures,
    "limits": language.limits,
    "records": records,
    "events": the_events,
    "driver-commands": the_driver_commands,
    "table": table,
    "repairs": repairs,
    "forward-diagram": forward_diagram,
    "back-diagram": back_diagram,
    "gallery": gallery,
    "runtime-names": runtime_tables.names,
    "orchestrator-options": runtime_tables.options,
    "orchestrator-methods": runtime_tables.methods,
    "context": runtime_tables.context,
    "observer-hooks": runtime_tables.hooks,
    "metrics": runtime_tables.metrics,
    "runtime-limits": runtime_tables.limits,
    "tree": tree,
    "layers": layers,
}
"""Every stretch that a page can take up."""
