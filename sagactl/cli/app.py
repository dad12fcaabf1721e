"""The commands, loaded one at a time, and what becomes of everything that a call can run into."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from sagactl.cli.environment import complain
from sagactl.cli.exits import ExitStatus
from sagactl.errors import SagactlError, nearest

COMMANDS: Final[dict[str, str]] = {
    "lint": "Check definitions: compensations, pivots, and everything else that makes rollback work.",
    "explain": "Explain a rule, a fault, a property, a factor or an exit code.",
    "recommend": "Choreography, orchestration, or no saga at all: with reasons.",
    "graph": "Draw a saga, the way back included.",
    "simulate": "Rehearse a saga with injected failures, in virtual time.",
    "verify": "Check every failure there can be, and say what safety hangs on.",
    "report": "Write a report: a page for each saga with everything that is known of it, and an index.",
    "test": "Play scenario files and compare each run with what it expects.",
    "run": "Start one run of an orchestrator, and wait for its end.",
    "worker": "Drive the runs of an orchestrator until told to stop.",
    "runs": "List the runs of a store.",
    "show": "Show all that is known of a run.",
    "dead-letters": "List what people have to do, with all that they need for it.",
    "cancel": "Take a run back.",
    "retry": "Try again what failed for good.",
    "skip": "Let a run go on without a step, for which people take responsibility.",
    "resolve": "Say what became of a step whose outcome is open.",
    "new": "Start a saga from a commented template, and a service in Python that carries it out.",
    "schema": "Print the JSON Schema of the language, for editors.",
}
"""Every command with its line in the overview; the module of the same name is imported when it is called."""


class Commands(TyperGroup):
    """A group that knows its commands by name and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, name: str) -> Any:
        if name not in COMMANDS:
            return None
        return load_command(name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            guess = nearest(name, COMMANDS)
            hint = f"did you mean `{guess}`?" if guess else "commands: " + ", ".join(COMMANDS)
            raise SagactlError(f"unknown command `{name}`", help=hint)
        return super().resolve_command(ctx, args)


def load_command(name: str) -> Any:
    """The command of this name, made from its module."""
    module = import_module(f"sagactl.cli.{name.replace('-', '_')}")
    single = typer.Typer(add_completion=False)
    single.command(name=name, help=COMMANDS[name] + "\n\n" + (module.EXAMPLES if hasattr(module, "EXAMPLES") else ""))(
        module.command
    )
    return typer.main.get_command(single)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=True, help="Sagas that roll back as they should.")


def _version(wanted: bool) -> None:
    if wanted:
        from sagactl import __version__

        print(f"sagactl {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: bool = typer.Option(
        False, "--version", "-V", callback=_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Sagas that roll back as they should: lint, recommend, draw and rehearse them."""


def run(arguments: list[str]) -> int:
    """Carry out a call; never a traceback."""
    _open_streams()
    if not arguments:
        complain("no command", "commands: " + ", ".join(COMMANDS) + "; `sagactl --help` says more")
        return ExitStatus.UNUSABLE
    try:
        result = typer.main.get_command(app).main(args=arguments, prog_name="sagactl", standalone_mode=False)
        sys.stdout.flush()
        # typer has already turned Ctrl-C into the exit code of a shell.
        return _interrupted() if result == ExitStatus.INTERRUPTED else int(result or ExitStatus.CLEAN)
    except SagactlError as error:
        complain(error.message, error.help)
        return ExitStatus.UNUSABLE
    except (typer.Abort, KeyboardInterrupt):
        return _interrupted()
    except typer.Exit as leave:
        return int(leave.exit_code)
    except BrokenPipeError:
        return _closed_pipe()
    except Exception as error:
        # typer names its errors about options only privately; what they share is how they say it.
        return _bad_call(error, arguments) if hasattr(error, "format_message") else _internal(error)


def _open_streams() -> None:
    """A process may be started with its streams closed; what is written then goes nowhere."""
    import os

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - lives as long as the process


def _bad_call(error: Any, arguments: list[str]) -> int:
    """What is wrong with an option or argument, in one line, with what was probably meant."""
    message = str(error.format_message())
    possibilities = getattr(error, "possibilities", None)
    help = f"did you mean `{possibilities[0]}`?" if possibilities else f"see `sagactl {_verb(arguments)}--help`"
    if message == "" or type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message())
        return ExitStatus.UNUSABLE
    name = getattr(error, "option_name", None)
    complain(f"unknown option `{name}`" if name and "No such option" in message else _plain(message), help)
    return ExitStatus.UNUSABLE


def _plain(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".").replace("'", "`")


def _verb(arguments: list[str]) -> str:
    return f"{arguments[0]} " if arguments and arguments[0] in COMMANDS else ""


def _interrupted() -> int:
    sys.stderr.write("\ninterrupted\n")
    return ExitStatus.INTERRUPTED


def _closed_pipe() -> int:
    """The reader has left; what is still buffered has nowhere to go."""
    import os

    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return ExitStatus.CLEAN


def _internal(error: Exception) -> int:
    """A defect of ours: say what to report."""
    import os
    import traceback

    from sagactl.errors import described

    complain(
        f"internal error: {described(error)}",
        "this is a defect of sagactl; please report this line and the command; nothing was changed",
    )
    if os.environ.get("SAGACTL_TRACEBACK"):
        traceback.print_exc()
    return ExitStatus.INTERNAL
