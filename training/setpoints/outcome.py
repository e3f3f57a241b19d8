"""What arms bring beside the operators: money, units that lose, limits that break, and whether gains came as stated."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as students_t

from physics.arrays import FloatArray
from seeds import Seed
from training.setpoints.loop import Ran

COVERAGE = 0.90  # of all intervals here
NOISE = 1.0  # $/d that a unit may lose without being counted as worse
TONNE = 1000.0  # kg/t


@dataclass(frozen=True)
class Mean:
    """A mean of n values and its 90 % interval; NaN where there are too few."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: FloatArray) -> "Mean":
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


def outcome_of(ran: Ran, operators: Ran, seed: Seed) -> dict[str, Any]:
    """Figures of an arm on a plant.

    Parameters
    ----------
    ran, operators : Ran
        The arm and the operators, on the same plant with the same random numbers.
    seed : Seed
        As a policy may see it.

    Returns
    -------
    dict
        `gain`, `gain_low`, `gain_high` over units, `late` (second half of the periods) [$ a unit and day]; `per_tonne`
        [$/t]; `worse`: share of units that lose more than NOISE [1]; `broken` and `operators_broken`: share of rows
        that break each limit [1]; `moved`: share of decisions that move anything [1]; `mean_moves` by knob [its unit];
        `refusals`: share of decisions by kind of reason [1]; `stated`, `stated_low`, `stated_high`, `realised` [$/d];
        `right_signs` and `sign_rows` by knob; `by_unit` and `by_period`: gain of each [$/d].
    """
    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    both = ran.rows[[key, time, "margin"]].merge(operators.rows, on=[key, time], suffixes=("", "_operators"))
    both["gain"] = both["margin"] - both["margin_operators"]
    by_unit, by_period = both.groupby(key)["gain"].mean(), both.groupby(time)["gain"].mean()
    half = by_period.index[len(by_period) // 2]
    mean = Mean.of(by_unit.to_numpy())
    return {
        "gain": mean.value,
        "gain_low": mean.low,
        "gain_high": mean.high,
        "late": float(both.loc[both[time] >= half, "gain"].groupby(both[key]).mean().mean()),
        "per_tonne": TONNE * float(both["gain"].sum() / both["product"].sum()),
        "worse": float((by_unit < -NOISE).mean()),
        "broken": broken(ran.rows, seed),
        "operators_broken": broken(operators.rows, seed),
        **_decisions(ran.decisions, seed),
        **_stated(ran.stated),
        **_signs(ran.effects),
        "by_unit": {str(unit): float(gain) for unit, gain in by_unit.items()},
        "by_period": {str(start): float(gain) for start, gain in by_period.items()},
    }


def broken(rows: pd.DataFrame, seed: Seed) -> dict[str, float]:
    """Share of rows that truly break each limit of the seed [1], by the limit in words."""
    found = {}
    for limit in seed.constraints:
        beyond = rows[limit.name] > limit.bound if limit.at_most is not None else rows[limit.name] < limit.bound
        side = "above" if limit.at_most is not None else "below"
        found[f"{limit.name} {side} {limit.bound:g}"] = float(beyond.mean())
    return found


def _decisions(decisions: pd.DataFrame, seed: Seed) -> dict[str, Any]:
    if decisions.empty:
        return {"moved": 0.0, "mean_moves": {}, "refusals": {}}
    knobs = [column.name for column in seed.by_role("knob") if column.name in decisions]
    refused = decisions["refusal"][decisions["refusal"] != ""].map(kind).value_counts() / len(decisions)
    return {
        "moved": float((decisions[knobs] != 0).any(axis=1).mean()),
        "mean_moves": {name: float(decisions[name].mean()) for name in knobs},
        "refusals": {str(reason): float(share) for reason, share in refused.items()},
    }


def kind(reason: str) -> str:
    """What a reason begins with, before its figures, so that reasons of a kind are counted together."""
    return re.split(r":| of | \d", reason, maxsplit=1)[0]


def _stated(stated: pd.DataFrame) -> dict[str, float]:
    """Means over the moved units of all decisions compared; ends of intervals are averaged, as errors are common."""
    names = ("stated", "low", "high", "realised")
    found = {name: float(stated[name].mean()) if len(stated) else np.nan for name in names}
    return {"stated": found["stated"], "stated_low": found["low"], "stated_high": found["high"]} | {
        "realised": found["realised"]
    }


def _signs(effects: pd.DataFrame) -> dict[str, dict[str, float]]:
    """By knob: share of moves in the right direction, of those whose true effect is clear.

    It is where it exceeds twice the cost of the move and NOISE, beside two standard errors of its own.
    """
    if effects.empty:
        return {"right_signs": {}, "sign_rows": {}}
    clear = effects[effects["effect"].abs() > 2 * (effects["cost"] + effects["error"]) + NOISE]
    by_knob = (clear["effect"] > 0).groupby(clear["knob"])
    return {
        "right_signs": {str(knob): float(share) for knob, share in by_knob.mean().items()},
        "sign_rows": {str(knob): float(count) for knob, count in by_knob.count().items()},
    }


def covers(found: Mapping[str, Any]) -> bool | None:
    """Whether the stated interval covers what was realised; None where nothing was stated."""
    if not np.isfinite(found["stated_low"]):
        return None
    return bool(found["stated_low"] <= found["realised"] <= found["stated_high"])


def over_plants(plants: Sequence[Mapping[str, Any]], oracles: Sequence[str], arm: str) -> dict[str, Any]:
    """Figures of an arm over plants.

    Parameters
    ----------
    plants : sequence of Mapping
        For each plant, `outcome_of` by arm.
    oracles : sequence of str
        Arms that know the truth; the better of them on a plant is what the arm's gain is a share of.
    arm : str
        Which arm.

    Returns
    -------
    dict
        Gain with Student's interval over plants [$ a unit and day], per tonne [$/t], and means of the rest.
    """
    of = [plant[arm] for plant in plants]
    mean, tonne = Mean.of(_each(of, "gain")), Mean.of(_each(of, "per_tonne"))
    best = np.array([max((plant[name]["gain"] for name in oracles), default=np.nan) for plant in plants])
    covered = [one for one in map(covers, of) if one is not None]
    return {
        "gain": mean.value,
        "gain_low": mean.low,
        "gain_high": mean.high,
        "per_tonne": tonne.value,
        "per_tonne_low": tonne.low,
        "per_tonne_high": tonne.high,
        "lowest": float(np.min(_each(of, "gain"))),
        "oracle_share": float(mean.value / best.mean()),
        "late": float(_each(of, "late").mean()),
        "late_share": float(_each(of, "late").mean() / mean.value) if mean.value else np.nan,
        "worse": float(_each(of, "worse").mean()),
        "moved": float(_each(of, "moved").mean()),
        "stated": Mean.of(_each(of, "stated")).value,
        "realised": Mean.of(_each(of, "realised")).value,
        "covered": float(np.mean(covered)) if covered else np.nan,
        "broken": _means(of, "broken"),
        "operators_broken": _means(of, "operators_broken"),
        "refusals": _means(of, "refusals"),
        "mean_moves": _means(of, "mean_moves"),
        **_all_signs(of),
    }


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
        for knob, count in one["sign_rows"].items():
            rows[knob] = rows.get(knob, 0.0) + count
            right[knob] = right.get(knob, 0.0) + count * one["right_signs"][knob]
    return {"right_signs": {knob: right[knob] / count for knob, count in rows.items()}, "sign_rows": rows}
