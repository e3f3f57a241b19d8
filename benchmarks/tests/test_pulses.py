"""Bands on simulated pulses are those of the real ones, as their command measured them."""

import csv
import json
from pathlib import Path

import pytest

from benchmarks.digests import is_of_own_plant
from benchmarks.whole_units.pulses import PICTURE, RESULTS, SHARES, SIMULATED, figure
from seeds import load

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))
BANDS = Path(__file__).parents[2] / "tests" / "bands" / "retired_batteries.csv"
LOW, HIGH = SHARES.index(0.05), SHARES.index(0.95)


def bands() -> dict[str, tuple[float, float]]:
    with BANDS.open(encoding="utf-8") as file:
        return {row["statistic"]: (float(row["low"]), float(row["high"])) for row in csv.DictReader(file)}


@pytest.mark.parametrize("cathode", ["LFP", "NMC", "LMO"])
def test_a_band_is_nine_tenths_of_the_real_pulses(cathode):
    of = KEPT["real"][cathode]
    at_once = bands()[f"resistance at once times capacity, {cathode}, median"]
    assert at_once == pytest.approx((of["at_once"][LOW], of["at_once"][HIGH]), abs=0.5)
    later = bands()[f"resistance after 5 s over that at once, {cathode}, median"]
    assert later == pytest.approx((of["later"][LOW], of["later"][HIGH]), abs=0.006)


def test_the_picture_shows_both_and_was_measured_on_this_plant():
    again = "measure again: python -m benchmarks.whole_units.pulses FILE"
    assert is_of_own_plant(KEPT["plant_digest"], load(SIMULATED)), again
    assert PICTURE.is_file()
    assert len(figure(KEPT).data) == 12
