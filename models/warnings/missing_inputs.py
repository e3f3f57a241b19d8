"""Calibration of event probabilities by pattern of missing inputs, from blanked calibration rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.uncertainty.missing_patterns import Estimate, LatestUsed, MissingPatterns, evenly_spaced
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from models.warnings.calibration import Platt
from physics.arrays import BoolArray, FloatArray

MOST_ROWS = 1000
"""Calibration rows that are kept, at most half of them with an event."""
FEWEST_ROWS = 400
"""Rows that calibrate a pattern; one with fewer borrows from rows that miss more inputs."""
FEWEST_EVENTS = 10
"""Rows with an event, and without one, among these; with fewer all kept rows count."""
MOST_PATTERNS = 1024
"""Patterns whose calibration is kept, the latest used."""
MOST_NEW, GROUPS = 32, 8
"""Patterns of one call that are calibrated each alone, and groups of the rarer ones."""
NEGLIGIBLE = 0.1
"""Sum of the effects of missing inputs up to which a row counts as if it missed nothing [log-odds]."""
FLATTEST = 0.5
"""Smallest slope of rows that miss nothing by which another one is divided."""
_STORED = {"X": "<f4", "log_odds": "<f8", "y": "<f4"}


@dataclass(frozen=True, eq=False)
class EventRows:
    """Calibration rows by which the probability of an event is calibrated for a pattern of missing inputs.

    Parameters
    ----------
    X : ndarray, shape (r, k)
        Inputs of the event; NaN is missing.
    log_odds : ndarray, shape (r,)
        Calibrated log-odds by scores that had not seen the rows.
    y : ndarray, shape (r,)
        Whether the event occurred: 1 or 0.
    rate : float
        Share of rows with an event among all calibration rows.
    patterns : MissingPatterns
        Inputs by the root mean square of their part of the log-odds.

    Notes
    -----
    As `models.uncertainty.missing_inputs.MissingInputs`: inputs that a row misses are blanked in calibration rows too.
    The log-odds of a blanked row are its out-of-time ones plus the change of the final score. They are calibrated
    relative to the same rows as they were: what is peculiar to the kept rows cancels.
    Weights of rows with and without an event restore the share of events.
    """

    X: FloatArray
    log_odds: FloatArray
    y: FloatArray
    rate: float
    patterns: MissingPatterns

    def __post_init__(self) -> None:
        X, log_odds, y = (np.array(one, dtype=np.float64) for one in (self.X, self.log_odds, self.y))
        self.patterns.check_rows(X, MOST_ROWS)
        if log_odds.shape != (len(X),) or not np.isfinite(log_odds).all() or not np.isin(y, (0.0, 1.0)).all():
            raise ValueError("log_odds: expected one finite number a row; y: expected 0 or 1")
        if y.shape != (len(X),) or not 0 < self.rate < 1:
            raise ValueError("y: expected one value a row; rate: expected a number between 0 and 1")
        freeze(self, X=X, log_odds=log_odds, y=y)

    @classmethod
    def of(cls, X: FloatArray, log_odds: FloatArray, y: FloatArray, parts: Estimate) -> Self:
        """Keep evenly spaced rows with and without an event, and measure the effects of the inputs.

        `parts` gives the contribution of each input to the log-odds of rows, shape (n, k).
        """
        with_event, without = np.flatnonzero(y == 1.0), np.flatnonzero(y == 0.0)
        events = with_event[evenly_spaced(len(with_event), MOST_ROWS // 2)]
        others = without[evenly_spaced(len(without), MOST_ROWS - len(events))]
        rows = np.sort(np.concatenate([events, others]))
        retained = X[rows].astype(np.float32).astype(np.float64)  # as it is stored
        effects = parts(retained).std(axis=0)
        order = np.argsort(effects, kind="stable")
        ignored = np.zeros(X.shape[1], dtype=np.bool_)
        ignored[order] = np.cumsum(effects[order]) <= NEGLIGIBLE
        return cls(retained, log_odds[rows], y[rows], float(y.mean()), MissingPatterns(ignored, effects))

    @cached_property
    def _computed(self) -> LatestUsed[Platt]:
        return LatestUsed(MOST_PATTERNS)

    def calibrated(self, X: FloatArray, log_odds: FloatArray, change: Estimate, weight: float) -> FloatArray:
        """Return log-odds of rows, shape (n,), calibrated by the missing inputs of each.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs; NaN is missing.
        log_odds : ndarray, shape (n,)
            Log-odds for rows that miss nothing, by the final score.
        change : callable
            These log-odds for any inputs, of which differences are used.
        weight : float
            Weight of each row in the calibration.
        """
        if not np.isnan(X).any():
            return log_odds
        own = log_odds.copy()
        for masks, rows in self.patterns.divided(X, MOST_NEW, GROUPS, NEGLIGIBLE):
            if masks.any():
                own[rows] = self._of_pattern(masks, change, weight).log_odds(log_odds[rows])
        return own

    def none_known(self, X: FloatArray) -> BoolArray:
        """Return whether rows, shape (n, k), have no input that counts, shape (n,)."""
        return np.asarray((np.isnan(X) | self.patterns.ignored).all(axis=1))

    def _of_pattern(self, masks: BoolArray, log_odds: Estimate, weight: float) -> Platt:
        return self._computed.of(masks.tobytes(), lambda: self._blanked(masks, log_odds, weight))

    def _blanked(self, masks: BoolArray, log_odds: Estimate, weight: float) -> Platt:
        rows, X = self.patterns.blanked(self.X, masks, FEWEST_ROWS)
        events = self.y[rows].sum()
        if min(events, len(rows) - events) < FEWEST_EVENTS:
            rows, X = self.patterns.blanked(self.X, masks, len(self.X))
        before, y = self.log_odds[rows], self.y[rows]
        after = before + log_odds(X) - log_odds(self.X[rows])
        share = self.y.mean()
        of_row = np.where(y == 1.0, self.rate / share, (1.0 - self.rate) / (1.0 - share))
        present, blanked = (Platt.fit(score, y, weight, of_row) for score in (before, after))
        slope = max(present.slope, FLATTEST)
        return Platt((blanked.level - present.level) / slope, blanked.slope / slope)

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; numbers are little-endian in base64, inputs as float32."""
        parts = {name: encoded(getattr(self, name), kind) for name, kind in _STORED.items()}
        return {**self.patterns.state(), "rate": self.rate, **parts}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        patterns = MissingPatterns.from_state(state)
        X, log_odds, y = (decoded(state[name], kind) for name, kind in _STORED.items())
        return cls(X.reshape(-1, len(patterns.ignored)), log_odds, y, float(state["rate"]), patterns)
