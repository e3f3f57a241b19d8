"""Open-circuit voltage of a cell: electrode potentials by lithium content, and the window in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from physics.arrays import FloatArray, Numeric, floats


def graphite_potential(anode_filling: Numeric) -> FloatArray:
    """Potential of graphite against lithium.

    Parameters
    ----------
    anode_filling
        Lithium in the graphite over the most that it takes, 0.02-0.92 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    C.-H. Chen and others (2020). Development of experimental techniques for parameterization of multi-scale
    lithium-ion battery models. J. Electrochem. Soc. 167, 080534: cell LG M50.
    """
    x = floats(anode_filling)
    steps = 0.0909 * np.tanh(29.8538 * (x - 0.1234)) + 0.04478 * np.tanh(14.9159 * (x - 0.2769))
    return 1.9793 * np.exp(-39.3631 * x) + 0.2482 - steps - 0.0205 * np.tanh(30.4444 * (x - 0.6103))


def nmc_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiNi0.8Mn0.1Co0.1O2 against lithium.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.27-0.91 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    C.-H. Chen and others (2020). J. Electrochem. Soc. 167, 080534: cell LG M50.
    """
    y = floats(cathode_filling)
    pair = 17.5842 * np.tanh(15.9308 * (y - 0.3120)) - 17.7326 * np.tanh(15.7890 * (y - 0.3117))
    return -0.8090 * y + 4.4875 - 0.0428 * np.tanh(18.5138 * (y - 0.5542)) + pair


def lfp_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiFePO4 against lithium.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes, 0.004-0.98 [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    S. Afshar, K. Morris, A. Khajepour (2017). Efficient electrochemical model for lithium-ion cells. arXiv 1709.03970.
    """
    y = floats(cathode_filling)
    return 3.4077 - 0.020269 * y + 0.5 * np.exp(-150.0 * y) - 0.9 * np.exp(-30.0 * (1.0 - y))


def lmo_potential(cathode_filling: Numeric) -> FloatArray:
    """Potential of LiMn2O4 against lithium: two flat steps.

    Parameters
    ----------
    cathode_filling
        Lithium in the cathode over the most that it takes [1]

    Returns
    -------
    FloatArray
        Potential [V]

    References
    ----------
    Assumed: steps at 4.18 and 4.06 V, as spinel has them; no curve with a source was read.
    """
    y = floats(cathode_filling)
    return 4.12 + 0.06 * np.tanh(12.0 * (0.5 - y)) - 0.10 * np.exp(-40.0 * (1.0 - y))


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
    """Fillings of anode and cathode in an empty and in a full cell."""

    cathode: Callable[[Numeric], FloatArray]
    anode_empty: float
    anode_full: float
    cathode_empty: float
    cathode_full: float


# NMC as Chen and others (2020) measured it; of LFP the empty end, and all of the others, are assumed.
_WINDOWS = {
    "NMC": _Window(nmc_potential, 0.0279, 0.9014, 0.9077, 0.2700),
    "LFP": _Window(lfp_potential, 0.016, 0.81, 0.83, 0.0038),
    "NCA": _Window(nca_potential, 0.03, 0.85, 0.93, 0.37),
    "LMO": _Window(lmo_potential, 0.02, 0.80, 0.98, 0.15),
    "LCO": _Window(lco_potential, 0.03, 0.85, 0.85, 0.45),
}
CHEMISTRIES = tuple(_WINDOWS)


def open_circuit_voltage(chemistry: str, state_of_charge: Numeric) -> FloatArray:
    """Voltage of a cell at rest: U_p(y0 + (y1 - y0) z) - U_n(x0 + (x1 - x0) z).

    Parameters
    ----------
    chemistry
        Cathode against graphite, one of CHEMISTRIES
    state_of_charge
        Charge over capacity z [1]

    Returns
    -------
    FloatArray
        Voltage [V]

    References
    ----------
    Potentials as their functions cite them. The window of NMC is that of C.-H. Chen and others (2020); the empty end of
    LFP, and the windows of NCA, LMO and LCO, are assumed.

    Raises
    ------
    KeyError
        No such chemistry.
    """
    window, z = _WINDOWS[chemistry], floats(state_of_charge)
    anode = window.anode_empty + (window.anode_full - window.anode_empty) * z
    cathode = window.cathode_empty + (window.cathode_full - window.cathode_empty) * z
    return window.cathode(cathode) - graphite_potential(anode)
