"""The same table in the forms that plants export: each is read as it was meant, by the draft and by what it wrote."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drafting.findings import DraftError
from models.table.sources import TableError

Table = pd.DataFrame


def csv(table: Table, path: Path, times: str = "%Y-%m-%d", encoding: str = "utf-8", **options: str) -> None:
    text = table.assign(time=table["time"].dt.strftime(times)).to_csv(index=False, **options)
    path.write_bytes(text.encode(encoding))


def german(table: Table, path: Path) -> None:
    table = table.rename(columns={"ratio": "Verhältnis (-)"})
    csv(table, path, "%d.%m.%Y %H:%M", "cp1252", sep=";", decimal=",")


def grouped(table: Table, path: Path) -> None:
    table = table.assign(feed_t_h=[f"{1000 * x:,.2f}".replace(",", "'") for x in table["feed_t_h"]])
    csv(table, path, "%d/%m/%Y", sep=";")


def french(table: Table, path: Path) -> None:
    def number(x: float) -> str:
        return f"{1000 * x:,.2f}".replace(",", "\u202f").replace(".", ",")

    csv(table.assign(feed_t_h=table["feed_t_h"].map(number)), path, "%d/%m/%Y", sep=";", decimal=",")


def american(table: Table, path: Path) -> None:
    table = table.assign(feed_t_h=[f"{1000 * x:,.2f}" for x in table["feed_t_h"]])
    csv(table, path, "%m/%d/%Y %I:%M %p")


def chinese(table: Table, path: Path) -> None:
    csv(table.rename(columns={"temperature_degC": "温度(℃)", "ratio": "分子比"}), path, "%Y/%m/%d", "gb18030")


def titled(table: Table, path: Path) -> None:
    csv(table, path, sep="\t", encoding="utf-16")
    path.write_text("Report\nprinted 2026\n\n" + path.read_text(encoding="utf-16"), encoding="utf-16")


def with_units(table: Table, path: Path) -> None:
    plain = table.rename(columns={"temperature_degC": "T", "current_kA": "I"})
    csv(plain, path)
    header, body = path.read_text().split("\n", 1)
    path.write_text(f"{header}\n,°C,kA,t/h,-,%\n{body}", encoding="utf-8")


def marked(table: Table, path: Path) -> None:
    table = table.astype({"ratio": object, "current_kA": object})
    table.loc[[3, 50, 70], "ratio"] = ["Bad", "No Data", "Bad"]
    table.loc[[9, 10], "current_kA"] = ["#REF!", "n/a"]
    csv(table, path)


def excel(table: Table, path: Path) -> None:
    table.to_excel(path, index=False, sheet_name="Data")


def excel_titled(table: Table, path: Path) -> None:
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.to_excel(writer, sheet_name="Messwerte", index=False, startrow=3)
        writer.sheets["Messwerte"].cell(1, 1, "Line 2")


def excel_joined(table: Table, path: Path) -> None:
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        table.drop(columns="yield_pct").to_excel(writer, sheet_name="Process", index=False)
        table[["time", "yield_pct"]].to_excel(writer, sheet_name="Laboratory", index=False)


def excel_texts(table: Table, path: Path) -> None:
    table = table.assign(time=table["time"].dt.strftime("%d.%m.%Y")).astype({"ratio": object})
    table.loc[4, "ratio"] = "Bad"
    table.to_excel(path, index=False)


def parquet(table: Table, path: Path) -> None:
    table.to_parquet(path)


FORMS = [german, grouped, french, american, chinese, titled, with_units, marked]
FORMS += [excel, excel_titled, excel_joined, excel_texts, parquet]


@pytest.mark.parametrize("write", FORMS, ids=lambda write: write.__name__)
def test_forms(plant, draft_of, tmp_path, write: Callable[[Table, Path], None]):
    table = plant(freq="D")
    kind = {"excel": ".xlsx", "parquet": ".parquet"}.get(write.__name__.split("_")[0], ".csv")
    path = tmp_path / f"history{kind}"
    write(table, path)
    drafted = draft_of(path)
    read = drafted.checked.table
    assert len(read) == len(table)
    # What [table] skip names is listed as every row that is not taken.
    assert set(drafted.checked.rejected["row"]) == set(drafted.seed.table.skip)
    assert read[drafted.seed.clock.name].tolist() == table["time"].tolist()
    np.testing.assert_allclose(read["yield_pct"], table["yield_pct"], rtol=1e-12)
    roles = [one.role for one in drafted.placed]
    assert roles == ["time", "during", "during", "during", "during", "target"]
    by_tag = {column.tag or column.name: column.name for column in drafted.seed.columns}
    feed = read[by_tag["feed_t_h"]].to_numpy()
    factor = 1000 if write in (grouped, french, american) else 1
    np.testing.assert_allclose(feed, factor * table["feed_t_h"], rtol=1e-5)


@pytest.mark.parametrize(
    ("write", "keys"),
    [
        (german, {"encoding": "cp1252", "separator": ";", "decimal": ",", "time_format": ["%d.%m.%Y %H:%M"]}),
        (french, {"separator": ";", "decimal": ",", "thousands": " ", "time_format": ["%d/%m/%Y"]}),
        (american, {"thousands": ",", "time_format": ["%m/%d/%Y %I:%M %p"]}),
        (titled, {"encoding": "utf-16", "separator": "\t", "header": 4}),
        (with_units, {"skip": [2]}),
        (marked, {"missing": ["#REF!", "Bad", "No Data"]}),
    ],
    ids=lambda part: getattr(part, "__name__", None),
)
def test_what_the_draft_says_of_a_form(plant, draft_of, tmp_path, write, keys):
    write(plant(), tmp_path / "history.csv")
    stated = draft_of(tmp_path / "history.csv").seed.table.model_dump(exclude_defaults=True)
    assert stated | {"missing": sorted(stated.get("missing", []))} == {"missing": []} | keys


def test_a_row_of_units_gives_the_units(plant, draft_of, tmp_path):
    with_units(plant(), tmp_path / "history.csv")
    seed = draft_of(tmp_path / "history.csv").seed
    assert [seed.column(name).unit for name in ("t", "i", "feed_t_h", "ratio", "yield_pct")] == [
        "°C",
        "kA",
        "t/h",
        "1",
        "%",
    ]


def test_texts_below_a_limit_are_never_dropped_silently(plant, draft_of, suspected):
    table = plant().astype({"ratio": object})
    table.loc[[2, 7, 9], "ratio"] = "<0.9"
    drafted = draft_of(table)
    (one,) = [one for one in drafted.suspicions if one.kind == "cannot be read"]
    assert (one.where, one.evidence) == ("ratio", "no values in 3 cells: '<0.9' 3; 3 beyond a laboratory's limit")
    assert "values below the limit are lost" in one.done
    assert drafted.seed.table.missing == ["<0.9"]


def test_rows_with_too_many_cells_are_refused_by_number(plant, tmp_path, draft_of):
    csv(plant(), tmp_path / "history.csv")
    with (tmp_path / "history.csv").open("a") as file:
        file.write("2025-01-01,1,2,3,4,5,6,7\n")
    with pytest.raises(TableError, match=r"row 242: got 8 cells: expected 6 as in the header"):
        draft_of(tmp_path / "history.csv")


def test_a_column_of_mixed_decimal_signs_is_no_number_in_silence(plant, draft_of):
    """Half of the numbers with a comma: neither sign reads the column, so it is named and not learnt from."""
    table = plant().astype({"ratio": object})
    table.loc[::2, "ratio"] = [str(x).replace(".", ",") for x in table["ratio"][::2]]
    drafted = draft_of(table)
    (one,) = [one for one in drafted.placed if one.column.text == "ratio"]
    assert one.role is None
    assert [one.where for one in drafted.suspicions if one.kind == "mixed formats"] == ["ratio"]


def test_a_target_of_mixed_decimal_signs_is_refused(plant, draft_of):
    table = plant().astype({"yield_pct": object})
    table.loc[::2, "yield_pct"] = [str(x).replace(".", ",") for x in table["yield_pct"][::2]]
    with pytest.raises(DraftError, match=r"--target yield_pct: got .* expected numbers"):
        draft_of(table)


def test_two_rows_of_one_time_are_refused_by_number(plant, draft_of):
    table = plant()
    with pytest.raises(TableError, match=r"row 242, column time: got 2024-01-08 00:00:00 again"):
        draft_of(pd.concat([table, table.iloc[[7]]]))


def test_numbers_that_stand_for_no_value_are_missing_and_named(plant, draft_of):
    table = plant()
    table.loc[::20, "current_kA"] = -9999
    drafted = draft_of(table)
    (one,) = [one for one in drafted.suspicions if one.kind == "cannot be read"]
    assert (one.where, one.evidence) == ("current_kA", "no values in 12 cells: '-9999.0' 12")
    assert drafted.checked.table["current_ka"].isna().sum() == 12
    assert drafted.seed.column("current_ka").low > 0


def test_ninety_nine_among_such_numbers_is_a_number(plant, draft_of):
    table = plant().assign(share=np.random.default_rng(0).uniform(80, 100, 240).round(0))
    assert draft_of(table).seed.table.missing == []


def test_a_header_that_stands_again_is_no_row(plant, draft_of, tmp_path):
    lines = plant().to_csv(index=False).splitlines(keepends=True)
    (tmp_path / "history.csv").write_text("".join([*lines[:100], lines[0], *lines[100:]]))
    drafted = draft_of(tmp_path / "history.csv")
    assert len(drafted.checked.table) == 240
    assert drafted.checked.rejected["row"].tolist() == [101]


def test_a_total_at_the_foot_is_no_row(plant, draft_of, tmp_path):
    (tmp_path / "history.csv").write_text(plant().to_csv(index=False) + "Total,1,2,3,4,5\n")
    assert len(draft_of(tmp_path / "history.csv").checked.table) == 240


def test_seconds_since_1970_are_named(plant, draft_of, suspected):
    table = plant()
    table["time"] = 1_704_067_200_000 + 86_400_000 * np.arange(240)
    assert suspected(draft_of(table), "dates") == ["time"]


def test_date_and_clock_in_two_columns_are_refused(plant, draft_of):
    table = plant(freq="h")
    table.insert(1, "clock", table["time"].dt.strftime("%H:%M"))
    table["time"] = table["time"].dt.strftime("%Y-%m-%d")
    with pytest.raises(DraftError, match="columns time and clock hold the date and the clock of one time"):
        draft_of(table)
