"""Pulses of simulated and of real retired cells: python -m benchmarks.whole_units.pulses FILE.

FILE is the table of `retired_batteries_pulse`, which is not in the repository. Quantiles of both go to
docs/results/battery_pulses.json; bands of `tests/bands/retired_batteries.csv` rest on those of the real cells. The
picture of the page is drawn from them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from benchmarks.digests import own_plant_digest
from benchmarks.pictures import draw
from models.processes.lookup import needed_physics_of
from models.table.reading import read_table
from physics.arrays import FloatArray
from seeds import load
from synthetic_data import replay
from synthetic_data.battery_line.market import CATHODES

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PICTURE = DOCS / "results" / "battery_pulses.json", DOCS / "pictures" / "battery_pulses.png"
REAL, SIMULATED = "retired_batteries_chemistry", "retired_batteries"
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
CHARGED = (0.05, 0.5)  # state of charge of the real cells, lowest and highest [1]
FADED = {"LFP": (3.8, 25.6), "NMC": (-0.9, 38.8), "LMO": (5.2, 48.1)}  # and their fade [%]
COLOURS = {"LFP": "#2f6b39", "NMC": "#b4571b", "LMO": "#35506b"}
PARTS = {"at_once": "resistance at once times capacity [mΩ·Ah]", "later": "resistance after 5 s over that at once"}

TICKS = {"at_once": (20, 30, 50, 70, 100, 150), "later": (1.2, 1.5, 2, 3, 4)}


def of_real(path: Path) -> dict[str, Any]:
    """Quantiles of each cathode's real pulses of 1 C, from the plant's own table."""
    seed = load(REAL)
    table = read_table(path, seed).table
    columns = {name: table[name].to_numpy() for name in table if table[name].dtype == np.float64}
    features = needed_physics_of(seed).features(columns)
    at_once, slow = features["charge_10c_ohmic"], features["charge_10c_slow"]
    return _of_cathodes(table["chemistry"].astype(str).to_numpy(), at_once, (at_once + slow) / at_once)


def of_simulated() -> dict[str, Any]:
    """Quantiles of sound cells of the default line, charged and faded as the real ones were, at 25 °C."""
    seed = load(SIMULATED)
    plant = replay(seed)
    truth, table = plant.truth, plant.table
    columns = {column.name: table[column.name].to_numpy() for column in seed.inputs}
    features = needed_physics_of(seed).features(columns)
    nominal = truth["capacity"].to_numpy() / (1.0 - 0.01 * truth["fade"].to_numpy())
    rows = truth["charge"].between(*CHARGED).to_numpy() & (truth["hazard"] == 0.0).to_numpy()
    cathode = np.array(CATHODES)[truth["cathode"].astype(int)]
    for name, ends in FADED.items():
        rows &= (cathode != name) | truth["fade"].between(*ends).to_numpy()
    later = (table["pulse_r5s"] / table["pulse_r30ms"]).to_numpy()
    return _of_cathodes(cathode[rows], (features["ohmic_25"] * nominal)[rows], later[rows])


def _of_cathodes(cathode: Any, at_once: FloatArray, later: FloatArray) -> dict[str, Any]:
    return {
        name: {
            "pulses": int(np.sum(cathode == name)),
            "at_once": np.quantile(at_once[cathode == name], SHARES).round(3).tolist(),
            "later": np.quantile(later[cathode == name], SHARES).round(3).tolist(),
        }
        for name in COLOURS
    }


def figure(figures: dict[str, Any]) -> go.Figure:
    """Share of pulses below a value, real ones as points with lines, simulated ones dashed."""
    drawn = make_subplots(rows=1, cols=2, subplot_titles=list(PARTS.values()), horizontal_spacing=0.08)
    for col, part in enumerate(PARTS, start=1):
        for source, dash in (("real", "solid"), ("simulated", "dash")):
            for name, colour in COLOURS.items():
                line = {"color": colour, "dash": dash, "width": 2}
                drawn.add_scatter(
                    x=figures[source][name][part], y=SHARES, line=line, mode="lines+markers",
                    name=f"{name}, {source}", showlegend=col == 1, row=1, col=col,
                )  # fmt: skip
    for col, ticks in enumerate(TICKS.values(), start=1):
        drawn.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks], row=1, col=col)
    drawn.update_yaxes(title_text="share of pulses below", row=1, col=1)
    drawn.update_layout(height=430, template="plotly_white", margin={"l": 60, "r": 20, "t": 50, "b": 40})
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    figures = {
        "shares": SHARES,
        "plant_digest": own_plant_digest(load(SIMULATED)),
        "real": of_real(options.file),
        "simulated": of_simulated(),
    }
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    draw(figure(json.loads(RESULTS.read_text(encoding="utf-8"))), PICTURE)


if __name__ == "__main__":
    main()
