"""What is shown, to people and to programs; nothing from a file gets through unescaped."""

from __future__ import annotations

import json as decoder
import re

import pytest
from hypothesis import given, settings

from sagactl.comparing import compare
from sagactl.model import Saga
from sagactl.recommender import recommend
from sagactl.reports.recommendations import Picture, Recommended, json, markdown, text

from .builders import act, chain, done, person, pivot, reaction, saga
from .test_flips import sagas

NASTY = "d\x1b[31mb\u202e\n## x `<img src=x>` | \ud800"


def _of(given: Saga) -> Recommended:
    return Recommended("a/sample.saga.yaml", recommend(given))


def _with_evidence(given: Saga) -> Recommended:
    compared = compare(given)
    assert compared is not None
    return _of(given)._replace(comparison=compared.comparison, pictures=(Picture("A run", "sequenceDiagram"),))


def _hybrid() -> Saga:
    steps = (*(done(f"s{index}", f"p{index}") for index in range(5)), pivot("s5", "p5"))
    return saga(steps, contexts={f"p{index}": f"c{index // 2}" for index in range(6)}, requires={"audit": True})


def _nasty_participant() -> Saga:
    steps = (done("a", NASTY), done("b", "p1"), pivot("c", NASTY, rejects=(NASTY,)))
    return saga(steps, contexts={NASTY: NASTY}, deadline=True, id=NASTY)


def _nasty() -> Recommended:
    given = saga(chain(2), stores={"p0": NASTY, "p1": NASTY}, requires={"engine": NASTY})
    return Recommended(NASTY, recommend(given))


EVERY = [
    _of(saga(chain(3), style="orchestration")),
    _of(saga((act("a", "p0"), done("b", "p1"), act("c", "p2")))),
    _of(saga(chain(5), deadline=True)),
    _of(saga((*chain(2), done("late", "p3")), style="choreography")),
    _of(saga((pivot("a", "p0"), reaction("b", "p1")))),
    _of(saga((person("ask"), *chain(4)), requires={"engine": "temporal"})),
    _nasty(),
    _with_evidence(_hybrid()),
    _with_evidence(saga((pivot("a", "p0"), reaction("b", "p1")))),
    _with_evidence(_nasty_participant()),
]


# -- text


def test_text_of_one_saga() -> None:
    shown = text.render([_of(saga(chain(3), style="orchestration"))])
    assert (
        shown
        == """\
sample: choreography (robust, score -4)
  a/sample.saga.yaml
  The file declares orchestration.

Score
  choreography --------o-------|---------------- orchestration  -4
    -1  participants: 3 participants on the backbone (`p0`, `p1`, `p2`): so few can listen to each
        other and still be understood
        source: Ford, Richards, Sadalage, Dehghani: Software Architecture: The Hard Parts (about 4)
  -1.5  steps: 3 steps to coordinate (`s0`, `s1`, `s2`): a chain that short needs no coordinator
        source: the rule of thumb: choreography for 3 to 4 simple steps, an orchestrator for 5 or
        more
    -1  branching: no choice: without a decision every event has one successor
        source: practitioner guides
  -0.5  service-cycles: no two services would listen to each other: events flow one way
        source: Azure Architecture Center, saga; Richardson: Microservices Patterns
        worth nothing here: rollback-chain, join, reactions, deadline, human-wait, visibility,
        contexts, throughput, changes-often, no-single-point-of-failure

Gates
    no  Are all writes in one store?
    no  Is there only one writing step, and are all others retriable reactions?
    no  Are there only reads?
    no  Must an invariant hold at every moment, and does one owner have all that write it?
    no  May a step fail beside or after an effect that cannot be undone?
    no  Is an engine already in place, and is the score above -4?

The nearest change that would flip it
  - 2 more branches make it orchestration (score -1, by the rule of thumb)
  - 2 more steps with participants of their own make it orchestration (score +1, by the rule of
    thumb)
"""
    )


def test_several_sagas_are_a_table_and_details_only_when_asked_for() -> None:
    shown = text.render(EVERY[:3])
    assert shown.splitlines()[0].split() == ["saga", "recommended", "strength", "score", "declared", "decided", "by"]
    assert len(shown.splitlines()) == 4
    detailed = text.render(EVERY[:3], verbose=True)
    assert detailed.startswith(shown)
    assert detailed.count("Gates") == 3


