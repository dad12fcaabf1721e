"""The definition that runs follow: read once, kept with every run that started with it, unfolded for its input."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

from sagactl.errors import InvalidDefinition, UsageError
from sagactl.flow import Flow
from sagactl.model import Saga
from sagactl.source.build import read
from sagactl.source.instances import Check, input_check, output_check
from sagactl.unfold import unfold

SUFFIXES = (".saga.yaml", ".saga.yml")
MAX_FLOWS = 64
"""Flows that are kept, one for each number of items; the oldest is forgotten."""


class Definition:
    """A saga with those that its steps run; `digest` is the same for the same texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.text = json.dumps(self.texts, ensure_ascii=False, sort_keys=True)
        self.digest = sha256(self.text.encode()).hexdigest()[:16]
        sagas = {name: _valid(name, text) for name, text in self.texts.items()}
        self.saga: Saga = next(iter(sagas.values()))
        self.sagas: Mapping[str, Saga] = {saga.id: saga for saga in sagas.values()}
        self._flows: dict[tuple[int, ...], Flow] = {}

    @cached_property
    def input_problems(self) -> Check:
        """What is wrong with the input of a run."""
        return input_check(self.saga) if self.saga.input else lambda data: []

    @cached_property
    def _output_checks(self) -> Mapping[str, Check]:
        return {step.id: output_check(step) for saga in self.sagas.values() for step in saga.steps if step.output}

    def problems_of_output(self, id: str, result: Any) -> list[str]:
        """What is wrong with the result of a step, if its definition says what it holds."""
        check = self._output_checks.get(id.rpartition("/")[2].partition("[")[0])
        return check(result) if check is not None else []

    @classmethod
    def of_text(cls, text: str) -> Definition:
        """The definition that a store has kept; the first name in it is that of the saga itself."""
        texts = json.loads(text)
        return cls({name: texts[name] for name in sorted(texts, key=lambda name: not name.startswith("="))})

    def flow(self, data: Mapping[str, Any]) -> Flow:
        """What a run with this input follows; raises UsageError for more items than allowed."""
        shape = tuple(_lengths(self.saga, data))
        if shape not in self._flows:
            if len(self._flows) >= MAX_FLOWS:
                self._flows.pop(next(iter(self._flows)))
            self._flows[shape] = unfold(self.saga, self.sagas, data).flow
        return self._flows[shape]


def load(path: str) -> Definition:
    """The definition in a file, with the nested ones that lie beside it; raises InvalidDefinition, UsageError."""
    texts = {"=" + os.path.basename(path): _text_of(path)}
    saga = _valid(path, next(iter(texts.values())))
    waiting, known = [saga], {saga.id}
    while waiting:
        for id in _nested(waiting.pop()):
            if id not in known:
                known.add(id)
                file = _beside(os.path.dirname(path), id)
                text = _text_of(file)
                texts[os.path.basename(file)] = text
                waiting.append(_valid(file, text))
    return Definition(texts)


def _text_of(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from None


def _valid(name: str, text: str) -> Saga:
    reading = read(text.encode("utf-8", errors="surrogateescape"), name.removeprefix("="))
    if reading.saga is None or not reading.valid:
        raise InvalidDefinition(name.removeprefix("="), reading.findings)
    return reading.saga


def _nested(saga: Saga) -> Iterator[str]:
    return (step.saga for step in saga.steps if step.saga is not None)


def _beside(folder: str, id: str) -> str:
    for suffix in SUFFIXES:
        path = os.path.join(folder, id + suffix)
        if os.path.isfile(path):
            return path
    raise UsageError(
        f"there is no definition of `{id}`, which a step runs", help=f"put `{id}{SUFFIXES[0]}` beside the definition"
    )


def _lengths(saga: Saga, data: Mapping[str, Any]) -> Iterator[int]:
    """How many items each repeated step has; what the unfolding depends on."""
    for step in saga.steps:
        if step.for_each is not None:
            value: Any = data
            for name in step.for_each.split(".")[1:]:
                value = value.get(name) if isinstance(value, Mapping) else None
            yield len(value) if isinstance(value, list) else -1
