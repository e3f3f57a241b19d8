"""Masks of ids, times, folders and model digests, which differ between runs of the same code."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "*"
VOLATILE = frozenset(
    {"id", "digest", "model_digest", "seed_digest", "info", "batch"}
    | {"trained_at", "asked_at", "started_at", "ended_at", "received_at", "recorded_at", "moved", "until", "at"}
)
TIMES = re.compile(r"second|duration|_ms$|pid$")
IDS = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"(sha256:)?(?<![.\w])(?=\d*[a-f])[0-9a-f]{12,}\b"), "<hex>"),
)
MASKS = (
    *IDS,
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)? UTC"), "<moment>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"\b\d+(\.\d+)? ?(s|ms)\b(?! of)"), "<seconds>"),
)
LONG = 12  # numbers in a list from which their digest stands for them


def masked(text: str, places: Mapping[str, str], today: str) -> str:
    """A text without what differs between two runs.

    Parameters
    ----------
    text : str
        As a command or a page gives it.
    places : Mapping of str to str
        Folders of this run, and their replacements.
    today : str
        The day of the run (YYYY-MM-DD): moments of it are hidden.
    """
    for place, name in sorted(places.items(), key=lambda one: -len(one[0])):
        text = text.replace(place, name)
    text = re.sub(rf"{today}([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+]\d\d:\d\d)?)?", "<now>", text)
    for pattern, name in MASKS:
        text = pattern.sub(name, text)
    return text


def stable(value: Any) -> Any:
    """A value of JSON with the values of volatile keys hidden; that the keys are there still counts."""
    if isinstance(value, dict):
        return {key: HIDDEN if key in VOLATILE else stable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [stable(one) for one in value]
    if isinstance(value, str):
        for pattern, name in IDS:
            value = pattern.sub(name, value)
    return value


def compact(value: Any) -> Any:
    """A value of JSON with long lists of numbers as their count and digest."""
    if isinstance(value, dict):
        return {key: compact(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) >= LONG and all(isinstance(one, int | float) for one in value):
        return f"{len(value)} numbers {hashlib.sha256(repr(value).encode()).hexdigest()[:12]}"
    return [compact(one) for one in value]
