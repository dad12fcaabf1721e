"""Every failure, not the ones somebody thought of: `verify(saga)` says whether a saga is safe, and what it hangs on."""

from sagactl.evidence.steps import Memory
from sagactl.verifier.verify import Limits, verify

__all__ = ["Limits", "Memory", "verify"]
