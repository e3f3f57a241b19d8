"""`nonferrous seeds draft` as a user meets it: what it prints, asks and writes, and what it never overwrites."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from nonferrous.command_line import main
from seeds import load


@pytest.fixture
def run(tmp_path, monkeypatch, capfd):
    """Runner of a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))

    def done(*arguments):
        capfd.readouterr()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["nonferrous", *map(str, arguments)])
            with pytest.raises(SystemExit) as end:
                main()
        return subprocess.CompletedProcess(arguments, end.value.code or 0, *capfd.readouterr())

    return done


@pytest.fixture
def table(tmp_path):
    """A table whose target moves with two inputs, as a frame and as plant.csv."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"time": pd.date_range("2024-01-01", periods=400), "T (°C)": rng.normal(955, 4, 400)})
    frame["I_kA"] = rng.normal(380, 5, 400)
    frame["CE %"] = 93 + 0.3 * (frame["T (°C)"] - 955) + 0.2 * (frame["I_kA"] - 380) + rng.normal(0, 0.5, 400)
    frame.to_csv(tmp_path / "plant.csv", index=False, float_format="%.3f")
    return frame


def test_a_draft_is_written_shown_and_accepted(run, table, tmp_path):
    done = run("seeds", "draft", "plant.csv", "--target", "CE %")
    assert (done.returncode, done.stderr) == (0, "")
    assert "What is suspected, worst first" in done.stdout
    assert "nonferrous seeds check plant.toml" in done.stdout
    assert "nonferrous --seeds . train plant --data plant.csv" in done.stdout
    assert load(tmp_path / "plant.toml").target.tag == "CE %"
    checked = run("seeds", "check", "plant.toml")
    assert checked.returncode == 0
    assert "plant.toml: good: " in checked.stdout


def test_a_seed_that_is_there_is_never_overwritten(run, table, tmp_path):
    (tmp_path / "plant.toml").write_text("mine")
    for options in ([], ["--out", "plant.toml"], ["--name", "plant"]):
        done = run("seeds", "draft", "plant.csv", "--target", "CE %", *options)
        assert done.returncode == 2
        assert "plant.toml: is there already" in done.stderr
    assert (tmp_path / "plant.toml").read_text() == "mine"


def test_the_name_comes_from_out(run, table, tmp_path):
    (tmp_path / "seeds").mkdir()
    done = run("seeds", "draft", "plant.csv", "--target", "CE %", "--out", "seeds/pots.toml")
    assert done.returncode == 0
    assert load(tmp_path / "seeds" / "pots.toml").process.name == "pots"
    assert "nonferrous --seeds seeds train pots" in done.stdout


def test_a_draft_in_a_plant_s_folder_has_a_name_of_its_own(run, table, tmp_path, monkeypatch):
    monkeypatch.setenv("NONFERROUS_SEEDS", "seeds")
    for plant in ("guangxi", "江西"):
        (tmp_path / "seeds" / plant).mkdir(parents=True)
    draft = ("seeds", "draft", "plant.csv", "--target", "CE %", "--out")
    done = run(*draft, "seeds/guangxi/pots.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nonferrous --seeds seeds train pots" in done.stdout
    for place in ("seeds/江西/pots.toml", "seeds/pots.toml"):
        done = run(*draft, place)
        assert done.returncode == 2
        assert f"{place}: seeds/guangxi/pots.toml has this name already" in done.stderr
    assert run(*draft, "pots.toml").returncode == 0  # another folder
    assert run(*draft, "seeds/江西/cells.toml").returncode == 0
    lines = run("seeds", "list").stdout.splitlines()
    assert [line.split()[:2] for line in lines if line.split()[1:2] in (["cells"], ["pots"])] == [
        ["江西", "cells"],
        ["guangxi", "pots"],
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "pots.txt"], "--out: got pots.txt: expected a file that ends in .toml"),
        (["--out", "a.toml", "--name", "b"], "--out: got a.toml: expected the process's name, b.toml"),
        (["--out", "My Pots.toml"], "--name: got 'My Pots': expected small letters"),
        (["--day-first", "--month-first"], "give one of them"),
        (["--decimal", ";"], "--decimal: got ';': expected point or comma"),
        (["--time-format", "%d.%m.%Y"], "name the column by --time too"),
        (["--period", "daily"], "--period: got 'daily'"),
        (["--time", "date"], "--time: got 'date': expected a heading of the table, such as time, T (°C), I_kA, CE %"),
    ],
)
def test_wrong_options_are_one_clear_line(run, table, tmp_path, options, message):
    done = run("seeds", "draft", "plant.csv", "--target", "CE %", *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.toml"))


def test_an_order_of_day_and_month_is_asked_for_and_never_guessed(run, table, tmp_path):
    days = [f"{day:02d}/{month:02d}/2024" for month in range(1, 13) for day in range(1, 13)]
    table.iloc[: len(days)].assign(time=days).to_csv("plant.csv", index=False)
    done = run("seeds", "draft", "plant.csv", "--target", "CE %")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "column time" in line
    assert "give --day-first or --month-first" in line
    assert not (tmp_path / "plant.toml").exists()


def test_a_page_on_request(run, table, tmp_path):
    done = run("seeds", "draft", "plant.csv", "--target", "CE %", "--report", "plant.html")
    assert done.returncode == 0
    assert "<h2>Distributions</h2>" in (tmp_path / "plant.html").read_text(encoding="utf-8")
    assert "written: plant.toml and plant.html" in done.stdout


def test_a_page_in_chinese_and_findings_in_english(run, table, tmp_path):
    table["twin"] = table["CE %"]
    table.to_csv("plant.csv", index=False)
    done = run("seeds", "draft", "plant.csv", "--target", "CE %", "--report", "plant.html", "--language", "zh")
    assert done.returncode == 0
    text = (tmp_path / "plant.html").read_text(encoding="utf-8")
    assert '<html lang="zh-Hans">' in text
    assert "<h2>分布</h2>" in text
    assert "gives the target with R²" not in text
    assert "What is suspected, worst first" in done.stdout
    assert "has role late" in " ".join(done.stdout.split())


def test_what_a_user_confirms_is_written(run, table, tmp_path):
    """Options that may be given more than once: formats of times, inputs, codes and amounts."""
    frame = table.assign(twin=table["CE %"] + 0.01, alloy=np.resize([1, 2, 3], 400), lots=np.resize([2, 3, 4], 400))
    days = frame["time"].dt.strftime("%d/%m/%Y").where(frame["time"].dt.day > 12, frame["time"].dt.strftime("%Y-%d-%m"))
    frame.assign(time=days).to_csv(tmp_path / "plant.csv", index=False)
    command = ["seeds", "draft", "plant.csv", "--target", "CE %"]
    requested = run(*command)
    assert requested.returncode == 2
    assert "row 2 holds '2024-01-01', row 14 holds '13/01/2024'" in requested.stderr
    assert not (tmp_path / "plant.toml").exists()
    command += ["--time", "time", "--time-format", "%Y-%d-%m", "--time-format", "%d/%m/%Y"]
    done = run(*command, "--input", "twin", "--codes", "alloy", "--amounts", "lots")
    assert (done.returncode, done.stderr) == (0, "")
    seed = load(tmp_path / "plant.toml")
    assert seed.column("twin").role == "during"
    assert seed.column("alloy").values == ["1", "2", "3"]
    assert seed.column("lots").is_number
    assert seed.table.time_format == ["%Y-%d-%m", "%d/%m/%Y"]
