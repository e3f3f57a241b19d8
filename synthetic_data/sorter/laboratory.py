"""Laboratory of the reference pieces: contents with errors, occasionally exchanged tags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.sorter.feed import FeedPieces
from synthetic_data.sorter.registration import Registration


def assay(
    pieces: FeedPieces, registration: Registration, elements: int, rng: np.random.Generator
) -> tuple[NDArray[np.intp], FloatArray]:
    """Class (n,) and the first `elements` contents (n, elements) [wt%] as the laboratory reports them.

    A mixed-up tag gives a piece the class and contents of the next one. Reads `lab_error_relative` [1],
    `lab_error_absolute` [wt%], `lab_error_tags` [1].
    """
    p = pieces.parameters
    mixed = np.flatnonzero(rng.random(len(pieces.lot)) < p.lab_error_tags)
    other = registration.neighbour[mixed]
    klass, content = pieces.klass.copy(), pieces.content[:, :elements].copy()
    klass[mixed], content[mixed] = pieces.klass[other], pieces.content[other, :elements]
    relative, absolute = p.lab_error_relative[:, None], p.lab_error_absolute[:, None]
    result = np.square(relative * content)
    result += np.square(absolute)
    np.sqrt(result, out=result)
    result *= rng.standard_normal(content.shape)
    result += content
    np.abs(result, out=result)  # a spectrometer reports nothing below 0
    return klass, np.minimum(result, 100.0, out=result)
