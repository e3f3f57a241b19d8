"""What the same unit showed some periods earlier, by time and not by row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray


def earlier(
    values: FloatArray, unit: IntArray, start: npt.NDArray[np.datetime64], period: dt.timedelta, periods: int
) -> FloatArray:
    """Values of the same unit some periods earlier.

    Parameters
    ----------
    values : float array (n,)
        The column that is looked up, any unit.
    unit : int array (n,)
        Number of each row's unit; rows are sorted by it, then by `start`.
    start : datetime64 array (n,)
        Starts of the periods.
    period : timedelta
        Length of one period.
    periods : int
        How many periods earlier.

    Returns
    -------
    float array (n,)
        The value whose start is nearest to `periods` periods before and less than half a period off; NaN where there
        is none, so that a gap in the table or an irregular start never pairs the wrong rows.
    """
    if not values.size:
        return np.empty(0)
    time = start.astype("datetime64[ms]").astype(np.int64)
    length = period / dt.timedelta(milliseconds=1)
    shift = round(length * periods)
    # One rising number for unit and time; units stand so far apart that no search reaches a neighbour.
    line = unit * (np.ptp(time) + shift + round(length)) + (time - time.min())
    wanted = line - shift
    after = np.searchsorted(line, wanted)
    before = np.maximum(after - 1, 0)
    nearest = np.where(line[after] - wanted < wanted - line[before], after, before)
    return np.where(2 * np.abs(line[nearest] - wanted) < length, values[nearest], np.nan)
