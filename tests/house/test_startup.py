"""A call imports what it needs and no more: counted, not timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ORDER = str(ROOT / "definitions" / "order-fulfillment.saga.yaml")

HEAVY = {"networkx", "graphviz", "pygraphviz", "rich", "jsonschema", "importlib.metadata", "pydantic", "numpy"}

PROBE = """
import sys, json, io, contextlib
sys.argv = ["sagactl", *{arguments!r}]
from sagactl.__main__ import main
with contextlib.redirect_stdout(io.StringIO()):
    code = main()
json.dump({{"code": code, "modules": sorted(sys.modules)}}, sys.stdout)
"""

CALLS = [
    # call, libraries of HEAVY that it may import, most modules beside the rules, of which there are ever more
    (["--version"], set(), 70),
    (["lint", ORDER], set(), 265),
    (["simulate", ORDER, "--fail", "charge-payment"], set(), 290),
    (["recommend", ORDER], set(), 300),
    (["graph", ORDER], set(), 280),
    (["verify", ORDER], set(), 272),
]


def modules(arguments: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert found["code"] == 0
    return set(found["modules"])


@pytest.mark.parametrize(("call", "allowed", "most"), CALLS, ids=[call[0] for call, _, _ in CALLS])
def test_a_call_imports_only_what_it_needs(call: list[str], allowed: set[str], most: int) -> None:
    found = modules(call)
    assert (found & HEAVY) <= allowed
    assert len([name for name in found if not name.startswith("sagactl.linter.rules.")]) <= most


def rules_imported(*arguments: str) -> set[str]:
    prefix = "sagactl.linter.rules."
    found = (name.removeprefix(prefix) for name in modules(["lint", ORDER, *arguments]) if name.startswith(prefix))
    return {name.partition(".")[2] for name in found if "." in name}


def test_only_the_rules_that_were_chosen_are_imported() -> None:
    assert rules_imported("--select", "SG101,SG201") == {"missing_compensation", "wrong_kind"}


def test_only_rules_that_concern_the_saga_are_imported() -> None:
    found = rules_imported("--select", "ALL")
    assert "choice_gap" in found
    assert not found & {"unbounded_items", "no_item_compensation", "nested_saga_not_undone", "waiting_with_locks"}
    assert not found & {"failure_not_heard", "event_loop", "two_failures", "lock_not_released", "lock_cycle"}


def test_what_few_calls_need_is_not_imported_for_all() -> None:
    found = modules(["lint", ORDER])
    parts = ("inspection.workers", "inspection.since", "inspection.globs", "linter.plugins", "linter.baseline")
    assert not found & {f"sagactl.{part}" for part in parts}
    assert not found & {"multiprocessing", "concurrent.futures", "hashlib", "tomllib"}


def test_a_verification_imports_neither_rehearsals_nor_rules() -> None:
    found = modules(["verify", ORDER])
    assert not found & {"sagactl.linter", "sagactl.simulator", "sagactl.reports.findings", "sagactl.exporters"}


def test_the_version_needs_no_typer() -> None:
    found = modules(["--version"])
    assert "typer" not in found
    assert "yaml" not in found


def test_no_dataclass_that_checks_itself_is_made_to_lint() -> None:
    """Each costs about half a millisecond at every start; values, which are made by `value.py`, a third of that."""
    script = (
        "import dataclasses; made = []; real = dataclasses._process_class\n"
        "def count(cls, init, repr, eq, *a, **k):\n"
        "    made.extend([cls.__name__] * (repr or eq))\n    return real(cls, init, repr, eq, *a, **k)\n"
        "dataclasses._process_class = count\n"
        f"import sys, io, contextlib\nsys.argv = ['sagactl', 'lint', {ORDER!r}]\n"
        "from sagactl.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    main()\n"
        "print(made)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_nothing_is_collected_while_a_call_lasts_or_as_it_ends() -> None:
    script = (
        "import gc, sys\nfrom sagactl.__main__ import main\n"
        f"sys.argv = ['sagactl', 'lint', '--quiet', {ORDER!r}]\nmain()\n"
        "print(sum(each['collections'] for each in gc.get_stats()), gc.get_freeze_count() > 10_000)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    collected, frozen = done.stdout.split()
    assert (int(collected) < 20, frozen) == (True, "True")
