"""Events between sagas, the words of the findings, rings in any graph, and definitions that nobody would write."""

from __future__ import annotations

import networkx
from hypothesis import given
from hypothesis import strategies as st

from sagactl.finding import Finding
from sagactl.linter.lint import check, lint, lint_all
from sagactl.linter.registry import all_rules, find, select
from sagactl.linter.rings import rings
from sagactl.model import Compensation, Listens, Publishes, Saga, Step, Wait
from sagactl.recommender import recommend
from sagactl.source.build import read
from tests.linter.cases import SHAPE, findings, flow, load, steps_found
from tests.linter.choreography_cases import ENDS, FAN_A, FAN_B, FAN_C, HEAD, A, B, C, chain, fan, undone_by

BILLING = """
saga: billing
style: choreography
correlation: input.order_id
input: {order_id: string}
starts_on: [CDone]
ends_with: [BilledDone, BilledFailed, Reminded]
steps:
  - {step: billed, participant: bills, listens: CDone, action: BillIt, kind: pivot, publishes: {success: Billed}}
"""


def one(code: str, text: str, *others: str) -> Finding:
    """The only finding of a rule."""
    (found,) = [finding for finding in findings(text, *others) if finding.code == code]
    return found


def said(text: str) -> list[tuple[str, str]]:
    """What is said of the shape of a saga, by the rules that are on by default, and where."""
    return [
        (found.code, found.step)
        for found in findings(text)
        if found.code.startswith(SHAPE) and find(found.code).default
    ]


# -- between sagas


def test_an_event_that_another_saga_publishes_is_no_orphan() -> None:
    text = chain(c=C.replace("BDone", "Billed"))
    assert steps_found("SG805", text) == ["c"]
    assert steps_found("SG805", text, BILLING) == []


def test_an_event_that_another_saga_hears_is_no_orphan() -> None:
    text = chain(b=undone_by(B, "listens: CFailed") + ", publishes: {undone: Reminded}")
    text = text.replace("UndoA", "{command: UndoA, listens: {any: [BFailed, CFailed]}}")
    assert steps_found("SG805", text) == ["b"]
    assert steps_found("SG805", text, "saga: x\nsteps: [{step: w, wait: Reminded}]") == []


def test_an_end_that_another_saga_hears_is_known() -> None:
    silent = chain(ends="ends_with: [AFailed, AUndone]\n")
    assert steps_found("SG813", silent) == [""]
    assert steps_found("SG813", silent, BILLING) == []


def test_one_listener_to_the_way_back_is_enough() -> None:
    silent = chain(ends="ends_with: [CDone]\n")
    assert steps_found("SG813", silent, "saga: x\nsteps: [{step: w, wait: AUndone}]") == []


def test_another_version_of_the_same_saga_publishes_nothing_for_it() -> None:
    first = read(chain(c=C.replace("BDone", "Billed")).encode(), "one.yaml")
    second = read(chain(b=B + ", publishes: {success: Billed}").encode(), "two.yaml")
    linted = lint_all((first, second), select(["SG805"], []))[0]
    assert [located.finding.step for located in linted.findings] == ["c"]


# -- what is said


def test_a_misspelt_event_comes_with_the_one_that_was_meant() -> None:
    text = chain(c=C.replace("BDone", "BDonee"))
    assert one("SG805", text).help == "did you mean `BDone`?"


def test_an_event_from_outside_comes_with_the_line_to_paste() -> None:
    text = chain(c="step: c, participant: r, listens: [BDone, StockCounted], action: DoC, kind: pivot")
    found = one("SG805", text)
    assert found.help == "if it comes from outside, write at the top:\nstarts_on: [Placed, StockCounted]"
    assert found.place.route == ("steps", 2, "listens", 1)


def test_an_orphan_is_told_once() -> None:
    for text in (
        chain(c=C.replace("BDone", "BDonee")),
        chain(b=B + ", publishes: {success: Ready}", c=C.replace("BDone", "Raedy")),
        chain(ends="ends_with: [CDon, AFailed, AUndone]\n"),
        chain(b=undone_by(B, "listens: CFaild")),
    ):
        assert [code for code, _ in said(text)] == ["SG805"]


