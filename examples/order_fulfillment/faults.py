"""What is made to go wrong on purpose, so that you can watch the saga deal with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from dataclasses import dataclass

from sagactl.runtime import Context, Failed, Rejected

LATE_S = 1.5
"""Longer than any `timeout` of the definition."""


@dataclass(frozen=True)
class Faults:
    """Which services say no, which answer too late, and after whose work the whole process dies."""

    fail: Collection[str] = ()
    timeout: Collection[str] = ()
    kill_after: str = ""

    def before(self, service: str, refusal: str, context: Context) -> None:
        """Inside the transaction of the work: a business no, or two bad tries where a service has none to say."""
        if service not in self.fail:
            return
        if refusal:
            raise Rejected(refusal)
        if context.attempt <= 2:
            raise Failed("ServiceDown")

    def after(self, service: str, attempt: int) -> float:
        """The work is committed, and nobody has heard of it yet: the worst moment there is.

        It returns how many seconds the answer has to wait.
        """
        if service == self.kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return LATE_S if service in self.timeout and attempt == 1 else 0.0
