"""A program without an event loop runs sagas, too."""

from __future__ import annotations

import threading

import pytest

import sagactl.runtime
from sagactl.errors import UsageError
from sagactl.runtime.context import Rejected
from sagactl.runtime.facade import Blocking
from sagactl.runtime.mailroom import UnknownRun
from sagactl.runtime.stores.memory import MemoryStore
from tests.runtime.services import Scripted, definition
from tests.runtime.test_orchestrator import ORDER, WAIT


def test_every_method_waits_for_its_end() -> None:
    with Blocking(Scripted(ORDER, {"ChargeCard": [Rejected("Declined")]}, store=MemoryStore())) as sagas:
        assert sagas.run({"order_id": "o"}).outcome == "compensated"
        run = sagas.start({"order_id": "o"}, key="k")
        assert sagas.wait(run).run == run
        assert sagas.result(run).status == "FAILED"
        with pytest.raises(UnknownRun):
            sagas.result("nobody")


def test_people_and_events_reach_a_run() -> None:
    with Blocking(Scripted(WAIT, store=MemoryStore())) as sagas:
        first, second = sagas.start(), sagas.start()
        sagas.tell(first, "Approval")
        sagas.cancel(second, who="ann", why="a test")
        assert (sagas.wait(first).outcome, sagas.wait(second).outcome) == ("completed", "compensated")


def test_what_cannot_start_leaves_no_thread() -> None:
    class Empty(sagactl.runtime.SagaOrchestrator):  # type: ignore[name-defined,misc]
        pass

    before = threading.active_count()
    with pytest.raises(UsageError):
        Blocking(Empty(definition=definition(ORDER), store=MemoryStore())).open()
    assert threading.active_count() == before


@pytest.mark.parametrize("name", sagactl.runtime.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(sagactl.runtime, name).__name__ == name
