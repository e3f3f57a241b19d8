"""Colour of a metal's surface in a line camera: hue, saturation, brightness by composition and patina.

Hue is a share of the colour circle, 0 red and 1/6 yellow; times 360 it is an angle in degrees.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_CIRCLE = 360.0  # degrees, in which the constants of hue below are given


def copper_share(copper: Numeric) -> FloatArray:
    """Weight of copper-alloy colour: 1 well above half copper, 0 well below.

    Zinc alloys with some per cent of copper and aluminium bronzes of its grey end are white; all alloys from 57 wt% of
    copper have colour.

    Parameters
    ----------
    copper
        Copper [wt%]

    Returns
    -------
    FloatArray
        Share of the copper alloys' colour [1]

    References
    ----------
    Logistic in copper between the white and the yellow alloys of copper and zinc; its middle and width are assumed.
    """
    return 1.0 / (1.0 + np.exp(-(np.asarray(copper, dtype=np.float64) - 50.0) / 2.0))


def metal_hue(copper: Numeric, zinc: Numeric, tin: Numeric, nickel: Numeric) -> FloatArray:
    """Hue of a clean metal: red copper turns yellow with zinc, tin, nickel; white metals show the lamp's.

    17° and 0.75° for 1 wt% of zinc, 1.1° of tin, 0.5° of nickel in copper alloys: copper 17°, gunmetal 26°, tin bronze
    29°, brass 40 to 46°. White metals reflect a warm lamp's 17° as copper does, hardly coloured.

    Parameters
    ----------
    copper
        Copper [wt%]
    zinc
        Zinc [wt%]
    tin
        Tin [wt%]
    nickel
        Nickel [wt%]

    Returns
    -------
    FloatArray
        Hue [1]

    References
    ----------
    Straight line through the middles of published ranges: copper 10-25°, bronze 20-35°, brass 35-50° (assumed).
    """
    turned = 0.75 * np.asarray(zinc, dtype=np.float64) + 1.1 * np.asarray(tin) + 0.5 * np.asarray(nickel)
    return (17.0 + copper_share(copper) * turned) / _CIRCLE


def metal_saturation(copper: Numeric, tin: Numeric, nickel: Numeric) -> FloatArray:
    """Saturation of a clean metal: 0.05 for white metals, up to 0.38 for copper alloys.

    Parameters
    ----------
    copper
        Copper [wt%]
    tin
        Tin [wt%]
    nickel
        Nickel [wt%]

    Returns
    -------
    FloatArray
        Saturation, 0 grey to 1 [1]

    References
    ----------
    Published ranges: copper 0.25-0.50, brass 0.25-0.45, bronze 0.20-0.35, white metals below 0.10; nickel whitens
    copper from about 15 wt% on (assumed).
    """
    whitened = np.exp(-0.03 * np.asarray(tin, dtype=np.float64) - np.square(np.asarray(nickel) / 14.0))
    return 0.05 + 0.33 * copper_share(copper) * whitened


def metal_brightness(copper_alloy: Numeric, aluminium: Numeric, iron_alloy: Numeric, lead: Numeric) -> FloatArray:
    """Brightness of a clean metal: 0.57 plus the effect of aluminium, less that of lead.

    Parameters
    ----------
    copper_alloy
        Copper [wt%]
    aluminium
        Aluminium and magnesium [wt%]
    iron_alloy
        Iron, chromium, nickel and titanium [wt%]
    lead
        Lead [wt%]

    Returns
    -------
    FloatArray
        Brightness (value of hue, saturation and value) [1]

    References
    ----------
    Mean by weight of the middles of published ranges: aluminium 0.75-0.9, stainless 0.5-0.7, zinc 0.5-0.65, lead
    0.35-0.5; copper 0.65 assumed.
    """
    return 0.01 * (
        57.0
        + 0.08 * np.asarray(copper_alloy, dtype=np.float64)
        + 0.255 * np.asarray(aluminium)
        + 0.03 * np.asarray(iron_alloy)
        - 0.15 * np.asarray(lead)
    )


def patinated(
    hue: Numeric, hsv_saturation: Numeric, brightness: Numeric, patina: Numeric, hue_shift: Numeric
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Colour of a metal below a patina of any density: brown to black, the hue to either side.

    A full patina takes 0.3 of brightness and half of the saturation.

    Parameters
    ----------
    hue
        Hue of the clean metal [1]
    hsv_saturation
        Saturation of the clean metal [1]
    brightness
        Brightness of the clean metal [1]
    patina
        How far the patina has gone, 0 clean to 1 black [1]
    hue_shift
        Shift of the hue by a full patina, within 8° to either side [1]

    Returns
    -------
    tuple[FloatArray, FloatArray, FloatArray]
        Hue, saturation and brightness [1]

    References
    ----------
    Published: hue by 8° to either side, brightness by 0.3; the loss of saturation is assumed.
    """
    covered = np.asarray(patina, dtype=np.float64)
    darker = np.maximum(np.asarray(brightness) - 0.3 * covered, 0.05)
    return hue + covered * hue_shift, hsv_saturation * (1.0 - 0.5 * covered), darker
