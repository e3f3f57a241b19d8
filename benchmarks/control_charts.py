"""Simulated average run lengths of the control charts next to published values; figures go to docs.

    python benchmarks/control_charts.py

Figures are kept in docs/results/control_charts.json; the table of docs/reference/control_charts.md is made from it.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

from benchmarks.aims.page import filled
from monitoring.charts.control import cusum, ewma, shewhart
from monitoring.charts.runs_rules import NELSON, THREE_SIGMA, WESTERN_ELECTRIC

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "control_charts.json", ROOT / "docs" / "reference" / "control_charts.md"
NAME = "run lengths"
SHIFTS = (0.0, 0.5, 1.0, 2.0, 3.0)
RUNS, PHI = 20_000, 0.7


@dataclass(frozen=True)
class Case:
    """A chart on standard normal noise with a shift, and the run lengths that were published for it."""

    signals: Callable[[np.ndarray, float], np.ndarray]
    published: dict[float, float] = field(default_factory=dict)


def constant_limits(values: np.ndarray, lam: float, width: float) -> np.ndarray:
    """Signals of an average against the limits of a long time, as most published run lengths have it."""
    return np.abs(ewma(values, 0.0, 1.0, lam, width).average) > width * math.sqrt(lam / (2.0 - lam))


def autoregressive(noise: np.ndarray) -> np.ndarray:
    """Values with variance 1 whose neighbours have the correlation PHI."""
    return np.asarray(lfilter([1.0], [1.0, -PHI], np.append(noise[0], math.sqrt(1 - PHI**2) * noise[1:])))


def residuals(values: np.ndarray) -> np.ndarray:
    """Values less their prediction from the value before, in units of its standard deviation."""
    return np.append(values[0], (values[1:] - PHI * values[:-1]) / math.sqrt(1 - PHI**2))


# Published: Montgomery's tables for CUSUM, Champ and Woodall (1987) for the rules, Lucas and Saccucci (1990) for EWMA.
CASES = {
    "Shewhart, 3 sigma": Case(
        lambda noise, shift: shewhart(noise + shift, 0.0, 1.0, THREE_SIGMA).signals,
        {0.0: 370.4, 0.5: 155.2, 1.0: 43.9, 2.0: 6.30, 3.0: 2.00},
    ),
    "Western Electric, 4 rules": Case(
        lambda noise, shift: shewhart(noise + shift, 0.0, 1.0, WESTERN_ELECTRIC).signals,
        {0.0: 91.75, 1.0: 9.22, 2.0: 3.13, 3.0: 1.67},
    ),
    "Nelson, 8 rules": Case(lambda noise, shift: shewhart(noise + shift, 0.0, 1.0, NELSON).signals),
    "EWMA 0.2, width 2.86": Case(lambda noise, shift: ewma(noise + shift, 0.0, 1.0, 0.2, 2.86).signals),
    "EWMA 0.2, width 2.86, constant limits": Case(
        lambda noise, shift: constant_limits(noise + shift, 0.2, 2.86), {0.0: 370.0, 1.0: 10.0}
    ),
    "EWMA 0.1, width 2.70": Case(lambda noise, shift: ewma(noise + shift, 0.0, 1.0, 0.1, 2.70).signals),
    "EWMA 0.1, width 2.70, constant limits": Case(
        lambda noise, shift: constant_limits(noise + shift, 0.1, 2.70), {0.0: 370.0}
    ),
    "CUSUM k 0.5, h 5": Case(
        lambda noise, shift: cusum(noise + shift, 0.0, 1.0, 0.5, 5.0).signals,
        {0.0: 465.0, 0.5: 38.0, 1.0: 10.4, 2.0: 4.01, 3.0: 2.57},
    ),
    "CUSUM k 0.5, h 4": Case(
        lambda noise, shift: cusum(noise + shift, 0.0, 1.0, 0.5, 4.0).signals,
        {0.0: 168.0, 0.5: 26.6, 1.0: 8.38, 2.0: 3.34, 3.0: 2.19},
    ),
    "EWMA 0.2 on values with correlation 0.7": Case(
        lambda noise, shift: ewma(autoregressive(noise) + shift, 0.0, 1.0).signals
    ),
    "EWMA 0.2 on their residuals": Case(
        lambda noise, shift: ewma(residuals(autoregressive(noise) + shift), 0.0, 1.0).signals
    ),
}


def run_length(case: Case, shift: float, rng: np.random.Generator) -> dict[str, float]:
    """Mean length of runs to the first signal, and its standard error."""
    lengths = np.empty(RUNS)
    typical = 20
    for i in range(RUNS):
        noise = rng.normal(size=typical)
        while not (signals := case.signals(noise, shift)).any():
            noise = np.append(noise, rng.normal(size=len(noise)))
        lengths[i] = signals.argmax() + 1
        if i == 100:
            typical = max(20, int(2 * lengths[:i].mean()))
    return {"mean": round(float(lengths.mean()), 3), "error": round(float(lengths.std(ddof=1)) / math.sqrt(RUNS), 3)}


def measured() -> dict[str, dict[str, dict[str, float]]]:
    """Run lengths of every chart at every shift."""
    results: dict[str, dict[str, dict[str, float]]] = {}
    for number, (name, case) in enumerate(CASES.items()):
        print(name, flush=True)
        results[name] = {}
        for shift in SHIFTS:
            lengths = run_length(case, shift, np.random.default_rng([number, int(10 * shift)]))
            results[name][f"{shift:g}"] = lengths | (
                {"published": case.published[shift]} if shift in case.published else {}
            )
    return results


def cell(figures: dict[str, float]) -> str:
    """A run length to the digits of its standard error, and the published one in brackets."""
    digits = max(0, 1 - math.floor(math.log10(figures["error"]))) if figures["error"] else 2
    shown = f"{figures['mean']:.{min(digits, 2)}f}"
    return f"{shown} ({figures['published']:g})" if "published" in figures else shown


def with_table(text: str, results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Text with the table between its markers replaced."""
    lines = [f"| chart | {' | '.join(f'shift {shift:g}' for shift in SHIFTS)} |", "|---|" + "---:|" * len(SHIFTS)]
    lines += [f"| {name} | {' | '.join(map(cell, lengths.values()))} |" for name, lengths in results.items()]
    largest = max(one["error"] / one["mean"] for lengths in results.values() for one in lengths.values())
    lines += ["", f"The standard error of a run length is at most {largest:.1%}."]
    return filled(text, NAME, lines)


def main() -> None:
    """Measure and write."""
    RESULTS.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
