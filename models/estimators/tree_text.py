"""Check of LightGBM's tree text before its library parses it, which validates no number.

A child that is no node, an array that is too short or a loop of nodes ends the whole process there, or never ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from physics.arrays import IntArray

MOST_BYTES = 2**28
DEEPEST = 512
"""Maximum splits from root to leaf: explanations recurse through them with quadratic memory."""
_MOST_LEAVES = 2**20
_MOST_COUNT = 2**31
_MOST_BITS = 2**32  # values of a categorical split are kept in 32 bits each
_CATEGORICAL = 1  # bit of a decision type; the next is where missing values go, the next two what is missing
_DECISION_TYPES = 12  # the two highest bits may be 0, 1 or 2

_PRINTABLE = bytes(range(32, 127)) + b"\n"
_NUMERIC = b"0123456789+-.einf "  # infinity too, and no nan
_SHAPE = ("version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx")
_NEEDED = (*_SHAPE, "feature_names", "feature_infos", "tree_sizes")
_KNOWN = frozenset({*_NEEDED, "objective", "monotone_constraints"})
_NODES = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child")
_SETS = ("cat_boundaries", "cat_threshold")
_REST = ("leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight", "internal_count")
_LAST = ("is_linear", "shrinkage")
_LINES = ("Tree", "num_leaves", "num_cat", *_NODES, *_REST, *_LAST)
_LINES_WITH_SETS = ("Tree", "num_leaves", "num_cat", *_NODES, *_REST, *_SETS, *_LAST)


class TreeTextError(ValueError):
    """A text that LightGBM did not write, or that was changed since; its library must not see it."""


@dataclass(frozen=True, eq=False)
class _Flat:
    """One array of all trees, end to end; tree i has the numbers from `starts[i]` on."""

    name: str
    values: npt.NDArray[np.float64] | IntArray
    starts: IntArray

    def check(self, good: npt.NDArray[np.bool_], expected: str) -> None:
        """TreeTextError that names the first number that is not good."""
        if good.all():
            return
        where = int(np.argmin(good))
        tree = int(np.searchsorted(self.starts, where, side="right")) - 1
        place = f"{self.name}[{where - int(self.starts[tree])}]"
        _refuse(f"tree {tree}: {place}: got {self.values[where]:g}, expected {expected}")


def _refuse(reason: str) -> NoReturn:
    raise TreeTextError(reason)


def check(text: bytes) -> None:
    """Refuse a text of trees that LightGBM's library must not see.

    Parameters
    ----------
    text : bytes
        What the library would be given.

    Raises
    ------
    TreeTextError
        Something is not as LightGBM writes it; tree, array and place are named, with the value and what was expected.
    """
    if len(text) > MOST_BYTES:
        _refuse(f"got {len(text)} bytes, expected at most {MOST_BYTES}")
    strange = text.translate(None, _PRINTABLE)
    if strange:
        _refuse(f"byte {text.index(strange[:1])}: got {strange[:1]!r}, expected printable ASCII")
    head, separator, _ = text.partition(b"\n\n")
    if not separator:
        _refuse("got no blank line, expected one after the header")
    header = _header(head.decode())
    columns, sizes = _shape(header)
    trees, end = _trees(text, len(head) + 2, sizes)
    if not text.startswith(b"end of trees\n", end):
        _refuse(f"byte {end}: got {_shown(text[end : end + 20])}, expected the line 'end of trees'")
    if trees:
        _check_trees(trees, columns)


def _shown(text: bytes) -> str:
    return repr(text[:40].decode())


def _header(head: str) -> dict[str, str]:
    """Lines of the header by their keys."""
    first, *lines = head.split("\n")
    if first != "tree":
        _refuse(f"header: got {first[:40]!r}, expected the line 'tree'")
    header: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition("=")
        if key not in _KNOWN or key in header:
            _refuse(f"header: got {line[:40]!r}, expected one line of each of {', '.join(sorted(_KNOWN))}")
        header[key] = value
    absent = [key for key in _NEEDED if key not in header]
    if absent:
        _refuse(f"header: got no {', '.join(absent)}, expected each")
    if header["version"] != "v4":
        _refuse(f"header: version: got {header['version'][:40]!r}, expected 'v4'")
    return header


def _shape(header: dict[str, str]) -> tuple[int, list[int]]:
    """Return the number of input columns, and the size of each tree in bytes."""
    columns = _whole("max_feature_idx", header["max_feature_idx"], _MOST_BITS) + 1
    classes = _whole("num_class", header["num_class"], _MOST_BITS)
    _whole("label_index", header["label_index"], _MOST_BITS)
    for key in ("feature_names", "feature_infos", "monotone_constraints"):
        count = len(header[key].split(" ")) if key in header else columns
        if count != columns:
            _refuse(f"header: {key}: got {count}, expected {columns} as max_feature_idx says")
    if not set(header.get("monotone_constraints", "0").split(" ")) <= {"-1", "0", "1"}:
        _refuse("header: monotone_constraints: expected -1, 0 or 1 for each column")
    if header["num_tree_per_iteration"] != str(classes) or classes == 0:
        got = header["num_tree_per_iteration"][:20]
        _refuse(f"header: num_tree_per_iteration: got {got!r}, expected {max(1, classes)} as num_class says")
    _check_objective(header.get("objective"), classes)
    texts = header["tree_sizes"].split(" ") if header["tree_sizes"] else []
    sizes = [_whole("tree_sizes", one, MOST_BYTES) for one in texts]
    if len(sizes) % classes:
        _refuse(f"header: tree_sizes: got {len(sizes)} trees, expected a multiple of num_class, {classes}")
    return columns, sizes


def _check_objective(objective: str | None, classes: int) -> None:
    """Refuse an objective that none of our models has: some write beyond the numbers of a row."""
    known = {f"multiclass num_class:{classes}"} if classes > 1 else {None, "regression", "binary sigmoid:1"}
    if objective not in known:
        expected = ", ".join(one or "none" for one in sorted(known, key=str))
        _refuse(f"header: objective: got {(objective or 'none')[:40]!r}, expected one of: {expected}")


def _whole(name: str, text: str | bytes, below: int) -> int:
    """A whole number from 0 on, as LightGBM writes it."""
    if not text.isdigit() or len(text) > 10 or int(text) >= below:
        shown = text if isinstance(text, str) else text.decode()
        _refuse(f"{name}: got {shown[:40]!r}, expected a whole number from 0 to {below - 1}")
    return int(text)


Tree = list[bytes]
"""Values of a tree's lines, in the order of `_LINES`; those of `_SETS` stand at the end."""


