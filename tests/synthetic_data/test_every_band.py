"""Laws of the bands that statistics of simulated plants are compared with; the files are found, not listed."""

from collections.abc import Callable

import pytest

from seeds import load_all

SIMULATED = [name for name, seed in load_all().items() if seed.plant is not None]
KINDS = {"reference", "practice", "assumed", "computed"}


@pytest.mark.parametrize("process", SIMULATED)
def test_bands_are_many_named_once_sourced_and_no_points(
    process: str, read_bands: Callable[[str], list[dict[str, str]]]
) -> None:
    bands = read_bands(process)
    assert len(bands) >= 20
    assert len({band["statistic"] for band in bands}) == len(bands)
    for band in bands:
        assert band["kind"] in KINDS, band
        assert band["source"].strip(), band
        assert float(band["low"]) < float(band["high"]), band
