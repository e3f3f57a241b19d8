"""Advice as rows of a file: a row a unit, each number under a heading with its unit."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.processes.lookup import response_of
from models.setpoints.advice import GainEstimate, LimitAfterMoves, UnitRecommendation
from operations.set_points.answers import advice_rows
from operations.set_points.flat_rows import flat_rows, refusals
from operations.set_points.requests import ParsedSetpointRequest
from tests.suite.pots import PLAN


def advised(unit="A-1", refusal=None, **changes):
    parts = {
        "unit": unit,
        "start": pd.Timestamp("2025-04-01"),
        "plan": PLAN,
        "moves": {"voltage_setpoint": -0.02, "excess_alf3_target": 0.0, "metal_level_target": 0.0},
        "gain": GainEstimate(7.0, 1.0, 13.0),
        "effects": {
            "specific_energy": GainEstimate(-20.0, -30.0, -10.0),
            "efficiency_by_feed": GainEstimate(0.1, 0.0, 0.2),
        },
        "limits": (
            LimitAfterMoves("bath_temperature", "°C", 970.0, True, 959.0, 0.01, 0.02),
            LimitAfterMoves("superheat", "K", 6.0, False, 9.0, 0.015, 0.03),
        ),
        "cause": "less power",
        "supporting_rows": 40,
        "nearest": (),
        "refusal": refusal,
    }
    return UnitRecommendation(**parts | changes)


def answer_of(potline, *advices):
    model = SimpleNamespace(seed=potline, response=response_of(potline))
    rows = [{"unit": one.unit, "period_start": "2025-04-01"} for one in advices]
    requested = ParsedSetpointRequest(rows, [one.unit for one in advices], pd.DataFrame(), {})
    return {"recommendations": advice_rows(advices, requested, model)}


def test_the_file_has_a_row_a_unit_under_headings_with_units(potline):
    table = pd.DataFrame(
        flat_rows(answer_of(potline, advised(), advised("A-2", "doubt: too much"))["recommendations"], potline)
    )
    first, second = table.to_dict("records")
    assert (first["unit"], first["period_start"]) == ("A-1", pd.Timestamp("2025-04-01"))
    assert (first["voltage_setpoint plan [V]"], first["voltage_setpoint move [V]"]) == (4.0, -0.02)
    assert first["voltage_setpoint new [V]"] == 3.98
    assert first["line_current_target new [kA]"] == 400.0
    assert [first[f"gain{part} [$/d]"] for part in ("", " low", " high")] == [7.0, 1.0, 13.0]
    assert [first[f"specific_energy change{part} [kWh/t]"] for part in ("", " low", " high")] == [-20.0, -30.0, -10.0]
    assert not [name for name in table if name.startswith("efficiency_by_feed")]
    assert first["bath_temperature expected [°C]"] == 959.0
    assert first["chance of bath_temperature above 970 °C [1]"] == 0.01
    assert first["chance of superheat below 6 K [1]"] == 0.015
    assert (first["cause"], first["support [rows]"], second["refusal"]) == ("less power", 40, "doubt: too much")
    assert first["refusal"] is None or np.isnan(first["refusal"])


def test_reasons_of_refusals_are_counted_without_their_numbers(potline):
    texts = [
        "doubt: the best move would bring 3.1 a day, give or take 4.0",
        "history knows 2 periods without a gap before 2025-04-01: expected 3 or more",
        "doubt: the best move would bring -0.2 a day, give or take 1e-05",
        None,
    ]
    advices = (advised(f"A-{i}", text) for i, text in enumerate(texts))
    result = refusals(answer_of(potline, *advices)["recommendations"])
    assert result == {
        "doubt: the best move would bring … a day, give or take …": 2,
        "history knows … periods without a gap before …: expected … or more": 1,
    }
