"""Damaged model files with matching digests, as an attacker with write access to the store makes them."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from models.storage import model_files

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
STRANGE = (b"99999999999999999999", b"-1", b"-2147483649", b"nan", b"inf", b"1e308", b"0", b"", b"4294967296", b"7.5")
TREES = re.compile(r"trees(\.\d+)?\.lightgbm\.txt$")
TREE_SHARE = 0.8  # of damages are done to texts of trees, where there are any

Damage = Callable[[bytes, np.random.Generator], bytes]


def flipped(text: bytes, rng: np.random.Generator) -> bytes:
    """One bit is another."""
    at = int(rng.integers(len(text)))
    return text[:at] + bytes([text[at] ^ (1 << int(rng.integers(8)))]) + text[at + 1 :]


def renumbered(text: bytes, rng: np.random.Generator) -> bytes:
    """One number is another: huge, negative, none, infinite, empty."""
    numbers = list(NUMBER.finditer(text))
    one = numbers[int(rng.integers(len(numbers)))]
    return text[: one.start()] + STRANGE[int(rng.integers(len(STRANGE)))] + text[one.end() :]


def nudged(text: bytes, rng: np.random.Generator) -> bytes:
    """One digit is another."""
    digits = [i for i, sign in enumerate(text) if 48 <= sign <= 57]
    at = digits[int(rng.integers(len(digits)))]
    return text[:at] + b"%d" % rng.integers(10) + text[at + 1 :]


def dropped(text: bytes, rng: np.random.Generator) -> bytes:
    """One line is missing."""
    lines = text.split(b"\n")
    del lines[int(rng.integers(len(lines)))]
    return b"\n".join(lines)


def doubled(text: bytes, rng: np.random.Generator) -> bytes:
    """One line stands twice."""
    lines = text.split(b"\n")
    at = int(rng.integers(len(lines)))
    return b"\n".join([*lines[: at + 1], *lines[at:]])


def swapped(text: bytes, rng: np.random.Generator) -> bytes:
    """Two lines have changed places."""
    lines = text.split(b"\n")
    one, other = rng.integers(len(lines), size=2)
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def shortened(text: bytes, rng: np.random.Generator) -> bytes:
    """One number is missing in a row of numbers."""
    numbers = list(re.finditer(rb" [-\d.e+]+", text))
    one = numbers[int(rng.integers(len(numbers)))]
    return text[: one.start()] + text[one.end() :]


def cut(text: bytes, rng: np.random.Generator) -> bytes:
    """The end is missing."""
    return text[: int(rng.integers(len(text)))]


DAMAGES: dict[str, Damage] = {
    one.__name__: one for one in (flipped, renumbered, nudged, dropped, doubled, swapped, shortened, cut)
}


def damage(model: Path, folder: Path, rng: np.random.Generator) -> str:
    """Copy a model, damage one of its files with matching digests, and return the file and the damage."""
    shutil.copytree(model, folder)
    names = sorted(one.name for one in model.iterdir())
    trees = [name for name in names if TREES.search(name)]
    among = trees if trees and rng.random() < TREE_SHARE else [name for name in names if name not in trees]
    name = among[int(rng.integers(len(among)))]
    kind = list(DAMAGES)[int(rng.integers(len(DAMAGES)))]
    text = (folder / name).read_bytes()
    try:
        text = DAMAGES[kind](text, rng)
    except ValueError:  # nothing of that kind stands in it
        text = cut(text, rng)
    if name in trees and rng.random() < 0.5:  # else hardly any gets beyond the sizes of trees
        text = resized(text)
    (folder / name).write_bytes(text)
    if name != model_files.MANIFEST:
        manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
        manifest["files"][name] = {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
        (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return f"{'trees' if name in trees else name}, {kind}"


def resized(text: bytes) -> bytes:
    """A text of trees whose header states the sizes that its trees have now."""
    blocks = re.findall(rb"^Tree=.*?\n\n\n", text, flags=re.MULTILINE | re.DOTALL)
    sizes = b" ".join(b"%d" % len(block) for block in blocks)
    return re.sub(rb"^tree_sizes=.*$", b"tree_sizes=" + sizes, text, count=1, flags=re.MULTILINE)
