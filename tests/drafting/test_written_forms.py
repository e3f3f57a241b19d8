"""Any table that a draft accepts is read by the seed it writes, with the values that were written."""

import csv
import datetime as dt
import io
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from drafting.findings import DraftError
from drafting.job import DraftOptions, draft
from models.table.periods import period_start
from models.table.reading import read_table
from models.table.sources import TableError
from seeds import load

HEADINGS = {
    "en": ("time", "line", "temperature (°C)", "feed (t/h)", "ore", "yield (%)"),
    "de": ("Datum", "Linie", "Temperatur (°C)", "Menge / t/h", "Erz", "Ausbeute [%]"),
    "fr": ("Date", "Ligne", "Température (°C)", "Débit [t/h]", "Minerai", "Rendement %"),
    "zh": ("时间", "产线", "温度(℃)", "给料量(t/h)", "矿石", "收率(%)"),
}
ORES = {
    "en": ("wet", "dry", 'mixed, "grey"'),
    "de": ("Süd", "Nord", "Öl; nass"),
    "fr": ("sec", "humide", "mélangé"),
    "zh": ("湿", "干", "混合"),
}
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p")
TIMES += ("%Y/%m/%d %H:%M", "%Y年%m月%d日 %H:%M", "%d-%b-%Y %H:%M", "%Y%m%d %H:%M")
STEPS = {"15min": "15min", "h": "1h", "8h": "8h", "D": "1d", "7D": "7d"}
ENCODINGS = {"en": ("cp1252",), "de": ("cp1252",), "fr": ("cp1252",), "zh": ("gb18030",)}


@dataclass(frozen=True)
class Form:
    """Form of a written table, and its rows."""

    language: str
    separator: str
    decimal: str
    thousands: str
    digits: int
    quoting: int
    times: str
    encoding: str
    line_end: str
    step: str
    together: int
    units: int
    missing: float
    rng_seed: int

    @property
    def asked(self) -> DraftOptions:
        """Options that a user states where the file itself does not decide."""
        order = {"%d.%m": "day", "%d/%m": "day", "%m/%d": "month"}.get(self.times[:5])
        return DraftOptions(
            order=order, decimal=self.decimal, unit=HEADINGS[self.language][1] if self.units > 1 else None
        )


@st.composite
def forms(draw: st.DrawFn) -> Form:
    language = draw(st.sampled_from(sorted(HEADINGS)))
    decimal = draw(st.sampled_from(".,"))
    return Form(
        language=language,
        separator=draw(st.sampled_from(",;\t|")),
        decimal=decimal,
        thousands=draw(st.sampled_from(sorted({"", " ", "'", ",", "."} - {decimal}))),
        digits=draw(st.sampled_from([0, 1, 2, 3, 5])),
        quoting=draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        times=draw(st.sampled_from(TIMES)),
        encoding=draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", *ENCODINGS[language]))),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        step=draw(st.sampled_from(sorted(STEPS))),
        together=draw(st.sampled_from([1, 1, 2, 7, 30])),
        units=draw(st.sampled_from([1, 1, 3])),
        missing=draw(st.sampled_from([0.0, 0.05])),
        rng_seed=draw(st.integers(0, 99)),
    )


def rows_of(form: Form) -> pd.DataFrame:
    """Rows of a plant whose labels are those of its stamps."""
    rng, stamps = np.random.default_rng(form.rng_seed), 70
    stamp = np.tile(np.repeat(np.arange(stamps), form.together), form.units)
    unit = np.repeat(np.arange(form.units), stamps * form.together)
    state = rng.normal(0, 1, (form.units, stamps))[unit, stamp]
    label = 1050 + (20 * rng.normal(0, 1, (form.units, stamps)))[unit, stamp] + 20 * state
    n = len(stamp)
    temperature = (950 + 3 * state + rng.normal(0, 2, n)).round(form.digits)
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2023-05-03 07:00", periods=stamps, freq=form.step)[stamp],
            "unit": [f"L{i + 1}" for i in unit],
            "temperature": np.where(rng.random(n) < form.missing, np.nan, temperature),
            "feed": (2400 + rng.normal(0, 300, n)).round(form.digits),
            "ore": rng.choice(ORES[form.language], n),
            "label": label.round(form.digits),
        }
    )
    return frame if form.units > 1 else frame.drop(columns="unit")


def write(frame: pd.DataFrame, form: Form, path: Path) -> str:
    """Write rows in a form; gives the target's heading."""

    def number(x: float) -> str:
        plain = f"{x:,.{form.digits}f}".replace(",", "\0").replace(".", form.decimal)
        return "" if np.isnan(x) else plain.replace("\0", form.thousands)

    text = io.StringIO()
    writer = csv.writer(text, delimiter=form.separator, quoting=form.quoting, lineterminator=form.line_end)
    headings = [one for one in HEADINGS[form.language] if form.units > 1 or one != HEADINGS[form.language][1]]
    writer.writerow(headings)
    for row in frame.itertuples(index=False):
        cells = [number(cell) if isinstance(cell, float) else cell for cell in row]
        writer.writerow([cell.strftime(form.times) if isinstance(cell, pd.Timestamp) else cell for cell in cells])
    path.write_bytes(text.getvalue().encode(form.encoding))
    return headings[-1]


