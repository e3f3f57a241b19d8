"""Differences between laboratories that analyse the same powder."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric


def horwitz_rsd(analyte_share: Numeric) -> FloatArray:
    """Relative standard deviation between laboratories by Horwitz: 2^(1 - 0.5 log10 C) %.

    Parameters
    ----------
    analyte_share
        Mass share C of what is analysed, above 0 [1]

    Returns
    -------
    FloatArray
        Relative standard deviation of reproducibility [%]

    References
    ----------
    Horwitz, Kamps and Boyer 1980, J. Assoc. Off. Anal. Chem. 63 (recalled): the curve of thousands of comparisons.
    """
    result: FloatArray = np.exp2(1.0 - 0.5 * np.log10(np.asarray(analyte_share, dtype=np.float64)))
    return result
