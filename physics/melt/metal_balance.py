"""Impurities of primary aluminium from raw materials to the furnace charge: sources, pools, blends."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

ALUMINA_USE = 1.93  # kg of alumina a kg of metal
CARBON_USE = 0.41  # kg of anode a kg of metal, net


def alumina_contribution(oxide: Numeric, element_share: Numeric, alumina_use: Numeric = ALUMINA_USE) -> FloatArray:
    """Content that an oxide of the alumina brings into the metal: 10^4 x w f.

    Parameters
    ----------
    oxide
        Content x of the oxide in the alumina [wt%]
    element_share
        Mass share w of the element in its oxide; 0.699 for iron in Fe2O3 [1]
    alumina_use
        Alumina f for a mass of metal; 1.93 in plants, 1.889 by stoichiometry [kg/kg]

    Returns
    -------
    FloatArray
        Content in the metal if all of it goes there [ppm]

    References
    ----------
    Grjotheim and Kvande 1993, Introduction to Aluminium Electrolysis; Kvande's balances of iron, silicon and gallium.
    """
    return 1e4 * np.asarray(oxide, dtype=np.float64) * element_share * alumina_use


def anode_contribution(anode_content: Numeric, carbon_use: Numeric = CARBON_USE) -> FloatArray:
    """Content that an element of the anode's ash brings into the metal: x n.

    Parameters
    ----------
    anode_content
        Content x of the element in the baked anode [ppm]
    carbon_use
        Anode n burnt for a mass of metal, net of butts; 0.41 in plants [kg/kg]

    Returns
    -------
    FloatArray
        Content in the metal if all of it goes there [ppm]

    References
    ----------
    Grjotheim and Kvande 1993, Introduction to Aluminium Electrolysis: net carbon 395-430 kg/t.
    """
    return np.asarray(anode_content, dtype=np.float64) * carbon_use


def closed_loop_recovery(metal_share: Numeric, scrubber_return: Numeric) -> FloatArray:
    """Share of a fed element that ends in the metal if the scrubber returns its fume: m/(1 - r (1 - m)).

    Gallium, vanadium and phosphorus leave the bath as fluorides; the dry scrubber sends them back with the alumina.

    Parameters
    ----------
    metal_share
        Share m that goes from bath to metal at each pass [1]
    scrubber_return
        Share r of the fume that comes back with the secondary alumina [1]

    Returns
    -------
    FloatArray
        Share that ends in the metal; 1 where all fume returns [1]

    References
    ----------
    Sum of the passes, m (1 + q + q² + ...) with q = r (1 - m); Grjotheim and Kvande 1993 on the dry scrubber's loop.
    """
    return np.asarray(metal_share, dtype=np.float64) / (1.0 - scrubber_return * (1.0 - np.asarray(metal_share)))


def pool_content(pool_before: Numeric, feed_content: Numeric, pool_exchange: Numeric) -> FloatArray:
    """Content of a pot's metal pool, and of what is tapped from it, after a step: (x + k u)/(1 + k).

    The pool keeps its mass, metal is tapped at the content at the end of the step, and the mass of the element closes:
    x' - x = k (u - x').

    Parameters
    ----------
    pool_before
        Content x before the step [ppm]
    feed_content
        Content u of what was made in the step, by its raw materials and the steel that it dissolved [ppm]
    pool_exchange
        Metal k made and tapped in the step over the mass of the pool [1]

    Returns
    -------
    FloatArray
        Content x' after the step [ppm]

    References
    ----------
    Mass balance of a stirred pool, implicit in time.
    """
    return (np.asarray(pool_before, dtype=np.float64) + pool_exchange * np.asarray(feed_content)) / (
        1.0 + np.asarray(pool_exchange)
    )


def blended_content(main_content: Numeric, added_content: Numeric, added_share: Numeric) -> FloatArray:
    """Content of a blend of two metals: x (1 - s) + y s.

    Parameters
    ----------
    main_content
        Content x of the one metal [ppm]
    added_content
        Content y of the other [ppm]
    added_share
        Share s of the other in the blend [%]

    Returns
    -------
    FloatArray
        Content of the blend [ppm]

    References
    ----------
    Mass balance.
    """
    share = 0.01 * np.asarray(added_share, dtype=np.float64)
    return (1.0 - share) * main_content + share * added_content


def concentrated_content(melt_content: Numeric, melt_loss: Numeric) -> FloatArray:
    """Content of an element that stays while aluminium burns to dross: x/(1 - loss).

    Parameters
    ----------
    melt_content
        Content x before [ppm]
    melt_loss
        Share of the melt that goes to dross as metal and oxide [%]

    Returns
    -------
    FloatArray
        Content of what is cast [ppm]

    References
    ----------
    Mass balance.
    """
    return np.asarray(melt_content, dtype=np.float64) / (1.0 - 0.01 * np.asarray(melt_loss))
