"""Short texts for faults and cautions: names in a line, long values cut, signs that look like others."""

from __future__ import annotations

from collections.abc import Iterable

_NAMED = 5  # names that one line lists; the rest is counted


def shortened(text: str, length: int) -> str:
    """A text, its end left out where it is longer."""
    return text if len(text) <= length else text[: length - 3] + "..."


def named(names: Iterable[str], separator: str = ", ") -> str:
    """The first few names, each cut to a readable length, and how many more there are."""
    listed = [shortened(name, 120) for name in names]
    more = len(listed) - _NAMED
    return separator.join([*listed[:_NAMED], *([f"{more} more"] if more > 0 else [])])


def visible(name: str) -> str:
    """A name with signs as numbers that look like others, such as a dash or a space that breaks no line."""
    return "".join(sign if sign.isascii() or sign.isalnum() else f"\\u{ord(sign):04x}" for sign in name)
