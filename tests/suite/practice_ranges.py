"""Ranges of practice that seeds state in the source of a number, as in `practice: 130-175`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from seeds import Seed

EXCEPTIONS = Path(__file__).parent.parent / "practice_ranges.toml"
_RANGE = re.compile(r"practice: (?P<low>-?\d+(?:\.\d+)?)(?:-| to )(?P<high>-?\d+(?:\.\d+)?) ?(?P<unit>[^ ,;:]*)")
# Size of the unit in the text, in the unit of the number.
_SCALES = {
    ("%", "1"): 0.01, ("mV", "V"): 1e-3, ("kHz", "Hz"): 1e3, ("kK", "K"): 1e3, ("µg/L", "mg/L"): 1e-3,
    ("months", "d"): 365.25 / 12, ("years", "d"): 365.25, ("mV", "V/d"): 1e-3,
}  # fmt: skip
_TOPICS = {
    "temperatures": ("°C", "K"),
    "impurities": ("mg/L", "ppm", "g/t", "ppb"),
    "chemistry": ("g/L", "wt%", "%"),
}


@dataclass(frozen=True)
class PracticeRange:
    """Range of practice of one number.

    Attributes
    ----------
    low, high : float
        Its ends, in the unit of the number.
    topic : str or None
        `temperatures`, `impurities`, `chemistry`, according to the unit; None of other units.
    """

    low: float
    high: float
    topic: str | None

    def at(self, position: float) -> float:
        """Return the value at a position between the low end, 0, and the high end, 1."""
        return self.low + position * (self.high - self.low)


@cache
def exceptions() -> dict[str, dict[str, str]]:
    """Reasons for not setting a number to the ends of its text's range, by process and name."""
    return tomllib.loads(EXCEPTIONS.read_text())


def stated(source: str, unit: str) -> PracticeRange | None:
    """Return the range at the beginning of a source, None where it states none."""
    match = _RANGE.match(source)
    if match is None:
        return None
    scale = _SCALES.get((match["unit"], unit), 1.0)
    topic = next((name for name, units in _TOPICS.items() if unit in units), None)
    return PracticeRange(float(match["low"]) * scale, float(match["high"]) * scale, topic)


def of_parameters(seed: Seed) -> dict[str, PracticeRange]:
    """Ranges of practice of `[plant.parameters]`, by name, without the exceptions."""
    assert seed.plant is not None
    return _of({name: (one.source, one.unit) for name, one in seed.plant.parameters.items()}, seed)


def of_inputs(seed: Seed) -> dict[str, PracticeRange]:
    """Ranges of practice of input columns, by name, without the exceptions."""
    return _of({column.name: (column.source or "", column.unit or "1") for column in seed.inputs}, seed)


def _of(sources: dict[str, tuple[str, str]], seed: Seed) -> dict[str, PracticeRange]:
    without = exceptions().get(seed.process.name, {})
    ranges = {name: stated(*one) for name, one in sources.items() if name not in without}
    return {name: one for name, one in ranges.items() if one is not None}


def by_topic(ranges: dict[str, PracticeRange]) -> dict[str, list[str]]:
    """Names of each topic that has more than one."""
    topics = {topic: [name for name, one in ranges.items() if one.topic == topic] for topic in _TOPICS}
    return {topic: names for topic, names in topics.items() if len(names) > 1}
