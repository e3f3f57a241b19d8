"""Influence coefficients of heavy metals in X-ray fluorescence: matrix effects on a line.

Computed with `physics.sorting.fluorescence_head` for a rhodium tube at 50 kV behind 0.2 mm of aluminium, rays at 45°
and 30 mm of air, enhancement included; from alloys of two metals in equal parts.
"""

import numpy as np

ELEMENTS = ("ti", "cr", "mn", "fe", "ni", "cu", "zn", "mo", "sn", "sb", "pb")
# Photons of a thick pure metal in the element's line, over those of copper; of lead in Lα and Lβ together.
PURE = np.array([0.188, 0.367, 0.477, 0.6, 0.869, 1.0, 1.123, 0.778, 0.133, 0.105, 0.513])
# Lachance and Traill: w_i = r_i (1 + sum over j of a_ij w_j), r_i the line over that of the pure metal; i by row.
INFLUENCE = np.array(
    [
        [0, -0.1, -0.02, 0.08, 0.29, 0.33, 0.46, 3.19, 5.9, 5.31, 4.6],  # ti
        [3.25, 0, 0.11, -0.18, -0.03, 0.01, 0.09, 1.94, 3.93, 4.18, 3.12],  # cr
        [2.55, -0.1, 0, 0.14, -0.12, -0.11, -0.04, 1.52, 3.25, 3.48, 2.63],  # mn
        [1.9, 2.92, -0.13, 0, -0.23, -0.22, -0.17, 1.1, 2.55, 2.75, 2.1],  # fe
        [1.13, 1.78, 1.87, 2.2, 0, 0.02, -0.34, 0.52, 1.6, 1.74, 1.38],  # ni
        [0.97, 1.44, 1.65, 1.97, -0.05, 0, 0.06, 0.39, 1.39, 1.52, 1.24],  # cu
        [0.73, 1.11, 1.34, 1.62, 2.15, -0.09, 0, 0.22, 1.09, 1.21, 1.03],  # zn
        [-0.5, -0.36, -0.29, -0.19, 0.01, 0.05, 0.16, 0, -0.36, -0.32, 1.63],  # mo
        [-0.71, -0.63, -0.59, -0.53, -0.4, -0.37, -0.3, 0.58, 0, -0.11, 0.71],  # sn
        [-0.73, -0.65, -0.61, -0.55, -0.43, -0.4, -0.34, 0.51, -0.03, 0, 0.63],  # sb
        [-0.47, -0.33, -0.27, -0.17, 0.02, 0.07, 0.16, -0.62, -0.35, -0.31, 0],  # pb
    ]
)
# Scattered continuum in the window of each line with a window of its own, over Compton scatter of aluminium.
BACKGROUND = {
    "fe": 0.0007,
    "ni": 0.0052,
    "cu": 0.0106,
    "zn": 0.0188,
    "pb_la": 0.0592,
    "pb_lb": 0.1037,
    "mo": 0.1355,
    "sn": 0.0917,
    "sb": 0.085,
}
# Counts in both windows of scattered rhodium from a thick pure metal, over photons of copper in its line.
SCATTER = np.array([0.00369, 0.00316, 0.00293, 0.00273, 0.0024, 0.00226, 0.00213, 0.00453, 0.0062, 0.00602, 0.00274])
SCATTER_LIGHT = 1.9  # of aluminium over that of the heavy metals in it, by weight; set on EN AB-46000