def test_each_failure_that_is_not_heard_is_named() -> None:
    text = (
        chain(
            a=undone_by(A, "listens: BFailed"),
            b=undone_by(B, "listens: [CFailed, DFailed]"),
            c=C.replace("kind: pivot", "rejects: [No], compensation: UndoC"),
            ends="ends_with: [DDone, AFailed, AUndone]\n",
        )
        + "  - {step: d, participant: s, listens: CDone, action: DoD, kind: pivot}\n"
    )
    first, second = (found for found in findings(text) if found.code == "SG807")
    assert first.message == "the compensation of `a` does not hear that `c` (and 1 more) failed"
    assert first.help == "listens: {any: [BFailed, CFailed, DFailed]}"
    assert [related.message for related in first.related] == [
        "`c` may say `No`: `CFailed`",
        "`d` is tried only once: `DFailed`",
    ]
    assert (
        second.message
        == "the compensation of `b` needs all its events, so it does not start when `c` (and 1 more) fails"
    )


def test_what_is_pasted_is_heard() -> None:
    text = chain(a=undone_by(A, "listens: BFailed"), b=undone_by(B, "listens: CFailed"))
    help = one("SG807", text).help
    assert steps_found("SG807", text.replace("listens: BFailed", help)) == []


def test_a_ring_of_events_is_printed() -> None:
    found = one("SG808", chain(a=A.replace("Placed", "CDone")))
    assert found.message == "`CDone` leads back to itself: `CDone` -> `ADone` -> `BDone` -> `CDone`"
    assert [related.message for related in found.related] == [
        "`b` hears `ADone` and publishes `BDone`",
        "`c` hears `BDone` and publishes `CDone`",
    ]


def test_a_ring_of_services_is_printed_from_where_it_closes() -> None:
    text = flow(A, B, "step: c, participant: p, listens: BDone, action: DoC, kind: pivot", head=HEAD + ENDS)
    found = one("SG809", text)
    assert found.message == "services hear each other in a ring: `p` hears `q`, `q` hears `p`"
    assert (found.step, found.help) == ("c", "let one service lead, or let `p` do its parts in one step")


def test_the_key_that_a_run_is_found_by_is_guessed() -> None:
    text = chain(head=HEAD.replace("correlation: input.order_id\n", ""))
    assert one("SG801", text).help == "correlation: input.order_id"


def test_the_ends_that_nobody_tells_can_be_pasted() -> None:
    found = one("SG813", chain(ends=""))
    assert found.message == "no event tells those outside that a run of `order` is completed or given up"
    assert found.help == "ends_with: [CDone, AFailed, AUndone]"
    assert steps_found("SG813", chain(ends=f"{found.help}\n")) == []


def test_a_missing_key_is_told_once() -> None:
    text = flow(A, "step: b, after: [a], wait: Paid", C, head="starts_on: Placed\n")
    assert [found.code for found in findings(text) if found.code in ("SG508", "SG801")] == ["SG801"]


# -- steps that answer a failure are no part of the way forward

ANSWER = "step: d, participant: s, listens: {any: [AUndone, AFailed]}, action: NotifyCustomer, external: email"


def test_a_step_that_answers_a_failure_is_left_alone() -> None:
    text = chain(A, B, C, f"{ANSWER}, retry: forever, publishes: Refused", ends="ends_with: [CDone, Refused]\n")
    assert said(text) == []


def test_branches_that_hear_each_other_are_left_alone() -> None:
    assert said(fan(FAN_A, FAN_B, FAN_C)) == []


# -- the declared style and the recommended one


def mismatches(text: str) -> list[str]:
    linted = lint(read(text.encode(), "x"), select(["SG815"], []), recommend=recommend)
    return [located.finding.message for located in linted.findings]


SMALL = flow(
    "step: a, participant: p, action: DoA, compensation: UndoA",
    "step: b, participant: q, action: DoB, kind: pivot",
    head="saga: small\nstyle: orchestration\n",
)


