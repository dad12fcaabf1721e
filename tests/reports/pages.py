"""The tags of a page and its text, for tests of what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

VOID: Final = {"meta", "input", "br"}
HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")

Attributes = dict[str, str | None]


class Page(HTMLParser):
    """The tags of a page, its text, and what is inside which element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, Attributes]] = []
        self.text: dict[str, list[str]] = {}
        self.faults: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of order: {tag}")

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self.open[-1] if self.open else "", []).append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"comment: {data}")

    def all(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]

    @property
    def levels(self) -> list[int]:
        """The headings, from 1 to 6, in their order."""
        return [HEADINGS.index(tag) + 1 for tag, _ in self.tags if tag in HEADINGS]

    def named(self, *keys: str) -> Iterator[str]:
        """Every id that one of these attributes names."""
        for _, attributes in self.tags:
            for key in keys:
                yield from (attributes.get(key) or "").split()
