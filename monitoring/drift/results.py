"""Monitoring results of a process as plain data for JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Figures:
    """Errors of some rows of which outcomes are known.

    Attributes
    ----------
    quantity, of : str, str
        What was answered; of which step, unit, version or regime.
    rows : int
        With an outcome.
    error : float
        Mean absolute error [the quantity's unit]; of classes the share of wrong ones.
    bias : float or None
        Mean of outcome less answer [the quantity's unit]; None of classes.
    coverage, promised : float or None
        Share of outcomes within their intervals, and that which the intervals promise; None where there are none.
    expected : float or None
        Error that was expected before the outcomes came, over the one that is usual; None where it is not known.
    size : float or None
        Error over the one that is usual, of the champion as it was trained.
    """

    quantity: str
    of: str
    rows: int
    error: float
    bias: float | None
    coverage: float | None
    promised: float | None
    expected: float | None = None
    size: float | None = None


@dataclass(frozen=True)
class InputDrift:
    """An input compared with the champion's training inputs.

    Attributes
    ----------
    column : str
        Its name.
    by_others : bool
        Whether its residual given the other inputs is compared with history, not its value.
    rows : int
        Of the newest window, in which it has a value.
    effect, limit, usual : float or None
        Distance to history now, the limit, and what windows of history have [standard deviations]; no limit where
        history is too short.
    drifted : bool
        Whether the effect is above the limit.
    since : str or None
        First step at which it has been so without a break.
    edges, before, now : tuple of float
        Ends of the bins [its unit; by others standard scores], and the shares of history and of the newest window in
        them; empty unless it has drifted.
    """

    column: str
    by_others: bool
    rows: int
    effect: float | None
    limit: float | None
    usual: float | None
    drifted: bool
    since: str | None
    edges: tuple[float, ...] = ()
    before: tuple[float, ...] = ()
    now: tuple[float, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A cumulative sum of a quantity's errors.

    Attributes
    ----------
    quantity, kind : str, str
        `bias` or `size`.
    high, low : float
        Sums for a rise and a fall, as shares of the limit.
    drifted : bool
        Whether one is above its limit.
    since : str or None
        First step at which it has been so without a break.
    begun : str or None
        Step at which the sum started to rise: the probable time of the change.
    size : float or None
        Mean of the errors since then over their usual size: of `bias` signed, of `size` 1 where nothing changed.
    """

    quantity: str
    kind: str
    high: float
    low: float
    drifted: bool
    since: str | None
    begun: str | None
    size: float | None


@dataclass(frozen=True)
class Sensor:
    """A sensor that an engineer should check.

    Attributes
    ----------
    column, what : str, str
        The input, and its fault: missing, stuck, or outside the training range.
    units : tuple of str
        Where.
    rows : int
        Rows in a row, the most of any unit; of values outside how many there are.
    share : float or None
        Of values in the newest window that lie outside.
    """

    column: str
    what: str
    units: tuple[str, ...]
    rows: int
    share: float | None


@dataclass(frozen=True)
class Cost:
    """Cost of decisions relative to an oracle with all outcomes.

    Attributes
    ----------
    of : str
        Which step, or all.
    rows : int
        Of which the outcome says it.
    mean : float
        Per tonne or kilogram, as `unit` says.
    unit : str
    """

    of: str
    rows: int
    mean: float
    unit: str


@dataclass(frozen=True)
class MonitoringResult:
    """Monitoring result of a process at one time.

    Attributes
    ----------
    process, version, digest : str, int, str
        The champion that is watched.
    first_period, last_period : str
        Starts of the first and the newest step with answered rows.
    rows, known : int
        Answered rows, and those of which an outcome is known.
    last_labelled_period : str or None
        Start of the newest step of which an outcome is known.
    window_days : float
        Length of a window, in which rows are looked at together [d].
    history_windows, new_windows : float
        Windows of the table that the champion was trained on, and those from its end to the newest known outcome.
    drifted : bool
        Whether errors or inputs lie beyond their limits.
    reasons, next_steps : tuple of str
        Reasons and recommended actions as text.
    over_time, by_unit, by_version, by_regime : tuple of Figures
        Errors of the answers as they were given; of units the worst.
    versions : tuple of (str, str)
        Step at which each version first answered.
    inputs : tuple of InputDrift
        All of them, the farthest beyond its limit first.
    charts : tuple of Chart
    sensors : tuple of Sensor
    costs : tuple of Cost
        Where decisions have costs, by step and of all.
    expected_error, came : float or None
        Expected size of the errors of the rows without an outcome in the newest window, over the usual one; and what
        came over what was expected, of all rows with an outcome.
    limits : str
        What the limits rest on.
    """

    process: str
    version: int
    digest: str
    first_period: str
    last_period: str
    rows: int
    known: int
    last_labelled_period: str | None
    window_days: float
    history_windows: float
    new_windows: float
    drifted: bool
    reasons: tuple[str, ...]
    next_steps: tuple[str, ...]
    over_time: tuple[Figures, ...]
    by_unit: tuple[Figures, ...]
    by_version: tuple[Figures, ...]
    by_regime: tuple[Figures, ...]
    versions: tuple[tuple[str, str], ...]
    inputs: tuple[InputDrift, ...]
    charts: tuple[Chart, ...]
    sensors: tuple[Sensor, ...]
    costs: tuple[Cost, ...]
    expected_error: float | None
    came: float | None
    limits: str

    @property
    def drifted_inputs(self) -> tuple[InputDrift, ...]:
        """Inputs beyond their limits."""
        return tuple(one for one in self.inputs if one.drifted)

    @property
    def drifted_errors(self) -> tuple[Chart, ...]:
        """Charts of errors beyond their limits."""
        return tuple(one for one in self.charts if one.drifted)

    @property
    def figures(self) -> dict[str, float]:
        """Metrics for export, see `serving.telemetry.drift_metrics`; of a quantity as METRIC/QUANTITY."""
        champion = [one for one in self.by_version if one.of == f"version {self.version}"]
        of_quantities = {
            f"{name}/{one.quantity}": value
            for one in champion
            for name, value in (
                ("observed_error", one.error),
                ("observed_coverage", one.coverage),
                ("guaranteed_coverage", one.promised),
            )
            if value is not None
        }
        return of_quantities | {
            "drifted": float(self.drifted),
            "drifted_inputs": float(len({one.column for one in self.drifted_inputs})),
            "drifted_errors": float(len(self.drifted_errors)),
            "odd_sensors": float(len({one.column for one in self.sensors})),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values; a number that is not finite is null."""
        values: dict[str, Any] = _plain(dataclasses.asdict(self))
        return values

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """From what `to_json` gave."""
        import msgspec

        return msgspec.convert(dict(content), cls)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
