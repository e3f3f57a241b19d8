"""The command that shapes the load by a tariff: what it prints and writes, and how it ends where it cannot."""

import sys

import numpy as np
import pandas as pd
import pytest

from models.table.reading import write_frame
from nonferrous.command_line import main
from seeds import load

SEED = load("zinc_electrowinning")
HOURS = ((0, 8, 0.05), (8, 12, 0.12), (12, 16, 0.085), (16, 20, 0.12), (20, 24, 0.085))
GOOD = ("--metal-target", "260", "--cells", "100", "--current", "99")


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runner of the command in `tmp_path` on a small table; the exit code, output and errors."""
    typical = {column.name: column.typical_value for column in SEED.columns if column.is_number and not column.is_made}
    rows = [
        {"unit": f"Z-{unit}", "period_start": f"2026-07-{27 + 2 * k:02d}"} | typical
        for unit in (1, 2)
        for k in range(2)
    ]
    write_frame(pd.DataFrame(rows), tmp_path / "table.csv")
    tariff = [
        {
            "start": f"2026-08-03T{a:02d}:00+08:00",
            "end": f"2026-08-0{3 + b // 24}T{b % 24:02d}:00+08:00",
            "price": price,
        }
        for a, b, price in HOURS
    ]
    pd.DataFrame(tariff).to_csv(tmp_path / "tariff.csv", index=False)

    def run(*arguments, process="zinc_electrowinning", tariff="tariff.csv"):
        given = ["--data", "table.csv", "--tariff", tariff]
        monkeypatch.setattr(sys, "argv", ["nonferrous", "schedule", process, *given, *arguments])
        monkeypatch.setattr("signal.signal", lambda *given: None)
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as end:
            main()
        out = capsys.readouterr()
        return end.value.code or 0, out.out, out.err

    return run


def test_hours_are_printed_with_bars_and_all_figures(command):
    code, out, _ = command(*GOOD)
    assert code == 0
    lines = out.splitlines()
    hours = [line for line in lines if line.startswith("2026-08-03T")]
    assert len(hours) == 24
    assert hours[3].count("#") > hours[9].count("#") > 5
    assert any(line.startswith("metal 260.") and "of 260 t required" in line for line in lines)
    assert any(line.startswith("saves ") and "kA in every hour" in line for line in lines)
    assert any(line.startswith("metal_target: one t more costs") for line in lines)
    assert any(line.startswith("cell_temperature: ") for line in lines)


def test_files_hold_the_hours_and_the_page_needs_no_network(command, tmp_path):
    code, _, _ = command(*GOOD, "--out", "hours.csv", "--report", "page.html", "--minutes", "30")
    assert code == 0
    table = pd.read_csv(tmp_path / "hours.csv")
    assert len(table) == 48
    assert table["metal [t]"].sum() == pytest.approx(260.0, rel=1e-3)
    assert np.abs(np.diff(table["current [kA]"])).max() <= 20.0 + 1e-6
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "http" not in page


def test_an_impossible_order_ends_with_what_must_give_way(command):
    code, _, err = command("--metal-target", "400", "--cells", "100", "--current", "99")
    assert code == 2
    assert "no schedule keeps the order" in err
    assert "metal_target 400 t by -" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--minutes", "20"), "--minutes: got 20: expected 60 or 30"),
        (("--ramp", "-3"), "--ramp: got -3: expected more than 0"),
        (("--limit", "cell_temperature"), "--limit: got 'cell_temperature': expected NAME=VALUE"),
        (("--limit", "bath=3"), "with a name of cell_temperature, zinc_in_cell, cell_voltage"),
        (("--min-current", "120"), "highest: got 115.0: expected more than the lowest, 120 kA"),
        (("--out", "hours.txt"), "--out: got hours.txt: expected a file that ends in .csv or .parquet"),
        (("--report", "nowhere/page.html"), "expected a file in a folder that exists"),
    ],
)
def test_what_cannot_be_is_refused(command, arguments, message):
    code, _, err = command(*GOOD, *arguments)
    assert code == 2
    assert message in err


def test_a_process_without_a_schedule_is_refused(command):
    code, _, err = command(*GOOD, process="zinc_leach_filter")
    assert code == 2
    assert "its seed has no [schedule]" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("when,price\n", "expected a CSV of columns start and price"),
        ("start,price\n2026-08-03T00:00+08:00,cheap\n", "line 2, price: got 'cheap': expected a number"),
        ("start,price\n2026-08-03T00:00,0.1\n2026-08-03T01:00,0.1\n", "summer time"),
        ("start,end,price\n2026-08-03T00:00+08:00,2026-08-04T00:00+08:00,-0.1\n", "allow_negative_prices = true"),
    ],
)
def test_a_bad_tariff_is_refused(command, tmp_path, text, message):
    (tmp_path / "bad.csv").write_text(text)
    code, _, err = command(*GOOD, tariff="bad.csv")
    assert code == 2
    assert message in err
