"""Choreography, orchestration, a hybrid, or no saga at all: what suits a definition, and why.

First the gates (`gates.py`), which say where a saga is the wrong tool; then a score over what is counted
(`facts.py`, `factors.py`); then what would change the answer (`changes.py`).  Nothing is recommended without its
reasons, its sources, and the nearest change that would flip it; beside opinion stands what both styles of the same
definition consist of and cost (`comparison.py`).
"""

from sagactl.recommender.factors import FACTORS, Factor, Verdict, Weights, weights_from
from sagactl.recommender.gates import GATES, Gate
from sagactl.recommender.recommendation import FactorResult, Flip, GateResult, Recommendation, Strength, recommend
from sagactl.recommender.setting import SETTINGS, with_setting

__all__ = [
    "FACTORS",
    "GATES",
    "SETTINGS",
    "Factor",
    "FactorResult",
    "Flip",
    "Gate",
    "GateResult",
    "Recommendation",
    "Strength",
    "Verdict",
    "Weights",
    "recommend",
    "weights_from",
    "with_setting",
]
