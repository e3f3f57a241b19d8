"""Statistics of the simulated cast house in their bands: what documents hold, plants do or laws give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.processes.aluminium_ingot.physics import IN_FE2O3
from physics.melt.hydrogen import solubility_ransley_neufeld_1948
from physics.melt.metal_balance import alumina_contribution, anode_contribution
from seeds import Seed
from synthetic_data import SimulatedRun, replay
from tests.synthetic_data.graded import GradedPlant, setpoints_of


def robust_sd(values: pd.Series) -> float:
    return float(1.4826 * (values - values.median()).abs().median())


def slope(x: pd.Series, y: pd.Series) -> float:
    return float(np.polyfit(x, y, 1)[0])


def of_contents(table: pd.DataFrame) -> dict[str, float]:
    share = 0.01 * table["high_purity_share"]
    pots = (1.0 - share) * table["pot_iron_ordinary"] + share * table["pot_iron_high_purity"]
    names = {"fe": "iron", "si": "silicon", "ga": "gallium", "v": "vanadium"}
    result = {f"{name} of lots": table[element].abs().mean() for element, name in names.items()}
    result |= {f"{name} of lots sd": table[element].abs().std() for element, name in names.items()}
    traces = {"zn": "zinc", "cu": "copper"}
    result |= {f"{name} of lots median": table[element].abs().median() for element, name in traces.items()}
    below = {"zn": "zinc", "cu": "copper", "mg": "magnesium", "v": "vanadium"}
    result |= {f"{name} below its limit": (table[element] < 0).mean() for element, name in below.items()}
    return result | {
        "iron of pots": pots.mean(),
        "nickel of lots": table["ni"].abs().mean(),
        "sodium of lots": table["na"].abs().mean(),
    }


def of_raw_materials(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    pots = truth[["iron_pool_high_purity", "iron_pool_ordinary"]].mean().mean()
    gallium = alumina_contribution(1e-4 * table["alumina_ga"].to_numpy(), 1.0)
    return {
        "Fe2O3 of the alumina": table["alumina_fe2o3"].mean(),
        "SiO2 of the alumina": table["alumina_sio2"].mean(),
        "iron of the anodes": table["anode_fe"].mean(),
        "iron that alumina brings": alumina_contribution(table["alumina_fe2o3"].mean(), IN_FE2O3),
        "iron that anodes bring": anode_contribution(table["anode_fe"].mean()),
        "steel's share of the iron of pots": 1.0 - truth["iron_brought"].mean() / pots,
        "gallium recovered in the metal": 0.99 * truth["ga"].mean() / np.nanmean(gallium),
    }


def of_failing_pots(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    truth, failed = plant.truth.set_index("furnace"), plant.events[plant.events["kind"] == "failing_pot"]
    part = seed.plant.value("tap_share") * (1.0 - 0.01 * truth["share_charged"])
    iron = (truth["iron_from_failing"] / part).where(part > 0.02)
    peaks = []
    for event in failed.itertuples():
        inside = truth.loc[event.unit, "cast_start"].between(event.onset, event.detected)
        peaks.append(iron.loc[event.unit][inside.to_numpy()].max())
    return {
        "peak iron of failing pots median": float(np.nanmedian(peaks)),
        "failing pots": len(failed) / seed.plant.units / seed.plant.years,
        "delay until a failing pot is tapped apart": (failed["detected"] - failed["onset"]).dt.days.median(),
    }


def of_melts(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    month = table["cast_start"].dt.month
    before, after = 0.1 * table["hydrogen_before"], 0.1 * table["hydrogen_after"]
    return {
        "hydrogen before degassing": before.mean(),
        "hydrogen before degassing sd": before.std(),
        "hydrogen after degassing": after.mean(),
        "hydrogen after degassing sd": after.std(),
        "hydrogen in July over that in January": before[month == 7].mean() / before[month == 1].mean(),
        "share of hydrogen that the degasser takes": 1.0 - after.mean() / before.mean(),
        **{f"solubility at {t} °C": 0.1 * float(solubility_ransley_neufeld_1948(t)) for t in (660, 700, 740)},
        "density index": table["density_index"].mean(),
        "density index sd": table["density_index"].std(),
        "inclusions behind the filter": table["inclusion_count"].mean(),
        "filter efficiency": truth["filter_held"].mean(),
        "metal through a filter": table["filter_age"].mean(),
        "launder temperature": table["launder_temperature"].mean(),
        "launder temperature sd": table["launder_temperature"].std(),
        "degasser gas": table["degasser_gas"].mean(),
        "degasser gas sd": table["degasser_gas"].std(),
        "rotor speed": table["degasser_rotor"].mean(),
        "melt loss": truth["melt_loss"].mean(),
    }


def of_laboratory(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    early = plant.table["cast_start"] < pd.Timestamp(2025, 3, 10)  # the spectrometer's first calibration
    errors = {}
    for column in seed.elements:
        analyses = plant.table.loc[early & (plant.table[column.name] > 0), column.name]
        errors[column.name] = np.log(analyses / plant.truth[column.name].loc[analyses.index])
    biases = [float(errors[element].median()) for element in ("fe", "si", "ga", "v", "ni")]
    return {
        "error of iron of one report": robust_sd(errors["fe"]),
        "error of zinc of one report": robust_sd(errors["zn"]),
        "bias between laboratories": float(np.sqrt(np.mean(np.square(biases)))),
    }


def of_lots(seed: Seed, table: pd.DataFrame) -> dict[str, float]:
    assert seed.quality is not None
    grade = next(grade for grade in seed.grades if grade.name == seed.quality.intended)
    sizes = table[[column.name for column in seed.elements]].abs()
    broken = np.zeros(len(table), dtype=bool)
    for element, limit in grade.limits.items():
        broken |= (sizes[element] > limit.value).to_numpy()
    for total in grade.sums:
        broken |= (sizes[total.of].sum(axis=1) > total.value).to_numpy()
    rejected = table[list(seed.defects)].any(axis=1).to_numpy()
    read = [c.name for c in seed.by_role("before", "during") if c.previous is None and not c.name.endswith("_age")]
    by_furnace = table.groupby("furnace")
    return {
        "lots that break the intended grade by an element": broken.mean(),
        "lots that break the intended grade": (broken | rejected).mean(),
        **{name: table[name].mean() for name in seed.defects},
        "missing readings": table[read].isna().to_numpy().mean(),
        "correlation of gallium from cast to cast": by_furnace["ga"].apply(lambda values: values.autocorr(1)).mean(),
        "correlation of iron of the high-purity pots from cast to cast": by_furnace["pot_iron_high_purity"]
        .apply(lambda values: values.autocorr(1))
        .mean(),
    }


def of_levers(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    result = {}
    for lever, setpoint, by, effect, scale in (
        ("iron by high-purity share", "high_purity_share", 5.0, "fe", 1.0),
        ("hydrogen by degasser gas", "degasser_gas", 0.2, "true_hydrogen_after", 0.1),
    ):
        setpoints = setpoints_of(seed, plant)
        setpoints[setpoint] = (setpoints[setpoint] + by).clip(*seed.column(setpoint).limits)
        other = replay(seed, setpoints=setpoints)
        change = (other.truth[effect] - plant.truth[effect]).mean()
        moved = (other.table[setpoint] - plant.table[setpoint]).mean()
        result[f"{lever} replayed"] = scale * change / moved
        result[f"{lever} in history"] = scale * slope(plant.table[setpoint], plant.truth[effect])
    return result


def test_statistics_of_two_years_lie_in_their_bands(
    graded: Callable[[str], GradedPlant], outside_bands: Callable[..., list[str]]
) -> None:
    seed, plant = graded("aluminium_ingot").seed, graded("aluminium_ingot").whole
    table, truth = plant.table, plant.truth
    result = of_contents(table) | of_raw_materials(table, truth) | of_failing_pots(seed, plant)
    result |= of_melts(table, truth) | of_laboratory(seed, plant) | of_lots(seed, table) | of_levers(seed, plant)
    assert outside_bands("aluminium_ingot", result) == []
