"""Outcomes of policies against operators: margin, losing units, limits, accuracy of stated gains."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as students_t

from physics.arrays import BoolArray, FloatArray
from seeds import Seed
from training.setpoints.loop import PolicyRun

COVERAGE = 0.90  # of all intervals here
NOISE = 1.0  # $/d that a unit may lose without being counted as worse
HONEST = (0.7, 1.4)  # what is stated over what is realised, wanted on every plant
TONNE = 1000.0  # kg/t
COUNTED = ("margin", "product", "energy", "co2e")  # totals against the operators'


@dataclass(frozen=True)
class MeanWithInterval:
    """A mean of n values and its 90 % interval; NaN where there are too few."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: FloatArray) -> "MeanWithInterval":
        """Mean of independent values, with Student's interval."""
        values = np.asarray(values, dtype=np.float64)
        values = values[np.isfinite(values)]
        if not len(values):
            return cls(np.nan, np.nan, np.nan)
        middle = float(values.mean())
        if len(values) < 2:
            return cls(middle, np.nan, np.nan)
        half = float(students_t.ppf(0.5 + COVERAGE / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
        return cls(middle, middle - half, middle + half)

    def named(self, name: str) -> dict[str, float]:
        """Metrics `name`, `name_low` and `name_high`."""
        return {name: self.value, f"{name}_low": self.low, f"{name}_high": self.high}


def shares(over: pd.Series, under: pd.Series) -> FloatArray:
    """Return a value of each unit whose mean and standard deviation are those of the ratio of sums.

    The ratio is linear about its value to the first order [1]_.

    References
    ----------
    .. [1] W. G. Cochran (1977). Sampling Techniques, 3rd ed., section 6.3. Wiley.
    """
    ratio = over.sum() / under.sum()
    return np.asarray(ratio + (over - ratio * under) / under.mean(), dtype=np.float64)


def outcome_of(ran: PolicyRun, operators: PolicyRun, seed: Seed, periods: int) -> dict[str, Any]:
    """Return a policy's metrics on a plant over the first periods; later ones are its second year.

    Parameters
    ----------
    ran, operators : PolicyRun
        The arm and the operators, on the same plant with the same random numbers.
    seed : Seed
        As a policy may see it.
    periods : int
        How many.

    Returns
    -------
    dict
        `gain`, `gain_low`, `gain_high` over units, `late` (second half of the periods), `gain_second_year` with its
        interval [$ a unit and day]; `per_tonne` [$/t], `energy_per_tonne` [kWh/t], `co2e_per_tonne` [kgCO2e/t], each
        the arm's sum over its product less the operators', with its interval; `worse`: share of units that lose more
        than NOISE [1]; `broken` and `operators_broken`: share of rows that break each limit [1]; `moved`: share of
        decisions that move anything [1]; `mean_moves` by set-point [its unit]; `refusals`: share of decisions by
        reason [1]; `stated`, `stated_low`, `stated_high`, `realised` [$/d]; `stated_over_realised` [1]; `right_signs`
        and `sign_rows` by set-point; `by_unit` and `by_period`: gain of each [$/d], of all periods.
    """
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    both = ran.rows[[key, time, *COUNTED]].merge(operators.rows, on=[key, time], suffixes=("", "_operators"))
    both["gain"] = both["margin"] - both["margin_operators"]
    starts = np.sort(operators.rows[time].unique())
    first, half = both[time] <= starts[periods - 1], starts[periods // 2]
    by_unit = both[first].groupby(key)["gain"].mean()
    second = both[~first].groupby(key)["gain"].mean()
    return {
        **MeanWithInterval.of(by_unit.to_numpy()).named("gain"),
        "late": float(both.loc[first & (both[time] >= half), "gain"].groupby(both[key]).mean().mean()),
        **MeanWithInterval.of(second.to_numpy()).named("gain_second_year"),
        **_a_tonne(both[first].groupby(key).sum(numeric_only=True)),
        "worse": float((by_unit < -NOISE).mean()),
        "broken": broken(_until(ran.rows, time, starts[periods - 1]), seed),
        "operators_broken": broken(_until(operators.rows, time, starts[periods - 1]), seed),
        **_decisions(_until(ran.decisions, time, starts[periods - 1]), seed),
        **_stated(ran.stated),
        **_signs(ran.effects),
        "by_unit": {str(unit): float(gain) for unit, gain in by_unit.items()},
        "by_period": {str(start): float(gain) for start, gain in both.groupby(time)["gain"].mean().items()},
    }


def _until(frame: pd.DataFrame, time: str, last: Any) -> pd.DataFrame:
    return frame[frame[time] <= last] if len(frame) else frame


def _a_tonne(sums: pd.DataFrame) -> dict[str, float]:
    """Return margin, energy and emission per tonne against the operators, from the sums of each unit."""
    per_tonne = TONNE * shares(sums["gain"], sums["product"])
    figures = MeanWithInterval.of(per_tonne).named("per_tonne")
    for name in ("energy", "co2e"):
        own = shares(sums[name], sums["product"])
        operators = shares(sums[f"{name}_operators"], sums["product_operators"])
        figures |= MeanWithInterval.of(TONNE * (own - operators)).named(f"{name}_per_tonne")
    return figures


def broken(rows: pd.DataFrame, seed: Seed) -> dict[str, float]:
    """Return the fraction of rows that truly break each limit of the seed [1], by the limit as text."""
    shares_by_limit = {}
    for limit in seed.constraints:
        beyond = rows[limit.name] > limit.bound if limit.at_most is not None else rows[limit.name] < limit.bound
        side = "above" if limit.at_most is not None else "below"
        shares_by_limit[f"{limit.name} {side} {limit.bound:g}"] = float(beyond.mean())
    return shares_by_limit


def _decisions(decisions: pd.DataFrame, seed: Seed) -> dict[str, Any]:
    if decisions.empty:
        return {"moved": 0.0, "mean_moves": {}, "refusals": {}}
    setpoints = [column.name for column in seed.by_role("setpoint") if column.name in decisions]
    refused = decisions["refusal"][decisions["refusal"] != ""].map(kind).value_counts() / len(decisions)
    return {
        "moved": float((decisions[setpoints] != 0).any(axis=1).mean()),
        "mean_moves": {name: float(decisions[name].mean()) for name in setpoints},
        "refusals": {str(reason): float(share) for reason, share in refused.items()},
    }


def kind(reason: str) -> str:
    """Return the text of a reason before its values, to count reasons of the same type."""
    return re.split(r":| of | \d", reason, maxsplit=1)[0]


def _stated(stated: pd.DataFrame) -> dict[str, float]:
    """Return means over the moved units of all decisions; interval ends are averaged (common errors)."""
    names = ("stated", "low", "high", "realised")
    means = {name: float(stated[name].mean()) if len(stated) else np.nan for name in names}
    return {
        "stated": means["stated"],
        "stated_low": means["low"],
        "stated_high": means["high"],
        "realised": means["realised"],
        "stated_over_realised": means["stated"] / means["realised"] if means["realised"] else np.nan,
    }


def _signs(effects: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return by set-point the share of correct directions among moves with a clear true effect.

    It is clear if it exceeds twice the cost of the move and NOISE, in addition to two standard errors of its own.
    """
    if effects.empty:
        return {"right_signs": {}, "sign_rows": {}}
    clear = effects[effects["effect"].abs() > 2 * (effects["cost"] + effects["error"]) + NOISE]
    by_setpoint = (clear["effect"] > 0).groupby(clear["setpoint"])
    return {
        "right_signs": {str(setpoint): float(share) for setpoint, share in by_setpoint.mean().items()},
        "sign_rows": {str(setpoint): float(count) for setpoint, count in by_setpoint.count().items()},
    }


def covers(figures: Mapping[str, Any]) -> bool | None:
    """Return whether the stated interval covers the realised gain; None if nothing was stated."""
    if not np.isfinite(figures["stated_low"]):
        return None
    return bool(figures["stated_low"] <= figures["realised"] <= figures["stated_high"])


def over_plants(plants: Sequence[Mapping[str, Any]], oracles: Sequence[str], policy: str) -> dict[str, Any]:
    """Figures of an arm over plants.

    Parameters
    ----------
    plants : sequence of Mapping
        For each plant, `outcome_of` by arm.
    oracles : sequence of str
        Arms that know the truth; the better of them on a plant is what the arm's gain is a share of.
    policy : str
        Which arm.

    Returns
    -------
    dict
        Gain with Student's interval over plants [$ a unit and day], the same of the second year and of what a tonne
        brings, uses and emits; `oracle_share` and `second_year_share` of the oracle's gain, with intervals [1];
        `stated_over_realised` of the means, its lowest and highest plant, and `honest`, the share of plants where it
        lies within HONEST [1]; means of the rest.
    """
    of = [plant[policy] for plant in plants]
    mean, ratios = MeanWithInterval.of(_each(of, "gain")), _each(of, "stated_over_realised")
    covered = [one for one in map(covers, of) if one is not None]
    known = ratios[np.isfinite(ratios)]
    return {
        **mean.named("gain"),
        **_each_named(of, "per_tonne", "energy_per_tonne", "co2e_per_tonne", "gain_second_year"),
        "lowest": float(np.min(_each(of, "gain"))),
        **_of_oracle(plants, oracles, policy, "gain").named("oracle_share"),
        **_of_oracle(plants, oracles, policy, "gain_second_year").named("second_year_share"),
        "late": float(_each(of, "late").mean()),
        "late_share": float(_each(of, "late").mean() / mean.value) if mean.value else np.nan,
        "worse": float(_each(of, "worse").mean()),
        "moved": float(_each(of, "moved").mean()),
        "stated": MeanWithInterval.of(_each(of, "stated")).value,
        "realised": MeanWithInterval.of(_each(of, "realised")).value,
        "stated_over_realised": _over(_each(of, "stated"), _each(of, "realised")),
        "lowest_over_realised": float(known.min()) if len(known) else np.nan,
        "highest_over_realised": float(known.max()) if len(known) else np.nan,
        "honest": float(np.mean(is_honest(known))) if len(known) else np.nan,
        "covered": float(np.mean(covered)) if covered else np.nan,
        "broken": _means(of, "broken"),
        "operators_broken": _means(of, "operators_broken"),
        "refusals": _means(of, "refusals"),
        "mean_moves": _means(of, "mean_moves"),
        **_all_signs(of),
    }


def is_honest(ratios: FloatArray) -> BoolArray:
    """Return whether the ratio of stated to realised gain lies within HONEST."""
    return np.asarray((ratios >= HONEST[0]) & (ratios <= HONEST[1]))


def statements_of(plants: Sequence[Mapping[str, Any]], policies: Sequence[str]) -> dict[str, float]:
    """Return the reliability of stated gains over plants times policies.

    Returns
    -------
    dict
        `count` of plants times arms that stated something; `covered`: share of them whose realised gain lies in the
        stated interval of the mean; `honest`: share of them whose stated gain over the realised lies within HONEST [1].
    """
    stated = [plant[policy] for plant in plants for policy in policies if covers(plant[policy]) is not None]
    if not stated:
        return {"count": 0.0, "covered": np.nan, "honest": np.nan}
    return {
        "count": float(len(stated)),
        "covered": float(np.mean([covers(one) for one in stated])),
        "honest": float(np.mean(is_honest(_each(stated, "stated_over_realised")))),
    }


def _of_oracle(
    plants: Sequence[Mapping[str, Any]], oracles: Sequence[str], policy: str, figure: str
) -> MeanWithInterval:
    """An arm's figure over that of the better oracle of each plant, with its interval over plants."""
    of_oracles = np.array([[plant[name][figure] for name in oracles] for plant in plants], dtype=np.float64)
    best = np.where(np.isfinite(of_oracles), of_oracles, -np.inf).max(axis=1, initial=-np.inf)
    own = _each([plant[policy] for plant in plants], figure)
    if not (np.isfinite(best).all() and np.isfinite(own).all()):
        return MeanWithInterval(np.nan, np.nan, np.nan)
    return MeanWithInterval.of(shares(pd.Series(own), pd.Series(best)))


def _over(over: FloatArray, under: FloatArray) -> float:
    """Ratio of the means of what is known of both."""
    known = np.isfinite(over) & np.isfinite(under)
    return float(over[known].mean() / under[known].mean()) if known.any() else np.nan


def _each_named(of: Sequence[Mapping[str, Any]], *names: str) -> dict[str, float]:
    return {part: value for name in names for part, value in MeanWithInterval.of(_each(of, name)).named(name).items()}


def _each(of: Sequence[Mapping[str, Any]], name: str) -> FloatArray:
    return np.array([one[name] for one in of], dtype=np.float64)


def _means(of: Sequence[Mapping[str, Any]], name: str) -> dict[str, float]:
    """Mean over plants of each part of a figure; a plant without a part counts as 0."""
    parts = dict.fromkeys(part for one in of for part in one[name])
    return {part: float(np.mean([one[name].get(part, 0.0) for one in of])) for part in parts}


def _all_signs(of: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    rows: dict[str, float] = {}
    right: dict[str, float] = {}
    for one in of:
        for setpoint, count in one["sign_rows"].items():
            rows[setpoint] = rows.get(setpoint, 0.0) + count
            right[setpoint] = right.get(setpoint, 0.0) + count * one["right_signs"][setpoint]
    return {"right_signs": {setpoint: right[setpoint] / count for setpoint, count in rows.items()}, "sign_rows": rows}
