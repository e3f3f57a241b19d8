"""Impedance of a cell over frequency."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats


def impedance(
    ac_frequency: Numeric,
    ohmic_resistance: Numeric,
    fast_resistance: Numeric,
    phase_element: Numeric,
    phase_exponent: Numeric,
    warburg: Numeric,
) -> tuple[FloatArray, FloatArray]:
    """Impedance of a cell: R0 + R1/(1 + R1 Q (jω)^a) + σ ω^-0.5 (1 - j).

    Parameters
    ----------
    ac_frequency
        Frequency, ω/2π [Hz]
    ohmic_resistance
        Ohmic resistance R0 [mΩ]
    fast_resistance
        Resistance R1 of charge transfer [mΩ]
    phase_element
        Constant-phase element Q in parallel to it, in F s^(a-1) [F]
    phase_exponent
        Exponent a of the element, 1 for a capacitor [1]
    warburg
        Diffusion σ, in Ω s^-0.5 [Ω]

    Returns
    -------
    real : FloatArray
        Real part [mΩ]
    imaginary : FloatArray
        Imaginary part, below 0 where the cell is capacitive [mΩ]

    References
    ----------
    Randles's circuit with a constant-phase element: A. Lasia (2014), Electrochemical Impedance Spectroscopy and its
    Applications, Springer (recalled).
    """
    omega = 2.0 * np.pi * floats(ac_frequency)
    a = floats(phase_exponent)
    # (jω)^a by its size and angle; complex numbers would hide what is missing.
    size, angle = 1e-3 * fast_resistance * phase_element * omega**a, 0.5 * np.pi * a
    down, across = 1.0 + size * np.cos(angle), size * np.sin(angle)
    square = down**2 + across**2
    diffusion = 1000.0 * warburg / np.sqrt(omega)
    real = ohmic_resistance + fast_resistance * down / square + diffusion
    imaginary = -fast_resistance * across / square - diffusion
    return real, imaginary
