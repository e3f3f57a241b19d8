"""A digest tells whether figures are still those of a seed, and of the table that its plant gives."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.bounds.spreads import LIMITED, free_digest
from benchmarks.digests import is_of_own_plant, own_plant_digest, seed_digest, table_digest
from benchmarks.early_warnings.__main__ import digest as warnings_digest
from benchmarks.schedules.played import schedule_digest
from models.table.reading import digest
from seeds import load
from tests.suite.languages import without_and_with_chinese


def test_a_table_has_one_digest_on_all_processors_and_another_where_a_value_changed():
    table = pd.DataFrame({"unit": ["a", "b"], "voltage": [4.1, 1 / 3], "current": [np.nan, -400.0]})
    last_bit = table.assign(voltage=np.nextafter(table["voltage"], 5.0))
    assert digest(last_bit) != digest(table)
    assert table_digest(last_bit) == table_digest(table)
    assert table_digest(table.assign(voltage=[4.1002, 1 / 3])) != table_digest(table)
    assert table_digest(table.assign(current=[0.0, -400.0])) != table_digest(table)


def test_figures_belong_to_what_a_seed_says_of_its_plant_and_not_to_its_books():
    seed = load("aluminium_reduction")
    assert seed.plant is not None
    assert seed_digest(seed.model_copy(update={"references": {}, "text": ""})) == seed_digest(seed)
    other = seed.plant.model_copy(update={"units": seed.plant.units + 1})
    assert seed_digest(seed.model_copy(update={"plant": other})) != seed_digest(seed)


def test_a_spread_changes_other_plants_and_not_the_seeds_own():
    seed = load("aluminium_scrap")
    assert seed.plant is not None
    stated = seed.plant.parameters
    other, changed = (
        seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": stated | {"lot_mix_sd": one}})})
        for one in (stated["lot_mix_sd"].model_copy(update={name: 0.9}) for name in ("spread", "value"))
    )
    assert seed_digest(other) != seed_digest(seed)
    assert own_plant_digest(other) == own_plant_digest(seed) != own_plant_digest(changed)
    for retained in (seed_digest(seed), own_plant_digest(seed)):
        assert is_of_own_plant(retained, seed)
        assert not is_of_own_plant(retained, changed)
    assert not is_of_own_plant(seed_digest(seed), other)  # nothing says on which part such figures depend


@pytest.mark.parametrize("process", ["aluminium_reduction", "retired_batteries", "zinc_ingot", "zinc_leach_filter"])
def test_figures_do_not_depend_on_chinese_texts(process):
    plain, chinese = without_and_with_chinese(load(process))
    assert plain.process.title_in("zh") == plain.process.title != chinese.process.title_in("zh")
    of_all = [seed_digest, own_plant_digest, warnings_digest]
    of_all += [schedule_digest] if plain.schedule else []
    of_all += [free_digest] if process in LIMITED else []
    for made in of_all:
        assert made(chinese) == made(plain)
