"""Patterns of paths mean what those of .gitignore mean."""

from __future__ import annotations

import os

import pytest

from sagactl.inspection.globs import matcher, seen_from

MATCHES = [
    # pattern, path, whether it is meant
    ("drafts", "drafts/a.saga.yaml", True),
    ("drafts/", "sagas/drafts/deep/a.saga.yaml", True),
    ("drafts", "drafts-old/a.saga.yaml", False),
    ("*.saga.yml", "a/b.saga.yml", True),
    ("*.saga.yml", "b.saga.yaml", False),
    ("sagas/*.saga.yaml", "sagas/a.saga.yaml", True),
    ("sagas/*.saga.yaml", "sagas/deep/a.saga.yaml", False),
    ("sagas/*.saga.yaml", "more/sagas/a.saga.yaml", False),
    ("sagas/**", "sagas/deep/a.saga.yaml", True),
    ("sagas/**/old", "sagas/old/a.saga.yaml", True),
    ("sagas/**/old", "sagas/a/b/old/a.saga.yaml", True),
    ("**/old/*.yaml", "old/a.yaml", True),
    ("**/old/*.yaml", "x/old/a.yaml", True),
    ("/sagas", "sagas/a.saga.yaml", True),
    ("./sagas", "sagas/a.saga.yaml", True),
    ("a?c.yaml", "abc.yaml", True),
    ("a?c.yaml", "a/c.yaml", False),
    ("a.yaml", "axyaml", False),
    ("a[b]*.yaml", "a[b]c.yaml", True),
    ("line\nbreak", "line\nbreak/x.yaml", True),
]


@pytest.mark.parametrize(("pattern", "path", "meant"), MATCHES)
def test_a_pattern_means_a_path_or_not(pattern: str, path: str, meant: bool) -> None:
    assert bool(matcher(pattern)(path)) is meant


@pytest.mark.parametrize(
    ("root", "name", "path"),
    [("/r", "/r/a/b.yaml", "a/b.yaml"), ("/r", "/x/b.yaml", "../x/b.yaml"), ("/", "/a.yaml", "a.yaml")],
)
def test_a_path_is_seen_from_the_folder_of_the_configuration(root: str, name: str, path: str) -> None:
    assert seen_from(root, name) == path


def test_a_relative_path_begins_in_the_current_folder() -> None:
    assert seen_from(os.getcwd(), "sagas/a.yaml") == "sagas/a.yaml"
