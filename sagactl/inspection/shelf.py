"""The files of a run are read here, as often as they are looked at, and a few small ones are kept for the next look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Final

from sagactl.linter.crashes import reading_crash
from sagactl.model import Saga
from sagactl.source.build import Reading, read
from sagactl.source.document import parse
from sagactl.workspace import read_path

MOST_KEPT: Final = 64
LARGEST_KEPT: Final = 64 * 1024
"""In characters: a document takes some twenty times the memory of its text."""


class Shelf:
    """The readings of a run by the names of their files; `given` are texts that are in no file, such as an editor's."""

    def __init__(self, given: Mapping[str, bytes] | None = None) -> None:
        self.given = given or {}
        self._kept: dict[str, Reading] = {}

    def read(self, name: str) -> Reading:
        """The reading of a file; whatever goes wrong with it is among its findings."""
        known = self._kept.get(name)
        if known is not None:
            return known
        try:
            reading = read(self.given[name], name) if name in self.given else read_path(name)
        except Exception as error:
            reading = Reading(name, None, False, (reading_crash(error),), parse(b""))
        if len(self._kept) < MOST_KEPT and len(reading.document.text.string) <= LARGEST_KEPT:
            self._kept[name] = reading
        return reading


class Library(MutableMapping[str, Saga]):
    """The sagas of a run by their ids, read again from their files when one of them is asked for."""

    def __init__(self, files: Mapping[str, str], shelf: Shelf) -> None:
        self._files = files
        self._shelf = shelf
        self._neighbours: dict[str, Saga] = {}

    def __getitem__(self, id: str) -> Saga:
        if id in self._neighbours:
            return self._neighbours[id]
        saga = self._shelf.read(self._files[id]).saga
        if saga is None:
            raise KeyError(id)
        return saga

    def __contains__(self, id: object) -> bool:
        return id in self._files or id in self._neighbours

    def __setitem__(self, id: str, saga: Saga) -> None:
        self._neighbours[id] = saga

    def __delitem__(self, id: str) -> None:
        del self._neighbours[id]

    def __iter__(self) -> Iterator[str]:
        yield from self._files
        yield from self._neighbours

    def __len__(self) -> int:
        return len(self._files) + len(self._neighbours)
