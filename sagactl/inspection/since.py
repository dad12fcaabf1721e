"""Which files have changed since a git ref: those of the branch, those not yet committed, and those git does not know.

Git is called without a shell, without the repository's hooks, and never with a ref that it could take for an option.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from sagactl.errors import SagactlError, UsageError


def changed_since(ref: str, files: Iterable[str]) -> frozenset[str]:
    """Those of the files that differ from where this branch and `ref` have parted.

    Raises UsageError when git cannot say.  Files outside the repository count as changed: nothing is known of them.
    """
    top = _top()
    start = _fork(ref)
    listed = (
        *_names("diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", start, "--", top, folder=top),
        *_names("ls-files", "--others", "--exclude-standard", "-z", "--", top, folder=top),
    )
    changed = {os.path.join(top, name) for name in listed}
    inside = top.rstrip(os.sep) + os.sep
    return frozenset(
        name for name in files if (path := os.path.realpath(name)) in changed or not path.startswith(inside)
    )


def _top() -> str:
    code, out, error = _git("rev-parse", "--show-toplevel")
    if code:
        help = "`--since` compares with a commit, so it needs a git repository"
        raise UsageError(f"`--since` cannot be used here: {error or 'there is no git repository'}", help=help)
    return os.path.realpath(out.rstrip("\n"))


def _fork(ref: str) -> str:
    """The commit from which this branch and `ref` have gone different ways."""
    if ref.startswith("-") or _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")[0]:
        help = "in a shallow clone, as CI makes them, fetch it first: `git fetch origin <branch>`"
        raise UsageError(f"git knows no commit `{ref}`", help=help)
    code, out, _ = _git("merge-base", ref, "HEAD")
    if code:
        help = "fetch the whole history (`fetch-depth: 0` on GitHub), so that git sees where they have parted"
        raise UsageError(f"`{ref}` and the current commit have no common past", help=help)
    return out.strip()


def _names(*arguments: str, folder: str) -> list[str]:
    code, out, error = _git(*arguments, folder=folder)
    if code:
        raise SagactlError(f"git failed: {error}")
    return [name for name in out.split("\0") if name]


def _git(*arguments: str, folder: str | None = None) -> tuple[int, str, str]:
    """The exit code of a call of git, what it printed, and the first line of what it complained about."""
    import subprocess

    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    # A repository may name a program that watches its files; nothing of it has to run for a comparison.
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    try:
        done = subprocess.run(
            command, cwd=folder, env=quiet, capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
    except FileNotFoundError:
        raise UsageError("`--since` needs git, and there is no `git` here", help="install git") from None
    complaint = done.stderr.decode("utf-8", "surrogateescape").strip().split("\n")[0]
    return done.returncode, os.fsdecode(done.stdout), complaint.removeprefix("fatal: ")
