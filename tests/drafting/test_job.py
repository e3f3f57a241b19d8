"""Whole drafts of tables as plants have them: each must be a seed, and must read its own table."""

import numpy as np
import pandas as pd
import pytest

from drafting.findings import KINDS, DraftError
from drafting.job import DraftOptions, draft
from registry.settings import read_settings
from tests.suite.jobs import quicken
from tests.suite.processes import each
from training.jobs.train import train


def roles(drafted):
    return {one.column.text: one.role for one in drafted.placed}


def test_a_plain_table(plant, draft_of, suspected):
    table = plant()
    drafted = draft_of(table)
    seed = drafted.seed
    assert drafted.name == seed.process.name == "plant"
    assert seed.process.task == "regression"
    assert (seed.process.period.value, seed.process.period.unit) == (1, "d")
    units = {
        column.tag or column.name: column.unit for column in seed.columns if column.is_number and not column.is_made
    }
    assert units == {
        "temperature_degC": "°C",
        "current_kA": "kA",
        "feed_t_h": "t/h",
        "ratio": "1",
        "yield_pct": "%",
    }
    assert roles(drafted) == {"time": "time", "yield_pct": "target"} | dict.fromkeys(list(units)[:-1], "during")
    (made,) = [column for column in seed.columns if column.is_made]
    assert (made.previous.column, made.previous.periods, made.role) == ("yield_pct", 1, "before")
    assert len(drafted.checked.table) == len(table)
    assert drafted.checked.table["yield_pct"].tolist() == table["yield_pct"].tolist()
    assert suspected(drafted, "unit assumed") == ["ratio"]
    assert all(source.startswith("assumed: from the table") for source in seed.sources.values())
    assert seed.targets["yield_pct"].label_noise is None
    assert not seed.economics


def test_the_draft_says_what_is_assumed_where_it_stands(plant, draft_of):
    text = draft_of(plant()).text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    for line in text.splitlines():
        if line.startswith(("source", 'unit = "1"', "period")) and "[targets" not in line:
            assert "assumed: from the table" in line or line == 'unit = "1"'
    assert "# 240 values, 0 missing" in text


def test_an_unknown_unit_is_suggested_and_not_taken(plant, draft_of):
    drafted = draft_of(plant().rename(columns={"ratio": "Druck (mbarr)"}))
    (one,) = [one for one in drafted.suspicions if one.kind == "unit assumed"]
    assert one.evidence.startswith("'mbarr' in the heading is no known unit; the nearest is ")
    assert drafted.seed.column("druck").unit == "1"


def test_suspicions_come_worst_first(plant, draft_of):
    table = plant()
    table.insert(1, "site", 7.0)
    table["twin"] = table["yield_pct"] * 2 + 1
    kinds = [one.kind for one in draft_of(table).suspicions]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert kinds[0] == "leak"
    assert "constant" in kinds


def test_parquet(plant, draft_of, tmp_path):
    table = plant().assign(shift=np.resize(["early", "late"], 240))
    table.to_parquet(tmp_path / "history.parquet")
    drafted = draft_of(tmp_path / "history.parquet")
    assert drafted.seed.column("shift").values == ["early", "late"]
    assert len(drafted.checked.table) == 240


def test_text_columns_are_categories(plant, draft_of, suspected):
    rng = np.random.default_rng(1)
    table = plant()
    table["supplier"] = rng.choice(["Nord", "Süd", "West"], 240, p=[0.6, 0.3, 0.1])
    table["remark"] = [f"operator {i} saw nothing unusual in the shift of this day" for i in range(240)]
    table["sample"] = [f"S-{i:05d}" for i in range(240)]
    drafted = draft_of(table)
    assert drafted.seed.column("supplier").values == ["Nord", "Süd", "West"]
    assert drafted.seed.column("supplier").role == "during"
    assert roles(drafted)["remark"] is roles(drafted)["sample"] is None
    assert "sample" in suspected(drafted, "identifier")
    assert drafted.checked.table["supplier"].tolist() == table["supplier"].tolist()


def test_a_table_without_time(plant, draft_of):
    drafted = draft_of(plant().drop(columns="time"))
    assert drafted.seed.time is None
    assert drafted.seed.process.period is None
    assert not any(column.is_made for column in drafted.seed.columns)
    assert len(drafted.checked.table) == 240


def test_units_are_found_where_times_repeat(plant, draft_of, suspected):
    parts = [plant(rng_seed=i).assign(cell=f"C-{i}") for i in range(4)]
    drafted = draft_of(pd.concat(parts, ignore_index=True))
    assert drafted.seed.process.unit_key == "cell"
    assert roles(drafted)["cell"] == "key"
    assert "cell" in suspected(drafted, "choice")
    assert drafted.checked.table["previous_yield_pct"].notna().sum() == 4 * 239


