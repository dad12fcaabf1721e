"""Code that is there to be copied passes the strictest check of its types."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.docs.pages import ROOT


@pytest.mark.parametrize("example", ["order_fulfillment", "expense_approval"])
def test_an_example_has_types(example: str) -> None:
    call = [sys.executable, "-m", "mypy", "--strict", "-p", f"examples.{example}"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
