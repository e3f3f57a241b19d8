"""What classifiers learn from single instruments of the line, no worse than their bands and no better.

The bands are the rows `learnt: ...` of `tests/bands/retired_batteries.csv`. A classifier learns the oldest three
quarters of the lots by the reported labels and is asked about the newest, by the truth.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from models.estimators.boosted_classes import BoostedClasses

CATHODES = ["LFP", "NMC", "LMO", "NCA", "LCO"]
X_RAYS = ["xrt_low", "xrt_ratio", "bare_ratio", "bare_attenuation"]
OLD = 0.75


def predicted(cells: pd.DataFrame, names: list[str], codes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Chances of each class, and which rows are new; codes below 0 are not learnt."""
    lot, lots = pd.factorize(cells["lot"], sort=True)
    old, X = lot < OLD * len(lots), cells[names].to_numpy()
    rows = old & (codes >= 0)
    return BoostedClasses(count, most_rounds=60, n_jobs=1).fit(X[rows], codes[rows]).predict_proba(X), ~old


def codes_of(names: pd.Series, classes: list[str]) -> np.ndarray:
    return names.map({name: k for k, name in enumerate(classes)}).fillna(-1).to_numpy(dtype=int)


def of_cathodes(cells: pd.DataFrame) -> dict[str, float]:
    label, true = (codes_of(cells[name], CATHODES) for name in ("chemistry", "true_chemistry"))
    mass, is_other = cells["true_mass"].to_numpy(), np.where(label >= 0, label > 0, -1).astype(int)
    p, new = predicted(cells, ["rest_voltage", "thickness", *X_RAYS], is_other, 2)
    known = new & (true >= 0)
    apart = p.argmax(axis=1) == (true > 0)
    like = [["NMC", "NCA", "LCO"], ["chemistry", "true_chemistry"]]
    label, true = (codes_of(cells[name], like[0]) for name in like[1])
    p, _ = predicted(cells, ["rest_voltage", *X_RAYS], label, len(like[0]))
    return {
        "learnt: LFP from all others by voltage and X-rays, by mass": np.average(apart[known], weights=mass[known]),
        "learnt: right of NMC, NCA and LCO by voltage and X-rays, by number": (p.argmax(axis=1) == true)[
            new & (true >= 0)
        ].mean(),
    }


def of_damage(cells: pd.DataFrame) -> dict[str, float]:
    result = {}
    for name, hazards, signals in (
        ("swollen or leaking cells", ["swollen", "leaking"], ["swelling", "thickness", "width", "gas", "insulation"]),
        ("shorted cells", ["shorted"], ["voltage_fall", "rest_time", "temperature_rise", "rest_voltage"]),
    ):
        wrong, sound = cells["hazard"].isin(hazards), cells["hazard"] == "none"
        code = np.where(wrong, 1, np.where(sound, 0, -1))
        p, new = predicted(cells, signals, code, 2)
        selected = new & (code >= 0)
        result[f"learnt: {name}, area under the curve"] = float(roc_auc_score(code[selected], p[selected, 1]))
    return result


def test_what_is_learnt_lies_in_its_bands(cells, read_bands):
    bands = {row["statistic"]: row for row in read_bands("retired_batteries") if row["statistic"].startswith("learnt")}
    result = of_cathodes(cells) | of_damage(cells)
    assert result.keys() == bands.keys()
    outside = {
        name: value
        for name, value in result.items()
        if not float(bands[name]["low"]) <= value <= float(bands[name]["high"])
    }
    assert outside == {}
