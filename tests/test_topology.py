"""Who listens to whom, where branches join, and that our own reduction is networkx's."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.flow import Flow
from sagactl.model import Compensation, Listens, Saga, Step, Wait
from sagactl.styles import OWN_SERVICE
from sagactl.topology import (
    joins,
    layers,
    links,
    mutual_listeners,
    service_cycles,
    service_edges,
    service_groups,
    transitive_reduction_edges,
    width,
)

UNDO = Compensation(command="Undo")


def _flow(*steps: Step) -> Flow:
    return Flow(Saga(id="sample", steps=steps))


def _step(id: str, participant: str | None, after: tuple[str, ...] | None = None, **more: object) -> Step:
    return Step(id=id, participant=participant, action="Do", compensation=UNDO, after=after, **more)  # type: ignore[arg-type]


PING_PONG = _flow(_step("a", "left"), _step("b", "right"), _step("c", "left"))
DIAMOND = _flow(_step("a", "p"), _step("b", "q", ("a",)), _step("c", "r", ("a",)), _step("d", "s", ("b", "c", "a")))


def test_an_edge_goes_from_the_publisher_to_the_listener() -> None:
    assert service_edges(PING_PONG) == (("left", "right"), ("right", "left"))
    assert service_edges(DIAMOND) == (("p", "q"), ("p", "r"), ("q", "s"), ("r", "s"))


def test_pairs_that_listen_to_each_other_are_counted_once() -> None:
    assert mutual_listeners(PING_PONG) == (("left", "right"),)
    assert mutual_listeners(DIAMOND) == ()


def test_a_service_does_not_listen_to_itself() -> None:
    assert service_edges(_flow(_step("a", "p"), _step("b", "p"))) == ()


def test_a_wait_is_transparent() -> None:
    flow = _flow(_step("a", "p"), Step(id="w", wait=Wait(event="E")), _step("b", "q"))
    assert service_edges(flow) == (("p", "q"),)


def test_local_steps_and_nested_sagas_are_services() -> None:
    flow = _flow(_step("a", None, local=True), Step(id="b", saga="child"))
    assert service_edges(flow) == ((OWN_SERVICE, "saga child"),)


def test_a_join_needs_branches_that_run_together() -> None:
    assert joins(DIAMOND) == (3,)
    either = _flow(
        _step("a", "p", (), when={"c": "x"}), _step("b", "q", (), when={"c": "y"}), _step("d", "s", ("a", "b"))
    )
    assert joins(either) == ()
    implied = _flow(_step("a", "p"), _step("b", "q"), _step("d", "s", ("a", "b")))
    assert joins(implied) == ()
    first, second = _step("a", "p", ()), _step("b", "q", ())
    any_of = Listens(events=("ADone", "BDone"), mode="any")
    assert joins(_flow(first, second, _step("d", "s", listens=any_of))) == ()
    all_of = Listens(events=("ADone", "BDone"))
    assert joins(_flow(first, second, _step("d", "s", listens=all_of))) == (2,)


def test_layers_and_width() -> None:
    assert layers(DIAMOND) == ((0,), (1, 2), (3,))
    assert width(DIAMOND) == 2
    assert width(_flow()) == 0


def test_reduction_leaves_out_what_is_implied() -> None:
    assert transitive_reduction_edges(DIAMOND) == (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))


def test_cycles_and_groups_of_services() -> None:
    ring = _flow(_step("a", "x"), _step("b", "y"), _step("c", "z"), _step("d", "x"), _step("e", "w"))
    assert service_cycles(ring) == ((("x", "y", "z"),), False)
    assert service_groups(ring) == (("x", "y", "z"), ("w",))
    assert service_cycles(ring, limit=0) == ((), True)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    steps: list[Step] = []
    for index in range(draw(st.integers(1, 9))):
        after = tuple(f"s{other}" for other in range(index) if draw(st.booleans()))
        steps.append(_step(f"s{index}", f"p{draw(st.integers(0, 4))}", after))
    return _flow(*steps)


@settings(max_examples=200, deadline=None)
@given(flows())
def test_links_are_the_transitive_reduction(flow: Flow) -> None:
    ours = sorted(links(flow))
    assert tuple((flow.steps[earlier].id, flow.steps[later].id) for earlier, later in ours) == (
        transitive_reduction_edges(flow)
    )


@settings(max_examples=100, deadline=None)
@given(flows())
def test_mutual_listeners_are_the_cycles_of_two(flow: Flow) -> None:
    assert mutual_listeners(flow) == tuple(cycle for cycle in service_cycles(flow, 10_000).cycles if len(cycle) == 2)


def test_recommending_imports_no_networkx() -> None:
    code = """
import sys
from sagactl.model import Saga, Step
from sagactl.recommender import recommend
from sagactl.reports.recommendations import Recommended, json, markdown, text
found = [Recommended("x", recommend(Saga(id="a", steps=(Step(id="s", participant="p", action="A"),))))]
for render in (json.render, markdown.render, text.render):
    render(found)
print(sorted({"networkx", "rich", "typer", "yaml", "importlib.metadata"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
