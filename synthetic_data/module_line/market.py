"""Sold modules by year of manufacture: types, formats, backsheets, glass; the same for all plants."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.photovoltaics.materials import silicon_efficiency, silicon_module, telluride_module
from physics.photovoltaics.rear_layers import COATING, PVDF_FILM, PVF_FILM

FIRST, LAST = 1990, 2026
YEARS = np.arange(FIRST, LAST + 1, dtype=np.float64)

MONO, MULTI, CDTE, CIGS, ASI, OTHER = range(6)  # in the order of the seed's classes


def _by_year(years: tuple[int, ...], *shares: tuple[float, ...]) -> FloatArray:
    """Shares (years, options) between years, each row summing to 1, accumulated along the options."""
    of_year = np.stack([np.interp(YEARS, years, share) for share in shares], axis=1)
    return np.cumsum(of_year / of_year.sum(axis=1, keepdims=True), axis=1)


# Share of monocrystalline cells in crystalline silicon.
MONO_SHARE = np.interp(YEARS, (2000, 2005, 2010, 2015, 2018, 2021, 2024), (0.45, 0.42, 0.38, 0.25, 0.45, 0.88, 0.98))
# Share of patterned (rolled) glass in fronts of crystalline silicon; it is the one with antimony.
ROLLED_SHARE = np.interp(YEARS, (2005, 2010, 2015, 2020), (0.60, 0.80, 0.90, 0.95))
ROLLED_REARS_FROM = 2016  # rear panes before were float glass

# Formats of crystalline silicon: area [m²] and cells in series; shares by year.
SILICON_AREA = np.array([0.65, 1.28, 1.64, 1.94, 1.70, 1.95, 2.22, 2.58])
SILICON_CELLS = np.array([36.0, 72.0, 60.0, 72.0, 60.0, 54.0, 66.0, 72.0])
SILICON_FORMATS = _by_year(
    (2000, 2007, 2010, 2018, 2020, 2023),
    (0.15, 0.10, 0.04, 0.02, 0.01, 0.01),
    (0.60, 0.40, 0.10, 0.03, 0.00, 0.00),
    (0.20, 0.42, 0.70, 0.65, 0.20, 0.00),
    (0.05, 0.08, 0.16, 0.25, 0.15, 0.02),
    (0.00, 0.00, 0.00, 0.05, 0.40, 0.20),
    (0.00, 0.00, 0.00, 0.00, 0.10, 0.37),
    (0.00, 0.00, 0.00, 0.00, 0.12, 0.20),
    (0.00, 0.00, 0.00, 0.00, 0.02, 0.20),
)
# Formats that all thin films share; what else is taken back for modules, such as collectors.
FILM_AREA = np.array([0.72, 0.94, 1.43])
OTHER_AREA = np.array([0.72, 1.64, 2.05])
FILM_FORMATS = {CDTE: (0.85, 0.10, 0.05), CIGS: (0.35, 0.50, 0.15), ASI: (0.35, 0.15, 0.50), OTHER: (0.2, 0.3, 0.5)}

# Backsheets: fluorine [g/m²], shares among modules of one pane by year. The last, a pane, has none.
BACKSHEETS = (
    "pvf_two_sides",
    "pvf_one_side",
    "pvdf_two_sides",
    "pvdf_one_side",
    "coated",
    "polyester",
    "polyamide",
    "pane",
)
FLUORINE = np.array([2.0 * PVF_FILM, PVF_FILM, 2.0 * PVDF_FILM, PVDF_FILM, COATING, 0.0, 0.0, 0.0])
PVDF = (2, 3)
POLYAMIDE, PANE = 6, 7
BACKSHEET_SHARES = _by_year(
    (2000, 2005, 2010, 2014, 2018, 2020, 2024),
    (0.45, 0.42, 0.36, 0.15, 0.04, 0.02, 0.005),
    (0.15, 0.18, 0.19, 0.10, 0.04, 0.02, 0.005),
    (0.05, 0.08, 0.12, 0.22, 0.28, 0.24, 0.03),
    (0.05, 0.07, 0.13, 0.23, 0.30, 0.28, 0.04),
    (0.00, 0.00, 0.02, 0.10, 0.20, 0.30, 0.68),
    (0.30, 0.23, 0.08, 0.13, 0.12, 0.13, 0.23),
    (0.00, 0.02, 0.10, 0.07, 0.02, 0.01, 0.01),
)
# Outer layer of each, index into `rear_layers.LAYERS`.
OUTER = np.array([0, 0, 1, 1, 2, 3, 4, 5])

# Efficiency of thin films [%].
FILM_EFFICIENCY = {
    CDTE: np.interp(YEARS, (2005, 2010, 2015, 2022), (8.5, 11.0, 15.0, 18.5)),
    CIGS: np.interp(YEARS, (2005, 2010, 2015, 2022), (9.0, 11.0, 13.5, 16.0)),
    ASI: np.interp(YEARS, (2005, 2010, 2015), (6.0, 6.8, 8.0)),
}
EFFICIENCY = silicon_efficiency(YEARS)
GLASS, FRAME, SILICON, ENCAPSULANT, BACKSHEET, COPPER, SILVER = silicon_module(YEARS)
FILM_GLASS, CADMIUM, _ = telluride_module(YEARS)
ONE_PANE, TWO_PANES = 8000.0, 12000.0  # g/m²: 3.2 mm, and twice 2.4 mm
# So many modules of two panes that the mean glass is the table's.
TWO_PANE_SHARE = np.clip((GLASS - ONE_PANE) / (TWO_PANES - ONE_PANE), 0.0, 1.0)