def test_a_style_that_does_not_suit_comes_with_its_score() -> None:
    score = recommend(load(SMALL)).score
    assert mismatches(SMALL) == [f"`small` declares orchestration, and choreography suits it better (score {score:+g})"]


def test_a_style_that_suits_or_is_left_open_is_left_alone() -> None:
    assert mismatches(SMALL.replace("orchestration", "choreography\nstarts_on: Placed")) == []
    assert mismatches(SMALL.replace("style: orchestration\n", "")) == []


def test_without_a_recommendation_nothing_is_compared() -> None:
    assert list(check(load(SMALL), select(["SG815"], []))) == []


# -- whatever the graph

NAMES = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4, unique=True), max_size=6)


@given(GRAPHS)
def test_one_ring_is_found_in_each_group_that_reaches_itself(graph: dict[str, list[str]]) -> None:
    whole = {**{name: [] for others in graph.values() for name in others}, **graph}
    found = list(rings(whole))
    for ring in found:
        assert all(later in whole[name] for name, later in zip(ring, (*ring[1:], ring[0]), strict=True))
    referee = networkx.DiGraph(whole)
    groups = [
        group for group in networkx.strongly_connected_components(referee) if referee.subgraph(group).number_of_edges()
    ]
    assert sorted(sorted(group) for group in groups if any(set(ring) <= group for ring in found)) == sorted(
        map(sorted, groups)
    )
    assert len(found) == len(groups)


def test_a_deep_graph_needs_no_recursion() -> None:
    size = 20_000
    graph = {str(at): [str((at + 1) % size)] for at in range(size)}
    assert [len(ring) for ring in rings(graph)] == [size]


# -- whatever the events

IDS = ("a", "b", "c", "d")
EVENTS = st.sampled_from([f"{id.upper()}{end}" for id in IDS for end in ("Done", "Failed", "Undone")] + ["Go", "Lost"])
HEARD = st.none() | st.builds(
    Listens,
    events=st.lists(EVENTS, min_size=1, max_size=3, unique=True).map(tuple),
    mode=st.sampled_from(("all", "any")),
)
NAMED = st.none() | st.builds(
    Publishes, success=st.none() | EVENTS, failure=st.none() | EVENTS, undone=st.none() | EVENTS
)


@st.composite
def choreographies(draw: st.DrawFn) -> Saga:
    steps = []
    for id in IDS[: draw(st.integers(1, 4))]:
        common = {"id": id, "listens": draw(HEARD), "publishes": draw(NAMED)}
        if draw(st.integers(0, 4)) == 0:
            steps.append(Step(**common, wait=Wait(event=draw(EVENTS))))
            continue
        undo = Compensation(command="Undo", listens=draw(HEARD)) if draw(st.booleans()) else None
        kind = draw(st.sampled_from((None, "pivot", "retriable"))) if undo is None else None
        steps.append(
            Step(**common, participant=draw(st.sampled_from("pq")), action="DoIt", compensation=undo, kind=kind)
        )
    return Saga(
        id="any",
        style=draw(st.sampled_from((None, "choreography", "orchestration"))),
        starts_on=draw(st.lists(EVENTS, max_size=2, unique=True).map(tuple)),
        ends_with=draw(st.lists(EVENTS, max_size=2, unique=True).map(tuple)),
        steps=tuple(steps),
    )


@given(choreographies())
def test_no_rule_fails_whatever_is_heard_and_published(saga: Saga) -> None:
    for finding in check(saga, all_rules()):
        assert finding.message and finding.help and finding.note


def test_a_definition_that_is_too_large_to_follow_says_so() -> None:
    steps = [
        f"step: s{at}, participant: p, listens: Go, action: DoIt, compensation: {{command: Undo, listens: {{any: ["
        + ", ".join(f"S{other}Failed" for other in range(150))
        + "]}}"
        for at in range(150)
    ]
    found = one("SG807", flow(*steps, head=HEAD))
    assert (found.severity, found.step) == ("info", "")
