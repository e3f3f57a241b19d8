"""Precipitation of gibbsite: growth on seed, one stirred tank, a train of tanks, occluded soda."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_ZERO = 273.15  # K
_SODA_TEMPERATURE, _SODA_CAUSTIC = 66.0, 235.0  # °C and g/L, of the coefficients


def growth_constant(
    liquor_temperature: Numeric,
    growth_factor: Numeric = 1.1e10,
    activation_temperature: Numeric = 7600.0,
    organic_carbon: Numeric = 10.0,
    carbonate: Numeric = 40.0,
) -> FloatArray:
    """Growth constant of gibbsite: k = k0 exp(-E/(R T)) exp(-0.02 (TOC - 10) - 0.004 (Na2CO3 - 40)).

    Parameters
    ----------
    liquor_temperature
        Temperature T [°C]
    growth_factor
        Factor k0, as Al2O3 [g/h/m²]
    activation_temperature
        Activation energy over the gas constant, E/R [K]
    organic_carbon
        Total organic carbon TOC, which poisons the surface [g/L]
    carbonate
        Sodium carbonate [g/L]

    Returns
    -------
    FloatArray
        Rate at a supersaturation of 1, as Al2O3 [g/h/m²]

    References
    ----------
    Order 2 and E/R 8164 K: Muhr et al., Ind. Eng. Chem. Res. 36, 675, 1997; fits of plants 7200 to 7600 K: White and
    Bateman 1988 (recalled). k0 is fitted to a yield of 75 g/L; the two slopes of impurities are assumed.
    """
    poisoned = -0.02 * (floats(organic_carbon) - 10.0) - 0.004 * (floats(carbonate) - 40.0)
    return growth_factor * np.exp(poisoned - floats(activation_temperature) / (floats(liquor_temperature) + _ZERO))


def tank_alumina(entering: Numeric, equilibrium: Numeric, caustic: Numeric, tank_strength: Numeric) -> FloatArray:
    """Alumina in a stirred tank of order 2: A0 - A = K ((A - A*)/C)², solved for A.

    The root between A* and A0, in the form that loses no digits: A - A* = 2 d/(1 + sqrt(1 + 4 K d/C²)), d = A0 - A*.
    A liquor below equilibrium stays as it is.

    Parameters
    ----------
    entering
        Alumina A0 that flows in, as Al2O3 [g/L]
    equilibrium
        Alumina A* over gibbsite at the tank's temperature, as Al2O3 [g/L]
    caustic
        Hydroxide and aluminate C, as Na2CO3 [g/L]
    tank_strength
        K = k n s t: rate on a square metre, seed in a litre, its surface, time in the tank; 0 of one out of use [g/L]

    Returns
    -------
    FloatArray
        Alumina A that flows out, as Al2O3 [g/L]

    References
    ----------
    Balance of a continuous stirred tank with the order of Muhr et al. 1997; exact.
    """
    driven = floats(entering) - equilibrium
    steep = 4.0 * floats(tank_strength) / np.square(caustic) * np.maximum(driven, 0.0)
    return equilibrium + 2.0 * driven / (1.0 + np.sqrt(1.0 + steep))


def tank_strength(
    growth_rate: Numeric, seed_content: Numeric, specific_surface: Numeric, residence_time: Numeric
) -> FloatArray:
    """Strength of a tank at a supersaturation of 1: K = k n s t.

    Parameters
    ----------
    growth_rate
        Growth k on a square metre of seed, as Al2O3 [g/h/m²]
    seed_content
        Hydrate n in the slurry [g/L]
    specific_surface
        Surface s of the hydrate [m²/g]
    residence_time
        Time t in the tank [h]

    Returns
    -------
    FloatArray
        Strength K, as Al2O3 [g/L]

    References
    ----------
    Definition; rates of Precipitator models of process simulators have the same product.
    """
    return floats(growth_rate) * seed_content * specific_surface * residence_time


def train_temperatures(fill: Numeric, end: Numeric, tanks: FloatArray, most: int) -> FloatArray:
    """Temperature of each tank of a train that cools evenly from the first to the last one in use.

    Parameters
    ----------
    fill
        Temperature of the first tank, shape (...) [°C]
    end
        Temperature of the last tank in use, shape (...) [°C]
    tanks
        Tanks in use, 2 or more, shape (...) [1]
    most
        Tanks of the train [1]

    Returns
    -------
    FloatArray
        Temperatures, shape (most, ...); those out of use are as warm as the last [°C]

    References
    ----------
    Linear cooling, assumed: coolers stand between all tanks.
    """
    place = np.arange(float(most)).reshape(-1, *[1] * floats(tanks).ndim)
    share = np.minimum(place / (floats(tanks) - 1.0), 1.0)
    return floats(fill) + (floats(end) - fill) * share


def train_alumina(
    entering: FloatArray, equilibrium: FloatArray, caustic: FloatArray, strength: FloatArray
) -> FloatArray:
    """Alumina in each tank of a train, in order of flow.

    Parameters
    ----------
    entering
        Alumina that flows into the first tank, shape (...), as Al2O3 [g/L]
    equilibrium
        Alumina over gibbsite in each tank, shape (tanks, ...), as Al2O3 [g/L]
    caustic
        Hydroxide and aluminate, shape (...), as Na2CO3 [g/L]
    strength
        Of each tank, shape (tanks, ...); 0 of one out of use, as Al2O3 [g/L]

    Returns
    -------
    FloatArray
        Alumina, shape (tanks, ...), as Al2O3 [g/L]

    References
    ----------
    `tank_alumina`, tank after tank.
    """
    result = []
    steep = 4.0 * strength / np.square(caustic)
    left = entering
    for saturated, power in zip(equilibrium, steep, strict=True):
        driven = left - saturated  # as in `tank_alumina`, but for what all tanks share
        left = saturated + 2.0 * driven / (1.0 + np.sqrt(1.0 + power * np.maximum(driven, 0.0)))
        result.append(left)
    return np.array(result)


def product_soda(
    mean_square: Numeric,
    train_temperature: Numeric,
    caustic: Numeric,
    occluded_floor: Numeric = 0.16,
    occluded_slope: Numeric = 2.4,
    leachable_soda: Numeric = 0.04,
) -> FloatArray:
    """Soda in alumina: w = w0 + b m^0.7 exp(0.012 (66 - T)) sqrt(C/235) + w1.

    Crystals that grow fast and cold enclose more.

    Parameters
    ----------
    mean_square
        Mean m of the squared supersaturations of the tanks [1]
    train_temperature
        Mean temperature T of the tanks [°C]
    caustic
        Hydroxide and aluminate C, as Na2CO3 [g/L]
    occluded_floor
        Soda w0 that slow growth encloses, as Na2O [%]
    occluded_slope
        Slope b, as Na2O [%]
    leachable_soda
        Soda w1 that washing leaves, as Na2O [%]

    Returns
    -------
    FloatArray
        Soda w, as Na2O [%]

    References
    ----------
    Directions: Armstrong, "Soda in alumina" (recalled); form and coefficients are assumed.
    """
    fast = np.power(floats(mean_square), 0.7) * np.exp(0.012 * (_SODA_TEMPERATURE - floats(train_temperature)))
    enclosed: FloatArray = floats(occluded_slope) * fast * np.sqrt(floats(caustic) / _SODA_CAUSTIC)
    return occluded_floor + enclosed + leachable_soda