def test_a_named_unit_is_taken(plant, draft_of):
    parts = [plant(rng_seed=i).assign(site=f"C-{i}") for i in range(3)]
    drafted = draft_of(pd.concat(parts, ignore_index=True), unit="site")
    assert drafted.seed.process.unit_key == "site"


def daily_labels(plant, minutes=40 * 1440, freq="min"):
    """Rows of a minute with one label a day, and what the labels are."""
    table = plant(rows=minutes, freq=freq)
    label = table["yield_pct"].groupby(table["time"].dt.floor("D")).transform("mean").round(4)
    return table.assign(yield_pct=label)


def test_minutes_with_repeated_labels_become_days(plant, draft_of, suspected):
    table = daily_labels(plant)
    drafted = draft_of(table)
    seed = drafted.seed
    assert (seed.process.period.value, seed.process.period.unit) == (1, "d")
    assert (seed.table.every.value, seed.table.every.unit) == (1, "min")
    assert suspected(drafted, "repeated labels") == ["yield_pct"]
    (one,) = [one for one in drafted.suspicions if one.kind == "repeated labels"]
    assert one.evidence == "40 labels repeated about 1440 times each are 40 labels"
    assert len(drafted.checked.table) == 40
    days = table.groupby(table["time"].dt.floor("D"))
    assert drafted.checked.table["yield_pct"].tolist() == days["yield_pct"].last().tolist()
    np.testing.assert_allclose(drafted.checked.table["current_ka"], days["current_kA"].mean(), rtol=1e-9)


def test_minutes_with_sparse_labels_become_days(plant, draft_of):
    table = daily_labels(plant)
    table["yield_pct"] = table["yield_pct"].where(table["time"].dt.hour.eq(6) & table["time"].dt.minute.eq(0))
    table["assay"] = table["yield_pct"] * 0.5 + np.random.default_rng(0).normal(0, 5, len(table))
    drafted = draft_of(table)
    assert len(drafted.checked.table) == 40
    assert drafted.checked.table["yield_pct"].notna().all()
    assert roles(drafted)["assay"] == "late"


def test_the_period_may_be_stated(plant, draft_of):
    drafted = draft_of(plant(rows=960, freq="h"), period="8h")
    assert (drafted.seed.process.period.value, drafted.seed.process.period.unit) == (8, "h")
    assert drafted.seed.column("yield_pct").statistic == "mean"
    assert len(drafted.checked.table) == 120


def test_a_period_shorter_than_the_rows_is_refused(plant, draft_of):
    with pytest.raises(DraftError, match=r"--period of 3600 s: expected no less than the rows' own step of 86400 s"):
        draft_of(plant(), period="1h")


@pytest.mark.parametrize("kind", ["text", "number"])
def test_a_class_as_target(plant, draft_of, kind):
    table = plant()
    good = table["yield_pct"] > table["yield_pct"].quantile(0.3)
    table["yield_pct"] = np.where(good, "good", "poor") if kind == "text" else good.astype(int)
    drafted = draft_of(table)
    assert drafted.seed.process.task == "classification"
    assert drafted.seed.classes == (("good", "poor") if kind == "text" else ("1", "0"))


def test_classes_of_whole_floats_with_gaps(plant, draft_of, tmp_path):
    table = plant()
    table["yield_pct"] = (table["yield_pct"] > 93).astype(float)
    table.loc[230:, "yield_pct"] = np.nan
    table.to_parquet(tmp_path / "history.parquet")
    drafted = draft_of(tmp_path / "history.parquet")
    assert sorted(drafted.seed.classes) == ["0", "1"]
    assert drafted.checked.table["yield_pct"].notna().sum() == 230


@pytest.mark.parametrize("kind", each(("number", "class", "no time"), "trains", ("class", "no time")))
def test_training_takes_a_draft_as_it_is(plant, draft_of, tmp_path, kind, monkeypatch):
    """From the file to a version that the service can load, without a person's hand."""
    quicken(monkeypatch)
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
    table = plant(rows=400).assign(ore=np.random.default_rng(0).choice(["wet", "dry"], 400))
    table["yield_pct"] += 1.5 * (table["ore"] == "wet")
    if kind == "class":
        table["yield_pct"] = np.where(table["yield_pct"] > table["yield_pct"].median(), "good", "poor")
    elif kind == "no time":
        table = table.drop(columns="time")
    drafted = draft_of(table)
    trained = train(drafted.seed, tmp_path / "plant.csv", read_settings())
    assert trained.version == 1
    if kind != "no time":  # there the line is the baseline, and the law is one
        assert trained.learnt.best.name != next(iter(trained.learnt.candidates))


