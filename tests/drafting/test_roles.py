"""Columns that no model may learn from, found by what they hold."""

import numpy as np
import pandas as pd
import pytest

from drafting.findings import DraftError


def role_of(drafted, heading):
    (one,) = [one for one in drafted.placed if one.column.text == heading]
    return one.role, one.reason


def test_constants_and_empty_columns_are_left_out(plant, draft_of, suspected):
    drafted = draft_of(plant().assign(site="north", density=2.7, nothing=None))
    assert suspected(drafted, "constant") == ["site", "density", "nothing"]
    assert role_of(drafted, "density")[0] is None
    assert "density: constant: one value in all 240 rows: 2.7" in drafted.text


def test_identifiers_are_left_out(plant, draft_of, suspected):
    table = plant()
    table["row"] = np.arange(1000, 1240)
    table["sample_no"] = np.random.default_rng(0).permutation(5000)[:240]
    drafted = draft_of(table)
    assert suspected(drafted, "identifier") == ["row", "sample_no"]


@pytest.mark.parametrize("how", [lambda x: x, lambda x: 1.8 * x + 32, lambda x: -x])
def test_copies_are_left_out_and_name_the_first(plant, draft_of, how):
    table = plant()
    table["again"] = how(table["temperature_degC"])
    role, reason = role_of(draft_of(table), "again")
    assert role is None
    assert "copy of temperature_degC" in reason


def test_a_copy_in_another_unit_may_be_rounded(plant, draft_of):
    table = plant()
    table["in_fahrenheit"] = (1.8 * table["temperature_degC"] + 32).round(1)
    assert role_of(draft_of(table), "in_fahrenheit")[0] is None


def test_columns_that_differ_by_little_but_more_than_digits_are_kept_and_named(plant, draft_of, suspected):
    """Voltages before and after a pulse: what matters is their difference."""
    rng = np.random.default_rng(0)
    table = plant()
    table["u1_v"] = rng.uniform(3, 4, 240).round(4)
    table["u2_v"] = (table["u1_v"] + rng.uniform(-0.002, 0.002, 240)).round(4)
    drafted = draft_of(table)
    assert role_of(drafted, "u2_v")[0] == "during"
    assert suspected(drafted, "copy") == ["u2_v"]


def test_two_sensors_of_one_thing_are_no_copies(plant, draft_of):
    table = plant()
    table["second"] = table["temperature_degC"] + np.random.default_rng(0).normal(0, 1, 240)
    assert role_of(draft_of(table), "second")[0] == "during"


@pytest.mark.parametrize(
    "how",
    [
        lambda y, noise: y,
        lambda y, noise: 100 - y,
        lambda y, noise: y + 0.02 * noise,
        lambda y, noise: np.exp(y / 20),
        lambda y, noise: (y - 60) ** 3,
    ],
)
def test_what_gives_the_target_away_is_late(plant, draft_of, suspected, how):
    table = plant(rows=400)
    table["twin"] = how(table["yield_pct"], np.random.default_rng(1).standard_normal(400))
    drafted = draft_of(table)
    assert suspected(drafted, "leak") == ["twin"]
    assert drafted.seed.column("twin").role == "late"
    assert "twin" not in {column.name for column in drafted.seed.inputs}


def test_a_good_input_is_no_leak(plant, draft_of, suspected):
    table = plant(rows=400)
    table["good"] = table["yield_pct"] + 0.5 * table["yield_pct"].std() * np.random.default_rng(1).standard_normal(400)
    drafted = draft_of(table)
    assert role_of(drafted, "good")[0] == "during"
    assert "good" not in suspected(drafted, "leak")


def test_many_columns_of_noise_give_no_leak_by_chance(plant, draft_of, suspected):
    table = plant(rows=120)
    noise = np.random.default_rng(2).standard_normal((120, 80))
    for i in range(80):
        table[f"n{i}"] = noise[:, i]
    drafted = draft_of(table)
    assert suspected(drafted, "leak") == suspected(drafted, "balance") == []


@pytest.mark.parametrize(
    "how",
    [
        lambda a, b: a / b,
        lambda a, b: a * b,
        lambda a, b: a - b,
        lambda a, b: 2 * a + 0.5 * b,
    ],
)
def test_a_target_computed_from_columns_is_a_balance(plant, draft_of, suspected, how):
    rng = np.random.default_rng(4)
    table = plant(rows=400)
    table["metal_t"], table["feed_in_t"] = rng.uniform(40, 60, 400), rng.uniform(20, 30, 400)
    table["yield_pct"] = how(table["metal_t"], table["feed_in_t"])
    drafted = draft_of(table)
    assert suspected(drafted, "balance") == ["metal_t", "feed_in_t"]
    assert drafted.seed.column("metal_t").role == "late"
    assert drafted.seed.column("current_ka").role == "during"


def test_a_balance_is_found_among_hundreds_of_columns(plant, draft_of, suspected):
    rng = np.random.default_rng(4)
    table = plant(rows=1000)
    more = pd.DataFrame(rng.standard_normal((1000, 200)).round(4), columns=[f"n{i}" for i in range(200)])
    table["yield_pct"] = 90 + more["n7"] - 2 * more["n150"] + 0.5 * more["n33"]
    assert suspected(draft_of(pd.concat([table, more], axis=1)), "balance") == ["n7", "n33", "n150"]


def test_what_is_missing_with_the_label_arrives_with_it(plant, draft_of, suspected):
    table = plant()
    table["iron"] = np.random.default_rng(0).normal(5, 1, 240).round(3)
    table.loc[220:, ["iron", "yield_pct"]] = np.nan
    drafted = draft_of(table)
    assert suspected(drafted, "known late") == ["iron"]
    assert drafted.seed.column("iron").role == "late"


