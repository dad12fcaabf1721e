"""sagactl lints, recommends, draws, rehearses and verifies sagas that are declared in YAML.

    import sagactl

    saga = sagactl.load("order.saga.yaml")
    for finding in sagactl.lint("order.saga.yaml"):
        print(finding.code, finding.message)
    trace = sagactl.simulate(saga, fail=["charge-payment"])
    assert trace.outcome == "compensated"
    print(sagactl.verify(saga).verdict)
    print(sagactl.draw(saga))

Every function is flat and imports what it needs when it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sagactl.finding import Finding
    from sagactl.model import Saga, Style
    from sagactl.recommender import Recommendation
    from sagactl.source.build import Reading
    from sagactl.trace import Trace
    from sagactl.verdict import Verdict

__version__ = "0.1.0"
__all__ = ["draw", "lint", "load", "read", "recommend", "simulate", "verify"]


def read(path: str) -> Reading:
    """What became of a file: its saga, whether it is valid, and the findings of reading it; never raises on content."""
    from sagactl.workspace import load as load_all

    return load_all([path]).readings[0]


def load(path: str) -> Saga:
    """The saga of a valid definition; raises InvalidDefinition, which carries the findings."""
    from sagactl.errors import InvalidDefinition

    reading = read(path)
    if reading.saga is None or not reading.valid:
        raise InvalidDefinition(path, reading.findings)
    return reading.saga


def lint(
    path: str, *, select: Iterable[str] = (), ignore: Iterable[str] = (), plugins: Iterable[str] = ()
) -> tuple[Finding, ...]:
    """What is wrong with the definitions in a file or folder, in the order of the text; no configuration is read."""
    from sagactl.inspection import Plan, Shelf, inspect, make_plan
    from sagactl.workspace import expand

    words = make_plan(Plan(select=tuple(select), ignore=tuple(ignore), plugins=tuple(plugins), recommend=recommend))
    found = inspect(expand([path]), words, Shelf())
    return tuple(located.finding for file in found.files for located in file.findings)


def recommend(saga: Saga, sagas: Mapping[str, Saga] | None = None) -> Recommendation:
    """Choreography, orchestration, a hybrid or no saga at all, with reasons; `sagas` are those that it may run."""
    from sagactl.recommender import recommend as recommend_one

    return recommend_one(saga, sagas)


def draw(
    saga: Saga,
    format: str = "text",
    *,
    view: str = "flow",
    fail: str | None = None,
    sagas: Mapping[str, Saga] | None = None,
) -> str | bytes:
    """The picture of a saga: text, dot, mermaid or html as text, svg, png or pdf as bytes.

    The views are flow, rollback, events, commands and states; with `fail` it is the rollback of that step.
    """
    from importlib import import_module

    from sagactl import diagrams
    from sagactl.errors import UnknownName
    from sagactl.flow import Flow

    flow = Flow(saga, sagas)
    views = {
        "flow": diagrams.flow_figure,
        "rollback": diagrams.rollbacks_figure,
        "events": diagrams.events_figure,
        "commands": diagrams.commands_figure,
        "states": diagrams.states_figure,
    }
    if view not in views:
        raise UnknownName("view", view, views)
    drawn = views[view](flow) if fail is None else diagrams.rollback_figure(flow, fail)
    members = {"text": "terminal", "dot": "dot", "mermaid": "mermaid", "html": "html"}
    if format in members:
        return str(import_module(f"sagactl.diagrams.{members[format]}").render(drawn))
    if format not in ("svg", "png", "pdf"):
        raise UnknownName("format", format, (*members, "svg", "png", "pdf"))
    return bytes(import_module("sagactl.diagrams.image").render(drawn, format))


def simulate(
    saga: Saga,
    *,
    fail: Iterable[str] = (),
    timeout: Iterable[str] = (),
    fail_undo: Iterable[str] = (),
    faults: Iterable[str] = (),
    choose: Iterable[str] = (),
    data: Mapping[str, Any] | None = None,
    style: Style | None = None,
    seed: int | None = None,
    fault_rates: Iterable[str] = (),
) -> Trace:
    """The trace of one rehearsed run; raises UsageError for a fault that cannot happen.

    Without a style the run goes on as the saga declares.  With a seed times are drawn, and faults come at `fault_rates`
    such as `0.02` or `charge-payment:reject=5%`.
    """
    from sagactl.simulator import make_plan
    from sagactl.simulator.drawing import rehearse_drawn
    from sagactl.unfold import unfold

    flow = unfold(saga, data=data).flow
    words: dict[str, Any] = {"fail": fail, "timeout": timeout, "fail_undo": fail_undo, "faults": faults}
    plan = make_plan(flow, **words, choose=choose, data=data, style=style)
    return rehearse_drawn(flow, plan, seed, fault_rates)


def verify(saga: Saga, *, sagas: Mapping[str, Saga] | None = None, max_faults: int | None = None) -> Verdict:
    """Whether a saga is safe whatever fails; `sagas` are those that its steps run, by id.

    With `max_faults` all steps are looked at together, too, with so many faults at most.
    """
    from sagactl.verifier import Limits
    from sagactl.verifier import verify as verify_one

    return verify_one(saga, sagas, Limits(max_faults=max_faults))
