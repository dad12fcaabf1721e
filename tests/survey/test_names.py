"""The names of pages are plain, and no two of them are the same on any file system."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagactl.survey.names import page_names

NAMES = [
    (["order", "trip"], ["order", "trip"]),
    (["order", "Order", "order"], ["order", "order-2", "order-3"]),
    (["index"], ["index-2"]),
    (["../../etc/passwd", "a b", ""], ["etc-passwd", "a-b", "saga"]),
    (["\u202e\x1b", "-"], ["saga", "saga-2"]),
    (["a" * 300], ["a" * 80]),
]


@pytest.mark.parametrize(("wanted", "expected"), NAMES)
def test_names(wanted: list[str], expected: list[str]) -> None:
    assert list(page_names(wanted)) == expected


@given(st.lists(st.text(max_size=20), max_size=20))
def test_whatever_is_wanted_the_names_are_plain_and_different(wanted: list[str]) -> None:
    found = page_names(wanted)
    assert len(set(found)) == len(wanted)
    assert all(re.fullmatch(r"[a-z0-9-]{1,90}", name) for name in found)
