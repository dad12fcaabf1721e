"""Surveys as pages of HTML that need nothing but themselves: one for each definition, and an index of them.

`render(surveyed)` is the page and `index.render(entries)` the table of all of them; each part of a page has a module of
its own.  No network is asked, no other file is read, and nothing needs a script to be read: the one script only opens
what an address names, and what the buttons say.  `report.css` and `report.js` lie beside the modules.
"""

from sagactl.reports.surveys.html.page import GENERATOR, render

__all__ = ["GENERATOR", "render"]
