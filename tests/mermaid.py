"""Mermaid itself as a reader, for whatever the machine has of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.optional import need

READER: Final = """
const { JSDOM } = await import(process.argv[2] + "/jsdom/lib/api.js");
const dom = new JSDOM("<body></body>");
globalThis.window = dom.window; globalThis.document = dom.window.document;
const mermaid = (await import(process.argv[2] + "/mermaid/dist/mermaid.core.mjs")).default;
const { readFileSync } = await import("node:fs");
for (const file of process.argv.slice(3)) {
  const found = await mermaid.parse(readFileSync(file, "utf8"));
  console.log(found.diagramType);
}
"""


def packages() -> Path:
    """The folder `node_modules` that SAGACTL_NODE_MODULES names; without mermaid and jsdom the test is skipped."""
    folder = Path(os.environ.get("SAGACTL_NODE_MODULES", "node_modules"))
    if not all((folder / name).is_dir() for name in ("mermaid", "jsdom")):
        reason = "the npm packages mermaid and jsdom are not in SAGACTL_NODE_MODULES"
        if os.environ.get("SAGACTL_REQUIRE_ALL"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder.resolve()


def read_by_mermaid(folder: Path, files: Sequence[Path]) -> list[str]:
    """The kinds of diagram that Mermaid finds in the files; fails with what it complains about."""
    node, modules = need("node"), packages()
    script = folder / "read.mjs"
    script.write_text(READER, encoding="utf-8")
    call = [node, str(script), str(modules), *map(str, files)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
