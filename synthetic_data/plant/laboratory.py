"""Laboratory report of contents: sampling, analysis, bias, rounding, values below the limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray

NORMALS = 2  # standard normal numbers that a report takes for each value


@dataclass(frozen=True)
class Method:
    """Precision of one element's measurement; fields are numbers, or arrays that broadcast to contents.

    Attributes
    ----------
    sampling : float or array
        Relative standard deviation of a sample about its lot [1].
    repeatability : float or array
        Relative standard deviation of the analysis of one sample [1].
    floor : float or array
        Standard deviation of the analysis where there is nothing [the content's unit].
    detection_limit : float or array
        Smallest content that is reported as a number [the content's unit].
    digit : float or array
        Step of the reported numbers [the content's unit].
    """

    sampling: FloatArray | float
    repeatability: FloatArray | float
    floor: FloatArray | float
    detection_limit: FloatArray | float
    digit: FloatArray | float


def report(content: FloatArray, method: Method, bias: FloatArray | float, normals: FloatArray) -> FloatArray:
    """Laboratory report of true contents.

    Parameters
    ----------
    content : array, shape (...)
        True contents of the lots [any unit].
    method : Method
        How it analyses.
    bias : array or float
        Factor by which this laboratory reads high [1].
    normals : array, shape (NORMALS, ...)
        Standard normal numbers: the sample's scatter and the analyst's.

    Returns
    -------
    array, shape (...)
        Reported contents; a value below the detection limit L is -L, "<L".
    """
    return analysed(content * scatter(method.sampling, normals[0]), method, bias, normals[1])


def scatter(sampling: FloatArray | float, normals: FloatArray) -> FloatArray:
    """Content of a sample over that of its lot.

    Parameters
    ----------
    sampling : array or float
        Relative standard deviation of samples about their lots [1].
    normals : array, shape (...)
        Standard normal numbers.

    Returns
    -------
    array, shape (...)
        Factors [1].
    """
    result: FloatArray = np.exp(sampling * normals - 0.5 * np.square(sampling))
    return result


def analysed(sample: FloatArray, method: Method, bias: FloatArray | float, normals: FloatArray) -> FloatArray:
    """Laboratory report of samples.

    Parameters
    ----------
    sample : array, shape (...)
        True contents of the samples [any unit].
    method, bias
        As of `report`.
    normals : array, shape (...)
        Standard normal numbers: the analyst's scatter.

    Returns
    -------
    array, shape (...)
        Reported contents as of `report`.
    """
    # Not `hypot`, which takes three times as long as all the rest: what differs in the last bit is rounded off.
    read = np.square(method.repeatability * sample) + np.square(method.floor)
    np.sqrt(read, out=read)
    read *= normals
    read += bias * sample
    read /= method.digit
    np.rint(read, out=read)
    read *= method.digit
    return np.where(read < method.detection_limit, -np.asarray(method.detection_limit), read)
