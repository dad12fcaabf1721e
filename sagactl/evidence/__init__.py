"""A defect shown: the shortest run that breaks a property, as a run of the whole saga, told in plain words."""

from sagactl.evidence.steps import Explored, Memory, Steps, Way
from sagactl.evidence.story import Told, tell

__all__ = ["Explored", "Memory", "Steps", "Told", "Way", "tell"]
