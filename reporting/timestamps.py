"""Format period starts: the date, and the time if periods are shorter than a day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def moment_format(starts: npt.ArrayLike) -> str:
    """Format, in the signs of `strftime`, in which the starts of all periods of a table are shown.

    Parameters
    ----------
    starts : array-like of datetime64, shape (n,)
        Starts of the periods; NaT counts as none.

    Examples
    --------
    >>> moment_format(np.array(["2026-11-01", "2026-11-02"], "datetime64[us]"))
    '%Y-%m-%d'
    >>> moment_format(np.array(["2026-11-01T00", "2026-11-01T08"], "datetime64[us]"))
    '%Y-%m-%d %H:%M'
    >>> moment_format(np.array(["2026-11-01T06:00:00.5"], "datetime64[us]"))
    '%Y-%m-%d %H:%M:%S'
    """
    times = np.asarray(starts, dtype="datetime64[us]")
    times = times[~np.isnat(times)]
    for unit, shown in (("D", "%Y-%m-%d"), ("m", "%Y-%m-%d %H:%M")):
        if (times == times.astype(f"datetime64[{unit}]")).all():
            return shown
    return "%Y-%m-%d %H:%M:%S"
