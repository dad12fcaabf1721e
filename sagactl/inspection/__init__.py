"""A lint run over files: which rules hold for which file, and the looks at each that make one result.

`inspect(files, plan, shelf)` is the whole; it keeps neither documents nor sagas, so that ten thousand files fit.
"""

from sagactl.inspection.passes import Inspected, inspect
from sagactl.inspection.plan import Plan, make_plan
from sagactl.inspection.shelf import Shelf

__all__ = ["Inspected", "Plan", "Shelf", "inspect", "make_plan"]
