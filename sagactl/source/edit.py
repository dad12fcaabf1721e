"""Changes by route become the smallest edits of a text, which keep its comments and its layout.

Rule 1: where a change cannot be made without touching what it is not about, there are no edits.
Rule 2: what an alias repeats is not changed: it would change in several places at once.
Rule 3: `changed` says what the data are meant to be, so that whoever applies edits can read the text again and compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, cast

from sagactl.finding import Change, Drop, Edit, Fix, Put, Rename, Reorder
from sagactl.model import Route
from sagactl.source.check import region
from sagactl.source.document import Document, parse
from sagactl.source.insertion import insertion
from sagactl.source.layout import (
    CannotEdit,
    Extent,
    Splice,
    dash,
    extents,
    is_blank,
    is_explicit,
    is_flow,
    line_start,
    tail,
)
from sagactl.source.node import Node, Text
from sagactl.source.order import known
from sagactl.source.removal import removal
from sagactl.source.scalars import resolve_core
from sagactl.source.writing import written


def edits_of(document: Document, changes: Sequence[Change]) -> tuple[Edit, ...]:
    """The edits that make the changes, in the order of the text; none where it does not allow them."""
    try:
        deepest_first = sorted(changes, key=lambda change: -len(_walk(document, change.route)[1]))
        splices = _ordered(splice for change in deepest_first for splice in _splices(document, change, changes))
        if _overlap(splices) or _meet(document, changes):
            splices = _at_once(document, changes)
    except CannotEdit:
        return ()
    return tuple(Edit(region(document.text.span(start, end)), text) for start, end, text in splices)


def concrete(document: Document, fix: Fix) -> Fix | None:
    """The fix with its edits, or None where the text does not allow them."""
    if fix.edits:
        return fix
    edits = edits_of(document, fix.changes)
    return fix._replace(edits=edits) if edits else None


def apply(text: Text, edits: Iterable[Edit]) -> str:
    """The text with edits that do not overlap."""
    return _spliced(text.string, _ordered(_splice(text, edit) for edit in edits))


def _ordered(splices: Iterable[Splice]) -> list[Splice]:
    """In the order of the text; what is inserted at one place, such as the end of two blocks, keeps its order."""
    return sorted(splices, key=lambda splice: splice[:2])


def _splice(text: Text, edit: Edit) -> Splice:
    where = edit.region
    start = text.offset(where.line - 1, where.column - 1)
    return Splice(start, text.offset(where.end_line - 1, where.end_column - 1), edit.text)


def _spliced(string: str, splices: Iterable[Splice]) -> str:
    parts, at = [], 0
    for start, end, text in splices:
        parts += [string[at:start], text]
        at = end
    return "".join([*parts, string[at:]])


def _overlap(splices: list[Splice]) -> bool:
    return any(later.start < earlier.end for earlier, later in pairwise(splices))


def _meet(document: Document, changes: Sequence[Change]) -> bool:
    """Whether what one change leaves of a collection decides how another one is written in it."""
    parents = [change.route[:-1] for change in changes if isinstance(change, Drop)]
    others = {change.route[:-1] for change in changes if isinstance(change, Put)}
    made = [_made(document, change.route) for change in changes if isinstance(change, Put)]
    shared = len(set(parents)) < len(parents) or len(set(made)) < len(made)
    return shared or any(parent in others and _is_tight(document, parent) for parent in parents)


def _made(document: Document, route: Route) -> Route:
    """The route of what is new or grows when an entry is put there: two entries may need the same parent."""
    _, spots = _walk(document, route)
    return route[: len(spots) + (not spots or spots[-1].value.kind != "scalar")]


def _is_tight(document: Document, route: Route) -> bool:
    """Whether one entry less changes how the others are written: with commas, or because it is the only one."""
    node = document.node(route)
    return node is not None and (len(node.value) == 1 or is_flow(document.text.string, node))


def _at_once(document: Document, changes: Sequence[Change]) -> list[Splice]:
    """Changes that meet in the text are made one after the other; what differs in the end is one splice."""
    before = string = document.text.string
    for change in _one_after_the_other(changes):
        string = _spliced(string, _ordered(_splices(document, change, changes)))
        document = parse(string.encode())
        if document.root is None:
            raise CannotEdit
    start = _common(before, string)
    rest = _common(before[start:][::-1], string[start:][::-1])
    return [Splice(start, len(before) - rest, string[start : len(string) - rest])]


def _one_after_the_other(changes: Sequence[Change]) -> list[Change]:
    """What goes comes late and of a list its last item first, new names come last: so routes lead where they did."""
    if any(isinstance(change, Reorder) for change in changes):
        raise CannotEdit
    gone = sorted((change for change in changes if isinstance(change, Drop)), key=lambda drop: _sortable(drop.route))
    renamed = sorted((change for change in changes if isinstance(change, Rename)), key=lambda each: len(each.route))
    return [*(change for change in changes if isinstance(change, Put)), *reversed(gone), *reversed(renamed)]


def _sortable(route: Route) -> list[tuple[int, str]]:
    return [(part, "") if isinstance(part, int) else (-1, part) for part in route]


def _common(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


# -- where a route leads


class _Spot(NamedTuple):
    """The end of a route: the collection, the place of the entry in it, its key, and its value."""

    parent: Node
    place: int
    key: Node | None
    value: Node


def _walk(document: Document, route: Route) -> tuple[Node, list[_Spot]]:
    """The root, and the spots along a route as far as it goes; raises CannotEdit at what an alias repeats."""
    if document.root is None:
        raise CannotEdit
    shared = _shared(document)
    spots: list[_Spot] = []
    node = document.root
    for part in route:
        spot = _step(node, part)
        if spot is None:
            break
        if id(spot.value) in shared or (is_flow(document.text.string, node) and not _stays_flow(document, spot.value)):
            raise CannotEdit
        if spot.key is not None and is_explicit(document.text.string, spot.key):
            raise CannotEdit
        spots.append(spot)
        node = spot.value
    return document.root, spots


def _step(node: Node, part: str | int) -> _Spot | None:
    if node.kind == "mapping":
        pairs = cast("list[tuple[Node, Node]]", node.value)
        return next((_Spot(node, at, *pair) for at, pair in enumerate(pairs) if pair[0].value == part), None)
    if node.kind == "sequence" and isinstance(part, int) and part < len(node.value):
        return _Spot(node, part, None, cast("list[Node]", node.value)[part])
    return None


def _stays_flow(document: Document, node: Node) -> bool:
    """A pair in a flow list may stand without braces (`[a: 1]`), and then it has no end of its own."""
    return node.kind == "scalar" or is_flow(document.text.string, node)


def _shared(document: Document) -> set[int]:
    """The nodes that an alias repeats, with all that lies in them."""
    found: set[int] = set()
    if "*" not in document.text.string or document.root is None:
        return found
    seen: set[int] = set()
    waiting: list[tuple[Node, bool]] = [(document.root, False)]
    while waiting:
        node, inside = waiting.pop()
        inside = inside or id(node) in seen
        if inside and id(node) in found:
            continue
        seen.add(id(node))
        if inside:
            found.add(id(node))
        for part in _parts(node):
            waiting.append((part, inside))
    return found


def _parts(node: Node) -> list[Node]:
    if node.kind == "mapping":
        return [part for pair in cast("list[tuple[Node, Node]]", node.value) for part in pair]
    return cast("list[Node]", node.value) if node.kind == "sequence" else []


# -- one change


def _splices(document: Document, change: Change, changes: Sequence[Change]) -> list[Splice]:
    if not change.route and not isinstance(change, Reorder):
        raise CannotEdit  # the whole is no entry of anything
    match change:
        case Put():
            return _put(document, change, changes)
        case Drop():
            return _drop(document, change.route)
        case Rename():
            return _rename(document, change)
        case Reorder():
            return _reorder(document, change)


def _drop(document: Document, route: Route) -> list[Splice]:
    _, spots = _walk(document, route)
    if len(spots) != len(route):
        raise CannotEdit
    above = spots[-2].key if len(spots) > 1 else None
    return removal(document.text.string, spots[-1].parent, spots[-1].place, above)


def _rename(document: Document, change: Rename) -> list[Splice]:
    _, spots = _walk(document, change.route)
    if len(spots) != len(change.route) or spots[-1].key is None or _step(spots[-1].parent, change.name):
        raise CannotEdit
    key = spots[-1].key
    return [Splice(key.start, key.end, written(change.name, _quote(document, key)))]


def _reorder(document: Document, change: Reorder) -> list[Splice]:
    """Each item goes with the comments right above it; what stands between items, such as empty lines, stays."""
    root, spots = _walk(document, change.route)
    node, string = (spots[-1].value if spots else root), document.text.string
    if len(spots) != len(change.route) or node.kind != "sequence" or len(node.value) != len(change.order):
        raise CannotEdit
    every = extents(string, node)
    if is_flow(string, node):
        whole = every
    else:
        whole = [_with_comments(string, Extent(dash(string, extent), extent.end)) for extent in every]
    return [
        Splice(*whole[slot], string[whole[item].start : whole[item].end])
        for slot, item in enumerate(change.order)
        if slot != item
    ]


def _with_comments(string: str, item: Extent) -> Extent:
    """An item of a block list from the first comment right above it to the end of its last line."""
    start, end = line_start(string, item.start), tail(string, item)
    if not is_blank(string[start : item.start]):
        raise CannotEdit
    while start > 0 and string[(above := line_start(string, start - 1)) : start].lstrip(" ").startswith("#"):
        start = above
    return Extent(start, end)


def _put(document: Document, change: Put, changes: Sequence[Change]) -> list[Splice]:
    route, string = change.route, document.text.string
    root, spots = _walk(document, route)
    if len(spots) == len(route):
        return _replace(document, spots[-1], change.value)
    parent, lacking, value = spots[-1].value if spots else root, route[len(spots) :], change.value
    for part in reversed(lacking[1:]):
        value = {str(part): value}
    name = lacking[0]
    if parent.kind == "scalar":
        return _replace(document, spots[-1], _grown(route[: len(spots)], parent, name, value))
    if parent.kind == "sequence":
        return insertion(string, parent, len(parent.value) - 1, written(value))
    behind = _behind(parent, change, route[: len(spots)], str(name), changes)
    return insertion(string, parent, behind, f"{written(str(name))}: {written(value)}")


def _grown(route: Route, node: Node, name: str | int, value: object) -> object:
    """What becomes of a bare value that gets an entry: `ReleaseItems` is `{command: ReleaseItems}`, `a` is `[a]`."""
    bare = known(route).bare
    if _is_nothing(node):
        return {str(name): value}
    if name in (0, bare):
        return value
    if not bare:
        raise CannotEdit
    return {bare: _scalar(node), str(name): value}


def _behind(parent: Node, change: Put, above: Route, name: str, changes: Sequence[Change]) -> int:
    """The index of the entry behind which a new key stands: the one named, else by the table, else the last."""
    gone = {each.route for each in changes if isinstance(each, Drop)}
    keys = [str(key.value) for key, _ in cast("list[tuple[Node, Node]]", parent.value)]
    table = known(above)
    for sibling in (change.after, *table.before(name)):
        if sibling in keys and (*above, sibling) not in gone:
            return keys.index(sibling)
    return -1 if name in table.keys else len(keys) - 1


# -- values


def _replace(document: Document, spot: _Spot, value: object) -> list[Splice]:
    string, node = document.text.string, spot.value
    if node.kind == "scalar" and _is_nothing(node):
        return [Splice(node.start, node.start, _lead(string, spot) + written(value))]
    if spot.key is not None and node.start < spot.key.end:
        raise CannotEdit  # an alias
    if node.kind == "scalar":
        quote = _quote(document, node) if isinstance(value, str) else ""
        return [Splice(node.start, node.end, written(value, quote))]
    start = node.start
    if spot.key is not None and not is_flow(string, node):
        start = string.index(":", spot.key.end) + 1
    offsets = (document.text.offset(comment.line, comment.column) for comment in document.comments)
    if any(start <= offset < node.end for offset in offsets):
        raise CannotEdit
    return [Splice(start, node.end, (" " if start < node.start else "") + written(value))]


def _lead(string: str, spot: _Spot) -> str:
    """What has to stand before a value where nothing was written."""
    at = spot.value.start
    if spot.key is not None and ":" not in string[spot.key.end : at]:
        return ": "
    return "" if string[at - 1 : at] == " " else " "


def _quote(document: Document, node: Node) -> str:
    """The quotes that a scalar is written in, none for a plain one or a block."""
    first = document.text.string[node.start : node.start + 1]
    return first if not node.plain and first in ("'", '"') else ""


def _is_nothing(node: Node) -> bool:
    return node.plain and not node.value


def _scalar(node: Node) -> object:
    text = cast(str, node.value)
    return resolve_core(text) if node.plain else text
