"""Contents by LIBS against the plain way, line by line."""

import numpy as np

from models.processes.aluminium_scrap.physics import MOST, SATURATION, USUAL_ALUMINIUM
from models.processes.lookup import needed_physics_of
from physics.sorting.libs import LINES, content_from_reading, irradiance_exponent
from seeds import load

physics = needed_physics_of(load("aluminium_scrap"))

ALONE = {"zn": "zn_481", "mn": "mn_403", "fe": "fe_372", "cr": "cr_425", "ti": "ti_335"}
PAIRS = {"si": ("si_288", "si_390"), "mg": ("mg_285", "mg_518"), "cu": ("cu_325", "cu_522")}
NAMES = {
    **{"si": "silicon", "mg": "magnesium", "cu": "copper", "zn": "zinc", "mn": "manganese", "fe": "iron"},
    **{"cr": "chromium", "ti": "titanium"},
}


def at_the_tile(columns: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Readings of each line in the plasma of the tile, and the content at which it saturates in that of the piece."""
    hours = np.where(np.isnan(columns["tile_hours"]), 0.0, columns["tile_hours"])
    total = np.where(np.isnan(columns["libs_total"]), 1.0, columns["libs_total"])
    light = np.clip(total * np.exp(0.008 * hours), 0.1, 10.0)
    readings, saturations = {}, {}
    for name, saturation in SATURATION.items():
        exponent = irradiance_exponent(LINES[name], LINES["al_256"], 10_000.0, 0.06, 3e16)
        drift = 0.008 * (400.0 / LINES[name].wavelength) ** 1.5 - 0.008 * (400.0 / 256.8) ** 1.5
        reading = np.maximum(columns[f"libs_{name}"], 0.0)
        readings[name] = reading * (light**-exponent * np.exp(drift * hours))
        saturations[name] = saturation * light ** (-1.0 / 3.0)
    return readings, saturations


def expected_contents(columns: dict[str, np.ndarray], aluminium: np.ndarray) -> dict[str, np.ndarray]:
    """Contents where the metal holds so much aluminium over that of the tiles."""
    readings, saturations = at_the_tile(columns)
    readings = {name: reading * aluminium for name, reading in readings.items()}
    undone = {name: content_from_reading(reading, saturations[name]) for name, reading in readings.items()}
    result = {element: undone[line] for element, line in ALONE.items()}
    for element, (strong, weak) in PAIRS.items():
        saturated = np.clip((readings[strong] / saturations[strong] - 0.5) / 0.3, 0.0, 1.0)
        result[element] = (1.0 - saturated) * undone[strong] + saturated * undone[weak]
    return {element: np.clip(content, 0.0, MOST[element]) for element, content in result.items()}


def test_contents_are_those_of_each_line_to_the_last_bit() -> None:
    rng, seed = np.random.default_rng(0), load("aluminium_scrap")
    for n in (1, 2, 500):
        columns = {one.name: rng.uniform(*np.clip(one.limits, -5, 30), n) for one in seed.inputs}
        for column in columns.values():
            column[rng.random(n) < 0.1] = np.nan
            column[rng.random(n) < 0.05] = -1.0
        with np.errstate(all="ignore"):
            of_tiles = expected_contents(columns, np.ones(n))
            others = np.array([np.nan_to_num(content) for content in of_tiles.values()]).sum(axis=0)
            expected = expected_contents(columns, 100.0 / (USUAL_ALUMINIUM + others))
            features = physics.features(columns)
        for element, content in expected.items():
            np.testing.assert_array_equal(features[f"{NAMES[element]}_content"], content)