def test_text_says_what_to_do_instead() -> None:
    shown = text.render([_of(saga(chain(2), stores={"p0": "db", "p1": "db"}))])
    assert "Instead: Do it in one local transaction on `db`" in shown
    shown = text.render([_of(saga((*chain(2), done("late", "p3"))))])
    assert "Let `late` come before `s1`" in shown
    assert "Once that is mended, the factors speak for choreography." in shown


def test_text_lists_what_a_draft_still_misses() -> None:
    shown = text.render([_of(saga((act("a", "p0"), done("b", "p1"), act("c", "p2"))))])
    assert "the compensations of `a`, `c`" in shown


@pytest.mark.parametrize("width", [40, 72, 100])
@pytest.mark.parametrize("given", EVERY, ids=lambda each: each.recommendation.recommendation)
def test_text_keeps_its_width(width: int, given: Recommended) -> None:
    shown = text.render([given], verbose=True, width=width)
    # The bar has the width that it has, and a call is one line, so that it can be copied.
    free = ("  choreography -", "  sagactl simulate ", "  sagactl graph ")
    assert all(len(line) <= width for line in shown.splitlines() if not line.startswith(free))


def test_text_shows_both_styles_side_by_side() -> None:
    shown = text.render([_with_evidence(saga(chain(3)))], width=80).splitlines()
    start = shown.index("Both styles, compiled and rehearsed")
    assert shown[start + 1].split() == ["orchestration", "choreography"]
    row = next(line for line in shown if line.startswith("  nothing fails"))
    assert " ".join(row.split()) == "nothing fails 6 messages, 6 hops, 300ms 2 messages, 2 hops, 150ms"
    assert "  sagactl simulate a/sample.saga.yaml --style choreography --fault 's2#*:fail'" in shown
    assert "What choreography makes impossible" in shown
    assert "  sagactl graph a/sample.saga.yaml --view events --style orchestration" in shown


def test_text_names_the_picture_of_a_cut() -> None:
    assert "  sagactl graph a/sample.saga.yaml --view hybrid" in text.render([_with_evidence(_hybrid())]).splitlines()


def test_text_tells_the_longest_ways_back_unless_all_are_asked_for() -> None:
    given = _with_evidence(saga(chain(7)))
    assert text.render([given]).count(" fails: ") == 4
    assert "  and 3 shorter ones; `--verbose` shows all" in text.render([given])
    assert text.render([given], verbose=True).count(" fails: ") == 7


def test_no_saga_needs_no_comparison_unless_it_is_asked_for() -> None:
    given = _with_evidence(saga((pivot("a", "p0"), reaction("b", "p1"))))
    assert "Both styles" not in text.render([given])
    assert "What to build instead: an outbox and events" in text.render([given])
    assert "Both styles" in text.render([given], verbose=True)


def test_a_long_id_gives_way_in_the_table() -> None:
    given = _of(saga(chain(3), id="a-very-long-id-" * 4 + "indeed"))
    assert all(len(line) <= 80 for line in text.render([given, given], width=80).splitlines())


def test_columns_give_way_before_a_name_is_unreadable() -> None:
    id = "goods-inward-inspection"
    late = _of(saga((*chain(2), done("late", "p3")), id=id, style="choreography"))
    shown = {width: text.render([late, late], width=width).splitlines() for width in (100, 80, 66, 60, 50, 45, 20)}
    assert all(line.startswith(id) for width in (100, 80, 66, 60, 50, 45) for line in shown[width][1:3])
    headers = {width: " ".join(lines[0].split()) for width, lines in shown.items()}
    assert headers[100] == "saga recommended strength score declared decided by"
    assert headers[80] == "saga recommended strength score declared"
    assert headers[60] == "saga recommended strength score"
    assert headers[45] == headers[20] == "saga recommended score"
    assert shown[100][-1].startswith(id)
    assert shown[80][-1] == "no room for `decided by`; `--verbose` shows all"


def test_paint_gets_every_piece_and_plain_text_has_none() -> None:
    roles: set[str] = set()

    def paint(piece: str, role: text.Role) -> str:
        roles.add(role)
        return f"\x1b[1m{piece}\x1b[0m"

    painted = text.render(EVERY, verbose=True, paint=paint)
    plain = text.render(EVERY, verbose=True)
    assert roles == {"heading", "orchestration", "choreography", "warning", "dim"}
    bare = re.sub(r"\x1b\[[01]m", "", painted)
    assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_nothing_to_recommend() -> None:
    assert text.render([]) == "No saga to recommend anything for.\n"


# -- json


