"""`sagactl schema`"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import Output
from sagactl.source.schema import json_schema, scenario_schema

EXAMPLES = """\b
Examples:
  sagactl schema -o saga.schema.json
  sagactl schema --scenarios -o scenarios.schema.json"""


def command(
    scenarios: Annotated[bool, typer.Option("--scenarios", help="The schema of scenario files.")] = False,
    output: Output = None,
) -> int:
    write(schema_text(scenarios=scenarios), output)
    return ExitStatus.CLEAN


def schema_text(*, scenarios: bool = False) -> str:
    """The schema as it is published."""
    schema = scenario_schema() if scenarios else json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
