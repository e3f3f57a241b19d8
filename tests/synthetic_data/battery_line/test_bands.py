"""Statistics of lines for retired cells in their bands: of the default one, and medians of six others of the kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.processes.lookup import needed_physics_of
from models.processes.retired_batteries.physics import CLASSES
from physics.batteries.ageing import cycle_loss_wang_2011
from physics.batteries.resistance import arrhenius_factor
from seeds import Seed
from synthetic_data import another_plant, replay
from tests.synthetic_data.stated import medians

OTHERS = (11, 12, 13, 14, 15, 16)
# Resistance at once times capacity of the real pulses, lowest and highest [mΩ·Ah]; PulseBat at 25 °C and 5-50 % charge.
REAL = {"LFP": (64.6, 99.2), "NMC": (28.2, 77.6), "LMO": (41.6, 136.3)}
FADED = {"LFP": (3.8, 25.6), "NMC": (-0.9, 38.8), "LMO": (5.2, 48.1)}  # fade of those cells, lowest and highest [%]
FOLDS = 5
COMMON = 5  # makes, of which there are most
FEWEST = 150  # cells of a make, by which a correlation is known within 0.08
WHEN_NEW = 5.0  # % of fade


def of_the_stream(cells: pd.DataFrame, sound: pd.DataFrame) -> dict[str, float]:
    mass = cells["true_mass"]
    share = mass.groupby(cells["true_chemistry"]).sum() / mass.sum()
    fade, sample = sound["true_fade"], sound["true_fade"].iloc[:10_000]
    modules = sound.groupby(["lot", "module"])["true_fade"]
    complete = modules.transform("count") >= 3
    kneeless = sound[complete & ((sound["true_fade"] - modules.transform("median")).abs() < 8.0)]
    pouches = cells[cells["form"] == "pouch"]
    return {
        "share of LFP by mass": share["LFP"],
        "share of NMC by mass": share["NMC"],
        "fade, mean": fade.mean(),
        "fade, standard deviation": fade.std(),
        "fade, least of ten thousand cells": sample.min(),
        "fade, 99.9th percentile": fade.quantile(0.999),
        "fade within a module, standard deviation": kneeless.groupby(["lot", "module"])["true_fade"].std().median(),
        "swollen pouches": (pouches["swelling"] > 8.0).mean(),
        "unread labels": cells["label_voltage"].isna().mean(),
        "damaged cells, by number": (cells["hazard"] != "none").mean(),
        "over-discharged cells": (cells["rest_voltage"] < 1.0).mean(),
        "energy left in a pack of 50 kWh": 50.0 * ((1.0 - 0.01 * fade) * sound["charge"]).mean(),
    }


def of_the_cells(sound: pd.DataFrame, seed: Seed) -> dict[str, float]:
    assert seed.plant is not None
    p, of = seed.plant, dict(list(sound.groupby("cathode")))
    half = {name: one[one["charge"].between(0.48, 0.52)]["rest_voltage"].median() for name, one in of.items()}
    flat = [of["LFP"][of["LFP"]["charge"].between(at - 0.02, at + 0.02)]["rest_voltage"].median() for at in (0.4, 0.6)]
    ratio = sound[sound["form"] == "pouch"].groupby("cathode")["bare_ratio"].median()
    severity, rate = p.value("use_severity"), p.value("use_rate")
    warm = [float(cycle_loss_wang_2011(severity, rate, at, 4000.0)) for at in (25.0, 45.0)]
    new = of["NMC"][(of["NMC"]["true_fade"] < WHEN_NEW) & (of["NMC"]["charge"] > 0.3)]
    return {
        "resistance at 10 °C over that at 25 °C": float(arrhenius_factor(p.value("activation_energy"), 10.0)),
        "rested voltage of NMC, half full": half["NMC"],
        "rested voltage of LFP, half full": half["LFP"],
        "slope of LFP's voltage from 40 to 60 %": 1000.0 * (flat[1] - flat[0]) / 20.0,
        "X-ray ratio of LFP": ratio["LFP"],
        "X-ray ratio of NMC over that of LFP": ratio["NMC"] - ratio["LFP"],
        "loss of LFP by 4000 Ah at 25 °C": warm[0],
        "the same at 45 °C over that at 25 °C": warm[1] / warm[0],
        "5 s of 1 C, NMC that is nearly new": (new["pulse_r5s"] * new["capacity"]).median(),
    }


def of_pulses(sound: pd.DataFrame) -> dict[str, float]:
    """Pulses of cells charged and faded as the real ones were, at 25 °C."""
    result = {}
    for name, (low, high) in REAL.items():
        like = sound["charge"].between(0.05, 0.5) & sound["true_fade"].between(*FADED[name])
        of = sound[(sound["cathode"] == name) & like]
        at_once = of["ohmic_25"] * of["capacity"] / (1.0 - 0.01 * of["true_fade"])  # by the nominal capacity
        result[f"resistance at once times capacity, {name}, median"] = at_once.median()
        result[f"resistance after 5 s over that at once, {name}, median"] = (
            of["pulse_r5s"] / of["pulse_r30ms"]
        ).median()
        result[f"{name} within the real pulses' range, at once"] = at_once.between(low, high).mean()
    return result


def of_makes(sound: pd.DataFrame) -> dict[str, float]:
    """How far resistance follows fade within a make, of cells that have faded as the real ones have."""
    like = pd.concat([sound[(sound["cathode"] == name) & sound["true_fade"].between(*FADED[name])] for name in FADED])
    makes = [make for _, make in like.groupby("make") if len(make) > FEWEST]
    result = [make["true_resistance_growth"].corr(make["true_fade"]) for make in makes]
    return {"correlation of growth and fade within a make, median": float(np.median(result))}


def of_health(sound: pd.DataFrame) -> dict[str, float]:
    """Errors of fade by straight lines that have learnt other packs: on one resistance, and on a make's pulses."""
    one = sound[(sound["cathode"] == "NMC") & (sound["charge"] > 0.3) & ~sound["empty"].astype(bool)]
    known = one.assign(at_25=one["pulse_r1s"] / arrhenius_factor(30.0, one["core_temperature"].to_numpy()))
    known["by_capacity"] = known["at_25"] * known["capacity"] / (1.0 - 0.01 * known["true_fade"])
    error = learnt_lines(known, ["by_capacity"])
    ternary = sound[(sound["cathode"] == "NMC") & sound["charge"].between(0.3, 0.9)]
    shown = ["pulse_r30ms", "pulse_r5s", "z_10hz_re", "z_10hz_im"]
    warmth = arrhenius_factor(30.0, ternary["core_temperature"].to_numpy())
    ternary = ternary.assign(**{name: ternary[name] / warmth for name in shown})
    makes = ternary["make"].value_counts().index[:COMMON]
    common = [ternary[ternary["make"] == make] for make in makes]
    by_make = [np.sqrt(np.mean(learnt_lines(make, [*shown, "rest_voltage"]) ** 2)) for make in common]
    return {
        "mean error of fade by a line on resistance, temperature known": float(np.abs(error).mean()),
        "error of fade by impedance and pulse over its deviation, one make, temperature known": float(
            np.median([error / make["true_fade"].std() for error, make in zip(by_make, common, strict=True)])
        ),
    }


