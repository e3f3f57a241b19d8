"""A line whose curves are plain formulas."""

import numpy as np
import pytest

from models.interfaces.line import Balance, CellLine, CurrentResponse, CurveUncertainty


@pytest.fixture
def line() -> CellLine:
    """Cells of 2.5 V and 8 mV/kA at 92 % of 1.22 g/Ah, which 1 K/h a kilowatt beyond 250 heats, cooled by the hour."""

    def voltage(i: np.ndarray) -> np.ndarray:
        return 2.5 + 0.008 * np.asarray(i)

    heat = Balance("temperature", "°C", 40.0, lambda i: 0.02 * i * voltage(i), 0.5, np.full(72, 20.0), 35.0, 0.5)
    return CellLine(
        100.0,
        voltage,
        lambda i: 93.0 - 0.01 * np.asarray(i),
        1.22,
        0.97,
        100.0,
        (heat,),
        (CurrentResponse("voltage", "V", voltage, 0.02),),
        CurveUncertainty(0.01, 0.1, 0.5, 0.5, 0.03),
    )
