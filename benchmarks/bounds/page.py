"""Tables of what could be reached at best, on the pages of the processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pages.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = DOCS / "results" / "bounds.json"
MEASURED = ("floor", "steps")


def page_of(process: str) -> Path:
    """Page that shows a process's figures."""
    return DOCS / "processes" / f"{process}.md"


def with_tables(text: str, what: str, found: Mapping[str, Any]) -> str:
    """Text with what stands between the markers of one kind of figures replaced; it has them."""
    begin, end = f"<!-- {what} -->", f"<!-- end of {what} -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    lines = _floor(found) if what == "floor" else _steps(found)
    return f"{head}{begin}\n" + "\n".join(lines).rstrip() + f"\n{end}{tail}"


def _floor(found: Mapping[str, Any]) -> list[str]:
    names = list(found["plants"][0]["candidates"])
    heads = ("plant", "label's own error", "oracle to truth", "floor", *(f"{name}, over it" for name in names))
    heads = (*heads, *(f"{name} to truth" for name in names))
    rows = []
    for one in found["plants"]:
        floor = float(np.hypot(one["noise"], one["oracle"]))
        ours = [one["candidates"][name] for name in names]
        ratios, truths = (f"{it['label'] / floor:.2f}" for it in ours), (f"{it['truth']:.3f}" for it in ours)
        rows.append((one["plant"], f"{one['noise']:.3f}", f"{one['oracle']:.3f}", f"{floor:.3f}", *ratios, *truths))
    return table(heads, rows)


def _steps(found: Mapping[str, Any]) -> list[str]:
    plants = found["plants"]
    heads = ("a step of", "size", *(f"{one['plant']}, margin {one['margin']:.0f}" for one in plants))
    rows = []
    for knob, said in found["knobs"].items():
        cells = [one["knobs"][knob] for one in plants]
        rows.append(
            (
                f"`{knob}`",
                f"{said['step']:g} {said['unit']}",
                *(f"{one['up']:+.1f} / {one['down']:+.1f} (± {one['spread']:.1f})" for one in cells),
            )
        )
    return table(heads, rows)