def learnt_lines(cells: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Errors of fade on packs that a line has not learnt, in folds of whole packs [%]."""
    X, y = np.column_stack([np.ones(len(cells)), cells[names].to_numpy()]), cells["true_fade"].to_numpy()
    fold, errors = pd.factorize(cells["lot"] + cells["pack"].astype(str))[0] % FOLDS, []
    for k in range(FOLDS):
        old, new = fold != k, fold == k
        errors.append(X[new] @ np.linalg.lstsq(X[old], y[old], rcond=None)[0] - y[new])
    return np.concatenate(errors)


def statistics(seed: Seed, cells: pd.DataFrame) -> dict[str, float]:
    sound = cells[(cells["hazard"] == "none") & (cells["cathode"] != "LTO")]
    scores = needed_physics_of(seed).class_scores(
        {column.name: cells[column.name].to_numpy() for column in seed.inputs}
    )
    right = np.array(CLASSES)[scores.argmax(axis=1)] == cells["true_chemistry"]
    sorted_by_physics = {"right class by first principles": float(np.average(right, weights=cells["true_mass"]))}
    return (
        of_the_stream(cells, sound)
        | of_the_cells(sound, seed)
        | of_pulses(sound)
        | of_makes(sound[sound["empty"] == 0.0])
        | of_health(sound[sound["empty"] == 0.0])
        | sorted_by_physics
    )


def test_statistics_lie_in_their_bands(seed, cells, outside_bands):
    assert outside_bands("retired_batteries", statistics(seed, cells)) == []


@pytest.mark.long("simulates other plants")
def test_so_do_medians_of_other_lines(seed, joined, outside_bands):
    others = [another_plant(seed, rng_seed) for rng_seed in OTHERS]
    result = medians(statistics(other, joined(other, replay(other))) for other in others)
    assert outside_bands("retired_batteries", result) == []
