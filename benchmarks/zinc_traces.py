"""Write current efficiency of zinc by traces into its page: python -m benchmarks.zinc_traces.

The efficiency is `computed_efficiency` of the models' physics at typical values of all other columns. The ranges are
those that the seed states as practice of the five traces.
"""

import re
from collections.abc import Mapping

import numpy as np

from benchmarks.aims.columns import page
from benchmarks.aims.page import filled
from models.processes.lookup import needed_physics_of
from reporting.markdown import table
from seeds import Seed, load

PROCESS, NAME = "zinc_electrowinning", "traces"
TRACES = ("cobalt", "nickel", "antimony", "germanium", "copper")
LIMITS = {"cobalt": 1.0, "nickel": 1.0, "antimony": 0.1, "germanium": 0.05, "copper": 0.2}  # mg/L, of Chinese plants
_MICRO = ("antimony", "germanium")  # columns in µg/L
_LEVELS = ("low", "middle", "high")

Contents = Mapping[str, float]  # of the feed, by trace [mg/L]


def practice(seed: Seed, trace: str) -> tuple[float, float, float]:
    """Low end, middle and high end of the range of practice that a seed states [mg/L]."""
    assert seed.plant is not None
    stated = seed.plant.parameters[f"feed_{trace}"].source or ""
    result = re.match(r"practice: ([\d.]+)-([\d.]+)", stated)
    if result is None:
        raise ValueError(f"feed_{trace}: got source {stated!r}, expected 'practice: LOW-HIGH'")
    low, high = (float(end) for end in result.groups())
    return low, 0.5 * (low + high), high


def typical_contents(seed: Seed) -> dict[str, float]:
    """Contents of the feed that plants of the type usually have [mg/L]."""
    assert seed.plant is not None
    return {trace: seed.plant.parameters[f"feed_{trace}"].mean for trace in TRACES}


def efficiency(seed: Seed, contents: Contents) -> float:
    """Current efficiency of a typical group at contents of the feed that last [%]."""
    row = {column.name: column.typical.mean for column in seed.inputs if column.typical is not None}
    row["purification_potential"] = 0.0
    for trace, content in contents.items():
        shown = content * (1e3 if trace in _MICRO else 1.0)
        row |= {name: shown for name in (trace, f"{trace}_in_hand", f"usual_{trace}") if name in row}
    columns = {name: np.array([value]) for name, value in row.items()}
    return float(needed_physics_of(seed).features(columns)["computed_efficiency"][0])


def lines(seed: Seed) -> list[str]:
    """Table of efficiencies over the five traces, one at a time and all together."""
    ranges = {trace: practice(seed, trace) for trace in TRACES}
    middle = {trace: levels[1] for trace, levels in ranges.items()}
    heads = ("trace", *(f"{level} [mg/L]" for level in _LEVELS))
    heads += tuple(f"{level}, others {others} [%]" for others in ("usual", "middle") for level in _LEVELS)
    rows = [
        (trace, *(f"{content:g}" for content in levels), *_moved(seed, typical_contents(seed), trace, levels),
         *_moved(seed, middle, trace, levels))
        for trace, levels in ranges.items()
    ]  # fmt: skip
    return [*table(heads, rows), *table(("all five traces", "current efficiency [%]"), _together(seed, ranges))]


def _moved(seed: Seed, others: Contents, trace: str, levels: tuple[float, ...]) -> tuple[str, ...]:
    return tuple(f"{efficiency(seed, {**others, trace: content}):.1f}" for content in levels)


def _together(seed: Seed, ranges: Mapping[str, tuple[float, ...]]) -> list[tuple[str, str]]:
    cases = {level: {trace: levels[k] for trace, levels in ranges.items()} for k, level in enumerate(_LEVELS)}
    limits = ", ".join(f"{trace} {content:g}" for trace, content in LIMITS.items())
    cases = {"usual": typical_contents(seed), **cases, f"limits of Chinese plants (assumed): {limits} mg/L": LIMITS}
    return [(case, f"{efficiency(seed, contents):.1f}") for case, contents in cases.items()]


def write() -> None:
    """Put the table into the page of the process."""
    text = page(PROCESS).read_text(encoding="utf-8")
    page(PROCESS).write_text(filled(text, NAME, lines(load(PROCESS))), encoding="utf-8")


if __name__ == "__main__":
    write()
