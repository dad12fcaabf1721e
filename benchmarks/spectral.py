"""Spectral, with a ruleset that says of a saga what it can: the language, and the rules on single values.

It is installed with npm into a temporary folder; where that cannot be done the reason is printed instead of figures.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

PACKAGE: Final = "@stoplight/spectral-cli@6.15.0"
INSTALL_LIMIT_S: Final = 240

ACTIONS: Final = "$.steps[?(@.action && !@.kind)]"

RULES: Final[dict[str, tuple[str, str, str, dict[str, Any]]]] = {
    # rule: where, field, function, its options
    "missing-compensation": ("$.steps[?(@.action && !@.kind && !@.no_compensation)]", "compensation", "truthy", {}),
    "compensation-of-nothing": ("$.steps[?(@.kind == 'read-only')]", "compensation", "falsy", {}),
    "retriable-that-can-fail": ("$.steps[?(@.kind == 'retriable')]", "rejects", "falsy", {}),
    "vague-name": (ACTIONS, "compensation", "pattern", {"notMatch": "^(undo|rollback|compensate|cancel)$"}),
    "noop-compensation": (ACTIONS, "compensation", "pattern", {"notMatch": "^(Noop|DoNothing|Log.*)$"}),
    "no-timeout": ("$.defaults", "timeout", "truthy", {}),
    "no-deadline": ("$", "deadline", "truthy", {}),
    "no-owner": ("$", "owner", "truthy", {}),
    "no-dead-letter": ("$.rollback", "dead_letter", "truthy", {}),
    "nobody-notices": ("$.rollback", "alert", "truthy", {}),
    "no-concurrency-limit": ("$.limits", "concurrency", "truthy", {}),
    "retry-without-jitter": ("$.defaults.retry", "jitter", "truthy", {}),
    "retry-without-backoff": ("$.defaults.retry", "factor", "truthy", {}),
    "timeout-as-rejection": ("$.steps[*].rejects[*]", "", "pattern", {"notMatch": "^(Timeout|TimedOut|Unavailable)$"}),
    "catch-all": ("$.steps[*].rejects[*]", "", "pattern", {"notMatch": "^(\\*|Error|Exception)$"}),
}
"""Those rules of ours that need neither the order of the steps, nor two places, nor time."""


def ruleset(schema: Path) -> dict[str, Any]:
    """The language by its schema, and the rules above."""
    language = {"schema": json.loads(schema.read_text()), "dialect": "draft2020-12"}
    rules: dict[str, Any] = {
        "language": {"given": "$", "severity": "error", "then": {"function": "schema", "functionOptions": language}}
    }
    for name, (given, field, function, options) in RULES.items():
        then = {"function": function, **({"field": field} if field else {})}
        rules[name] = {
            "given": given,
            "severity": "error",
            "then": {**then, "functionOptions": options} if options else then,
        }
    return {"rules": rules}


def install(folder: Path, schema: Path) -> tuple[tuple[str, ...], str]:
    """The command that lints with Spectral, or nothing and the reason why there is none."""
    npm = shutil.which("npm")
    if npm is None:
        return (), "npm is not installed"
    call = [npm, "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), PACKAGE]
    try:
        done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=INSTALL_LIMIT_S)
    except subprocess.TimeoutExpired:
        return (), f"npm needs more than {INSTALL_LIMIT_S} s"
    if done.returncode:
        return (), f"npm cannot install {PACKAGE}"
    rules = folder / "rules.json"
    rules.write_text(json.dumps(ruleset(schema)))
    return (str(folder / "node_modules" / ".bin" / "spectral"), "lint", "--ruleset", str(rules)), ""
