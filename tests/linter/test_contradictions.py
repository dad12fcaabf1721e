"""What predicates exclude or cover, against every value that could matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagactl.linter.contradictions import is_covered, never_holds
from sagactl.predicates import Predicate, evaluate, parse

NUMBERS = [half / 2 for half in range(-2, 12)]


def understood(text: str) -> Predicate:
    predicate = parse(text)
    assert isinstance(predicate, Predicate)
    return predicate


NEVER = {
    "input.x > 5 && input.x < 3": True,
    "input.x > 3 && input.x <= 3": True,
    "input.x >= 3 && input.x <= 3": False,
    "3 > input.x && input.x > 5": True,
    "input.x == 'a' && input.x == 'b'": True,
    "input.x == 'a' && input.x != 'a'": True,
    "input.x == 'a' && input.y == 'b'": False,
    "input.x && !input.x": True,
    "input.x != true && input.x != false": True,
    "input.x != 'a' && input.x != 'b'": False,
    "input.x == 1 && input.x == 'a'": False,
    "input.x > null && input.x < null": False,
    "input.x > 5 || input.x < 3": False,
    "(input.x > 5 || input.y) && input.x > 1": False,
}


@pytest.mark.parametrize(("text", "expected"), NEVER.items())
def test_a_predicate_that_asks_for_too_much_never_holds(text: str, expected: bool) -> None:
    assert never_holds(understood(text)) is expected


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("input.x > 100", "input.x > 10", True),
        ("input.x > 10", "input.x > 100", False),
        ("input.x == 'a'", "input.x != 'b'", True),
        ("input.x == 'a' && input.y > 3", "input.y > 3", True),
        ("input.y > 3", "input.x == 'a' && input.y > 3", False),
        ("input.x > 3", "input.x > 1 || input.y", False),
    ],
)
def test_a_predicate_is_covered_by_a_wider_one(text: str, other: str, expected: bool) -> None:
    assert is_covered(understood(text), understood(other)) is expected


atoms = st.builds(
    lambda sign, value, mirrored: f"{value} {sign} input.x" if mirrored else f"input.x {sign} {value}",
    st.sampled_from(("==", "!=", "<", "<=", ">", ">=")),
    st.integers(0, 5),
    st.booleans(),
)
predicates = st.lists(atoms, min_size=1, max_size=3).map(" && ".join).map(understood)


@given(predicates, predicates)
def test_what_is_claimed_is_true_of_every_number(one: Predicate, other: Predicate) -> None:
    holds = [[evaluate(each, {"input": {"x": x}}) is True for x in NUMBERS] for each in (one, other)]
    if never_holds(one):
        assert not any(holds[0])
    if is_covered(one, other):
        assert all(second for first, second in zip(*holds, strict=True) if first)
