"""Comparison of two recordings: every difference on a line, expected ones counted by reason."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MISSING = "missing"
WIDTH = 150  # characters shown of a value
ARROW, REASON = " -> ", " | "
Place = tuple[str, ...]


class ExpectedError(ValueError):
    """A list of expected differences cannot be read; the message is one line that says where."""


@dataclass(frozen=True)
class Difference:
    """A value that is not the same.

    Attributes
    ----------
    place : str
        Where it stands: part, name, and the way to it, parted by ": ".
    before, after : str
        The values as JSON; `missing` where there is none.
    """

    place: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.place}: {self.before[:WIDTH]}{ARROW}{self.after[:WIDTH]}"


@dataclass(frozen=True)
class Expected:
    """Differences that are meant, each with its reason.

    Attributes
    ----------
    patterns : Mapping of str to str
        Reason of each pattern of a place, in which `*` stands for anything.
    renames : tuple of pairs of str
        Old and new pattern of places that were renamed; each `*` of the new one is that of the old one.
    """

    patterns: Mapping[str, str]
    renames: tuple[tuple[str, str], ...] = ()

    def reason(self, place: str) -> str | None:
        """The pattern that a place fits; None where none does."""
        return next((pattern for pattern in self.patterns if globbed(pattern).fullmatch(place)), None)

    def renamed(self, place: str) -> str:
        """A place as it is called afterwards."""
        for old, new in self.renames:
            if match := globbed(old).fullmatch(place):
                parts = iter(match.groups())
                return "".join(next(parts, "") if piece == "*" else piece for piece in re.split(r"(\*)", new))
        return place


def globbed(pattern: str) -> re.Pattern[str]:
    """A pattern in which `*` alone is special, as a regular expression."""
    return re.compile("(.*)".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def read_expected(text: str) -> Expected:
    """Read expected differences: `PATTERN | REASON` or `OLD -> NEW | REASON` a line; `#` for comments.

    Raises
    ------
    ExpectedError
        A line without a reason.
    """
    patterns, renames = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, parted, reason = line.rpartition(REASON)
        if not parted or not reason.strip():
            raise ExpectedError(f"line {number}: got {line!r}: expected PATTERN{REASON}REASON")
        if ARROW in pattern:
            old, _, new = pattern.partition(ARROW)
            renames.append((old.strip(), new.strip()))
        else:
            patterns[pattern.strip()] = reason.strip()
    return Expected(patterns, tuple(renames))


def flat(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Leaves of a recording with the way to each; a list of texts is one leaf, and so is what is empty."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from flat(one, (*place, str(name)))
    elif isinstance(value, list) and value and not all(isinstance(one, str) for one in value):
        for i, one in enumerate(value):
            yield from flat(one, (*place, str(i)))
    else:
        yield place, value


def differences(before: Any, after: Any, expected: Expected) -> tuple[list[Difference], int]:
    """Differences, and how many values were compared."""
    old = {expected.renamed(": ".join(place)): value for place, value in flat(before)}
    new = {": ".join(place): value for place, value in flat(after)}
    places = sorted(old | new)
    lines = [one for place in places for one in _difference(place, old.get(place, MISSING), new.get(place, MISSING))]
    return lines, len(places)


def _difference(place: str, before: Any, after: Any) -> Iterator[Difference]:
    shown = tuple(one if one is MISSING else json.dumps(one, ensure_ascii=False) for one in (before, after))
    if shown[0] == shown[1]:
        return
    if isinstance(before, list) and isinstance(after, list):
        lines = [line for line in difflib.ndiff(before, after) if line[:2] in ("- ", "+ ")]
        gone, come = (" / ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
        yield Difference(place, gone or "(nothing)", come or "(nothing)")
    else:
        yield Difference(place, *shown)


def compare(before: Path, after: Path, expected: Expected) -> bool:
    """Print what differs between two recordings; True where nothing does that is not expected."""
    old, new = (json.loads(file.read_text(encoding="utf-8")) for file in (before, after))
    for part in sorted(old.keys() ^ new.keys()):
        print(f"{part}: in {(before if part in old else after).name} alone: not compared")
    about = [one.pop("about") for one in (old, new)]
    old, new = _common(old, new, whole=about[0]["quick"] == about[1]["quick"])
    lines, count = differences(old, new, expected)
    reasons = Counter(reason for one in lines if (reason := expected.reason(one.place)) is not None)
    left = [one for one in lines if expected.reason(one.place) is None]
    for one in left:
        print(one)
    for pattern, reason in expected.patterns.items():
        print(f"expected: {reasons[pattern]} of {pattern}: {reason}" if reasons[pattern] else f"not seen: {pattern}")
    print(f"{count} compared, {sum(reasons.values())} differ as expected, {len(left)} differ")
    return not left


def _common(old: dict[str, Any], new: dict[str, Any], whole: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parts that both have; of these all names, or those that both have where one recording is quick."""
    parts = old.keys() & new.keys()
    if whole:
        return {part: old[part] for part in parts}, {part: new[part] for part in parts}
    print("one recording is quick and the other is not: only what both have is compared")
    names = {part: old[part].keys() & new[part].keys() for part in parts}
    common = [{part: {name: one[part][name] for name in each} for part, each in names.items()} for one in (old, new)]
    return common[0], common[1]
