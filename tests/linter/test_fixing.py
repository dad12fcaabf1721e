"""Fixes do what they promise and nothing else: twice is once, and no finding ever comes of one."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.seeded import DEFINITIONS, TODAY, mutated, sound_definitions
from benchmarks.seeds import Seed, Sound, all_seeds
from sagactl.finding import Drop, Edit, Fix, Place, Put, Region
from sagactl.linter.fixing import Fixed, Lens, fix
from sagactl.linter.lint import lint
from sagactl.linter.pages import page
from sagactl.linter.registry import all_rules, select
from sagactl.linter.rule import Hit, Rule
from sagactl.source.build import Reading, read
from sagactl.source.document import parse
from sagactl.workspace import load
from tests.linter.cases import CHARGE, MAIL, RESERVE, SHIP, flow, whole
from tests.linter.fixing_cases import CASES
from tests.linter.offered import offered

WORKSPACE = load([str(DEFINITIONS)])
SOUND = list(sound_definitions(WORKSPACE))
OURS = select(("SG0", "SG1", "SG2"), ())


def lens(*chosen: str) -> Lens:
    return Lens(select(chosen, ()), WORKSPACE.sagas, TODAY)


def fixed(text: str, *chosen: str, unsafe: bool = True) -> str:
    """The text after its fixes; a definition may begin with its steps."""
    result = fix(read(whole(text).encode(), "a file"), lens(*chosen), unsafe)
    return result.reading.document.text.string.removeprefix("saga: example\n")


def counts(reading: Reading, lens: Lens) -> Counter[tuple[str, str]]:
    found = lint(reading, lens.rules, lens.sagas, lens.today).findings
    return Counter((located.finding.code, located.finding.step) for located in found)


# -- what each rule's fix makes of its defect


@pytest.mark.parametrize(("code", "text", "change"), CASES, ids=[f"{code}: {change}" for code, _, change in CASES])
def test_a_fix_changes_what_its_rule_is_about(code: str, text: str, change: str) -> None:
    goes, comes = change.split(" > ")
    assert text.count(goes) == 1
    assert fixed(text, code) == text.replace(goes, comes)


def test_steps_are_put_into_a_better_order() -> None:
    text = flow(SHIP, MAIL, RESERVE, CHARGE).replace("  - {step: ship", "  # over\n  - {step: ship")
    head, over, ship, mail, reserve, charge = text.splitlines(keepends=True)
    assert fixed(text, "SG209") == "".join((head, reserve, charge, over, ship, mail))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_the_bad_example_of_a_rule_is_fixed_or_left_alone(rule: Rule) -> None:
    text = page(rule).bad
    chosen = lens(rule.code, "SG101")
    before = read(text.encode(), "example")
    offered = [each.finding.fix for each in lint(before, *chosen).findings if each.finding.code == rule.code]
    done = fix(before, chosen, unsafe=True)
    assert bool(done.findings) is any(offered)
    if any(offered):
        assert (rule.code, done.findings[0].step) not in counts(done.reading, chosen)
    assert bool(fix(before, chosen, unsafe=False).findings) is ("safe" in page(rule).fixes and rule.code != "SG019")


COMMENTED = """\
saga: order
steps:
  # sagactl: ignore[SG106] it was so once
  - step: reserve  # sagactl: ignore[SG119] and so was this
    participant: inventory
    action: ReserveItems
    compensation: ReleaseItems
# sagactl: ignore[SG105] and this"""


def test_a_suppression_goes_with_its_line_or_with_the_blanks_before_it() -> None:
    wanted = COMMENTED.replace("  # sagactl: ignore[SG106] it was so once\n", "")
    wanted = wanted.replace("  # sagactl: ignore[SG119] and so was this", "").replace(
        "\n# sagactl: ignore[SG105] and this", ""
    )
    assert fixed(COMMENTED, "SG1", "SG99") == wanted


# -- what a fix may not do


def _rule(*fixes: Fix) -> Rule:
    """A rule that finds something in the step `charge` as long as its action is `ChargeCard`."""

    def check(saga: object, facts: object) -> object:
        for each in fixes:
            if "ChargeCard" in repr(saga):
                yield Hit("no good", Place(("steps", 0, "action")), "charge", fix=each)

    return Rule("SG998", "trial", "warning", "It is a trial.", check=check)  # type: ignore[arg-type]


ACTION = ("steps", 0, "action")
TEXT = f"saga: example\n{flow(CHARGE, SHIP)}"
MENDS = Fix("mend it", changes=(Put(ACTION, "TakeMoney"),))
REFUSED = {
    "its finding stays": Fix("do nothing of use", changes=(Put(("version",), 2),)),
    "the file is not valid any more": Fix("break it", changes=(Drop(ACTION),)),
    "the file cannot be read any more": Fix("break it", (Edit(Region(1, 1, 1, 1), "["),)),
    "another finding comes": Fix("forget it", changes=(Put(ACTION, "TakeMoney"), Drop(("steps", 0, "compensation")))),
    "the edits are not what was meant": Fix("lie", (Edit(Region(1, 7, 1, 14), "other"),), changes=(Put(ACTION, "A"),)),
}


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED.keys())
def test_a_fix_that_breaks_its_promise_is_refused(bad: Fix) -> None:
    rules = (*OURS, _rule(bad))
    result = fix(read(TEXT.encode(), "a file"), Lens(rules, {}, TODAY), unsafe=True)
    assert (result.reading.document.text.string, result.findings) == (TEXT, ())


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED.keys())
def test_a_fix_that_is_refused_stops_no_other(bad: Fix) -> None:
    text = f"saga: example\n{flow(CHARGE, RESERVE, f'{SHIP}, after: [charge, reserve]')}"
    rules = (_rule(bad), *OURS)
    result = fix(read(text.encode(), "a file"), Lens(rules, {}, TODAY), unsafe=True)
    assert result.reading.document.text.string == text.replace("[charge, reserve]", "[reserve]")
    assert [finding.code for finding in result.findings] == ["SG006"]


