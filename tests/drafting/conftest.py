"""Tables of plants that nobody has described yet, made in code."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drafting.job import Drafted, DraftOptions, draft

Make = Callable[..., pd.DataFrame]
DraftOf = Callable[..., Drafted]


@pytest.fixture(scope="session")
def plant() -> Make:
    """Maker of a table: a time, four inputs and a target that moves with two of them and with its own past."""

    def make(rows: int = 240, freq: str = "D", rng_seed: int = 3, start: str = "2024-01-01") -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        walk = np.cumsum(rng.normal(0, 0.15, rows)) * 0.3
        temperature = 955 + 4 * rng.standard_normal(rows)
        current = 380 + 5 * rng.standard_normal(rows)
        feed = np.exp(rng.normal(3.0, 0.4, rows))
        ratio = 1.1 + 0.05 * rng.standard_normal(rows)
        yields = 93 + 0.2 * (temperature - 955) + 0.15 * (current - 380) + walk + 0.5 * rng.standard_normal(rows)
        return pd.DataFrame(
            {
                "time": pd.date_range(start, periods=rows, freq=freq),
                "temperature_degC": temperature.round(2),
                "current_kA": current.round(2),
                "feed_t_h": feed.round(3),
                "ratio": ratio.round(4),
                "yield_pct": yields.round(3),
            }
        )

    return make


@pytest.fixture
def draft_of(tmp_path) -> DraftOf:
    """Drafter of a frame, written as CSV, or of a file as it stands."""

    def drafted(
        table: pd.DataFrame | Path, target: str = "yield_pct", file: str = "plant.csv", **arguments: str
    ) -> Drafted:
        path = table
        if isinstance(table, pd.DataFrame):
            path = tmp_path / file
            table.to_csv(path, index=False)
        return draft(path, [target], DraftOptions(**arguments))

    return drafted


@pytest.fixture
def suspected() -> Callable[[Drafted, str], list[str]]:
    """What a draft suspects of one kind, by where."""
    return lambda drafted, kind: [one.where for one in drafted.suspicions if one.kind == kind]


@pytest.fixture(scope="session")
def flotation() -> Make:
    """Maker of rows of 20 s that are stamped by the hour, as historians export them, with an assay an hour."""

    def make(hours: int = 200, rows: int = 180, rng_seed: int = 4) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)

        def slow(n: int, mean: float, sd: float) -> np.ndarray:
            steps = rng.normal(0, sd * np.sqrt(1 - 0.95**2), n)
            return mean + np.array(list(itertools.accumulate(steps, lambda x, step: 0.95 * x + step)))

        amina, ph = slow(hours, 490, 60), slow(hours, 9.7, 0.3)
        silica = 2.3 - 0.004 * (amina - 490) + 0.6 * (ph - 9.7) + rng.normal(0, 0.4, hours)
        each = np.repeat(np.arange(hours), rows)
        return pd.DataFrame(
            {
                "date": pd.Timestamp("2017-03-10 01:00") + pd.to_timedelta(each, unit="h"),
                "% Iron Feed": slow(hours, 56, 5)[each].round(1),
                "Amina Flow": (amina[each] + rng.normal(0, 20, len(each))).round(3),
                "Ore Pulp pH": (ph[each] + rng.normal(0, 0.05, len(each))).round(5),
                "% Silica Concentrate": silica[each].round(2),
            }
        )

    return make


@pytest.fixture(scope="session")
def energy() -> Make:
    """Maker of quarters of an hour of a works whose meter gives energy, and the CO2 and reactive energy beside it."""

    def make(days: int = 120, rng_seed: int = 5) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        time = pd.Series(pd.date_range("2018-01-01", periods=96 * days, freq="15min"))
        hour, is_weekend = time.dt.hour.to_numpy(), time.dt.day_of_week.to_numpy() >= 5
        load = np.where(is_weekend, 10, 30 + 25 * np.exp(-(((hour - 13) / 5.0) ** 2)))
        usage = np.abs(load + rng.normal(0, 8, len(time))).round(2)
        return pd.DataFrame(
            {
                "date": time,
                "Usage_kWh": usage,
                "Reactive_Power_kVarh": np.abs(0.4 * usage + rng.normal(0, 8, len(time))).round(2),
                "CO2(tCO2)": (4.5e-4 * usage).round(3),
                "NSM": 3600 * hour + 60 * time.dt.minute,
                "WeekStatus": np.where(is_weekend, "Weekend", "Weekday"),
                "Day_of_week": time.dt.day_name(),
            }
        )

    return make


@pytest.fixture(scope="session")
def alloys() -> Make:
    """Maker of a table of tensile tests: composition and ageing, and three results of one test; no time."""

    def make(rows: int = 600, rng_seed: int = 6) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        silicon, magnesium, hours = (rng.uniform(low, high, rows) for low, high in ((0.3, 1.2), (0.4, 1.3), (2, 12)))
        strength = 120 + 90 * magnesium * silicon + 25 * np.tanh((hours - 4) / 3) + rng.normal(0, 15, rows)
        return pd.DataFrame(
            {
                "Alloy": rng.choice([6061, 6063, 6082], rows),
                "Maker": rng.choice(["Nord", "Süd", "Import"], rows),
                "Si (wt%)": silicon.round(3),
                "Mg (wt%)": magnesium.round(3),
                "Ageing (h)": hours.round(1),
                "Yield": strength.round(1),
                "Tensile": (1.05 * strength + 35 + rng.normal(0, 4, rows)).round(1),
                "Elongation": (28 - 0.07 * strength + rng.normal(0, 1.2, rows)).round(1),
            }
        )

    return make
