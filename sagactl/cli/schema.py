"""`sagactl schema`"""

from __future__ import annotations

import json

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import Output
from sagactl.source.schema import json_schema

EXAMPLES = """\b
Examples:
  sagactl schema -o saga.schema.json"""


def command(output: Output = None) -> int:
    write(schema_text(), output)
    return ExitStatus.CLEAN


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
