"""What happens, told in plain words as it is written: an observer sees every transition and changes none."""

from __future__ import annotations

from sagactl.runtime.change import Change
from sagactl.runtime.observers import Observer
from sagactl.trace import Moment

WORDS = {
    "started": "the order comes in",
    "sent": "{step}: {participant} is asked: {detail}",
    "done": "{step}: done",
    "rejected": "{step}: {participant} says no: {detail}",
    "failed": "{step}: this try failed: {detail}",
    "timed-out": "{step}: no answer in time, so nobody knows whether it was done",
    "rollback": "ROLLBACK, because of {detail}",
    "undo-sent": "{step}: {participant} is asked to undo it: {detail}",
    "undone": "{step}: undone",
    "undo-failed": "{step}: the undo failed, it is tried again",
    "dead-letter": "{step}: handed to people: {detail}",
    "asked": "{step}: {participant} is asked what became of it",
    "retrying": "{step}: {participant} is asked again, under the same key: {detail}",
    "undo-retrying": "{step}: {participant} is asked again to undo it: {detail}",
    "crashed": "a new process takes over; what was under way is asked for again, under the same keys",
    "ended": "the end: {detail}",
}
"""A sentence for each kind of moment that is worth a line; the others are passed over."""


class Story(Observer):
    """Prints a line for each moment, with the order it is about."""

    def on_change(self, change: Change) -> None:
        for moment in change.moments:
            if moment.what in WORDS:
                print(f"{change.run.correlation:>9}  {moment.t_s:6.2f}s  {told(moment)}", flush=True)


def told(moment: Moment) -> str:
    return WORDS[moment.what].format(**moment._asdict())
