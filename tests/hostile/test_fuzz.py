"""Whatever the bytes, reading them ends with an answer whose places are in the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sagactl.source.parser
from sagactl.source.document import Document, parse
from sagactl.source.parser import python_events
from tests.hostile.test_hostile import is_within, walk

FIXED = settings(max_examples=300, derandomize=True, deadline=None)

SAGA = """\
# yaml-language-server: $schema=x
saga: order
version: 1
input: {order_id: string, "total": number}
defaults: &base
  timeout: 10s
steps:
  - step: reserve  # first
    action: {command: Reserve, timeout: 10s}
    rejects: [OutOfStock, 'Other one']
    compensation: Release
  - step: pay
    description: |
      text # not a comment
    retry: *base
    when: "\\u00e9\\n"
"""

SIGNS = "abn019 :-?[]{},&*!|>'\"%@`#~<=.\\\n\t\r\u0085\u2028\u00e9\U0001f600\ufeff\x1b\0"
WORDS = [": ", "- ", "\n  ", "\n---\n", "\n...\n", "<<: ", "*a", "&a ", "!!str ", "!!int ", " # x", "%YAML 1.2\n"]
PIECES = st.sampled_from([*SIGNS, *WORDS, "\\ud800", '"\\x', "? ", "|2-\n"])
YAMLISH = st.lists(PIECES, max_size=60).map("".join)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A valid saga with a few pieces cut out and others put in."""
    text = SAGA
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + "".join(draw(st.lists(PIECES, max_size=3))) + text[end:]
    return text


def check(document: Document) -> None:
    """Every promise of a document that holds for all texts."""
    assert (document.root is None) == bool(document.problems)
    for problem in document.problems:
        for span in (problem.span, *(span for _, span in problem.related)):
            assert is_within(span, document.lines), problem
        problem.message.encode()
    for node in walk(document):
        assert is_within(node.span, document.lines), (node.kind, node.value, node.span)
        if isinstance(node.value, str):
            node.value.encode()
    for comment in document.comments:
        assert document.lines[comment.line][comment.column :] == "#" + comment.text
    document.data()
    assert is_within(document.span(("steps", 0, "action")), document.lines)


@FIXED
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    check(parse(data))


@FIXED
@given(YAMLISH)
def test_any_text_like_yaml_is_answered(text: str) -> None:
    check(parse(text.encode()))


@FIXED
@given(mutations())
def test_any_mutation_of_a_saga_is_answered(text: str) -> None:
    check(parse(text.encode()))


def test_the_saga_that_is_mutated_is_valid() -> None:
    assert parse(SAGA.encode()).problems == ()


@FIXED
@given(st.one_of(YAMLISH, mutations()))
def test_any_text_is_answered_without_libyaml(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sagactl.source.parser, "open_events", python_events)
        check(parse(text.encode()))
