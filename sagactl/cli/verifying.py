"""`sagactl verify`: when to stop, what is kept of counterexamples, and the models that other tools can check."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Final

from sagactl.cli.environment import terminal_columns
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.promises import assuming, unsaid
from sagactl.reports.style import Style, plain
from sagactl.verdict import Counterexample, Verdict
from sagactl.workspace import Workspace

EXPORTS: Final = ("promela", "itf")
MAX_RECORDS: Final = 20_000
"""States of a skeleton that is written down; Spin goes through them one by one at every turn."""


@contextmanager
def stopping(timeout_s: float | None) -> Iterator[Callable[[], bool]]:
    """Says when it is enough: the time is over, or somebody pressed Ctrl-C once (the second time ends the call)."""
    pressed: list[bool] = []
    end_s = None if timeout_s is None else monotonic() + timeout_s

    def interrupt(number: int, frame: object) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield lambda: bool(pressed) or (end_s is not None and monotonic() > end_s)
    finally:
        signal.signal(signal.SIGINT, before)


def as_findings(workspace: Workspace, verdicts: Sequence[Verdict], shape: str, style: Style) -> str:
    """What is wrong or owed as findings at their lines, in one of the formats of findings."""
    from importlib import import_module

    from sagactl import __version__
    from sagactl.linter.linted import Linted, located, position
    from sagactl.linter.rule import Rule
    from sagactl.reports.findings import Report
    from sagactl.verdict import TITLES
    from sagactl.verifier.findings import findings
    from sagactl.world.properties import SENTENCES

    files = []
    for reading, verdict in zip(workspace.readings, verdicts, strict=True):
        assert reading.saga is not None
        found = [located(reading.document, each) for each in findings(reading.saga, verdict)]
        files.append(Linted(reading.name, reading.document.text, tuple(sorted(found, key=position)), (), verdict.saga))
    here = "sagactl.world.properties"
    rules = (Rule(code, name, "error", SENTENCES.get(code, name), module=here) for code, name in TITLES.items())
    width = terminal_columns() if style is not plain else 0
    report = Report(tuple(files), style, width, rules=tuple(rules), root=os.getcwd(), version=__version__)
    return str(import_module(f"sagactl.reports.findings.{shape}").render(report))


def all_of(verdict: Verdict) -> list[Counterexample]:
    """Every run that a verdict holds."""
    owed = (obligation.counterexample for obligation in verdict.obligations)
    return [found for found in (*verdict.violations, *owed) if found.moves]


def promela(flow: Flow, step: str | None, limit: int) -> str:
    """The model of one step among the most general rest, or of the whole saga, as it was explored."""
    from sagactl.errors import UnknownName
    from sagactl.exporters.promela import render
    from sagactl.world.alone import alone, plainer
    from sagactl.world.explore import explore
    from sagactl.world.tables import Tables, possible_faults

    best = assuming(flow, unsaid(flow))
    if step is not None:
        if step not in best:
            raise UnknownName("step", step, best.index)
        plan = best[step]
        small = alone(best, plan, plan.promises, plan.undo_promises)
        tables, what = small.tables(), f"{best.saga.id}: {step} alone"
        steps: tuple[int, ...] = (small.step,)
    else:
        plain = plainer(best)
        pairs = zip(plain.steps, best.steps, strict=True)
        tables, what = (
            Tables(plain, {plan.index: possible_faults(real) for plan, real in pairs}),
            f"{best.saga.id}: all steps",
        )
        steps = tuple(range(len(plain.steps)))
    found = explore(tables, steps, limit)
    if not found.complete:
        raise UsageError(
            f"the model has more than {limit:,} worlds, so it was not explored to its end",
            help="choose one step with `--step`, or raise `--max-states`",
        )
    return render(tables, steps, f"{what}; {found.worlds} worlds")


def promela_skeleton(flow: Flow, limit: int) -> str:
    """The model of the way as a whole: only what is recorded of each step."""
    from sagactl.exporters.skeleton import render
    from sagactl.world.skeleton import skeleton

    best = assuming(flow, unsaid(flow))
    found = skeleton(best, min(limit, MAX_RECORDS))
    if not found.complete:
        raise UsageError(
            f"the skeleton has more than {found.states:,} states, so it was not explored to its end",
            help=f"choose one step with `--step`, or raise `--max-states` (to {MAX_RECORDS:,} at most)",
        )
    return render(best, found, f"{best.saga.id}: the skeleton; {found.states} states")


def itf(flow: Flow, verdict: Verdict) -> str:
    """The first counterexample of the verdict, state by state."""
    from sagactl.exporters.itf import render

    found = all_of(verdict)
    if not found:
        raise UsageError(f"`{verdict.saga}` is {verdict.verdict}, so there is no counterexample to write down")
    return render(assuming(flow, unsaid(flow)), found[0])
