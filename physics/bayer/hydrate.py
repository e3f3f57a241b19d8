"""Sizes of hydrate: surface of seed in five classes, nucleation, agglomeration, cycle of fines."""

from __future__ import annotations

import functools
import operator

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

# Classes below 20, 20-45, 45-90, 90-150 and above 150 µm: a middle diameter of each, its usual share of the seed.
DIAMETERS = (10.0, 32.0, 67.0, 115.0, 170.0)  # µm
USUAL_SHARES = (0.03, 0.19, 0.43, 0.29, 0.06)
_GIBBSITE = 2.42  # g/cm³
_USUAL_FINE_RATIO = 0.18
_USUAL_FIRST = 76.0  # °C


def sphere_surface(diameter: Numeric, surface_roughness: Numeric = 1.1) -> FloatArray:
    """Surface of hydrate of one size: s = 6 r/(rho d).

    Parameters
    ----------
    diameter
        Diameter d [µm]
    surface_roughness
        Surface r over that of a sphere [1]

    Returns
    -------
    FloatArray
        Surface s [m²/g]

    References
    ----------
    Geometry; density of gibbsite 2.42 g/cm³ (handbook); roughness assumed.
    """
    return 6.0 * floats(surface_roughness) / (_GIBBSITE * floats(diameter))


def nucleation_ratio(
    first_supersaturation: Numeric,
    first_temperature: Numeric,
    middle_ratio: Numeric,
    usual_supersaturation: Numeric = 0.26,
    answer: Numeric = 4.0,
) -> FloatArray:
    """Nuclei born a day over the usual: B = (s/s0)² exp(-0.05 (T - 76)) m^-q.

    Parameters
    ----------
    first_supersaturation
        Supersaturation s of the first tank, 0 or more [1]
    first_temperature
        Temperature T of the first tank [°C]
    middle_ratio
        Hydrate m of 45 to 90 µm over the usual, above 0: its surface holds nuclei down [1]
    usual_supersaturation
        Usual supersaturation s0 of the first tank [1]
    answer
        Exponent q [1]

    Returns
    -------
    FloatArray
        Births B over the usual [1]

    References
    ----------
    That cold and supersaturated first tanks nucleate is practice; the exponents are assumed, q so that fines go up and
    down within 20 to 40 days, as plants report.
    """
    driven = np.square(floats(first_supersaturation) / usual_supersaturation)
    return (
        driven
        * np.exp(-0.05 * (floats(first_temperature) - _USUAL_FIRST))
        * np.power(floats(middle_ratio), -floats(answer))
    )


def agglomeration_ratio(
    first_supersaturation: Numeric,
    first_temperature: Numeric,
    fine_ratio: Numeric,
    usual_supersaturation: Numeric = 0.26,
) -> FloatArray:
    """Agglomeration of fines relative to normal: a = (s/s0)² sqrt(f/0.18) exp(0.08 (T - 76)).

    Parameters
    ----------
    first_supersaturation
        Supersaturation s of the first tank, 0 or more [1]
    first_temperature
        Temperature T of the first tank [°C]
    fine_ratio
        Share f of the seed that is fine seed, sent to the first tanks [1]
    usual_supersaturation
        Usual supersaturation s0 of the first tank [1]

    Returns
    -------
    FloatArray
        Agglomeration a over the usual [1]

    References
    ----------
    That hot first tanks with fine seed agglomerate is practice; the form is assumed.
    """
    driven = np.square(floats(first_supersaturation) / usual_supersaturation)
    hot = np.exp(0.08 * (floats(first_temperature) - _USUAL_FIRST))
    return driven * np.sqrt(floats(fine_ratio) / _USUAL_FINE_RATIO) * hot


def next_classes(
    classes: FloatArray, births: FloatArray, agglomeration: FloatArray, rates: FloatArray, agglomerating: float
) -> FloatArray:
    """Hydrate of each class a day later, relative to normal: growth moves mass from the class below.

    x0' = r0 (B - x0) - g (a - 1) x0, xi' = ri (x(i-1) - xi), and of the second class - g (a - 1) x1 as well.

    Parameters
    ----------
    classes
        Hydrate of each class over the usual, shape (5, ...) [1]
    births
        Nuclei over the usual, shape (...) [1]
    agglomeration
        Agglomeration over the usual, shape (...) [1]
    rates
        Part of each class that grows out of it in a day, shape (5,) [1/d]
    agglomerating
        Part of the fines that the usual agglomeration takes in a day [1/d]

    Returns
    -------
    FloatArray
        Hydrate of each class over the usual, shape (5, ...) [1]

    References
    ----------
    Population balance in classes after Hounslow, reduced to departures from the usual; rates are assumed.
    """
    fed = np.concatenate((births[None], classes[:-1]))
    shape = (-1, *[1] * (classes.ndim - 1))
    moved = classes + rates.reshape(shape) * (fed - classes)
    moved[:2] -= agglomerating * (agglomeration - 1.0) * classes[:2]
    return np.minimum(np.maximum(moved, 0.2), 5.0)


def class_shares(classes: FloatArray) -> FloatArray:
    """Share of each class in the seed's mass.

    Parameters
    ----------
    classes
        Hydrate of each class over the usual, shape (5, ...) [1]

    Returns
    -------
    FloatArray
        Shares, shape (5, ...), whose sum is 1 [1]

    References
    ----------
    Definition; the usual shares are assumed: 22 % below 45 µm is practice.
    """
    mass = np.array(USUAL_SHARES).reshape(-1, *[1] * (classes.ndim - 1)) * classes
    result: FloatArray = mass / functools.reduce(operator.add, mass)
    return result


def specific_surface(shares: FloatArray, surface_roughness: float = 1.1) -> FloatArray:
    """Surface of seed of all classes.

    Parameters
    ----------
    shares
        Share of each class in the mass, shape (5, ...) [1]
    surface_roughness
        Surface over that of spheres [1]

    Returns
    -------
    FloatArray
        Surface, shape (...) [m²/g]

    References
    ----------
    Sum of `sphere_surface` over the classes.
    """
    of_class = sphere_surface(np.array(DIAMETERS), surface_roughness)
    result: FloatArray = np.tensordot(of_class, shares, axes=1)
    return result
