"""Everything that a report states of a month's energy and carbon, as plain data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.energy.account import account, check_factors, factors_of, flow
from models.energy.grades import counted
from models.interfaces.energy import Account, AnyEnergy, EnergyFlow
from models.processes.lookup import energy_of
from models.table.contract import Checked
from models.table.reading import digest, read_table
from physics.arrays import BoolArray, FloatArray
from seeds import Norm, Quantity, Seed

NINETY = 1.645  # standard deviations on both sides that hold 90 % of a normal distribution


class EnergyError(ValueError):
    """A report that cannot be made: no energy is accounted for, or none is known in the month."""


@dataclass(frozen=True)
class MonthCompliance:
    """Compliance of a month with a norm.

    Attributes
    ----------
    norm : Norm
        The norm.
    energy : float
        What it limits, mean of the month's product [unit of the norm].
    grade, following : str or None
        Best grade that is kept, and the next better one; None where there is none.
    distance : float
        Energy above the limit of the next grade; NaN where there is none [unit of the norm].
    """

    norm: Norm
    energy: float
    grade: str | None
    following: str | None
    distance: float


@dataclass(frozen=True, eq=False)
class EnergyMonth:
    """A month of n rows whose energy is known.

    Attributes
    ----------
    seed : Seed
        The process; whose factors and norms count.
    physics : AnyEnergy
        Energy of the process.
    month : str
        As 2025-12: of the rows whose period starts in it.
    table : DataFrame
        The rows.
    left_out : int
        Rows of the month whose target is not measured, without product, or without a column that energy needs.
    set_aside : int
        Rows of the whole table that were out of physical range, or no rows of the plant.
    cautions : tuple of str
        What a reader of the table should know.
    data_digest : str
        Of the whole table.
    factors : Mapping of str to Quantity
        What energy was reckoned with.
    columns : Mapping of str to ndarray, shape (n,)
        Number columns of the rows, inputs and targets.
    measured : ndarray, shape (n,)
        Measured values of `physics.TARGET` [its unit].
    product : ndarray, shape (n,)
        Product of each row, of what `physics.MADE_BY` says [t].
    account, flow : Account and EnergyFlow
        Energy and greenhouse gases of each row, and where its energy goes.
    """

    seed: Seed
    physics: AnyEnergy
    month: str
    table: pd.DataFrame
    left_out: int
    set_aside: int
    cautions: tuple[str, ...]
    data_digest: str
    factors: Mapping[str, Quantity]
    columns: Mapping[str, FloatArray]
    measured: FloatArray
    product: FloatArray
    account: Account
    flow: EnergyFlow

    def mean(self, values: FloatArray) -> float:
        """Mean of a quantity a tonne over the month's product; rows where it is not known are passed over."""
        known = np.isfinite(values)
        return float(np.average(values[known], weights=self.product[known])) if known.any() else float("nan")

    @property
    def standings(self) -> list[MonthCompliance]:
        """Compliance of the month's product with each norm of the seed."""
        return [stand(norm, self.mean(counted(norm, self.account))) for norm in self.seed.norms]

    @property
    def tiers(self) -> dict[str, float]:
        """Year, consumption [kWh/t], surcharge [$/kWh] and cost [$/t] of a tiered price; empty without one.

        The surcharge is that of the month's mean consumption, as the plant pays it, and not the mean of its rows.
        """
        priced = self.physics.tiers({name: one.value for name, one in self.factors.items()})
        if priced is None:
            return {}
        consumption = self.mean(self.account.tiers["consumption"])
        surcharge = float(priced.surcharge(consumption))
        return {
            "year": priced.year,
            "consumption": consumption,
            "surcharge": surcharge,
            "cost": surcharge * consumption,
        }

    @property
    def units(self) -> pd.Series:
        """Unit of each row; the process's name where the table is one unit."""
        if self.seed.key is None:
            return pd.Series(self.seed.process.name, self.table.index)
        return self.table[self.seed.key.name].astype(str)


def stand(norm: Norm, energy: float) -> MonthCompliance:
    """Compliance of an energy with a norm [unit of the norm]."""
    satisfied = [grade.name for grade in norm.grades if energy <= grade.at_most]
    better = [grade for grade in norm.grades if energy > grade.at_most]
    if not better:
        return MonthCompliance(norm, energy, satisfied[0], None, float("nan"))
    return MonthCompliance(
        norm, energy, satisfied[0] if satisfied else None, better[-1].name, energy - better[-1].at_most
    )


