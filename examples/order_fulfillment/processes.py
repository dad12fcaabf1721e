"""The same saga with each service in a process of its own, which the orchestrator reaches through a broker."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from sagactl.errors import SagactlError, UsageError
from sagactl.runtime import Participant, SagaOrchestrator, SqliteStore

from .faults import Faults
from .line import Line
from .local import all_run
from .messages import taking_part
from .orders import KINDS, OrderFulfillment
from .story import Story

LOOK_S = 0.05
"""How often the one who starts the processes looks after them."""

_SPAWN = multiprocessing.get_context("spawn")


class Trial(NamedTuple):
    """Where it takes place: a folder for the databases, and the broker between the processes."""

    folder: Path
    broker: str
    faults: Faults


async def fulfil_in_processes(trial: Trial, orders: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """How the run of each order ended; this process leads them, and the services live as long as that."""
    sagas = SagaOrchestrator(
        definition=OrderFulfillment.definition, remote=tuple(KINDS), store=SqliteStore(str(trial.folder / "sagas.db")),
        transport=Line(trial.broker, trial.folder.name), observers=[Story()], lease_s=1.0, poll_s=0.1,
    )  # fmt: skip
    async with _services(trial), sagas:
        return await all_run(sagas, orders)


# -- who starts the processes


@asynccontextmanager
async def _services(trial: Trial) -> AsyncIterator[None]:
    """All services listen, and one that dies is started again."""
    listening = _SPAWN.Semaphore(0)
    running = {name: _started(name, trial, listening) for name in KINDS}
    try:
        await _until_all_listen(running, listening)
        watching = asyncio.create_task(_watch(running, trial, listening))
        try:
            yield
        finally:
            watching.cancel()
    finally:
        for process in running.values():
            process.kill()  # nothing is lost: what counts is in its database
            process.join()


def _started(name: str, trial: Trial, listening: Any) -> BaseProcess:
    process = _SPAWN.Process(target=_live, args=(name, trial, listening), name=name, daemon=True)
    process.start()
    return process


async def _until_all_listen(running: Mapping[str, BaseProcess], listening: Any) -> None:
    for _ in running:
        while not listening.acquire(block=False):
            dead = [name for name, process in running.items() if not process.is_alive()]
            if dead:
                raise UsageError(f"`{dead[0]}` did not start", help="is the broker there?")
            await asyncio.sleep(LOOK_S)


async def _watch(running: dict[str, BaseProcess], trial: Trial, listening: Any) -> None:
    healthy = trial._replace(faults=replace(trial.faults, kill_after=""))
    while True:
        for name, process in running.items():
            if not process.is_alive():
                print(f"\nKILLED: {name} died; here comes another one, with the same database.\n", flush=True)
                running[name] = _started(name, healthy, listening)
        await asyncio.sleep(LOOK_S)


# -- what such a process does


def _live(name: str, trial: Trial, listening: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who pressed Ctrl-C meant the one that started it
    logging.getLogger("sagactl.runtime").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_serve(name, trial, listening))
    except SagactlError as error:
        sys.exit(f"{name}: {error.message}")


async def _serve(name: str, trial: Trial, listening: Any) -> None:
    service = KINDS[name](trial.folder, trial.faults)
    line = Line(trial.broker, trial.folder.name, name, trial.faults)
    async with taking_part(Participant, service, transport=line):
        listening.release()
        starter = multiprocessing.parent_process()
        assert starter is not None
        await asyncio.to_thread(starter.join)  # however that one ends, this one does not stay behind
