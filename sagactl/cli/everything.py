"""`sagactl simulate --all`: every fault at every step, and how to judge what comes of it."""

from __future__ import annotations

from importlib import import_module

from sagactl.cli.environment import columns, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.progress import watched
from sagactl.flow import Flow
from sagactl.reports.rehearsals import Shown
from sagactl.simulator.matrix import Cases, Matrix, pairs, rows, singles
from sagactl.simulator.plan import Plan, style_of


def rehearse_all(
    flow: Flow, base: Plan, path: str, *, with_pairs: bool, shape: str, color: str, output: str | None
) -> int:
    """Print the table; exit 1 when an end is not acceptable."""
    shown = Shown(
        path=path,
        singles=_matrix(flow, singles(flow, base.style), base),
        pairs=_matrix(flow, pairs(flow, base.style), base) if with_pairs else None,
        style=style_for(color, output=output),
        width=columns(),
        options=("--style", base.style) if base.style != style_of(flow) else (),
    )
    write(import_module(f"sagactl.reports.rehearsals.{shape}").render(shown), output)
    return ExitStatus.CLEAN if shown.is_acceptable else ExitStatus.FINDINGS


def _matrix(flow: Flow, cases: Cases, base: Plan) -> Matrix:
    found = watched(rows(flow, cases, base), len(cases.cases), f"rehearsing {flow.saga.id}")
    return Matrix(flow.saga, tuple(row for row in found if row is not None), cases.left_out)
