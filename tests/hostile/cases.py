"""Every way we know in which a file harms a program that reads it, and the kind of answer it gets.

A case writes its file into a folder and names what to expect:

`refused`    the file is opened and read, and the answer is at least one problem with a place in the text;
`unopened`   the file is not read at all, and the answer says why;
`accepted`   the file is odd but honest: it has a root and no problem.

`says` is a part of the first problem's message, where it matters which one it is.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Expectation = Literal["refused", "unopened", "accepted"]


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file: its name, how it is written into a folder, and the kind of answer it gets."""

    name: str
    make: Callable[[Path], object]
    expect: Expectation
    says: str = ""
    # Some files cannot be made by everyone or everywhere; root reads what has no permission.
    possible: Callable[[], bool] = lambda: True

    def write(self, folder: Path) -> Path:
        """The path of the file, written into `folder`."""
        path = folder / f"{self.name}.saga.yaml"
        self.make(path)
        return path


def _content(name: str, content: bytes | Callable[[], bytes], expect: Expectation, says: str = "") -> Case:
    """A case that is nothing but its bytes; long ones are made when they are written."""
    return Case(name, lambda path: path.write_bytes(content() if callable(content) else content), expect, says)


def _sparse(size: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def _link(target: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(target)


def _loop(path: Path) -> None:
    other = path.with_suffix(".other")
    path.symlink_to(other)
    other.symlink_to(path)


def _linked_file(path: Path) -> None:
    target = path.with_suffix(".target")
    target.write_bytes(b"saga: a\n")
    path.symlink_to(target)


def _locked(path: Path) -> None:
    path.write_bytes(b"saga: a\n")
    path.chmod(0)


def _socket(path: Path) -> None:
    # A socket's path has at most about 100 characters, so it is bound from within its folder.
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(before)


def _laughs(item: bytes, levels: int = 12) -> bytes:
    lines = [b"a0: &a0 [" + b", ".join([b"lol"] * 9) + b"]"]
    lines += [b"a%d: &a%d [%s]" % (n, n, b", ".join([item % (n - 1)] * 9)) for n in range(1, levels)]
    return b"\n".join(lines) + b"\n"


def _merge_bomb() -> bytes:
    lines = [b"a0: &a0 {k: v}"]
    lines += [b"a%d: &a%d {<<: [%s]}" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 8)]
    return b"\n".join(lines) + b"\n"


def _is_posix() -> bool:
    return os.name == "posix"


def _is_not_root() -> bool:
    return os.name == "posix" and os.geteuid() != 0


KB_50 = 50 * 1024
MB = 1024 * 1024
FORGED = b"\\n::error file=x::forged"

NESTING = (
    _content("nested-items", b"- " * (KB_50 // 2), "refused", "64 levels"),
    _content("nested-brackets", b"[" * KB_50, "refused", "64 levels"),
    _content("nested-braces", b"{a: " * (KB_50 // 4), "refused", "64 levels"),
    _content("nested-braces-short", b"{" * KB_50, "refused", "64 levels"),
    _content("nested-questions", b"? " * (KB_50 // 2), "refused", "64 levels"),
    _content("nested-mixed-flow", b"[{a: " * (KB_50 // 5), "refused", "64 levels"),
    _content("nested-closed", b"[" * 1000 + b"]" * 1000, "refused", "64 levels"),
    _content("nested-lines", lambda: b"".join(b" " * n + b"a:\n" for n in range(300)), "refused", "64 levels"),
    _content("nested-deep-but-allowed", b"a: " + b"[" * 63 + b"]" * 63, "accepted"),
    _content("closing-brackets", b"a: " + b"]" * KB_50, "refused", "closes nothing"),
    _content("closing-braces", b"a: " + b"}" * KB_50, "refused", "closes nothing"),
)

ALIASES = (
    _content("billion-laughs", _laughs(b"*a%d"), "refused", "aliases repeat more than"),
    _content("billion-laughs-mappings", _laughs(b"{k: *a%d}"), "refused", "aliases repeat more than"),
    _content("merge-bomb", _merge_bomb(), "refused", "merge keys"),
    _content("merge-key", b"a: &a {x: 1}\nb:\n  <<: *a\n", "refused", "merge keys"),
    _content("merge-key-quoted", b'"<<": 1\n', "accepted"),
    _content("alias-to-itself", b"a: &a [*a]\n", "refused", "without end"),
    _content("alias-to-itself-key", b"&a a: {*a : 1}\n", "accepted"),
    _content("alias-to-root", b"&a {a: *a}\n", "refused", "without end"),
    _content("alias-around-corners", b"a: &a [&b [*a], *b]\n", "refused", "without end"),
    _content("alias-unknown", b"a: *nobody\n", "refused", "no anchor"),
    _content("alias-before-anchor", b"a: *x\nb: &x 1\n", "refused", "no anchor"),
    _content("aliases-unknown-many", lambda: b"&a a: &b [\n" + b"*x ,\n" * 50_000 + b"]\n", "refused", "no anchor"),
    _content("anchors-many", lambda: b"".join(b"k%d: &a%d 1\n" % (n, n) for n in range(50_000)), "accepted"),
    _content("anchors-nested", b"&a [" * 60 + b"1" + b"]" * 60, "accepted"),
    _content("anchor-again", b"a: &x 1\nb: &x 2\nc: *x\n", "accepted"),
    _content("anchor-odd-name", "a: &\u00e9 1\n".encode(), "refused", "anchor's name"),
    _content("anchor-no-name", b"a: & 1\n", "refused", "anchor's name"),
    _content("anchor-punctuation", b"a: &a.b 1\n", "refused", "anchor's name"),
    _content("anchor-long-name", b"a: &" + b"x" * MB + b" 1\n", "accepted"),
    _content("alias-long-name", b"a: *" + b"x" * MB + b"\n", "refused", "no anchor"),
    _content("alias-markdown", b"a: **bold**\n", "refused", "needs quotes"),
    _content("alias-glob", b"a: *.txt\n", "refused", "needs quotes"),
)

TYPES = (
    _content("integer-5000-digits", b"a: " + b"9" * 5000 + b"\n", "accepted"),
    _content("integer-million-digits", b"a: " + b"9" * MB + b"\n", "accepted"),
    _content("float-million-digits", b"a: " + b"9" * MB + b".5e1\n", "accepted"),
    _content("exponent-huge", b"a: 1e999999999\n", "accepted"),
    _content("sexagesimal-long", b"a: 1" + b":59" * 10_000 + b"\n", "accepted"),
    _content("hexadecimal-long", b"a: 0x" + b"f" * 100_000 + b"\n", "accepted"),
    _content("octal-bad", b"a: 0o9\nb: 0x\nc: 0b2\n", "accepted"),
    _content("date-impossible", b"a: 2024-13-45\n", "accepted"),
    _content("tag-int", b"a: !!int abc\n", "refused", "the tag `!!int`"),
    _content("tag-bool", b"a: !!bool x\n", "refused", "the tag `!!bool`"),
    _content("tag-timestamp", b"a: !!timestamp x\n", "refused", "the tag `!!timestamp`"),
    _content("tag-binary", b"a: !!binary x\n", "refused", "the tag `!!binary`"),
    _content("tag-python", b"a: !!python/object/apply:os.system [id]\n", "refused", "the tag `!!python/object"),
    _content("tag-python-name", b"!!python/name:os.system\n", "refused", "the tag `!!python/name"),
    _content("tag-custom", b"a: !env HOME\n", "refused", "the tag `!env`"),
    _content("tag-verbatim", b"a: !<tag:example.org,2000:x> 1\n", "refused", "the tag `!<tag"),
    _content("tag-handle-unknown", b"a: !e!x 1\n", "refused", "the tag `!e!x`"),
    _content("tag-broken-uri", b"a: !<%zz> 1\n", "refused", "the tag"),
    _content("tag-long", b"a: !" + b"x" * MB + b" 1\n", "refused", "the tag"),
    _content("tag-on-mapping", b"a: !!str {b: 1}\n", "refused", "the tag `!!str`"),
    _content("tag-set", b"!!set {a, b}\n", "refused", "the tag `!!set`"),
    _content("tag-string", b"a: !!str 1\nb: ! 2\n", "accepted"),
)

KEYS = (
    _content("duplicate", b"a: 1\na: 2\n", "refused", "the key `a` is written twice"),
    _content("duplicate-deep", b"a:\n  - b: {c: 1, d: 2, c: 3}\n", "refused", "the key `c` is written twice"),
    _content("duplicate-quoted", b"a: 1\n\"a\": 2\n'a': 3\n", "refused", "the key `a` is written twice"),
    _content("duplicate-escaped", b'a: 1\n"\\x61": 2\n', "refused", "the key `a` is written twice"),
    _content("duplicate-alias", b"&k a: 1\n*k : 2\n", "refused", "the key `a` is written twice"),
    _content("duplicate-many", lambda: b"a: 1\n" * 100_000, "refused", "written twice"),
    _content("duplicate-empty", b": 1\n: 2\n", "refused", "a key is missing"),
    _content("key-list", b"? [a]\n: 1\n", "refused", "a key must be text"),
    _content("key-mapping", b"{{a: 1}: 2}\n", "refused", "a key must be text"),
    _content("key-empty-list", b"[]: 1\n", "refused", "a key must be text"),
    _content("key-escape", b'"\\e[31mred": 1\n', "refused", "a key must not contain U+001B"),
    _content("key-nul", b'"a\\0b": 1\n', "refused", "a key must not contain U+0000"),
    _content("key-forged-command", b'"a' + FORGED + b'": 1\n', "refused", "a key must not contain U+000A"),
    _content("key-forged-block", b"? |\n  a\n  ::error file=x::forged\n: 1\n", "refused", "a key must not contain"),
    _content("key-forged-plain", b"? a\n\n  ::error file=x::forged\n: 1\n", "refused", "a key must not contain"),
    _content("key-bidi", b'"a\\u202Eb": 1\n', "refused", "a key must not contain U+202E"),
    _content("key-separator", b'"a\\u2028b": 1\n', "refused", "a key must not contain U+2028"),
    _content("key-raw-separator", '"a\u2028b": 1\n'.encode(), "refused", "a key must not contain U+2028"),
    _content("key-megabyte", b"a" * MB + b": 1\n", "refused", "longer than 1,024"),
    _content("key-megabyte-explicit", b"? " + b"a" * MB + b"\n: 1\n", "accepted"),
    _content("keys-100000", lambda: b"".join(b"k%d: 1\n" % n for n in range(100_000)), "accepted"),
    _content("items-100000", lambda: b"a:\n" + b"- 1\n" * 100_000, "accepted"),
    _content("items-million", lambda: b"a: [" + b"1," * 1_000_000 + b"]", "refused", "more than 500,000 values"),
    _content("pairs-flow-million", lambda: b"{" + b"a," * 1_000_000 + b"}", "refused", "more than 500,000 values"),
)

CHARACTERS = (
    _content("nul", b"saga: a\0b\n", "refused", "U+0000 (NUL)"),
    _content("nul-only", b"\0" * 1000, "refused", "U+0000 (NUL)"),
    _content("escape", b"saga: \x1b[31mred\n", "refused", "U+001B (escape)"),
    _content("escape-in-comment", b"saga: a # \x1b]0;title\x07\n", "refused", "U+001B (escape)"),
    _content("backspace", b"saga: a\x08b\n", "refused", "U+0008 (backspace)"),
    _content("delete", b"saga: a\x7f\n", "refused", "U+007F (delete)"),
    _content("c1", "saga: a\u009b31m\n".encode(), "refused", "U+009B"),
    _content("vertical-tab", b"a: 1\x0bb: 2\n", "refused", "U+000B"),
    _content("form-feed", b"a: 1\x0cb: 2\n", "refused", "U+000C"),
    _content("record-separator", b"a: 1\x1eb: 2\n", "refused", "U+001E"),
    _content("bidi-override", "saga: a\u202egnol\n".encode(), "refused", "U+202E"),
    _content("bidi-in-quotes", 'saga: "a\u2066b"\n'.encode(), "refused", "U+2066"),
    _content("bidi-in-comment", "saga: a # \u200f\n".encode(), "refused", "U+200F"),
    _content("bidi-escaped", b'saga: "\\u202e"\n', "accepted"),
    _content("escape-escaped", b'saga: "\\e[31m"\n', "accepted"),
    _content("forged-command", b'saga: "a' + FORGED + b'"\n', "accepted"),
    _content("forged-block", b"saga: |\n  a\n  ::error file=x::forged\n", "accepted"),
    _content("next-line", "a: 1\u0085b: 2\n".encode(), "refused", "U+0085 (next line)"),
    _content("line-separator", "a: 1\u2028b: 2\n".encode(), "refused", "U+2028 (line separator)"),
    _content("line-separator-comment", "# x\u2028b: 2\na: 1\n".encode(), "refused", "U+2028 (line separator)"),
    _content("paragraph-separator", "a: |\n  1\u2029b: 2\n".encode(), "refused", "U+2029"),
    _content("separators-in-quotes", "a: 'x\u2028y\u2029z\u0085'\nb: 1\n".encode(), "accepted"),
    _content("separator-million", lambda: "\u2028".encode() * MB, "refused", "U+2028 (line separator)"),
    _content("noncharacter", "a: \ufdd1\n".encode(), "refused", "U+FDD1"),
    _content("bom", b"\xef\xbb\xbfsaga: a\n", "accepted"),
    _content("bom-twice", b"\xef\xbb\xbf\xef\xbb\xbfsaga: a\n", "refused", "byte order mark"),
    _content("bom-in-the-middle", "saga: a\n\ufeffb: 1\n".encode(), "refused", "byte order mark"),
    _content("bom-only", b"\xef\xbb\xbf", "refused", "no saga"),
    _content("utf-16-little", b"\xff\xfe" + "saga: a\n".encode("utf-16-le"), "refused", "UTF-16"),
    _content("utf-16-big", b"\xfe\xff" + "saga: a\n".encode("utf-16-be"), "refused", "UTF-16"),
    _content("utf-16-unmarked", "saga: a\n".encode("utf-16-le"), "refused", "U+0000 (NUL)"),
    _content("utf-32-little", b"\xff\xfe\0\0" + "saga: a\n".encode("utf-32-le"), "refused", "UTF-32"),
    _content("utf-32-big", b"\0\0\xfe\xff" + "saga: a\n".encode("utf-32-be"), "refused", "UTF-32"),
    _content("latin-1", "saga: caf\u00e9\n".encode("latin-1"), "refused", "0xE9"),
    _content("overlong", b"saga: \xc0\xaf\n", "refused", "0xC0"),
    _content("truncated-character", b"saga: \xe2\x82", "refused", "0xE2"),
    _content("surrogate-raw", b"saga: \xed\xa0\x80\n", "refused", "0xED"),
    _content("surrogate-escaped", b'saga: "\\ud800"\n', "refused", "half of a character"),
    _content("surrogates-escaped", b'saga: "\\ud83d\\ude00"\n', "refused", "half of a character"),
    _content("surrogate-in-key", b'"\\udfff": 1\n', "refused", "half of a character"),
    _content("escape-too-large", b'saga: "\\UFFFFFFFF"\n', "refused", "no escape"),
    _content("escape-unknown", b'saga: "\\q"\n', "refused", "no escape"),
    _content("escape-short", b'saga: "\\x1"\n', "refused", "no escape"),
    _content("random-bytes", bytes(range(256)) * 16, "refused"),
)

SHAPES = (
    _content("empty", b"", "refused", "no saga"),
    _content("blank", b"\n\n  \n", "refused", "no saga"),
    _content("only-comments", b"# a\n# b\n", "refused", "no saga"),
    _content("only-marker", b"---\n", "refused", "no saga"),
    _content("only-end", b"...\n", "refused"),
    _content("only-markers", b"---\n---\n", "refused", "no saga"),
    _content("two-documents", b"saga: a\n---\nsaga: b\n", "refused", "second document"),
    _content("two-documents-ended", b"saga: a\n...\nsaga: b\n", "refused", "ended before"),
    _content("second-empty", b"saga: a\n---\n", "refused", "second document"),
    _content("ended-by-separator", "a: 1\n...\n\u0085\n---\n".encode(), "refused", "U+0085"),
    _content("ended", b"---\nsaga: a\n...\n# done\n", "accepted"),
    _content("markers-many", lambda: b"---\n" * 100_000, "refused", "no saga"),
    _content("text-after-flow", b"{a: 1} b\n", "refused", "ended before"),
    _content("brace-after-flow", b"{a: 1}}\n", "refused", "closes nothing"),
    _content("directive-1.3", b"%YAML 1.3\n---\nsaga: a\n", "refused", "YAML 1.2"),
    _content("directive-1.1", b"%YAML 1.1\n---\nsaga: a\n", "refused", "YAML 1.2"),
    _content("directive-1.2", b"%YAML 1.2\n---\nsaga: a\n", "accepted"),
    _content("directive-twice", b"%YAML 1.2\n%YAML 1.2\n---\nsaga: a\n", "refused", "twice"),
    _content("directive-long", b"%YAML " + b"1" * MB + b"\n---\nsaga: a\n", "refused", "YAML 1.2"),
    _content("directive-tag", b"%TAG !e! tag:example.org,2000:\n---\na: !e!x 1\n", "refused", "`%TAG`"),
    _content(
        "directive-tags-many", lambda: b"".join(b"%%TAG !t%d! x\n" % n for n in range(100_000)), "refused", "`%TAG`"
    ),
    _content(
        "directive-tags-late",
        lambda: b"a: 1\n...\n" + b"".join(b"%%TAG !t%d! x\n" % n for n in range(100_000)),
        "refused",
        "second document",
    ),
    _content("directive-unknown", b"%FOO bar\n---\na: 1\n", "refused", "`%FOO`"),
    _content("directive-unended", b"%YAML 1.2\nsaga: a\n", "refused", "no `---`"),
    _content("root-scalar", b"hello\n", "accepted"),
    _content("root-list", b"- a\n", "accepted"),
    _content("tab-indentation", b"a:\n\tb: 1\n", "refused", "a tab indents"),
    _content("tab-in-block", b"a: |\n\tb\n", "refused", "a tab indents"),
    _content("quote-open", b'a: "b\nc: 1\n', "refused", "never closed"),
    _content("quote-open-single", b"a: 'b\nc: 1\n", "refused", "never closed"),
    _content("quote-swallows", b'a: "b\nc: "d"\n', "refused", "closes only in line 2"),
    _content("quote-long", lambda: b'a: "' + b"x\n" * (MB // 2), "refused", "never closed"),
    _content("bracket-open", b"a: [b\nc: 1\n", "refused", "never closed"),
    _content("brace-open", b"a: {b: 1\n", "refused", "never closed"),
    _content("comma-missing", b"a: {\n  b: 1\n  c: 2\n}\n", "refused", "missing before"),
    _content("crlf", b"saga: a\r\nsteps:\r\n  - step: b\r\n", "accepted"),
    _content("cr-alone", b"saga: a\rsteps:\r  - step: b\r", "accepted"),
    _content("line-ends-mixed", b"a: 1\r\nb: 2\rc: 3\nd: 4\n\r", "accepted"),
    _content("carriage-returns", lambda: b"a: 1" + b"\r" * MB, "accepted"),
    _content("no-line-end", b"saga: a", "accepted"),
    _content("scalar-megabytes", lambda: b"a: " + b"x" * (3 * MB), "accepted"),
    _content("scalar-many-lines", lambda: b"a:\n" + b"  x\n" * 500_000, "accepted"),
    _content("block-many-lines", lambda: b"a: |\n" + b"  x\n" * 500_000, "accepted"),
    _content("block-empty-lines", lambda: b"a: |\n" + b"\n" * MB + b"  x\n", "accepted"),
    _content("blocks-many", lambda: b"".join(b"k%d: |\n  x # no\n\n" % n for n in range(50_000)), "accepted"),
    _content("blank-lines", lambda: b"a: 1\n" + b"\n" * (3 * MB), "accepted"),
    _content("spaces", lambda: b"a:" + b" " * (3 * MB) + b"1", "accepted"),
    _content("comments-many", lambda: b"a: 1\n" + b"# x\n" * 500_000, "accepted"),
    _content("comment-megabytes", lambda: b"a: 1 #" + b"#" * (3 * MB), "accepted"),
    _content("hashes-in-scalar", lambda: b"a: x" + b"#" * (3 * MB), "accepted"),
    _content("questions", lambda: b"?\n" * 100_000, "refused", "written twice"),
    _content("dashes", lambda: b"-\n" * 100_000, "accepted"),
    _content("colons", lambda: b"a: " + b": " * 100_000, "refused"),
    _content("commas", lambda: b"[" + b"," * 100_000, "refused"),
    _content("flow-pairs", lambda: b"[" + b"a: b, " * 50_000 + b"]", "accepted"),
    _content("quotes-many", lambda: b"'" * 300_001, "refused"),
    _content("escapes-many", lambda: b'a: "' + b"\\n" * MB + b'"', "accepted"),
)

FILES = (
    Case("line-10-megabytes", lambda path: path.write_bytes(b"a: " + b"x" * (10 * MB)), "unopened", "larger than"),
    Case("sparse-100-megabytes", _sparse(100 * MB), "unopened", "larger than"),
    Case("missing", lambda path: None, "unopened", "no such file"),
    Case("directory", lambda path: path.mkdir(), "unopened", "directory"),
    Case("link-to-file", _linked_file, "accepted", possible=_is_posix),
    Case("link-to-nothing", _link("nowhere"), "unopened", "no such file", _is_posix),
    Case("link-to-directory", _link("."), "unopened", "directory", _is_posix),
    Case("link-loop", _loop, "unopened", "circle", _is_posix),
    Case("link-to-null", _link("/dev/null"), "unopened", "device", _is_posix),
    Case("link-to-zero", _link("/dev/zero"), "unopened", "device", _is_posix),
    Case("named-pipe", lambda path: os.mkfifo(path), "unopened", "named pipe", _is_posix),
    Case("socket", _socket, "unopened", "socket", _is_posix),
    Case("no-permission", _locked, "unopened", "no permission", _is_not_root),
)
"""As root the last one can be read; `tests/source/test_opening.py` tries it as somebody else."""

CASES: tuple[Case, ...] = (*NESTING, *ALIASES, *TYPES, *KEYS, *CHARACTERS, *SHAPES, *FILES)

POSSIBLE: tuple[Case, ...] = tuple(case for case in CASES if case.possible())
"""Those that can be made here, by this user."""
