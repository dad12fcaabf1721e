"""What many runs came to, one file per format; a member is a module with `render(shown) -> str`."""

from __future__ import annotations

from shlex import join
from typing import Final, NamedTuple

from sagactl.reports.style import Style, plain
from sagactl.simulator.many import Sample

FORMATS: Final = ("text", "json")
PERCENTILES: Final = (50, 90, 99)
COLUMNS: Final = 12
"""Of a histogram."""

BASED_ON: Final = {
    "rehearsed": "every run was rehearsed",
    "table": "a table derived from the machine, walked run by run",
    "numpy": "a table derived from the machine, walked by many runs at once (numpy)",
}


class Shown(NamedTuple):
    """A sample, the same with the slow participants where there are any, and how to show them.

    `call` plays one of the runs, but for its seed.
    """

    sample: Sample
    slowed: Sample | None
    call: tuple[str, ...]
    style: Style = plain
    width: int = 100
    ascii: bool = False

    @property
    def samples(self) -> tuple[Sample, ...]:
        return (self.sample,) if self.slowed is None else (self.sample, self.slowed)

    @property
    def is_acceptable(self) -> bool:
        """No stated promise was broken, and every rate that was stated could be met."""
        return all(sample.keeps_its_promises and not sample.unreached for sample in self.samples)


def repetition(shown: Shown, sample: Sample, seed: int) -> str:
    """The call that rehearses one of the runs alone."""
    slow = [word for name, factor in sample.odds.slow.items() for word in ("--slow", f"{name}={factor:g}")]
    return join([*shown.call, *slow, "--seed", str(seed)])
