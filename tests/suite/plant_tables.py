"""Ten tables as plants keep them, each made from a law with noise: what a newcomer would bring in the first hour.

Laws are made up and stand for no plant. Two tables are public ones that scikit-learn ships.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlantTable:
    """One table: how its file is written, and what a person knows of it.

    Attributes
    ----------
    file : str
        Name of the file.
    target : str
        Heading of the column to predict.
    write : callable
        Writes the file at a path.
    options : tuple of str
        What a person tells `seeds draft` beside file and target.
    """

    file: str
    target: str
    write: Callable[[Path], None]
    options: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """Name of the process that the draft describes."""
        return self.file.split(".")[0]


def drift(rng: np.random.Generator, n: int, memory: float, sd: float) -> Floats:
    """A value that remembers: an autoregressive walk of this standard deviation."""
    steps = rng.normal(0, sd * np.sqrt(1 - memory**2), n)
    walk = np.empty(n)
    walk[0] = rng.normal(0, sd)
    for i in range(1, n):
        walk[i] = memory * walk[i - 1] + steps[i]
    return walk


def _smelter_daily() -> pd.DataFrame:
    """Three years of a furnace: matte grade by feed, blast and ore."""
    rng, n = np.random.default_rng(1), 1100
    ore = rng.choice(["Nord", "Süd", "Import"], n, p=[0.5, 0.3, 0.2])
    feed = 120 + drift(rng, n, 0.8, 12)
    oxygen = 62 + drift(rng, n, 0.9, 3)
    sulphur = 30 + drift(rng, n, 0.7, 2)
    offset = pd.Series(ore).map({"Nord": 0.0, "Süd": -2.5, "Import": 3.0}).to_numpy()
    grade = 60 + 0.9 * (oxygen - 62) - 0.08 * (feed - 120) - 0.5 * (sulphur - 30) + offset
    grade += 1.5 * np.tanh((oxygen - 64) / 2) + drift(rng, n, 0.85, 1.0) + rng.normal(0, 0.8, n)
    return pd.DataFrame(
        {
            "Datum": pd.date_range("2022-01-01", periods=n),
            "Vorlauf (t/h)": feed,
            "Sauerstoff [%]": oxygen,
            "Schwefel [wt%]": sulphur,
            "Erz": ore,
            "Schicht": rng.choice(["früh", "spät", "nacht"], n),
            "Steingehalt [%]": grade,
        }
    )


def _write_german(path: Path) -> None:
    frame = _smelter_daily()
    frame["Datum"] = frame["Datum"].dt.strftime("%d.%m.%Y")
    frame.to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252", float_format="%.3f")


def _leaching() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Process values and laboratory of a leach, a row a shift of eight hours."""
    rng, n = np.random.default_rng(2), 1500
    acid, temperature = 45 + drift(rng, n, 0.9, 6), 68 + drift(rng, n, 0.8, 4)
    flow, reagent = 80 + drift(rng, n, 0.6, 9), rng.choice(["A", "B"], n, p=[0.7, 0.3])
    loss = 3 - 0.03 * (acid - 45) - 0.06 * (temperature - 68) + 0.015 * (flow - 80) + 0.6 * (reagent == "B")
    loss += 0.001 * np.maximum(flow - 90, 0) ** 2 + drift(rng, n, 0.8, 0.25) + rng.normal(0, 0.2, n)
    time = pd.date_range("2023-01-01", periods=n, freq="8h")
    process = {"Time": time, "Acid (g/L)": acid, "Temp (°C)": temperature, "Flow (m³/h)": flow, "Reagent": reagent}
    return pd.DataFrame(process), pd.DataFrame({"Time": time, "Zn in residue (%)": loss})


def _write_workbook(path: Path) -> None:
    process, laboratory = _leaching()
    with pd.ExcelWriter(path) as book:
        process.to_excel(book, sheet_name="Process", index=False)
        laboratory.iloc[:-3].to_excel(book, sheet_name="Laboratory", index=False)  # three assays are not back yet