@pytest.mark.parametrize("heading", ["iron_lab", "Assay iron", "result", "Ergebnis", "lab.Fe"])
def test_headings_of_the_laboratory_are_late(plant, draft_of, suspected, heading):
    table = plant()
    table[heading] = np.random.default_rng(0).normal(5, 1, 240)
    assert suspected(draft_of(table), "known late") == [heading]


@pytest.mark.parametrize("heading", ["labour", "slab_weight", "collaborator", "assayer_id_x"])
def test_other_words_are_not(plant, draft_of, suspected, heading):
    table = plant()
    table[heading] = np.random.default_rng(0).normal(5, 1, 240)
    assert suspected(draft_of(table), "known late") == []


def test_a_stuck_sensor_is_named(plant, draft_of, suspected):
    table = plant()
    table.loc[100:140, "feed_t_h"] = table["feed_t_h"][100]
    drafted = draft_of(table)
    assert suspected(drafted, "stuck") == ["feed_t_h"]
    (one,) = [one for one in drafted.suspicions if one.kind == "stuck"]
    assert one.evidence.startswith("one value in 41 rows on end")


def test_text_that_gives_the_target_away_is_late(plant, draft_of, suspected):
    table = plant(rows=400)
    table["yield_pct"] = table["yield_pct"].round(0).clip(90, 95)
    table["band"] = "band " + table["yield_pct"].astype(str)
    drafted = draft_of(table)
    assert suspected(drafted, "leak") == ["band"]


def test_a_table_of_one_column_is_refused(plant, draft_of):
    with pytest.raises(DraftError):
        draft_of(plant()[["yield_pct"]])


def test_what_the_same_meter_gives_is_late_until_it_is_confirmed(energy, draft_of, suspected):
    """CO2 by a factor from the same meter: R² of 0.97 and above is no input that anybody has in time."""
    drafted = draft_of(energy(days=40), "Usage_kWh")
    assert suspected(drafted, "leak") == ["CO2(tCO2)"]
    assert suspected(drafted, "known late") == ["Reactive_Power_kVarh"]
    assert role_of(drafted, "CO2(tCO2)")[0] == role_of(drafted, "Reactive_Power_kVarh")[0] == "late"
    confirmed = draft_of(energy(days=40), "Usage_kWh", inputs=("CO2(tCO2)",))
    assert role_of(confirmed, "CO2(tCO2)") == ("during", "confirmed by --input")
    assert role_of(confirmed, "Reactive_Power_kVarh")[0] == "late"
    assert "# Role confirmed by --input." in confirmed.text
    (one,) = [one for one in confirmed.suspicions if one.where == "CO2(tCO2)" and one.kind == "leak"]
    assert one.done == "is an input, as --input states"


def test_results_of_one_test_are_late_and_its_conditions_are_not(alloys, draft_of):
    drafted = draft_of(alloys(), "Yield")
    assert [role_of(drafted, name)[0] for name in ("Tensile", "Elongation")] == ["late", "late"]
    inputs = ("Si (wt%)", "Mg (wt%)", "Ageing (h)", "Maker")
    assert {role_of(drafted, name)[0] for name in inputs} == {"during"}
    assert "tensile test" in role_of(drafted, "Elongation")[1]


def test_the_label_of_the_row_before_is_no_leak(plant, draft_of, suspected):
    """However well yesterday's value gives today's of a slow target, it is in hand."""
    table = plant(rows=400)
    table["yield_pct"] = 90 + np.cumsum(np.random.default_rng(0).normal(0, 1, 400)).round(3)
    table["yesterday"] = table["yield_pct"].shift(1)
    drafted = draft_of(table)
    assert role_of(drafted, "yesterday") == ("before", "the target of the row before")
    assert suspected(drafted, "leak") == []


def test_whole_numbers_of_few_kinds_are_asked_about(alloys, draft_of, suspected):
    drafted = draft_of(alloys(), "Yield")
    (one,) = [one for one in drafted.suspicions if one.kind == "class codes"]
    assert (one.where, one.evidence) == (
        "Alloy",
        "3 different whole numbers in 600 rows, 6061, 6063, 6082: amounts, or codes of classes?",
    )
    assert drafted.seed.column("alloy").is_number
    named = draft_of(alloys(), "Yield", codes=("Alloy",))
    assert sorted(named.seed.column("alloy").values) == ["6061", "6063", "6082"]
    assert named.checked.table["alloy"].tolist() == alloys()["Alloy"].astype("str").tolist()
    assert suspected(draft_of(alloys(), "Yield", amounts=("Alloy",)), "class codes") == []


@pytest.mark.parametrize("by", ["Maker", "Alloy", "Yield"])
def test_a_file_that_stands_sorted_is_named_by_draft_and_reader(alloys, draft_of, suspected, by):
    table = alloys()
    assert suspected(draft_of(table, "Yield"), "sorted") == []
    drafted = draft_of(table.sort_values(by, ignore_index=True), "Yield", codes=("Alloy",))
    assert suspected(drafted, "sorted") == [by]
    name = by.lower()
    assert [one for one in drafted.checked.cautions if one.startswith("rows stand in") and f"of {name}:" in one]


def test_rows_split_by_time_or_whole_units_may_stand_sorted(alloys, draft_of, suspected):
    table = alloys().sort_values("Maker", ignore_index=True)
    assert suspected(draft_of(table, "Yield", unit="Maker"), "sorted") == []
    table["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.random.default_rng(0).permutation(600), unit="D")
    assert suspected(draft_of(table, "Yield"), "sorted") == []
