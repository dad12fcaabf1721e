"""Pictures need a font; small containers have none, and Graphviz then draws a box for every letter.

A font of an installed Python package is used where the system has none: fontconfig is told about it before it is
asked for the first time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".ttf", ".otf", ".ttc", ".pfb", ".pcf", ".gz", ".woff", ".woff2")

PLACES: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts", "/opt/homebrew/share/fonts")
"""Where Linux systems keep fonts.  Source: the `dir` elements of fontconfig's own fonts.conf."""

CARRIERS: Final = (("ziafont", "fonts"), ("matplotlib", "mpl-data/fonts/ttf"), ("reportlab", "fonts"))
"""Packages that carry a font, and where in them; `ziafont` is a dependency of ours because it carries DejaVu Sans."""

HELP: Final = (
    "install one, for example `apt install fonts-dejavu-core` or `pip install ziafont`; "
    "the formats svg, dot, mermaid and text need none"
)


def provide() -> bool:
    """Whether pictures can have letters; sees to it that a font from a package is found where there is no other."""
    import sys

    if sys.platform in ("win32", "darwin") or os.environ.get("FONTCONFIG_FILE") or has_font(places()):
        return True
    folder = next(carried(), None)
    if folder is None:
        return False
    os.environ["FONTCONFIG_FILE"] = str(_configuration(folder))
    return True


def places() -> Iterator[Path]:
    """The folders in which this system keeps its fonts."""
    home = Path.home()
    yield from map(Path, PLACES)
    yield from (home / ".fonts", Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts")


def has_font(folders: Iterable[Path]) -> bool:
    """Whether any of the folders holds a font."""
    return any(
        name.lower().endswith(SUFFIXES) for folder in folders for _, _, names in os.walk(folder) for name in names
    )


def carried() -> Iterator[Path]:
    """The font folders of installed packages; no package is imported for this."""
    from importlib.util import find_spec

    for package, inside in CARRIERS:
        spec = find_spec(package)
        for root in (spec.submodule_search_locations or ()) if spec is not None else ():
            folder = Path(root, inside)
            if has_font([folder]):
                yield folder


def _configuration(folder: Path) -> Path:
    """A configuration that knows this one folder, in a temporary folder that goes when the process ends."""
    import atexit
    from shutil import rmtree
    from tempfile import mkdtemp
    from xml.sax.saxutils import escape

    made = Path(mkdtemp(prefix="sagactl-fonts-"))
    atexit.register(rmtree, made, ignore_errors=True)
    file = made / "fonts.conf"
    file.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<dir>{escape(str(folder))}</dir><cachedir>{escape(str(made / 'cache'))}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return file