def _write_minutes(path: Path) -> None:
    """Rows of a minute, and an assay a day that the historian holds over all of them."""
    rng, days, minutes = np.random.default_rng(3), 200, 1440
    level = drift(rng, days, 0.7, 8)
    n = days * minutes
    current = 180 + np.repeat(level, minutes) + rng.normal(0, 3, n)
    temperature = 62 + np.repeat(drift(rng, days, 0.8, 1.5), minutes) + rng.normal(0, 0.2, n)
    means = [part.reshape(days, minutes).mean(axis=1) for part in (current, temperature)]
    assay = 93 - 0.12 * (means[0] - 180) + 0.8 * (means[1] - 62) + rng.normal(0, 0.35, days)
    pd.DataFrame(
        {
            "timestamp": pd.date_range("2024-01-01", periods=n, freq="min"),
            "cell_current_kA": current.round(2),
            "bath_temp_degC": temperature.round(2),
            "efficiency_pct": np.repeat(assay.round(2), minutes),
        }
    ).to_csv(path, index=False)


def _write_large(path: Path) -> None:
    """200,000 rows: twenty furnaces, an hour a row."""
    rng, units, hours = np.random.default_rng(4), 20, 10_000
    n = units * hours
    unit = np.repeat(np.arange(units), hours)
    load = 30 + np.concatenate([drift(rng, hours, 0.95, 4) for _ in range(units)])
    gas = 500 + np.concatenate([drift(rng, hours, 0.9, 60) for _ in range(units)])
    moisture = rng.gamma(4, 1.2, n)
    grade = rng.choice(["clean", "mixed", "dirty"], n, p=[0.5, 0.35, 0.15])
    energy = 480 + 6 * (30 - load) + 9 * moisture + 0.05 * (gas - 500) + rng.normal(0, 10, units)[unit]
    energy += 0.4 * np.maximum(load - 34, 0) ** 2 + 25 * (grade == "dirty") + 10 * (grade == "mixed")
    energy += rng.normal(0, 12, n)
    pd.DataFrame(
        {
            "furnace": [f"F{i + 1:02d}" for i in unit],
            "hour": np.tile(pd.date_range("2023-06-01", periods=hours, freq="h").to_numpy(), units),
            "load_t_h": load,
            "gas_m3_h": gas,
            "moisture_pct": moisture,
            "scrap": grade,
            "energy_kWh_t": energy,
        }
    ).to_parquet(path)


