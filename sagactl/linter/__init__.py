"""Rules over sagas: `lint(reading)` returns what is wrong, what was suppressed, and what a suppression got wrong."""

from sagactl.linter.lint import Linted, lint

__all__ = ["Linted", "lint"]