@pytest.mark.long("drafts 80 tables")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=forms())
def test_a_draft_reads_its_own_table_as_it_was_written(form: Form, tmp_path: Path) -> None:
    assume(form.encoding != "cp1252" or "年" not in form.times)
    frame, path = rows_of(form), tmp_path / "plant.csv"
    target = write(frame, form, path)
    drafted = draft(path, [target], form.asked)
    (tmp_path / "plant.toml").write_text(drafted.text, encoding="utf-8")
    seed = load(tmp_path / "plant.toml")
    read = read_table(path, seed).table
    pd.testing.assert_frame_equal(read, drafted.checked.table)
    by = ["unit", "time"] if form.units > 1 else ["time"]
    periods = frame.groupby(by)
    assert len(read) == len(periods)
    np.testing.assert_allclose(read[seed.target.name], periods["label"].first(), rtol=1e-9)
    feed = next(column.name for column in seed.columns if column.unit == "t/h")
    np.testing.assert_allclose(read[feed], periods["feed"].mean(), rtol=1e-9)
    stamps = periods["time"].first()
    # Stamps of several rows are made into periods, which begin at midnight, or on a Monday.
    starts = stamps if form.together == 1 else period_start(stamps, seed.period)
    assert read[seed.clock.name].tolist() == starts.tolist()


KINDS = {
    "float": lambda rng, n: rng.normal(50, 5, n),
    "float32": lambda rng, n: rng.normal(50, 5, n).astype(np.float32),
    "integer": lambda rng, n: rng.integers(1, 1000, n),
    "few integers": lambda rng, n: rng.integers(1, 6, n),
    "integers with gaps": lambda rng, n: pd.Series(rng.integers(1, 999, n), dtype="Int64").mask(rng.random(n) < 0.1),
    "marks": lambda rng, n: rng.random(n) < 0.3,
    "marks with gaps": lambda rng, n: pd.Series(rng.random(n) < 0.3, dtype="boolean").mask(rng.random(n) < 0.1),
    "dictionary": lambda rng, n: pd.Categorical(rng.choice(["wet", "dry", "ü c"], n)),
    "dictionary of numbers": lambda rng, n: pd.Categorical(rng.choice([6061, 6063], n)),
    "decimal": lambda rng, n: [Decimal(f"{x:.3f}") for x in rng.normal(50, 5, n)],
    "days": lambda rng, n: [dt.date(2024, 1, 1) + dt.timedelta(days=int(i)) for i in rng.integers(0, 300, n)],
    "texts among numbers": lambda rng, n: np.where(
        rng.random(n) < 0.1, rng.choice(["Bad", "<0.5"], n), rng.normal(50, 5, n).round(2).astype("str")
    ),
    "nothing": lambda rng, n: np.full(n, np.nan),
    "stand-ins": lambda rng, n: np.where(rng.random(n) < 0.1, -9999.0, rng.normal(50, 5, n)),
}
TARGETS = ["float", "float32", "integer", "few integers", "integers with gaps", "marks", "dictionary", "decimal"]


@pytest.mark.long("drafts 80 tables")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=5),
    target=st.sampled_from(TARGETS),
    time=st.sampled_from(["none", "hours", "zoned", "days"]),
    ending=st.sampled_from([".parquet", ".xlsx", ".csv"]),
    rng_seed=st.integers(0, 99),
)
def test_a_draft_reads_columns_of_all_types(kinds, target, time, ending, rng_seed, tmp_path: Path) -> None:
    """Or it names a place and a value; whatever it writes reads the same table with one row a row."""
    rng, n = np.random.default_rng(rng_seed), 90
    frame = pd.DataFrame({f"x{i} {kind}": KINDS[kind](rng, n) for i, kind in enumerate(kinds)})
    frame["target"] = KINDS[target](rng, n)
    start = pd.Series(pd.date_range("2024-01-15", periods=n, freq="h" if time in ("hours", "zoned") else "D"))
    if time != "none":
        is_zoned = time == "zoned" and ending != ".xlsx"  # a workbook knows no zones
        frame.insert(0, "time", start.dt.tz_localize("UTC") if is_zoned else start)
    path = tmp_path / f"plant{ending}"
    {".parquet": frame.to_parquet, ".xlsx": frame.to_excel, ".csv": frame.to_csv}[ending](path, index=False)
    try:
        drafted = draft(path, ["target"], DraftOptions(time=None if time == "none" else "time"))
    except (DraftError, TableError):
        return
    (tmp_path / "plant.toml").write_text(drafted.text, encoding="utf-8")
    read = read_table(path, load(tmp_path / "plant.toml"))
    pd.testing.assert_frame_equal(read.table, drafted.checked.table)
    assert len(read.table) + read.rejected_rows == n