def test_of_two_fixes_at_one_place_the_first_is_made() -> None:
    other = Fix("mend it otherwise", changes=(Put(ACTION, "BookMoney"),))
    rules = (_rule(MENDS, other), *OURS)
    result = fix(read(TEXT.encode(), "a file"), Lens(rules, {}, TODAY), unsafe=False)
    assert result.reading.document.text.string == TEXT.replace("ChargeCard", "TakeMoney")
    assert [finding.fix and finding.fix.title for finding in result.findings] == ["mend it"]


def test_fixes_that_meet_are_made_one_after_the_other() -> None:
    text = flow(f"{RESERVE}, after: []", CHARGE, SHIP, f"{MAIL}, after: [reserve, charge, ship]")
    assert fixed(text, "SG006") == text.replace("[reserve, charge, ship]", "[ship]")


LISTENING = """\
saga: pay
style: choreography
correlation: input.id
input: {id: string}
starts_on: [Shipped]
ends_with: [PayDoen]
steps:
  - {step: pay, participant: p, listens: Shipped, action: Pay, kind: pivot}
"""


@pytest.mark.parametrize(("others", "number"), [(None, 1), (frozenset[tuple[str, str]](), 0)])
def test_what_another_file_answers_is_not_fixed(others: frozenset[tuple[str, str]] | None, number: int) -> None:
    """What a look at one file alone finds counts only where the run has found it, too."""
    done = fix(read(LISTENING.encode(), "a file"), lens("SG805")._replace(between=others), unsafe=True)
    assert len(done.findings) == number


def test_line_ends_and_a_byte_order_mark_stay() -> None:
    text = flow(f"{RESERVE}, after: []", CHARGE, f"{SHIP}, after: [reserve, charge]", head="saga: x\n")
    data = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    document = fix(read(data, "a file"), lens("SG006"), unsafe=False).reading.document
    assert document.encode(document.text.string) == data.replace(b"[reserve, charge]", b"[charge]")


# -- always


def check(reading: Reading, unsafe: bool) -> Fixed:
    """What holds of every fix of every file."""
    chosen = lens()
    done = fix(reading, chosen, unsafe)
    assert fix(done.reading, chosen, unsafe).findings == ()
    if reading.valid:
        assert done.reading.valid
        before, after = counts(reading, chosen), counts(done.reading, chosen)
        assert after <= before
        assert sum(after.values()) <= sum(before.values()) - len(done.findings)
    comments = [comment.text for comment in reading.document.comments]
    for comment in done.reading.document.comments:
        assert comment.text in comments
    return done


@pytest.mark.parametrize("seed", all_seeds(), ids=lambda seed: f"{seed.code} {seed.what}")
def test_what_was_seeded_is_fixed_for_good_or_left_alone(seed: Seed) -> None:
    mutants = [(sound, mutant) for sound in SOUND for mutant in seed.mutants(sound)]
    for sound, mutant in mutants[:: max(1, len(mutants) // 3)]:
        reading = read(mutated(sound.text, mutant).encode(), sound.name)
        done = check(reading, unsafe=True)
        left = [located.finding for located in lint(done.reading, *lens()).findings]
        # What these change may leave an input unused, break the deadline or undo two things at once, and is refused.
        refused = seed.code in ("SG007", "SG011", "SG121", "SG413", "SG610")
        assert refused or [each.fix for each in left if each.code == seed.code and each.fix] == []
        check(reading, unsafe=False)


@st.composite
def mutants(draw: st.DrawFn) -> str:
    """A sound definition with up to three defects."""
    sound = draw(st.sampled_from(SOUND))
    text = sound.text
    for seed in draw(st.lists(st.sampled_from(all_seeds()), min_size=1, max_size=3)):
        saga = read(text.encode(), sound.name).saga
        possible = list(seed.mutants(sound)) if saga is not None else []
        if possible:
            text = _tried(text, sound, draw(st.sampled_from(possible)))
    return text


def _tried(text: str, sound: Sound, mutant: object) -> str:
    """The text with one defect more, if what it is about is still there."""
    try:
        return mutated(text, mutant)  # type: ignore[arg-type]
    except AssertionError:
        return text


@given(mutants(), st.booleans())
@settings(max_examples=60)
def test_several_defects_are_fixed_for_good(text: str, unsafe: bool) -> None:
    check(read(text.encode(), "a mutant"), unsafe)


def test_no_sound_definition_is_touched() -> None:
    for sound in SOUND:
        assert check(read(sound.text.encode(), sound.name), unsafe=True).findings == ()
        assert parse(sound.text.encode()).root is not None


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_the_page_of_a_rule_says_which_fixes_it_offers(rule: Rule) -> None:
    assert set(page(rule).fixes) == offered().get(rule.code, set())


def test_a_title_says_what_to_do() -> None:
    for rule in all_rules():
        for located in lint(read(page(rule).bad.encode(), "example"), *lens(rule.code)).findings:
            fix = located.finding.fix
            assert fix is None or (fix.title and fix.title[0].islower() and not fix.title.endswith("."))