def _trees(text: bytes, start: int, sizes: list[int]) -> tuple[list[Tree], int]:
    """Trees as their lines' values, and where they end."""
    trees = []
    for number, size in enumerate(sizes):
        block = text[start : start + size]
        start += size
        if not block.startswith(b"Tree=%d\n" % number) or not block.endswith(b"\n\n\n"):
            _refuse(f"tree {number}: got other lines, expected {size} bytes as tree_sizes says, from 'Tree={number}'")
        trees.append(_tree(number, block[:-3].split(b"\n")))
    return trees, start


def _tree(number: int, lines: list[bytes]) -> Tree:
    with_sets = len(lines) == len(_LINES_WITH_SETS)
    names = _LINES_WITH_SETS if with_sets else _LINES
    keys, _, values = map(list, zip(*(line.partition(b"=") for line in lines), strict=True))
    if keys != [name.encode() for name in names]:
        got = ", ".join(key[:20].decode() for key in keys)
        _refuse(f"tree {number}: got the lines {got[:400]}, expected {', '.join(names)}")
    if with_sets:
        at = names.index(_SETS[0])
        values = values[:at] + values[at + 2 :] + values[at : at + 2]
    else:
        values += [b"0", b""]
    return values


def _check_trees(trees: list[Tree], columns: int) -> None:
    texts = dict(zip((*_LINES, *_SETS), zip(*trees, strict=True), strict=True))
    leaves = _wholes("num_leaves", texts["num_leaves"], _MOST_LEAVES)
    sets = _wholes("num_cat", texts["num_cat"], _MOST_LEAVES)
    for number, (count, linear) in enumerate(zip(leaves, texts["is_linear"], strict=True)):
        if count == 0:
            _refuse(f"tree {number}: num_leaves: got 0, expected at least 1")
        if linear != b"0":
            _refuse(f"tree {number}: is_linear: got {_shown(linear)}, expected 0: none of our models has such leaves")
    nodes, one = leaves - 1, np.ones_like(leaves)
    for name in ("split_gain", "internal_value", "internal_weight"):
        _check_size(name, texts[name], nodes)
    _check_size("leaf_weight", texts["leaf_weight"], np.where(nodes > 0, leaves, 0))  # one leaf alone has no weight
    for name, lengths in (("leaf_value", leaves), ("shrinkage", one)):
        numbers = _flat(name, texts[name], lengths)
        numbers.check(np.isfinite(numbers.values), "a finite number")
    for name, lengths, least in (("leaf_count", leaves, 0), ("internal_count", nodes, 1)):
        numbers = _flat(name, texts[name], lengths, whole=True)
        numbers.check((numbers.values >= least) & (numbers.values < _MOST_COUNT), f"at least {least}, in 32 bits")
    feature, decision, left, right = (
        _flat(name, texts[name], nodes, whole=True)
        for name in ("split_feature", "decision_type", "left_child", "right_child")
    )
    feature.check((feature.values >= 0) & (feature.values < columns), f"0 to {columns - 1} as max_feature_idx says")
    _check_splits(_flat("threshold", texts["threshold"], nodes), decision, np.repeat(sets, nodes))
    _check_sets(_flat("cat_boundaries", texts["cat_boundaries"], sets + 1, whole=True), texts["cat_threshold"])
    _check_children(left, right, nodes)