def energy_month(seed: Seed, data: Path, month: str | None = None) -> EnergyMonth:
    """A month's energy and carbon from measured rows.

    Parameters
    ----------
    seed : Seed
        A process whose energy is accounted for.
    data : Path
        CSV or Parquet file, a spreadsheet, or a folder of them.
    month : str, optional
        Such as 2025-12; by default the newest that holds a row whose energy is known.

    Returns
    -------
    EnergyMonth

    Raises
    ------
    EnergyError
        The process's energy is not accounted for, the seed's factors cannot be, the month is none, or nothing is known
        of its rows.
    TableError
        The table breaks the contract.
    """
    process, physics = seed.process.name, energy_of(seed)
    if physics is None:
        folder = f"models.processes.{seed.process_type}"
        raise EnergyError(f"{process}: its energy is not accounted for: {folder} states none")
    try:
        check_factors(physics, seed.economics, seed.norms)
    except ValueError as fault:
        raise EnergyError(f"{process}: {fault}") from None
    if seed.time is None:
        raise EnergyError(f"{process}: its table has no time: expected a column of role time")
    if month is not None:
        month = _month(month)
    checked = read_table(data, seed)
    table = checked.table
    months = table[seed.clock.name].dt.strftime("%Y-%m").to_numpy(dtype=str)
    known = known_rows(seed, physics, table)
    if not known.any():
        needed = ", ".join((physics.TARGET, *physics.NEEDED))
        raise EnergyError(f"{process}: no row has {physics.PRODUCT} and all of {needed}: expected at least one")
    month = month or max(months[known])
    within = months == month
    if not (within & known).any():
        held = f"{min(months[known])} to {max(months[known])}"
        raise EnergyError(f"{process}: no row of {month} whose energy is known: expected a month of {held}")
    return month_of(seed, physics, month, checked, within, known)


def month_of(
    seed: Seed, physics: AnyEnergy, month: str, checked: Checked, within: BoolArray, known: BoolArray
) -> EnergyMonth:
    """Energy and carbon of a checked table's rows `within` a month and of `known` energy, each mask (n,)."""
    table = checked.table[within & known].reset_index(drop=True)
    columns = _columns(seed, table)
    measured = columns[physics.TARGET]
    economics = {name: one.value for name, one in seed.economics.items()}
    return EnergyMonth(
        seed=seed,
        physics=physics,
        month=month,
        table=table,
        left_out=int((within & ~known).sum()),
        set_aside=checked.rejected_rows,
        cautions=checked.cautions,
        data_digest=digest(checked.table),
        factors={name: seed.economics[name] for name in factors_of(physics, seed.economics)},
        columns=columns,
        measured=measured,
        product=physics.made(columns, measured, _hours(seed)),
        account=account(physics, columns, measured, economics),
        flow=flow(physics, columns, measured, economics),
    )


def known_rows(seed: Seed, physics: AnyEnergy, table: pd.DataFrame) -> BoolArray:
    """Rows with product, a measured target and all columns that energy needs, shape (n,)."""
    columns = _columns(seed, table)
    measured = columns[physics.TARGET]
    needed = np.array([measured, *(columns[name] for name in physics.NEEDED)])
    product = physics.made(columns, measured, _hours(seed))
    return np.asarray(np.isfinite(needed).all(axis=0) & (measured > 0.0) & (product > 0.0))


def _columns(seed: Seed, table: pd.DataFrame) -> dict[str, FloatArray]:
    """Inputs and targets of a table that are numbers."""
    columns = (*seed.inputs, *seed.primaries)
    return {one.name: table[one.name].to_numpy(dtype=np.float64) for one in columns if one.is_number}


def _hours(seed: Seed) -> float:
    return seed.period / dt.timedelta(hours=1)


def _month(text: str) -> str:
    try:
        return f"{dt.datetime.strptime(text, '%Y-%m'):%Y-%m}"
    except ValueError:
        raise EnergyError(f"month: got '{text}': expected one such as 2025-12") from None
