"""A survey: everything that the verbs say of each definition, gathered in one place, in as many processes as help.

`survey` asks lint, recommend, graph, verify and simulate about one definition, and none of them knows of the others;
what one of them refuses is noted, and the rest goes on.
"""

from sagactl.survey.gathering import Asked, survey
from sagactl.survey.names import page_names

__all__ = ["Asked", "page_names", "survey"]
