"""Electrode powder by mass balance: cathode, graphite, electrolyte residue and burnt mass."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.atoms import ATOMS
from physics.black_mass.cathodes import element_content

ELECTROLYTE_LITHIUM, ELECTROLYTE_PHOSPHORUS = 0.15, 0.2  # of the powder, of LiPF6 [%]
ACTIVE_SHARE = 0.6  # of cathode in a powder of shredded cells; graphite and carbon black are 25-38 %
_LFP_PHOSPHORUS = element_content("lfp", "p")


def powder_content(cathode_content: Numeric, active_share: Numeric, electrolyte_content: Numeric = 0.0) -> FloatArray:
    """Content of an element in the powder: w f + e.

    Parameters
    ----------
    cathode_content
        Content w of the cathodes, mixed as they are fed [%]
    active_share
        Share f of cathode in the powder [1]
    electrolyte_content
        Content e of the powder that dried electrolyte leaves [%]

    Returns
    -------
    FloatArray
        Content [%]

    References
    ----------
    Balance of mass.
    """
    result: FloatArray = np.asarray(cathode_content, dtype=np.float64) * active_share + electrolyte_content
    return result


def phosphorus_of_lfp(
    lfp_share: Numeric,
    active_share: Numeric = ACTIVE_SHARE,
    electrolyte_content: Numeric = ELECTROLYTE_PHOSPHORUS,
) -> FloatArray:
    """Phosphorus of a powder by its iron phosphate: 19.6 % s f + e; no other cathode holds phosphorus.

    Parameters
    ----------
    lfp_share
        Share s of lithium iron phosphate among the cathodes [1]
    active_share
        Share f of cathode in the powder [1]
    electrolyte_content
        Content e of the powder that dried electrolyte leaves [%]

    Returns
    -------
    FloatArray
        Content of phosphorus [%]

    References
    ----------
    Balance of mass; what LiPF6 leaves, 0.2 %, is assumed.
    """
    return powder_content(_LFP_PHOSPHORUS * np.asarray(lfp_share, dtype=np.float64), active_share, electrolyte_content)


def enriched_share(active_share: Numeric, burnt_share: Numeric) -> FloatArray:
    """Share of cathode after carbon of the powder has burnt: f/(1 - b).

    Parameters
    ----------
    active_share
        Share f of cathode before [1]
    burnt_share
        Share b of the powder's mass that burns, below 1 [1]

    Returns
    -------
    FloatArray
        Share of cathode [1]

    References
    ----------
    Balance of mass: oxides stay.
    """
    result: FloatArray = np.asarray(active_share, dtype=np.float64) / (1.0 - np.asarray(burnt_share))
    return result


def lithium_of_metals(powder_nickel: Numeric, powder_cobalt: Numeric, powder_manganese: Numeric) -> FloatArray:
    """Lithium of layered oxides, one atom for each metal atom: 6.94 (Ni/58.69 + Co/58.93 + Mn/54.94).

    Parameters
    ----------
    powder_nickel
        Content of nickel in the powder [%]
    powder_cobalt
        Content of cobalt in the powder [%]
    powder_manganese
        Content of manganese in the powder [%]

    Returns
    -------
    FloatArray
        Lithium of the cathodes; of spinels it is half as much for their manganese [%]

    References
    ----------
    Formula LiMO2.
    """
    metals = np.asarray(powder_nickel, dtype=np.float64) / ATOMS["ni"][1]
    metals = metals + np.asarray(powder_cobalt) / ATOMS["co"][1] + np.asarray(powder_manganese) / ATOMS["mn"][1]
    result: FloatArray = ATOMS["li"][1] * metals
    return result