def _wholes(name: str, texts: tuple[bytes, ...], below: int) -> IntArray:
    return np.array([_whole(f"tree {i}: {name}", text, below) for i, text in enumerate(texts)], dtype=np.int64)


def _check_size(name: str, texts: tuple[bytes, ...], lengths: IntArray) -> bytes:
    """Check how many numbers each tree has in an array, and of which signs; gives them in one line."""
    counts = [text.count(b" ") + 1 if text else 0 for text in texts]
    expected = lengths.tolist()
    if counts != expected:
        number = next(i for i, (one, other) in enumerate(zip(counts, expected, strict=True)) if one != other)
        _refuse(f"tree {number}: {name}: got {counts[number]} numbers, expected {expected[number]}")
    line = b" ".join(filter(None, texts))
    if line.translate(None, _NUMERIC) or b"  " in line or line != line.strip():
        for number, text in enumerate(texts):
            _refuse_unread(number, name, text, float)
    return line


def _flat(name: str, texts: tuple[bytes, ...], lengths: IntArray, whole: bool = False) -> _Flat:
    """An array of all trees, whose lengths are checked before its numbers are read."""
    line = _check_size(name, texts, lengths)
    kind: Any = np.int64 if whole else np.float64
    try:
        # It stops at what is no number. A sign or point amid a number begins another one: then there are too many.
        values: Any = np.fromstring(line, dtype=kind, sep=" ")
    except (ValueError, DeprecationWarning):
        values = np.empty(0, kind)
    if len(values) != lengths.sum():
        for number, text in enumerate(texts):
            _refuse_unread(number, name, text, int if whole else float)
    return _Flat(name, values, np.cumsum(lengths) - lengths)


