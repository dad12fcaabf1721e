"""The first looks at many files are spread over processes, and come back in the order of the files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from sagactl.errors import SagactlError
from sagactl.inspection.look import Look, first_looks
from sagactl.inspection.plan import Plan
from sagactl.inspection.shelf import Shelf

Errand = TypeVar("Errand")
Found = TypeVar("Found")
Given = TypeVar("Given")

FILES_PER_WORKER: Final = 200
CHUNK: Final = 100
"""Files per errand: large enough to be worth the way, small enough to end soon after Ctrl-C."""


def worthwhile(files: int) -> int:
    """How many processes are worth their start for this many files."""
    return max(1, min(processors(), files // FILES_PER_WORKER))


def processors() -> int:
    """The processors that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def looks(files: Sequence[str], plan: Plan, jobs: int) -> list[Look]:
    """The first look at each file; raises SagactlError when a process is ended from outside."""
    chunks = [tuple(files[start : start + CHUNK]) for start in range(0, len(files), CHUNK)]
    found = spread(_errand, chunks, min(jobs, max(1, len(chunks))), begin=_begin, given=plan, doing="lints")
    return [look for part in found for look in part]


def spread(
    work: Callable[[Errand], Found],
    errands: Iterable[Errand],
    jobs: int,
    *,
    begin: Callable[[Given], None],
    given: Given,
    doing: str,
) -> Iterator[Found]:
    """The work on each errand in processes that each begin with what is given, in the order of the errands.

    Raises SagactlError, which says what it was `doing`, when a process is ended from outside.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(jobs, initializer=_begin_deaf, initargs=(begin, given))
    try:
        yield from pool.map(work, errands)
    except BrokenProcessPool:
        help = "the system may have run out of memory; `--jobs 1` needs the least"
        raise SagactlError(f"a process that {doing} was ended from outside", help=help) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_deaf(begin: Callable[[Given], None], given: Given) -> None:
    """Ctrl-C reaches every process of a terminal; only the first one answers it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin(given)


_plan: Plan | None = None


def _begin(plan: Plan) -> None:
    import gc

    global _plan
    gc.disable()
    _plan = plan


def _errand(names: tuple[str, ...]) -> list[Look]:
    assert _plan is not None, "a worker begins with its plan"
    return first_looks(names, _plan, Shelf())
