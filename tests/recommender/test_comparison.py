"""Both styles side by side: counted on rehearsed runs, compiled from the definition, and never guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sagactl.comparing import AT_ONCE, Compared, compare, not_compared
from sagactl.model import Compensation, Deadline, Rollback, Saga, Step
from sagactl.recommender.comparison import Comparison, Costs
from sagactl.source.build import read as read_definition

from .builders import act, chain, done, person, pivot, reaction, read, saga

DEFINITIONS = sorted((Path(__file__).parents[2] / "definitions").glob("*.saga.yaml"))


def _compared(given: Saga) -> Compared:
    found = compare(given)
    assert found is not None
    return found


def _comparison(given: Saga) -> Comparison:
    return _compared(given).comparison


def _run(costs: Costs, which: str) -> tuple[int, int]:
    run = getattr(costs.rehearsed, which)
    assert run is not None
    return run.messages, run.hops


def _refusing(count: int, services: int | None = None) -> Saga:
    """A row of steps of which the last may say no."""
    steps = chain(count, services)
    return saga((*steps[:-1], replace(steps[-1], rejects=("No",))))


def _joined() -> Saga:
    branches = [done(name, name, after=()) for name in ("flight", "hotel", "car")]
    return saga((*branches, pivot("pay", "bank", after=("flight", "hotel", "car"), rejects=("Declined",))))


COUNTED = [
    # words, saga, (messages, hops) led: nothing fails, worst; the same heard
    ("three services in a row", _refusing(3), (6, 6), (10, 10), (2, 2), (4, 4)),
    ("one service does everything", _refusing(3, 1), (6, 6), (10, 10), (0, 0), (0, 0)),
    ("two services take turns", _refusing(4, 2), (8, 8), (14, 14), (3, 3), (6, 6)),
    ("three at once, then one", _joined(), (8, 4), (14, 6), (3, 1), (6, 2)),
    (
        "what is waited for comes from outside",
        saga((done("hold", "p0"), person("ask", rejects=("Refused",)), pivot("book", "p1"))),
        (4, 4),
        (4, 4),
        (1, 1),
        (2, 2),
    ),
    (
        "what the saga does itself needs no message",
        saga(
            (Step(id="own", action="Open", local=True, compensation=Compensation(command="Close")), *_refusing(2).steps)
        ),
        (4, 4),
        (6, 6),
        (2, 2),
        (4, 4),
    ),
    (
        "an event that two services hear is two messages",
        saga((pivot("a", "p0", rejects=("No",)), reaction("b", "p1", after=("a",)), reaction("c", "p2", after=("a",)))),
        (6, 4),
        (2, 2),
        (2, 1),
        (0, 0),
    ),
]


@pytest.mark.parametrize(("words", "given", "led", "led_back", "heard", "heard_back"), COUNTED)
def test_messages_and_hops_are_counted(
    words: str,
    given: Saga,
    led: tuple[int, int],
    led_back: tuple[int, int],
    heard: tuple[int, int],
    heard_back: tuple[int, int],
) -> None:
    found = _comparison(given)
    assert (_run(found.orchestration, "happy"), _run(found.orchestration, "worst")) == (led, led_back), words
    assert (_run(found.choreography, "happy"), _run(found.choreography, "worst")) == (heard, heard_back), words


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_the_definitions_are_rehearsed_in_both_styles(path: Path) -> None:
    sagas = {}
    for each in DEFINITIONS:
        given = read_definition(each.read_bytes(), each.name).saga
        assert given is not None
        sagas[given.id] = given
    compared = compare(sagas[path.name.removesuffix(".saga.yaml")], sagas)
    assert compared is not None
    found = compared.comparison
    for costs in (found.orchestration, found.choreography):
        for run in (costs.rehearsed.happy, costs.rehearsed.worst):
            assert run is None or 0 <= run.hops <= run.messages
        assert (costs.rehearsed.happy is None) == bool(costs.rehearsed.refused)
    happy = found.orchestration.rehearsed.happy
    assert happy is not None
    assert happy.outcome == "completed"


def test_the_figures_are_those_of_the_traces() -> None:
    compared = _compared(_refusing(3))
    for style, costs in (
        ("orchestration", compared.comparison.orchestration),
        ("choreography", compared.comparison.choreography),
    ):
        happy, worst = compared.traces[style]  # type: ignore[index]
        assert costs.rehearsed.happy is not None
        assert costs.rehearsed.worst is not None
        assert (costs.rehearsed.happy.duration_s, costs.rehearsed.worst.duration_s) == (
            happy.duration_s,
            worst.duration_s,
        )
        assert costs.rehearsed.worst.undone == worst.compensated == ("s1", "s0")
        assert costs.rehearsed.worst.faults == ("s2:reject",)


def test_the_longest_way_through_is_rehearsed() -> None:
    given = saga((done("a", "p0"), done("b", "p1", when={"c": "no"}), pivot("d", "p2")))
    happy = _comparison(given).orchestration.rehearsed.happy
    assert happy is not None
    assert happy.choices == {"c": "no"}
    assert happy.messages == 6


# -- compiled


def test_both_styles_are_compiled() -> None:
    found = _comparison(_refusing(3))
    assert found.orchestration.edges == (("orchestrator", "p0"), ("orchestrator", "p1"), ("orchestrator", "p2"))
    assert found.choreography.edges == (("p0", "p1"), ("p1", "p0"), ("p1", "p2"), ("p2", "p1"))
    assert found.orchestration.state == ("orchestrator",)
    assert found.choreography.state == ("p0", "p1", "p2")
    # Three actions and two compensations with a reply each, and one no.
    assert found.orchestration.contracts == 5 + 5 + 1
    assert found.choreography.cycles == ()


def test_services_that_wait_for_each_other_are_a_cycle() -> None:
    steps = (done("a", "p0"), done("b", "p1"), done("c", "p2"), pivot("d", "p0"))
    assert _comparison(saga(steps)).choreography.cycles == (("p0", "p1", "p2"),)


def test_a_join_remembers_what_has_come() -> None:
    join = _comparison(_joined()).joins[0]
    assert (join.step, join.service, join.events) == ("pay", "bank", ("FlightDone", "HotelDone", "CarDone"))


def test_a_failure_travels_back_from_event_to_event() -> None:
    ways = {way.step: way for way in _comparison(_refusing(3)).ways_back}
    assert [(leg.event, leg.sender, leg.listener, leg.step) for leg in ways["s2"].legs] == [
        ("S2Failed", "p2", "p1", "s1"),
        ("S1Undone", "p1", "p0", "s0"),
    ]
    assert ways["s0"].legs == ()


def test_a_step_is_inserted_in_the_middle() -> None:
    found = _comparison(saga(chain(4)))
    assert found.insertion is not None
    assert found.insertion.before == "s2"
    assert found.orchestration.places == ("orchestrator", "new step")
    assert found.choreography.places == ("p1", "p2", "new step")


def test_where_nothing_follows_nothing_can_be_inserted() -> None:
    found = _comparison(saga(done(f"s{index}", f"p{index}", after=()) for index in range(3)))
    assert found.insertion is None
    assert found.choreography.places == ()


def test_a_draft_is_compared_as_if_it_were_finished() -> None:
    found = _comparison(saga(act(f"s{index}", f"p{index}") for index in range(3)))
    assert [command.name for command in found.commands.commands if command.operation == "compensation"] == [
        "UndoDoS0",
        "UndoDoS1",
        "UndoDoS2",
    ]
    worst = found.choreography.rehearsed.worst
    assert worst is not None
    assert worst.undone == ("s2", "s1", "s0")


# -- what is impossible, or cannot be run


def test_what_is_impossible_names_the_saga() -> None:
    found = _comparison(replace(_refusing(3), deadline=Deadline(after_s=900.0)))
    assert "the deadline of 15m has no owner: no service has the whole run in view" in found.choreography.impossible
    asking = "nobody can say where a run stands without asking 3 services (`p0`, `p1`, `p2`)"
    assert asking in found.choreography.impossible
    assert any("`s2`" in sentence for sentence in found.orchestration.impossible)


def test_a_construct_that_a_style_lacks_is_named() -> None:
    found = _comparison(replace(_refusing(3), rollback=Rollback(then="restart", max_restarts=1)))
    assert found.orchestration.rehearsed.happy is not None
    assert found.choreography.rehearsed.happy is None
    assert found.choreography.rehearsed.refused.startswith("`rollback` asks for a saga that is tried again as a whole")
    assert any("`rollback`" in sentence for sentence in found.choreography.impossible)


def test_a_nested_saga_that_is_missing_is_said() -> None:
    found = _comparison(saga((done("a", "p0"), Step(id="inner", saga="elsewhere"))))
    assert found.orchestration.rehearsed.happy is None
    assert "elsewhere" in found.orchestration.rehearsed.refused


def test_a_long_saga_is_only_compiled() -> None:
    found = _comparison(saga(chain(41)))
    assert found.orchestration.rehearsed.happy is None
    assert "at most 40" in found.choreography.rehearsed.refused
    assert len(found.commands.commands) == 81


def test_a_very_long_saga_is_not_compared() -> None:
    assert compare(saga(chain(201))) is None
    assert not_compared(saga(chain(201))) == "it has 201 steps, and at most 200 are compared"
    assert not_compared(saga(chain(200))) == ""


def test_nothing_is_compared_of_nothing() -> None:
    assert compare(saga(())) is None
    assert not_compared(saga(())) == "it has no step"


def test_reads_alone_have_no_way_back() -> None:
    found = _comparison(saga((read("a", "p0"), read("b", "p1"))))
    assert found.orchestration.rehearsed.happy is not None
    assert found.choreography.cycles == ()


def test_what_is_not_valid_is_only_compiled() -> None:
    given = saga((done("a", "p0", after=("b",)), done("b", "p1", after=("a",))))
    found = compare(given)
    assert found is not None
    assert found.comparison.choreography.rehearsed.refused == "`a`, `b` wait for each other"
    found = compare(_refusing(3), is_valid=False)
    assert found is not None
    assert found.comparison.orchestration.rehearsed.happy is None
    assert "not valid yet" in found.comparison.orchestration.rehearsed.refused
    assert not any("not valid" in sentence for sentence in found.comparison.choreography.impossible)


def test_every_failure_is_rehearsed_in_both_styles() -> None:
    found = _comparison(_refusing(3))
    for costs in (found.orchestration, found.choreography):
        rehearsed = costs.rehearsed
        undone = {each.step: each.run.undone for each in rehearsed.failures}
        assert undone == {"s0": ("s0",), "s1": ("s1", "s0"), "s2": ("s1", "s0")}, "an unknown outcome is undone, too"
        assert rehearsed.failures[-1].run == rehearsed.worst


def test_more_failures_than_anybody_waits_for_are_left_out() -> None:
    given = saga(chain(20))
    at_once = compare(given, most_work=AT_ONCE)
    assert at_once is not None
    assert at_once.comparison.orchestration.rehearsed.worst is not None
    assert at_once.comparison.orchestration.rehearsed.failures == ()
    assert len(_comparison(given).orchestration.rehearsed.failures) == 20


def test_what_waits_for_very_many_others_is_not_rehearsed_at_once() -> None:
    rows = [[done(f"s{row}-{place}", "p", after=()) for place in range(6)] for row in range(4)]
    steps = tuple(
        replace(each, after=tuple(other.id for other in rows[row - 1]) if row else ())
        for row, together in enumerate(rows)
        for each in together
    )
    found = compare(saga(steps), most_work=AT_ONCE)
    assert found is not None
    assert "wait for 108 others" in found.comparison.orchestration.rehearsed.refused
    assert "`--verbose`" in found.comparison.orchestration.rehearsed.refused
    assert _comparison(saga(steps)).orchestration.rehearsed.happy is not None
