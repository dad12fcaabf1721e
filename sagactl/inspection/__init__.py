"""A lint run over files: which rules hold for which file, and the looks at each that make one result.

`inspect(files, plan, shelf)` is the whole; it keeps neither documents nor sagas, so that ten thousand files fit.
"""

from sagactl.inspection.inspect import Inspected, inspect
from sagactl.inspection.plan import Plan, plan
from sagactl.inspection.shelf import Shelf

__all__ = ["Inspected", "Plan", "Shelf", "inspect", "plan"]
