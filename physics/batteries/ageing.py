"""Capacity loss of cells: by use, by time, and by degradation mode."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import GAS, ZERO_CELSIUS

_POSITIVE_MARGIN, _NEGATIVE_MARGIN = 0.04, 0.10  # active material that a new cell has to spare, shares


def cycle_loss_wang_2011(
    severity: Numeric, discharge_rate: Numeric, cell_temperature: Numeric, throughput: Numeric
) -> FloatArray:
    """Capacity that an LFP cell loses by use: B exp((-31700 + 370.3 C)/(R T)) Ah^0.55.

    Parameters
    ----------
    severity
        Factor B: 31630 at a rate of 0.5 1/h, 21681 at 2, 12934 at 6 [%]
    discharge_rate
        Current over capacity, C [1/h]
    cell_temperature
        Temperature of the cell [°C]
    throughput
        Charge that went through a cell of 2.2 Ah [Ah]

    Returns
    -------
    FloatArray
        Loss, of the new cell's capacity [%]

    References
    ----------
    J. Wang and others (2011). Cycle-life model for graphite-LiFePO4 cells. J. Power Sources 196, 3942-3948
    (recalled).
    """
    energy = -31700.0 + 370.3 * floats(discharge_rate)
    kelvin = floats(cell_temperature) + ZERO_CELSIUS
    return severity * np.exp(energy / (GAS * kelvin)) * floats(throughput) ** 0.55


def calendar_loss(loss_rate: Numeric, cell_age: Numeric) -> FloatArray:
    """Capacity that a cell loses with time: k √t.

    Parameters
    ----------
    loss_rate
        Loss k of the first year [%]
    cell_age
        Age of the cell [a]

    Returns
    -------
    FloatArray
        Loss, of the new cell's capacity [%]

    References
    ----------
    I. Bloom and others (2001). An accelerated calendar and cycle life study of Li-ion cells. J. Power Sources 101,
    238-247 (recalled): growth of a film. Rates of 1.2-2.5 % in the first year at 25 °C are assumed.
    """
    return loss_rate * np.sqrt(floats(cell_age))


def capacity_left(lithium_loss: Numeric, positive_loss: Numeric, negative_loss: Numeric) -> FloatArray:
    """Capacity relative to the new cell from its modes: (1 - LLI)(1 - max(0, LAM_p - m_p, LAM_n - m_n)).

    Parameters
    ----------
    lithium_loss
        Share LLI of the lithium that no longer cycles [1]
    positive_loss
        Share LAM_p of the cathode's active material that is lost [1]
    negative_loss
        Share LAM_n of the anode's active material that is lost [1]

    Returns
    -------
    FloatArray
        State of health [1]

    References
    ----------
    The three modes of C. R. Birkl and others (2017), J. Power Sources 341, 373-386 (recalled); this short form and its
    margins m_p 0.04 and m_n 0.10 are assumed.
    """
    beyond = np.maximum(floats(positive_loss) - _POSITIVE_MARGIN, floats(negative_loss) - _NEGATIVE_MARGIN)
    return (1.0 - floats(lithium_loss)) * (1.0 - np.maximum(0.0, beyond))
