"""Outer layers of a module's rear: fluorine that they hold, and how they look in the near infrared."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

# Outer layers, and their band ratios between 1.1 and 2.4 µm against a white tile. Assumed: that coatings look much like
# polyester, and glass like nothing else, is known; the numbers are not.
LAYERS = ("pvf", "pvdf", "coating", "polyester", "polyamide", "glass")
RATIOS = np.array(
    [
        [1.00, 0.62, 0.84, 0.55, 0.93, 0.70],
        [0.92, 0.80, 0.66, 0.72, 0.88, 0.58],
        [0.78, 0.70, 0.78, 0.88, 0.72, 0.80],
        [0.74, 0.66, 0.82, 0.98, 0.66, 0.88],
        [0.66, 0.95, 0.74, 0.82, 0.58, 0.95],
        [0.45, 0.42, 0.44, 0.43, 0.40, 0.38],
    ]
)


def layer_fluorine(film_thickness: Numeric, film_density: Numeric, fluorine_share: Numeric) -> FloatArray:
    """Fluorine in a film: F = t rho w.

    Parameters
    ----------
    film_thickness
        Thickness t [µm]
    film_density
        Density rho [g/cm³]
    fluorine_share
        Mass share w of fluorine: 0.41 in (CH2CHF)n, 0.59 in (CH2CF2)n [1]

    Returns
    -------
    FloatArray
        Fluorine [g/m²]

    References
    ----------
    Stoichiometry.
    """
    return floats(film_thickness) * film_density * fluorine_share


PVF_FILM = float(layer_fluorine(37.0, 1.48, 0.4126))  # g/m², of one film of 37 µm
PVDF_FILM = float(layer_fluorine(25.0, 1.77, 0.5934))  # g/m², of one film of 25 µm
COATING = 10.0  # g/m², assumed for 10-15 µm of fluorinated coating
