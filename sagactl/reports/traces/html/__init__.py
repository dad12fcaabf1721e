"""A trace as one page of HTML that needs nothing but itself: no network, no other file, and no script to be read.

`page.py` puts it together; `timeline.py` and `lifelines.py` draw, with the symbols of `symbols.py`; `trace.css` and
`trace.js` lie beside them.
"""

from sagactl.reports.traces.html.page import render

__all__ = ["render"]
