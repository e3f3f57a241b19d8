"""Cathodes of lithium-ion cells: what their formulas hold of each element."""

from __future__ import annotations

from physics.atoms import ATOMS

# Atoms in a formula of each cathode.
CATHODES = {
    "nmc111": {"li": 1.0, "ni": 1 / 3, "mn": 1 / 3, "co": 1 / 3, "o": 2.0},
    "nmc532": {"li": 1.0, "ni": 0.5, "mn": 0.3, "co": 0.2, "o": 2.0},
    "nmc622": {"li": 1.0, "ni": 0.6, "mn": 0.2, "co": 0.2, "o": 2.0},
    "nmc811": {"li": 1.0, "ni": 0.8, "mn": 0.1, "co": 0.1, "o": 2.0},
    "lco": {"li": 1.0, "co": 1.0, "o": 2.0},
    "lmo": {"li": 1.0, "mn": 2.0, "o": 4.0},
    "lfp": {"li": 1.0, "fe": 1.0, "p": 1.0, "o": 4.0},
}


def element_content(cathode: str, element: str) -> float:
    """Content of an element in a pure cathode: n M / Σ n M over the atoms of its formula.

    Parameters
    ----------
    cathode
        Name in `CATHODES`, such as nmc622 for LiNi0.6Mn0.2Co0.2O2
    element
        Symbol in lower case; one that the formula lacks has the content 0

    Returns
    -------
    float
        Content [%]

    References
    ----------
    Formulas of the cathodes, IUPAC standard atomic weights.
    """
    atoms = CATHODES[cathode]
    mass = sum(number * ATOMS[symbol][1] for symbol, number in atoms.items())
    return 100.0 * atoms.get(element, 0.0) * ATOMS[element][1] / mass
