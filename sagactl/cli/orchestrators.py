"""`sagactl run` and `sagactl worker`: the orchestrator that a call names, imported, linted and made."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagactl.cli.environment import style_for, terminal_columns
from sagactl.errors import SagactlError, UsageError, suggest

if TYPE_CHECKING:
    from sagactl.runtime.orchestrator import SagaOrchestrator

Orchestrator = Annotated[str, typer.Argument(help="MODULE:CLASS, seen from here.", metavar="MODULE:CLASS")]
NoLint = Annotated[bool, typer.Option("--no-lint", help="Run a definition in spite of its errors.")]


def imported(name: str) -> type[SagaOrchestrator]:
    """The class that `MODULE:CLASS` names; raises UsageError for what is none."""
    from sagactl.runtime.orchestrator import SagaOrchestrator

    module_name, colon, class_name = name.partition(":")
    if not colon or not module_name or not class_name:
        raise UsageError(
            f"`{name}` names no class", help="write `MODULE:CLASS`, such as `shop.orders:OrderFulfillment`"
        )
    found = getattr(_module(module_name), class_name, None)
    if isinstance(found, type) and issubclass(found, SagaOrchestrator) and found is not SagaOrchestrator:
        return found
    if found is not None:
        raise UsageError(f"`{name}` is no `SagaOrchestrator`", help="let the class inherit from it")
    known = [key for key, value in vars(_module(module_name)).items() if isinstance(value, type)]
    raise UsageError(f"`{module_name}` has no class `{class_name}`", help=suggest(class_name, tuple(known)))


def _module(name: str) -> Any:
    """The module; what goes wrong while it is imported is its own affair, and is named."""
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return import_module(name)
    except SagactlError:
        raise
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise UsageError(f"there is no module `{name}`", help="it is looked for from here") from None
        raise UsageError(f"`{name}` cannot be imported: {error}") from None
    except Exception as error:
        raise UsageError(f"`{name}` cannot be imported: {type(error).__name__}: {error}") from None


def refuse_errors(kind: type[SagaOrchestrator]) -> bool:
    """Whether lint finds errors in the definition; they are shown on standard error, as lint shows them."""
    if not kind.definition:
        return False
    from sagactl.inspection import Plan, Shelf, inspect, make_plan
    from sagactl.reports.findings import Report, full
    from sagactl.workspace import expand

    found = inspect(expand([kind.definition]), make_plan(Plan()), Shelf())
    errors = [each for file in found.files for each in file.findings if each.finding.severity == "error"]
    if not errors:
        return False
    sys.stderr.write(full.render(Report(found.files, style_for("auto", sys.stderr), terminal_columns())))
    sys.stderr.write(f"`{kind.__name__}` is not run: mend the errors above first, or say `--no-lint`\n")
    return True
