"""Lists of columns on the pages of processes are made from the seeds."""

import pytest

from benchmarks.aims.columns import NAME, lines, page
from benchmarks.aims.page import filled
from seeds import load, names


@pytest.mark.parametrize("process", names())
def test_page_shows_the_columns_of_its_seed(process):
    text = page(process).read_text(encoding="utf-8")
    assert f"<!-- {NAME} -->" in text
    assert filled(text, NAME, lines(load(process))) == text, "write it again: python -m benchmarks.aims.columns"


@pytest.mark.parametrize("process", names())
def test_every_column_target_and_bin_is_in_the_list(process):
    seed, text = load(process), "\n".join(lines(load(process)))
    stated = [*seed.columns, *seed.bins, *seed.constraints]
    assert [one.name for one in stated if f"`{one.name}`" not in text] == []
    assert all(f"`{name}`" in text for name in (*seed.targets, *seed.equipment))


def test_consecutive_columns_of_one_unit_state_it_once():
    text = "\n".join(lines(load("alumina_refining")))
    assert (
        "- `before`: `bauxite_available_alumina`, `bauxite_reactive_silica`, `bauxite_toc` [%]; `green_liquor_ac`; "
        in text
    )
    assert "`tank3_temperature`, `last_tank_temperature` [°C]; `tank3_ac`, `tank8_ac`; `seed_fines` [%]; " in text


def test_targets_state_their_classes_and_noise_and_bins_their_limits():
    text = "\n".join(lines(load("pv_modules")))
    assert "- `target`, label noise: `type` (mono, multi, cdte, cigs, asi, other); `power_loss` 0.8 [%]; " in text
    assert "; `unfit` [kg/t]; `antimony` 90, `fluorine` 100, " in text
    assert "`reuse` (power_loss at most 12 %, unfit at most 50 kg/t)" in text
    assert "`overflow_solids` at most 4 g/L (`chance` 0.02)" in "\n".join(lines(load("alumina_refining")))


def test_the_size_of_the_plant_and_its_period_are_in_the_list():
    text = "\n".join(lines(load("alumina_refining")))
    assert "- `[process] period`: 1 d\n" in text
    assert "- `[plant]`: `units` 12, `years` 3\n" in text
    assert "`[plant]`" not in "\n".join(lines(load("zinc_leach_filter")))
