"""Pages of the documentation are run: the files they show are written, the calls they show are made.

A block of YAML, TOML, JSON or Python with `title=NAME` is a file, a block of diff with `title=NAME` a change to one.  In a
block of `console` every line that starts with `$ ` is a call and what follows is its output; the calls of a page share
one folder, in which `definitions` is that of the project.  A block says with `exit=N` how its calls exit, else 0.
A stretch between `<!-- begin: NAME -->` and `<!-- end -->` is generated.
"""

from __future__ import annotations

import io
import os
import re
import runpy
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

ROOT = Path(__file__).parents[2]

FILES = ("yaml", "toml", "json", "python")
_fence = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")
_region = re.compile(r"(?P<begin><!-- begin: (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)
_attribute = re.compile(r"(\w+)=(\S+)")


class Block(NamedTuple):
    """A fenced block: its first word, what it says of itself, and its lines."""

    language: str
    attributes: Mapping[str, str]
    lines: tuple[str, ...]


def pages() -> tuple[Path, ...]:
    """Every page, the generated ones included."""
    found = chain(ROOT.glob("*.md"), (ROOT / "docs").rglob("*.md"), (ROOT / "changes").glob("*.md"))
    return tuple(sorted(found))


def fresh(text: str, folder: Path, regions: Mapping[str, Callable[[], str]]) -> str:
    """The page as it should be: generated stretches generated, outputs as the calls print them now."""
    return _executed(_region.sub(lambda found: _generated(found, regions), text), folder)


def _generated(found: re.Match[str], regions: Mapping[str, Callable[[], str]]) -> str:
    return f"{found['begin']}\n{regions[found['name']]().strip()}\n\n{found['end']}"


def _executed(text: str, folder: Path) -> str:
    definitions = folder / "definitions"
    if not definitions.exists():
        definitions.symlink_to(ROOT / "definitions")
    lines: list[str] = []
    for part in parts(text):
        if isinstance(part, str):
            lines.append(part)
            continue
        head, block = part
        lines += [head, *_carried_out(block, folder), "```"]
    return "\n".join(lines)


def parts(text: str) -> Iterator[str | tuple[str, Block]]:
    """The lines of a page, each fenced block as one with the line that opens it."""
    lines = iter(text.split("\n"))
    for line in lines:
        opening = _fence.match(line)
        if opening is None:
            yield line
            continue
        inside: list[str] = []
        for other in lines:
            if other.strip() == "```":
                break
            inside.append(other)
        else:
            raise AssertionError(f"a block is not closed: {line}")
        language, _, rest = opening["info"].partition(" ")
        yield line, Block(language, dict(_attribute.findall(rest)), tuple(inside))


def _carried_out(block: Block, folder: Path) -> list[str]:
    title = block.attributes.get("title")
    if block.language == "console":
        return list(_calls(block, folder))
    if title is not None and block.language in FILES:
        path = folder / title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(block.lines) + "\n", encoding="utf-8")
    if title is not None and block.language == "diff":
        _change(folder / title, block.lines)
    return list(block.lines)


def _change(path: Path, lines: tuple[str, ...]) -> None:
    """The file with the change made; what it replaces must be there, once."""
    text = path.read_text(encoding="utf-8")
    for hunk in "\n".join(lines).split("\n@@\n"):
        old = "".join(line[1:] + "\n" for line in hunk.split("\n") if line[:1] in (" ", "-"))
        new = "".join(line[1:] + "\n" for line in hunk.split("\n") if line[:1] in (" ", "+"))
        assert text.count(old) == 1, f"{path.name} does not hold exactly once:\n{old}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


# -- calls


def _calls(block: Block, folder: Path) -> Iterator[str]:
    expected = [int(code) for code in block.attributes.get("exit", "0").split(",")]
    codes: list[int] = []
    for command in _commands(block.lines):
        yield from command
        line = " ".join(part.rstrip("\\").strip() for part in command).removeprefix("$ ")
        if line == "echo $?":
            yield str(codes[-1])
            continue
        code, output = run(line, folder)
        codes.append(code)
        yield from output.removesuffix("\n").split("\n") if output else ()
    wanted = expected * len(codes) if len(expected) == 1 else expected
    assert codes == wanted, f"exits with {codes}, not {wanted}: {next(iter(block.lines))}"


def _commands(lines: tuple[str, ...]) -> Iterator[list[str]]:
    """The lines of each call, its continuation after a backslash included."""
    rest = iter(lines)
    for line in rest:
        if line.startswith("$ "):
            command = [line]
            while command[-1].endswith("\\"):
                command.append(next(rest))
            yield command


def run(line: str, folder: Path) -> tuple[int, str]:
    """A pipeline of `sagactl`, `python FILE`, `cat`, `head -N` and `sed -n '/PATTERN/,$p'`: how the first call of ours exits, and the output."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|")
    lexer.whitespace_split, lexer.commenters = True, ""
    code, data = 0, ""
    for words in _split(list(lexer)):
        match words:
            case ["sagactl", *arguments]:
                code, data = _sagactl(arguments, data, folder)
            case ["python", name]:
                code, data = _script(name, folder)
            case ["cat", name]:
                data = (folder / name).read_text(encoding="utf-8")
            case ["head", number]:
                data = "".join(data.splitlines(keepends=True)[: int(number[1:])])
            case ["sed", "-n", pattern] if pattern.startswith("/") and pattern.endswith("/,$p"):
                lines = data.splitlines(keepends=True)
                start = next(index for index, text in enumerate(lines) if re.search(pattern[1:-4], text))
                data = "".join(lines[start:])
            case _:
                raise AssertionError(f"a page may not call {words}")
    return code, data


def _split(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word == "|":
            yield command
            command = []
        else:
            command.append(word)
    yield command


def _sagactl(arguments: list[str], given: str, folder: Path) -> tuple[int, str]:
    from sagactl.cli.app import run as run_command

    return _captured(lambda: int(run_command(arguments)), given, folder)


def _script(name: str, folder: Path) -> tuple[int, str]:
    """As Python runs it: the modules beside it can be imported."""

    def call() -> int:
        runpy.run_path(name)
        return 0

    known = set(sys.modules)
    try:
        with patch.object(sys, "path", [str(folder), *sys.path]):
            return _captured(call, "", folder)
    finally:
        for module in sys.modules.keys() - known:
            if str(getattr(sys.modules[module], "__file__", "")).startswith(str(folder)):
                del sys.modules[module]  # ours stay: a second copy of a module has classes of its own


def _captured(call: Callable[[], int], given: str, folder: Path) -> tuple[int, str]:
    """In this process and without a terminal; what goes to standard error is shown where it comes."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if "COLOR" not in name}
    with patch.dict(os.environ, plain, clear=True), patch.object(sys, "stdin", stdin), chdir(folder):
        with redirect_stdout(out), redirect_stderr(out):
            code = call()
        out.flush()
        buffer = out.buffer
        assert isinstance(buffer, io.BytesIO)
        return code, "\n".join(line.rstrip() for line in buffer.getvalue().decode().split("\n"))
