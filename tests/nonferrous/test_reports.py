"""`nonferrous report energy`: what it prints and writes, and its exit codes."""

import sys
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest

from nonferrous.command_line import main
from nonferrous.options import ReportLanguage
from seeds import load
from seeds.format.language import Language
from synthetic_data import simulate


@pytest.fixture
def run(monkeypatch, capfd, tmp_path):
    """Runner of a command in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def done(*arguments):
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["nonferrous", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return (end.value.code or 0, *capfd.readouterr())

    return done


@pytest.fixture(scope="module")
def plant(tmp_path_factory) -> Path:
    return simulate(load("zinc_electrowinning"), tmp_path_factory.mktemp("zinc") / "plant", units=8, years=0.3)


def test_the_newest_month_of_a_table_becomes_a_page(run, plant, tmp_path):
    code, printed, _ = run("report", "energy", "zinc_electrowinning", "--data", plant)
    assert code == 0
    (page,) = tmp_path.glob("*.html")
    assert page.name in printed
    assert page.name.startswith("zinc_electrowinning-energy-20")
    assert "kWh/t direct" in printed
    assert "<svg" in page.read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".*.part"))


def test_month_and_file_are_chosen(run, plant, tmp_path):
    starts = pd.read_parquet(plant / "table.parquet")["period_start"]
    first = f"{starts.min() + pd.Timedelta(days=31):%Y-%m}"
    out = tmp_path / "page.html"
    code, printed, _ = run("report", "energy", "zinc_electrowinning", "--data", plant, "--month", first, "--out", out)
    assert code == 0
    assert f"rows of {first}" in printed
    assert f"energy and carbon of {first}" in out.read_text(encoding="utf-8")


def test_without_a_table_the_seeds_plant_is_simulated(run, monkeypatch, tmp_path):
    calls = {}

    def small(seed, folder, progress=None):
        calls["process"] = seed.process.name
        return simulate(seed, folder, units=8, years=0.3)

    monkeypatch.setattr("synthetic_data.simulate", small)
    code, _, _ = run("report", "energy", "copper_electrorefining")
    assert code == 0
    assert calls == {"process": "copper_electrorefining"}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("zinc_leach_filter",), "zinc_leach_filter: its energy is not accounted for"),
        (("no_process",), "no such seed"),
        (("zinc_electrowinning", "--month", "13-2024"), "month: got '13-2024': expected one such as 2025-12"),
        (("zinc_electrowinning", "--month", "1990-01"), "no row of 1990-01 whose energy is known"),
        (("zinc_electrowinning", "--out", "nowhere/page.html"), "expected a file in a folder that exists"),
        (("zinc_electrowinning", "--data", "nothing.csv"), "nothing.csv"),
    ],
)
def test_what_cannot_be_reported_is_one_line_and_exit_code_2(run, plant, tmp_path, arguments, expected):
    data = () if "--data" in arguments or "zinc_electrowinning" not in arguments else ("--data", plant)
    code, _, complaint = run("report", "energy", *arguments, *data)
    assert code == 2
    assert expected in complaint
    assert not list(tmp_path.glob("*.html"))


def test_help_lists_the_report(run):
    assert "energy" in run("report", "--help")[1]
    assert "--month" in run("report", "energy", "--help")[1]


def test_reports_offer_the_languages_of_seeds():
    offered, _ = get_args(ReportLanguage)
    assert get_args(offered) == get_args(Language)
