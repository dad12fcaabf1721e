"""One path through the world, chosen by a plan of faults, in virtual time.

`rehearse(flow, plan)` plays it; `plan.py` reads the faults that a person names.
"""

from sagactl.simulator.plan import Plan, make_plan
from sagactl.simulator.rehearsal import rehearse

__all__ = ["Plan", "make_plan", "rehearse"]
