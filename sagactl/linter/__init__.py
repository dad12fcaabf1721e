"""Rules over sagas: `lint_all(readings)` returns what is wrong, what was suppressed, what a suppression got wrong."""

from sagactl.linter.lint import Linted, lint, lint_all

__all__ = ["Linted", "lint", "lint_all"]