def test_a_class_that_changes_at_midnight_alone_is_one_label_a_day(plant, draft_of):
    table = plant(rows=24 * 120, freq="h")
    days = np.random.default_rng(0).choice(["good", "poor"], 120)
    drafted = draft_of(table.assign(yield_pct=np.repeat(days, 24)))
    assert (drafted.seed.process.period.value, drafted.seed.process.period.unit) == (1, "d")
    assert drafted.checked.table["yield_pct"].tolist() == days.tolist()


def test_sorting_of_files_by_what_they_are(tmp_path, plant, draft_of):
    with pytest.raises(DraftError, match=r"no such file"):
        draft_of(tmp_path / "absent.csv")
    (tmp_path / "history.doc").write_text("x")
    with pytest.raises(DraftError, match=r"got a \.doc file: expected one of \.csv, "):
        draft_of(tmp_path / "history.doc")


def test_headings_that_are_not_there_are_named_at_once(plant, draft_of):
    with pytest.raises(DraftError) as error:
        draft_of(plant(), target="yield", time="date")
    assert [line.split(": got ")[0].rsplit(": ")[-1] for line in str(error.value).splitlines()] == [
        "--target",
        "--time",
    ]


def test_one_target_at_a_time(plant, tmp_path):
    plant().to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(DraftError, match=r"--target: got 2 columns: expected one"):
        draft(tmp_path / "plant.csv", ["yield_pct", "ratio"], DraftOptions())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (lambda n: [None] * n, "got no value"),
        (lambda n: [1.5] * n, "got one value in all rows"),
        (
            lambda n: [f"note number {i} of a long free text, written by a person in a shift log" for i in range(n)],
            "free",
        ),
    ],
)
def test_targets_that_nothing_can_be_learnt_from(plant, draft_of, values, message):
    with pytest.raises(DraftError, match=message):
        draft_of(plant().assign(yield_pct=values(240)))


def test_the_name_must_be_one_of_a_seed(plant, draft_of):
    with pytest.raises(DraftError, match=r"--name: got 'My Plant': expected small letters"):
        draft_of(plant(), name="My Plant")


def test_whole_numbers_as_target_are_asked_about(plant, draft_of):
    """Seven codes of classes and seven amounts look alike; what is predicted depends on which they are."""
    table = plant().assign(yield_pct=np.random.default_rng(0).integers(1, 8, 240))
    with pytest.raises(DraftError, match=r"got 7 different whole numbers, 1, 2, .*--codes 'yield_pct' or --amounts"):
        draft_of(table)
    assert draft_of(table, codes=("yield_pct",)).seed.process.task == "classification"
    assert draft_of(table, amounts=("yield_pct",)).seed.process.task == "regression"


def test_a_few_whole_numbers_as_target_are_classes_to_be_confirmed(plant, draft_of, suspected):
    table = plant().assign(yield_pct=np.random.default_rng(0).integers(1, 4, 240))
    assert suspected(draft_of(table), "class codes") == ["yield_pct"]
    confirmed = draft_of(table, codes=("yield_pct",))
    assert suspected(confirmed, "class codes") == []
    assert confirmed.seed.classes == draft_of(table).seed.classes
    assert draft_of(table, amounts=("yield_pct",)).seed.process.task == "regression"


@pytest.mark.parametrize("option", ["inputs", "codes", "amounts"])
def test_a_confirmed_heading_must_be_there(plant, draft_of, option):
    with pytest.raises(DraftError, match="got 'ratios': expected a heading of the table; the nearest is 'ratio'"):
        draft_of(plant(), **{option: ("ratios",)})


def test_no_column_is_codes_and_amounts(plant, draft_of):
    with pytest.raises(DraftError, match="--codes and --amounts: got 'ratio' in both"):
        draft_of(plant(), codes=("ratio",), amounts=("ratio",))


def test_a_class_of_texts_alone_is_read(plant, draft_of):
    """No column of numbers at all."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"ore": rng.choice(["wet", "dry"], 240), "verdict": rng.choice(["good", "poor"], 240)})
    drafted = draft_of(table, "verdict")
    assert drafted.checked.table["ore"].tolist() == table["ore"].tolist()
    assert drafted.checked.rejected.empty


def test_a_class_without_any_input_is_refused(plant, draft_of):
    table = plant()[["time"]].assign(verdict=np.random.default_rng(0).choice(["good", "poor"], 240))
    with pytest.raises(DraftError, match="got no column but the target that a model could learn from"):
        draft_of(table, "verdict")
