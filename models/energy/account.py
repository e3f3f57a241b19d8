"""Energy and greenhouse gases per tonne of product, by boundary, scope and use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from models.interfaces.energy import Account, AnyEnergy, EnergyFlow, Prices
from models.interfaces.physics import Columns
from physics.arrays import FloatArray
from physics.prices import checked
from seeds import Norm, Quantity

COAL_EQUIVALENT = "kgce/t"


def factors_of(physics: AnyEnergy, stated: Collection[str] = ()) -> dict[str, str]:
    """Return the [economics] values of an account with their units: needed, and stated optional ones."""
    optional = {name: unit for name, unit in physics.OPTIONAL.items() if name in stated}
    return {**physics.KIND.factors, **physics.FACTORS, **optional}


def check_factors(physics: AnyEnergy, economics: Mapping[str, Quantity], norms: Sequence[Norm] = ()) -> None:
    """Check that a seed's factors and norms suit the account of its process.

    Raises
    ------
    ValueError
        A factor is missing, in another unit, negative or no number, or a norm has a boundary or a unit that the account
        lacks; it is named.
    """
    for name, unit in factors_of(physics, economics).items():
        if name in economics and economics[name].unit != unit:
            raise ValueError(f"economics.{name}.unit: got '{economics[name].unit}': expected '{unit}'")
    physics.tiers(_checked(physics, {name: one.value for name, one in economics.items()}))
    for norm in norms:
        for part, got, can in (
            ("boundary", norm.boundary, (*physics.KIND.boundaries,)),
            ("unit", norm.unit, (physics.KIND.unit, COAL_EQUIVALENT)),
        ):
            if got not in can:
                raise ValueError(f"norms.{norm.name}.{part}: got '{got}': expected {' or '.join(can)}")


def account(physics: AnyEnergy, columns: Columns, target: FloatArray, economics: Prices) -> Account:
    """Energy and greenhouse gases of n rows.

    Parameters
    ----------
    physics : AnyEnergy
        Energy of the process.
    columns : Mapping of str to ndarray, shape (n,)
        Measured columns, in the unit of the seed; NaN where missing.
    target : ndarray, shape (n,) or (e, n)
        Values of its `TARGET`, above 0; e of each row if several are requested together [its unit].
    economics : Mapping of str to float
        Values of the seed's [economics], in the unit of the seed.

    Returns
    -------
    Account
        Of the shape of the target; what does not depend on it may be of shape (n,).

    Raises
    ------
    ValueError
        A factor is missing, negative or no number; it is named.
    """
    return physics.account(columns, target, _checked(physics, economics))


def flow(physics: AnyEnergy, columns: Columns, target: FloatArray, economics: Prices) -> EnergyFlow:
    """Return the energy flows of n rows: uses and external parts sum to the comprehensive energy.

    Parameters and errors as of `account`; columns hold measured targets too.
    """
    return physics.flow(columns, target, _checked(physics, economics))


def _checked(physics: AnyEnergy, economics: Prices) -> dict[str, float]:
    return checked(economics, factors_of(physics, economics), physics.KIND.above_zero)
