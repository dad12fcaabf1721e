"""The command `sagactl`: the version is answered here, before anything heavy is imported."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the result is the exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from sagactl import __version__

        print(f"sagactl {__version__}")
        return 0
    import gc

    # A call is short and makes few cycles; collecting while modules and nodes are made costs a tenth of its time.
    gc.disable()
    from sagactl.cli.app import run

    code = run(sys.argv[1:])
    # The interpreter collects once more as it ends; what is frozen it leaves to the system, which takes back all.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