def _refuse_unread(tree: int, name: str, text: bytes, kind: Callable[[bytes], float]) -> None:
    """Refuse the first part of a tree's line that is no number."""
    expected = "a whole number" if kind is int else "a number"
    for place, one in enumerate(text.split(b" ") if text else ()):
        try:
            kind(one)
            read = not one.translate(None, _NUMERIC)
        except ValueError:
            read = False
        if not read:
            _refuse(f"tree {tree}: {name}[{place}]: got {_shown(one)}, expected {expected}")


def _check_splits(threshold: _Flat, decision: _Flat, sets: IntArray) -> None:
    kinds: IntArray = decision.values.astype(np.int64)
    decision.check((kinds >= 0) & (kinds < _DECISION_TYPES), f"0 to {_DECISION_TYPES - 1}")
    limit = threshold.values
    threshold.check(~np.isnan(limit), "a number")  # infinite where missing values alone go right
    categorical = (kinds & _CATEGORICAL) == 1
    threshold.check(
        ~categorical | ((limit >= 0) & (limit < sets) & (limit == np.floor(limit))),
        "the number of a set of values below num_cat",
    )


def _check_sets(boundaries: _Flat, texts: tuple[bytes, ...]) -> None:
    """Check where the sets of values of categorical splits begin and end, and their bits."""
    values, starts = boundaries.values.astype(np.int64), boundaries.starts
    is_first = np.zeros(len(values), dtype=np.bool_)
    is_first[starts] = True
    rises = np.diff(values, prepend=0) >= 0
    boundaries.check(np.where(is_first, values == 0, rises), "0, and then no less than the number before")
    boundaries.check(values < _MOST_LEAVES, f"less than {_MOST_LEAVES}")
    lengths = values[np.append(starts[1:], len(values)) - 1]
    bits = _flat("cat_threshold", texts, lengths, whole=True)
    bits.check((bits.values >= 0) & (bits.values < _MOST_BITS), "a number of 32 bits")


def _check_children(left: _Flat, right: _Flat, nodes: IntArray) -> None:
    """Check that each node but the root, and each leaf, is the child of one node that stands before it.

    LightGBM numbers nodes as it splits, so a child's number is above its parent's: no loop is possible then.
    """
    total, leaves = int(nodes.sum()), nodes + 1
    own = np.arange(total) - np.repeat(left.starts, nodes)
    first_node, first_leaf = np.repeat(left.starts, nodes), np.repeat(np.cumsum(leaves) - leaves, nodes)
    many = np.repeat(nodes, nodes)
    reached_nodes, reached_leaves = np.zeros(total, np.int64), np.zeros(int(leaves.sum()), np.int64)
    children = []
    for side in (left, right):
        child = side.values.astype(np.int64)
        side.check(
            ((child > own) & (child < many)) | ((child < 0) & (child >= -many - 1)),
            "a node after its own, or -1 less the number of a leaf",
        )
        inner = child >= 0
        np.add.at(reached_nodes, (first_node + child)[inner], 1)
        np.add.at(reached_leaves, (first_leaf - child - 1)[~inner], 1)
        children.append(np.where(inner, first_node + child, -1))
    roots = left.starts[nodes > 0]
    reached_nodes[roots] += 1
    _Flat("node", reached_nodes, left.starts).check(reached_nodes == 1, "to be the child of one node")
    has_parent = np.repeat(nodes > 0, leaves)
    _Flat("leaf", reached_leaves, np.cumsum(leaves) - leaves).check(
        (reached_leaves == 1) | ~has_parent, "to be the child of one node"
    )
    level, depth = roots, 0
    while len(level):
        depth += 1
        if depth > DEEPEST:
            tree = int(np.searchsorted(left.starts, level[0], side="right")) - 1
            _refuse(f"tree {tree}: got more than {DEEPEST} splits one below the other, expected at most {DEEPEST}")
        below = np.concatenate([one[level] for one in children])
        level = below[below >= 0]
