"""How a saga behaves, and nothing else: events in, states and commands out; no clock, no chance, no files.

`start(flow)`, `transition(flow, state, event)` and `resume(flow, state)` are the whole of it; `repair` is for
what people do by hand.
"""

from sagactl.machine.state import State, outcome, status
from sagactl.machine.transition import resume, start, transition

__all__ = ["State", "outcome", "resume", "start", "status", "transition"]
