"""Weather at a plant: the season of the outside temperature."""

from __future__ import annotations

import datetime as dt
import math
from typing import TypeVar

from physics.arrays import FloatArray

Number = TypeVar("Number", float, FloatArray)

_YEAR = 365.25  # d


def season_phase(day_of_year: Number, warmest_day: Number) -> Number:
    """Angle of the season, 0 on the warmest day.

    Parameters
    ----------
    day_of_year : float or array
        Day of the year [d].
    warmest_day : float or array
        The one that is warmest on average [d].

    Returns
    -------
    float or array
        Angle [rad].
    """
    return 2.0 * math.pi * (day_of_year - warmest_day) / _YEAR


def seasonal_temperature(date: dt.datetime, mean: float, swing: float, warmest_day: float) -> float:
    """Usual outside temperature of a date: a cosine over the year.

    Parameters
    ----------
    date : datetime
        Of which the day counts.
    mean : float
        Mean of the year [°C].
    swing : float
        What the warmest day is above it [K].
    warmest_day : float
        Day of the year [d].

    Returns
    -------
    float
        Temperature [°C].
    """
    phase = season_phase(date.timetuple().tm_yday, warmest_day)
    return float(mean + swing * math.cos(phase))
