"""Materials per square metre of a module, and its efficiency, by year of manufacture."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_YEARS = (2000.0, 2005.0, 2010.0, 2015.0, 2018.0, 2020.0, 2023.0)
_GLASS = (8000.0, 8000.0, 8000.0, 8226.0, 8350.0, 8976.0, 9806.0)  # g/m²
_FRAME = (2434.0, 2114.0, 1987.0, 1495.0, 1362.0, 1344.0, 1229.0)
_SILICON = (765.0, 582.0, 419.0, 419.0, 411.0, 396.0, 375.0)
_ENCAPSULANT = (846.0, 846.0, 846.0, 850.0, 849.0, 849.0, 778.0)
_BACKSHEET = (212.0, 244.0, 377.0, 469.0, 473.0, 433.0, 388.0)
_COPPER = (5.4, 5.4, 5.4, 5.8, 7.5, 8.2, 8.4)
_SILVER = (45.3, 34.4, 12.3, 4.5, 4.3, 3.6, 2.9)
_EFFICIENCY = (13.4, 14.1, 14.7, 17.0, 18.4, 20.3, 21.7)  # %
_FILM_YEARS = (2010.0, 2015.0)
_FILM_GLASS, _CADMIUM, _TELLURIUM = (16000.0, 15500.0), (8.2, 6.0), (9.3, 6.8)  # g/m²


def silicon_module(
    make_year: Numeric,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Masses of a crystalline silicon module, linear between the years of the table and constant beyond.

    Parameters
    ----------
    make_year
        Year of making [a]

    Returns
    -------
    glass : FloatArray
        Glass [g/m²]
    frame : FloatArray
        Aluminium of the frame [g/m²]
    silicon : FloatArray
        Cells [g/m²]
    encapsulant : FloatArray
        Encapsulant [g/m²]
    backsheet : FloatArray
        Backsheet [g/m²]
    copper : FloatArray
        Copper of ribbons and cells, without cables [g/m²]
    silver : FloatArray
        Silver [g/m²]

    References
    ----------
    PV_ICE baselines, National Renewable Energy Laboratory, release as read in 2026.
    """
    year = floats(make_year)
    parts = (_GLASS, _FRAME, _SILICON, _ENCAPSULANT, _BACKSHEET, _COPPER, _SILVER)
    glass, frame, silicon, encapsulant, backsheet, copper, silver = (np.interp(year, _YEARS, part) for part in parts)
    return glass, frame, silicon, encapsulant, backsheet, copper, silver


def silicon_efficiency(make_year: Numeric) -> FloatArray:
    """Efficiency of crystalline silicon modules, linear between the table's years, constant beyond.

    Parameters
    ----------
    make_year
        Year of making [a]

    Returns
    -------
    FloatArray
        Power under standard light over the light [%]

    References
    ----------
    PV_ICE baselines, National Renewable Energy Laboratory, release as read in 2026.
    """
    return np.interp(floats(make_year), _YEARS, _EFFICIENCY)


def telluride_module(make_year: Numeric) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Masses of a cadmium telluride module of two panes, linear from 2010 to 2015 and constant beyond.

    Parameters
    ----------
    make_year
        Year of making [a]

    Returns
    -------
    glass : FloatArray
        Glass [g/m²]
    cadmium : FloatArray
        Cadmium [g/m²]
    tellurium : FloatArray
        Tellurium [g/m²]

    References
    ----------
    PV_ICE baselines, National Renewable Energy Laboratory, release as read in 2026.
    """
    year = floats(make_year)
    glass, cadmium, tellurium = (np.interp(year, _FILM_YEARS, part) for part in (_FILM_GLASS, _CADMIUM, _TELLURIUM))
    return glass, cadmium, tellurium


def mass_share(part: Numeric, whole_mass: Numeric) -> FloatArray:
    """Content of a module by mass: 10^6 m/M.

    Parameters
    ----------
    part
        Mass m of the part of a square metre [g/m²]
    whole_mass
        Mass M of a square metre [g/m²]

    Returns
    -------
    FloatArray
        Content [ppm]

    References
    ----------
    Definition.
    """
    return 1e6 * floats(part) / whole_mass