def test_json_has_the_agreed_shape() -> None:
    document = decoder.loads(json.render(EVERY))
    assert document["version"] == 1
    assert len(document["sagas"]) == len(EVERY)
    for each in document["sagas"]:
        assert set(each) >= {
            "saga",
            "path",
            "recommendation",
            "strength",
            "score",
            "gates",
            "factors",
            "flips",
            "evidence",
        }
        assert each["recommendation"] in ("orchestration", "choreography", "hybrid", "none", "redesign")
        assert each["strength"] in ("robust", "clear", "weak")
        assert all(set(factor) >= {"name", "value", "points", "reason", "source"} for factor in each["factors"])
        assert all({"kind", "name", "sentence", "verdict", "score"} <= set(flip) for flip in each["flips"])


def test_json_carries_evidence_where_there_is_some() -> None:
    found = decoder.loads(json.render([_with_evidence(saga(chain(3)))]))["sagas"][0]["evidence"]
    shared = {"state", "timers", "contracts", "edges", "cycles", "one_more_step", "happy_path", "worst_failure"}
    shared |= {"failures", "refused", "impossible"}
    assert set(found["orchestration"]) == shared | {"commands", "channels"}
    assert set(found["choreography"]) == shared | {"events", "subscriptions", "joins", "ways_back"}
    assert found["orchestration"]["happy_path"] == {
        "choices": {},
        "faults": [],
        "outcome": "completed",
        "undone": [],
        "messages": 6,
        "hops": 6,
        "duration_s": 0.3,
    }
    assert found["choreography"]["one_more_step"] == {"before": "s2", "places": ["p1", "p2", "new step"]}


def test_json_carries_what_to_build() -> None:
    instead = decoder.loads(json.render([_of(saga((pivot("a", "p0"), reaction("b", "p1"))))]))["sagas"][0]["instead"]
    assert (instead["kind"], len(instead["parts"])) == ("outbox", 2)
    cut = decoder.loads(json.render([_of(_hybrid())]))["sagas"][0]["cut"]
    assert [group["context"] for group in cut["groups"]] == ["c0", "c1", "c2"]
    assert cut["crossings"][0]["event"] == "S1Done"


# -- markdown


def test_markdown_of_one_saga() -> None:
    shown = markdown.render([_of(saga(chain(3)))])
    lines = shown.splitlines()
    assert lines[0] == "## `sample`: choreography"
    assert "| points | factor | what was found | source |" in lines
    assert "- 2 more branches make it orchestration (score -1, by the rule of thumb)" in lines
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + 14
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_markdown_keeps_names_in_their_backticks() -> None:
    shown = markdown.render([_nasty()])
    outside = re.sub(r"`[^`]*`", "", shown)
    assert "<img" not in outside
    assert not any(line.startswith("## x") for line in shown.splitlines())


# -- all of them


@pytest.mark.parametrize("render", [text.render, json.render, markdown.render])
def test_nothing_gets_through(render: object) -> None:
    assert callable(render)
    shown = str(render([_nasty(), _nasty()])) + str(render([_nasty()]))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    shown.encode("utf-8")


def test_markdown_fits_a_design_document() -> None:
    shown = markdown.render([_with_evidence(_hybrid())])
    assert "### What is led together" in shown
    assert "| | orchestration | choreography |" in shown
    assert "```mermaid\nsequenceDiagram\n```" in shown
    rows = [line for line in shown.splitlines() if line.startswith(("| nothing", "| worst", "| one more"))]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4, 4, 4]


def test_markdown_of_a_nasty_saga_keeps_its_layout() -> None:
    shown = markdown.render([_with_evidence(_nasty_participant())])
    assert "<img" not in re.sub(r"`[^`]*`", "", shown)
    assert not any(line.startswith("## x") for line in shown.splitlines())


@settings(max_examples=150, deadline=None)
@given(sagas())
def test_whatever_the_saga_both_styles_can_be_shown(given_saga: Saga) -> None:
    compared = compare(given_saga)
    if compared is None:
        return
    shown = _of(given_saga)._replace(comparison=compared.comparison)
    for costs in (compared.comparison.orchestration, compared.comparison.choreography):
        runs = [run for run in (costs.rehearsed.happy, costs.rehearsed.worst) if run is not None]
        assert all(run.hops <= run.messages for run in runs)
        assert bool(runs) != bool(costs.rehearsed.refused)
    assert decoder.loads(json.render([shown]))["sagas"][0]["evidence"]
    assert text.render([shown], verbose=True)
    assert markdown.render([shown])