def _write_weekly(path: Path) -> None:
    """Two hundred weeks of an anode plant: few rows, one text."""
    rng, n = np.random.default_rng(5), 200
    supplier = np.where(np.arange(n) // 13 % 2 == 0, "coke A", "coke B")
    pitch, baking = 14 + rng.normal(0, 0.4, n), 1080 + drift(rng, n, 0.6, 15)
    consumption = 415 + 9 * (supplier == "coke B") - 0.25 * (baking - 1080) + 6 * (pitch - 14) ** 2
    consumption += drift(rng, n, 0.5, 2) + rng.normal(0, 2.5, n)
    pd.DataFrame(
        {
            "week": pd.date_range("2021-01-04", periods=n, freq="7D").strftime("%Y-%m-%d"),
            "supplier": supplier,
            "pitch (wt%)": pitch.round(2),
            "baking temperature (°C)": baking.round(0),
            "carbon consumption (kg/t)": consumption.round(1),
        }
    ).to_csv(path, index=False)


def _write_report(path: Path) -> None:
    """A report of a tankhouse: titles above the header, day before month, sections as units, texts for no value."""
    rng, units, n = np.random.default_rng(6), 12, 160
    unit = np.repeat(np.arange(units), n)
    glue = 70 + np.concatenate([drift(rng, n, 0.7, 12) for _ in range(units)])
    density = 300 + np.concatenate([drift(rng, n, 0.8, 15) for _ in range(units)])
    voltage = 0.28 + 0.0006 * (density - 300) + rng.normal(0, 0.006, units * n)
    efficiency = 95 - 0.03 * (density - 300) - 0.0012 * (glue - 75) ** 2 - 25 * (voltage - 0.28)
    efficiency += rng.normal(0, 0.5, units)[unit] + rng.normal(0, 0.5, units * n)
    frame = pd.DataFrame(
        {
            "Section": unit + 1,
            "Crop start": np.tile(pd.date_range("2022-01-03", periods=n, freq="7D").strftime("%d/%m/%Y"), units),
            "Glue (g/t)": glue.round(1).astype(str),
            "Current density (A/m²)": density.round(1).astype(str),
            "Voltage (V)": voltage.round(4),
            "Current efficiency (%)": efficiency.round(2),
        }
    )
    frame.loc[rng.random(len(frame)) < 0.02, "Glue (g/t)"] = "No Data"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Tankhouse report\nprinted on the first of the month\n\n")
        frame.to_csv(file, index=False)


def _write_castings(path: Path) -> None:
    """Castings with a verdict: a class to predict, texts among what it depends on."""
    rng, n = np.random.default_rng(7), 1600
    alloy, line = rng.choice(["3003", "6063", "A356"], n), rng.choice(["L1", "L2", "L3"], n)
    hydrogen, temperature = rng.gamma(9, 0.016, n), 705 + drift(rng, n, 0.7, 12)
    speed = 75 + drift(rng, n, 0.8, 6)
    porous = np.exp(22 * (hydrogen - 0.18) + 0.04 * (temperature - 705) + 0.8 * (alloy == "A356"))
    cracked = np.exp(0.18 * (speed - 80) + 1.2 * (alloy == "6063") - 0.8)
    shares = np.column_stack([np.full(n, 2.0), porous, cracked])
    shares /= shares.sum(axis=1, keepdims=True)
    drawn = (rng.random(n)[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    pd.DataFrame(
        {
            "cast_at": pd.date_range("2024-02-01 06:00", periods=n, freq="2h"),
            "alloy": ["AA" + name for name in alloy],
            "line": line,
            "hydrogen (mL/100g)": hydrogen.round(4),
            "metal temperature (°C)": temperature.round(1),
            "casting speed (mm/min)": speed.round(1),
            "verdict": np.array(["sound", "porous", "cracked"])[drawn],
        }
    ).to_csv(path, index=False)


def _write_refining(path: Path) -> None:
    """A refinery's day in an editor's export: UTF-16, tabs, US dates with a clock, comments nobody can learn."""
    rng, n = np.random.default_rng(8), 700
    bismuth, silver = rng.gamma(6, 30, n), 900 + drift(rng, n, 0.9, 150)
    stage = rng.choice(["softening", "desilvering", "debismuthing"], n)
    zinc = 8 + 0.004 * (silver - 900) + 0.006 * bismuth + 1.5 * (stage == "desilvering") + rng.normal(0, 0.5, n)
    zinc += drift(rng, n, 0.6, 0.3)
    frame = pd.DataFrame(
        {
            "Start": pd.date_range("2023-01-01 06:00", periods=n, freq="1D").strftime("%m/%d/%Y %I:%M %p"),
            "Bi (ppm)": bismuth.round(0),
            "Ag (g/t)": silver.round(0),
            "Stage": stage,
            "Remarks": [f"batch {i}, seen by shift {i % 4}" for i in range(n)],
            "Zinc used (kg/t)": zinc.round(2),
        }
    )
    frame.to_csv(path, sep="\t", index=False, encoding="utf-16")


def _write_cells(path: Path) -> None:
    """Two classes from thirty measurements, without time or units."""
    bunch = load_breast_cancer(as_frame=True)
    diagnosis = [bunch.target_names[i] for i in bunch.target]
    bunch.frame.drop(columns="target").assign(diagnosis=diagnosis).to_csv(path, index=False)


def _write_diabetes(path: Path) -> None:
    """A number from ten measurements, without time or units."""
    frame = load_diabetes(as_frame=True, scaled=False).frame
    frame.rename(columns={"target": "progression"}).to_csv(path, index=False)


TABLES = (
    PlantTable("smelter_daily.csv", "Steingehalt [%]", _write_german),
    PlantTable("leaching.xlsx", "Zn in residue (%)", _write_workbook),
    PlantTable("cell_minutes.csv", "efficiency_pct", _write_minutes),
    PlantTable("furnaces_hourly.parquet", "energy_kWh_t", _write_large, ("--unit", "furnace")),
    PlantTable("anode_weekly.csv", "carbon consumption (kg/t)", _write_weekly),
    PlantTable("tankhouse_report.csv", "Current efficiency (%)", _write_report, ("--unit", "Section")),
    PlantTable("castings.csv", "verdict", _write_castings),
    PlantTable("refining.txt", "Zinc used (kg/t)", _write_refining),
    PlantTable("cells_measured.csv", "diagnosis", _write_cells),
    PlantTable("diabetes.csv", "progression", _write_diabetes),
)
