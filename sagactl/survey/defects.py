"""A defect of ours in one verb is named on the page, and everything else of the report is there all the same."""

from __future__ import annotations

from typing import Final

from sagactl.errors import described
from sagactl.reports.surveys import Picture, Refused, Surveyed

HELP: Final = "this is a defect of sagactl; please report this line and, if you can, the definition"


def defect(error: Exception) -> Refused:
    """What is said in the place of an answer."""
    return Refused(f"internal error: {described(error)}", HELP, is_defect=True)


def diagnosis_alone(surveyed: Surveyed, error: Exception) -> Surveyed:
    """What is shown of a survey that no page can be made of."""
    reason = defect(error)
    pictures = (Picture("flow", "Pictures", reason),)
    return surveyed._replace(pictures=pictures, recommended=reason, verified=reason, rehearsals=reason)
