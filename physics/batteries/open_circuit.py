"""Open-circuit voltage of a cell: electrode potentials by lithium content, and the window in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from physics.arrays import FloatArray, Numeric, floats


def graphite_potential(anode_filling: Numeric) -> FloatArray:
    """Potential of graphite, without silicon, against lithium.

    Parameters
    ----------
    anode_filling
        Lithium in the graphite over the most that it takes, 0.01-0.95 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    M. Safari, C. Delacourt (2011). Modeling of a commercial graphite/LiFePO4 cell. J. Electrochem. Soc. 158, A562-A571
    (coefficients read in programs that use it).
    """
    x = floats(anode_filling)
    first = 0.5416 * np.exp(-305.5309 * x) - 0.6875 * np.tanh((x + 0.0117) / 0.0529)
    stages = 0.044 * np.tanh((x - 0.1958) / 0.1088) + 0.0175 * np.tanh((x - 0.5692) / 0.0875)
    return 0.6379 + first - stages - 0.1978 * np.tanh((x - 1.0571) / 0.0854)


def coke_potential(anode_filling: Numeric) -> FloatArray:
    """Potential of petroleum coke, a disordered carbon, against lithium: it falls without steps.

    Parameters
    ----------
    anode_filling
        Atoms of lithium for six of carbon, 0.004-0.6 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    T. F. Fuller, M. Doyle, J. Newman (1994). Simulation and optimization of the dual lithium ion insertion cell.
    J. Electrochem. Soc. 141, 1-10 (coefficients read in programs that use it).
    """
    x = floats(anode_filling)
    return -0.16 + 1.32 * np.exp(-3.0 * x) + 10.0 * np.exp(-2000.0 * x)


def nmc_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiNi0.5Mn0.3Co0.2O2 against lithium.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.05-0.98 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    P. Mohtat and others (2020). Differential expansion and voltage model for Li-ion batteries at practical charging
    rates. J. Electrochem. Soc. 167, 110561 (coefficients read in PyBaMM's set of parameters of this name).
    """
    y = floats(cathode_filling)
    polynomial = 4.3452 + y * (-1.6518 + y * (1.6225 + y * (-2.0843 + y * (3.5146 - 2.2166 * y))))
    return polynomial - 0.5623e-4 * np.exp(109.451 * y - 100.006)


def lfp_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiFePO4 against lithium: one flat step.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0-1 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    M. Safari, C. Delacourt (2011). J. Electrochem. Soc. 158, A562-A571 (coefficients read in programs that use it).
    """
    empty = 1.0 - floats(cathode_filling)
    falls = 0.8428 * np.exp(-80.2493 * empty**1.3198) + 3.2474e-6 * np.exp(20.2645 * empty**3.8003)
    return 3.4323 - falls + 3.2482e-6 * np.exp(20.2646 * empty**3.7995)


def lmo_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiMn2O4 against lithium: two flat steps.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.17-0.995 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    T. F. Fuller, M. Doyle, J. Newman (1994). J. Electrochem. Soc. 141, 1-10 (coefficients read in programs that use
    it).
    """
    y = floats(cathode_filling)
    steps = 4.06279 + 0.0677504 * np.tanh(-21.8502 * y + 12.8268)
    ends = 0.105734 * ((1.00167 - y) ** -0.379571 - 1.575994) + 0.045 * np.exp(-71.69 * y**8)
    return steps - ends + 0.01 * np.exp(-200.0 * (y - 0.19))


def lco_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiCoO2 against lithium.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.45-0.85: the fraction has a pole above [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    P. Ramadass and others (2004). Development of first principles capacity fade model for Li-ion cells.
    J. Electrochem. Soc. 151, A196-A203; the filling is scaled by 1.13, as users of the curve have it.
    """
    u = (1.13 * floats(cathode_filling)) ** 2
    top = -4.656 + u * (88.669 + u * (-401.119 + u * (342.909 + u * (-462.471 + u * 433.434))))
    bottom = -1.0 + u * (18.933 + u * (-79.532 + u * (37.311 + u * (-73.083 + u * 95.96))))
    return top / bottom


def nca_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiNi0.8Co0.15Al0.05O2 against lithium.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.35-0.95 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    G.-H. Kim and others (2011). Multi-domain modeling of lithium-ion batteries encompassing multi-physics in varied
    length scales. J. Electrochem. Soc. 158, A955-A969 (coefficients recalled).
    """
    y = floats(cathode_filling)
    result = 0.0 * y
    for coefficient in _NCA:
        result = result * y + coefficient
    return result - 0.61386 * np.exp(5.8201 * y**136.4)


# Of powers of the filling, the tenth first [V].
_NCA = (1.638, -2.222, 15.056, -23.488, 81.246, -344.566, 621.3475, -554.774, 264.427, -66.3691, 11.8058)


class _Window(NamedTuple):
    """Potentials of anode and cathode, and their fillings in an empty and in a full cell."""

    anode: Callable[[Numeric], FloatArray]
    cathode: Callable[[Numeric], FloatArray]
    anode_empty: float
    anode_full: float
    cathode_empty: float
    cathode_full: float


# Determined from medians of PulseBat at 5 to 50 % of charge: of LFP both ends of the anode, of NMC all but the full
# anode, of LMO all but the empty anode; full cells of NMC and LMO rest at 4.18 V. The rest is assumed.
_WINDOWS = {
    "LFP": _Window(graphite_potential, lfp_potential, 0.0344, 0.8465, 0.83, 0.05),
    "NMC": _Window(graphite_potential, nmc_potential, 0.0967, 0.85, 0.9696, 0.0519),
    "NCA": _Window(graphite_potential, nca_potential, 0.05, 0.85, 0.93, 0.335),
    "LMO": _Window(coke_potential, lmo_potential, 0.0045, 0.6038, 0.9792, 0.1786),
    "LCO": _Window(graphite_potential, lco_potential, 0.05, 0.85, 0.87, 0.43),
}
CHEMISTRIES = tuple(_WINDOWS)


def open_circuit_voltage(chemistry: str, state_of_charge: Numeric) -> FloatArray:
    """Voltage of a cell at rest: U_p(y0 + (y1 - y0) z) - U_n(x0 + (x1 - x0) z).

    Parameters
    ----------
    chemistry
        Cathode, one of CHEMISTRIES; LMO against coke, the others against graphite
    state_of_charge
        Charge over capacity z; 0 is a cell that was discharged within an hour [1]

    Returns
    -------
    FloatArray
        Voltage [V]

    References
    ----------
    Potentials as their functions cite them. The windows x0, x1, y0, y1 of LFP, NMC and LMO were determined from medians
    of cells of 35, 21 and 10 Ah above 75 % of health, ten minutes after they were charged to 5 to 50 %: S. Tao and
    others (2024), Nature Communications 15, 10.1038/s41467-024-54454-0, data set PulseBat. That its LMO stands against
    disordered carbon is inferred from the slope of 1.6 V a full charge. Windows of NCA and LCO are assumed.

    Raises
    ------
    KeyError
        No such chemistry.
    """
    window, z = _WINDOWS[chemistry], floats(state_of_charge)
    anode = window.anode_empty + (window.anode_full - window.anode_empty) * z
    cathode = window.cathode_empty + (window.cathode_full - window.cathode_empty) * z
    return window.cathode(cathode) - window.anode(anode)
