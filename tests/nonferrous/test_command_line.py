"""The command line as a user meets it: what it prints, its exit codes, and what it leaves behind."""

import errno
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.tasks import build
from nonferrous.command_line import main
from tests.suite.children import child
from tests.suite.jobs import quicken

ROOT = Path(__file__).parents[2]


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """The home folder that every command of a test is given."""
    quicken(monkeypatch)
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path / "home"


@pytest.fixture
def run(home, run_here) -> Run:
    return run_here


def process(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "-m", "nonferrous", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture
def seeds_folder(toy_folder) -> Path:
    return toy_folder("toy_cells")


def test_help_lists_every_command(home):
    predictions = process("--help").stdout
    for command in ("seeds", "simulate", "train", "retrain", "models", "report", "store", "serve", "up"):
        assert re.search(rf"\b{command}\b", predictions)


def test_seeds_of_a_folder_of_ones_own(run, seeds_folder):
    assert "toy_cells" in run("--seeds", seeds_folder, "seeds", "list").stdout
    shown = run("--seeds", seeds_folder, "seeds", "show", "toy_cells").stdout
    assert re.search(r"x_set +setpoint +kA +0 to 20, typically 10 ± 1", shown)
    assert "set-point of x (law)" in shown


def test_seeds_check_names_every_fault_at_once(home, seeds_folder):
    path = seeds_folder / "toy_cells.toml"
    text = (
        path.read_text(encoding="utf-8")
        .replace('role = "during"', 'role = "meanwhile"')
        .replace("high = 20", "high = -1")
    )
    path.write_text(text.replace('unit = "kg/d"', 'unit = "stone"'), encoding="utf-8")
    done = process("seeds", "check", path)
    assert done.returncode == 2
    assert done.stdout == ""
    for fault in ("columns.z.role: got 'meanwhile'", "columns.x_set: range is upside down", "columns.tapped.unit"):
        assert fault in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "predictions"),
    [
        (["train", "no_such", "--data", "x.csv"], "no such seed"),
        (["train", "zinc_leach_filter", "--data", "no_such.csv"], "no_such.csv"),
        (["models", "list", "zinc_leach_filter"], "train a process first"),
        (["models", "promote", "zinc_leach_filter", "7"], "train a process first"),
        (["simulate", "zinc_leach_filter", "--out", "plant"], "plant"),
        (["simulate", "aluminium_reduction", "--out", "plant", "--units", "0"], "units"),
        (["simulate", "aluminium_reduction", "--out", "plant", "--workers", "0"], "workers"),
        (["models", "evaluate", "aluminium_scrap", "--lots", "0"], "--lots"),
        (["models", "evaluate", "zinc_leach_filter"], "a trial needs a simulated plant"),
        (["models", "evaluate", "aluminium_reduction", "--lots", "9"], "lots: got 9: expected only plants, units"),
        (["models", "evaluate", "aluminium_reduction", "--plants", "7"], "plants: got 7: expected at most 6"),
        (["report", "quality", "zinc_leach_filter", "--data", "x.csv"], "its seed has no [quality]"),
        (["report", "quality", "copper_cathode", "--data", "x.csv"], "train a process first"),
        (
            ["report", "quality", "copper_cathode", "--data", "x.csv", "--from", "2025-02-01", "--to", "2025-01-31"],
            "period: got 2025-02-01 to 2025-01-31",
        ),
        (["report", "quality", "copper_cathode", "--data", "x.csv", "--from", "1.2.2025"], "--from"),
        (["--seeds", "no_such_folder", "seeds", "list"], "no_such_folder"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(run, tmp_path, monkeypatch, arguments, predictions):
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    assert predictions in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("uri", ["mysqlite://x", "ftp://server"])
def test_a_malformed_store_is_told_in_a_line(run, monkeypatch, uri):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    for command in (["models", "list", "zinc_leach_filter"], ["models", "list", "--all"], ["serve"]):
        done = run(*command)
        assert done.returncode == 2
        assert uri in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_bad_table_is_told_whole_and_nothing_is_written(run, home, seeds_folder, tmp_path, toy_frame):
    frame = toy_frame().astype({"z": object, "x_set": object})
    frame.loc[3, "z"] = "4,05"
    frame.loc[5, "x_set"] = "off"
    frame.loc[7, ["unit", "period_start"]] = frame.loc[6, ["unit", "period_start"]]
    path = tmp_path / "history.csv"
    frame.to_csv(path, index=False)
    done = run("--seeds", seeds_folder, "train", "toy_cells", "--data", path)
    assert done.returncode == 2
    for fault in ("4,05", "off", "A-000"):
        assert fault in done.stderr
    assert "history.csv" in done.stderr
    assert not home.exists()


def test_train_compare_retrain_promote_and_rollback(run, seeds_folder, tmp_path, toy_frame):
    toy = ("--seeds", seeds_folder)
    frame = toy_frame(units=30, periods=30)
    newest = frame["period_start"] >= frame["period_start"].max() - pd.Timedelta(days=90)
    known, new = frame[~newest], frame[newest].assign(shift=1)
    known.assign(tapped=pd.NA).to_csv(tmp_path / "history.csv", index=False)
    new.to_csv(tmp_path / "new.csv", index=False)
    with (tmp_path / "new.csv").open("a", encoding="utf-8") as file:
        file.write("Total,,1,1,1,1,1\n")
    trained = run(*toy, "train", "toy_cells", "--data", tmp_path / "history.csv")
    assert trained.returncode == 0, trained.stderr
    assert "champion" in trained.stdout
    assert f"{len(known)} rows read: {len(known)} taken, 0 excluded\n" in trained.stdout
    lacks = "What this table lacks:\n- no value at all: tapped\n"
    assert trained.stdout.endswith(f"{lacks}toy_cells: version 1 passed the gate\n")
    retrained = run(*toy, "retrain", "toy_cells", "--data", tmp_path / "new.csv")
    assert retrained.returncode == 0, retrained.stderr
    assert "promoted" in retrained.stdout
    assert f"{len(new) + 1} rows read: {len(new)} taken, 1 excluded\n" in retrained.stdout
    assert "rejected rows, each with its reason: " in retrained.stdout
    assert "Warning: 1 column is not in the seed and was not used: shift\n" in retrained.stdout
    verdict = re.search(r"version 2 (not )?promoted", retrained.stdout)
    assert verdict is not None
    promoted = run(*toy, "models", "promote", "toy_cells", "2")
    assert promoted.returncode == (0 if verdict[1] else 2), promoted.stderr
    assert "version 2 is the champion" in promoted.stdout or "version 2 is champion already" in promoted.stderr
    compared = run(*toy, "models", "list", "toy_cells").stdout
    assert re.search(r"^ *1[, ]", compared, re.MULTILINE), compared
    assert re.search(r"^ *2[, ]", compared, re.MULTILINE), compared
    assert "compare-runs" in compared
    assert re.search(r"^ *toy_cells +2 .* no check +none *$", run(*toy, "models", "list", "--all").stdout, re.MULTILINE)
    back = run(*toy, "models", "rollback", "toy_cells")
    # A champion that stayed follows the new outcomes as a version of its own.
    before = 3 if "version 3 is champion now, the same model as version 1" in retrained.stdout else 1
    assert f"version {before} is the champion again" in back.stdout, back.stderr


@pytest.mark.long("trains and retrains")
def test_a_forged_file_ends_with_3_and_batches_say_what_is_history(run, seeds_folder, tmp_path, toy_frame, monkeypatch):
    monkeypatch.setattr("training.jobs.train.build", lambda seed: dict(list(build(seed).items())[:2]))
    toy = ("--seeds", seeds_folder)
    frame = toy_frame(periods=30)
    newest = frame["period_start"] >= np.sort(frame["period_start"].unique())[-6]
    frame[~newest].to_csv(tmp_path / "history.csv", index=False)
    frame[newest].to_csv(tmp_path / "new.csv", index=False)
    frame[newest].assign(y=frame["y"] + 4).to_csv(tmp_path / "forged.csv", index=False)
    run(*toy, "train", "toy_cells", "--data", tmp_path / "history.csv")
    assert run(*toy, "batches", "list", "toy_cells").stdout == "toy_cells: no batches\n"
    forged = run(*toy, "retrain", "toy_cells", "--data", tmp_path / "forged.csv")
    assert forged.returncode == 3
    assert "  - labels, level of y: on average +" in forged.stderr
    assert forged.stderr.endswith("--accept-label-shift REASON\n")
    tried = run(*toy, "retrain", "toy_cells", "--data", tmp_path / "new.csv", "--dry-run")
    assert tried.stdout.splitlines()[-1] == "a dry run: nothing was registered or promoted, and history is as before"
    assert re.search(r"labels: \d+ checks against the past, all kept", tried.stdout)
    run(*toy, "retrain", "toy_cells", "--data", tmp_path / "new.csv")
    rejected, retained = run(*toy, "batches", "list", "toy_cells").stdout.splitlines()
    assert re.search(r"120 rows of forged\.csv from \w+, rejected: labels, ", rejected)
    match = re.fullmatch(r"batch (\w{8}): [-0-9]+ [:0-9]+, 120 rows of new\.csv from \w+, accepted", retained)
    assert match is not None, retained
    withdrawn = run(*toy, "batches", "withdraw", match[1], "--reason", "another line")
    assert withdrawn.stdout == (
        f"toy_cells: batch {match[1]} removed from the history; models trained on it stay: retrain next\n"
    )
    assert ", withdrawn by " in run(*toy, "batches", "list", "toy_cells").stdout.splitlines()[1]
    audit = run("records", "audit").stdout
    for name in ("retraining of toy_cells, batch", "withdrawal of toy_cells, batch", "; another line; "):
        assert name in audit


def test_a_refused_version_ends_with_3_and_is_promoted_by_force_alone(
    run, seeds_folder, tmp_path, toy_frame, monkeypatch
):
    """In the newest periods the cells stand still, which the value of before knows best, and no law of the past."""
    monkeypatch.setattr("training.jobs.train.build", lambda seed: dict(list(build(seed).items())[:2]))
    toy = ("--seeds", seeds_folder)
    frame = toy_frame()
    frame.to_csv(tmp_path / "sound.csv", index=False)
    newest = frame["period_start"] >= np.sort(frame["period_start"].unique())[-4]
    still = frame["unit"].str[-2:].astype(float) / 10 + 60
    frame.assign(y=frame["y"].where(~newest, still)).to_csv(tmp_path / "still.csv", index=False)
    first = run(*toy, "train", "toy_cells", "--data", tmp_path / "still.csv")
    assert first.returncode == 3, first.stderr
    assert "registered as version 1, refused by the gate" in first.stdout
    lines = first.stdout.splitlines()
    start = lines.index("toy_cells: version 1 was refused by the gate:")
    assert lines[start + 1].startswith("  - gain over persistence: with 95% confidence the mean absolute error falls")
    assert lines[start + 2].startswith("  - coverage of the 90% intervals: ")
    typed = "to make it champion anyway: nonferrous models promote toy_cells 1 --force REASON"
    assert lines[start + 3 :] == ["no version is champion", typed]
    sound = run(*toy, "train", "toy_cells", "--data", tmp_path / "sound.csv")
    assert sound.returncode == 0, sound.stderr
    assert "toy_cells: version 2 passed the gate" in sound.stdout
    again = run(*toy, "train", "toy_cells", "--data", tmp_path / "still.csv")
    assert again.returncode == 3
    assert "version 2 stays champion" in again.stdout
    for requested in (("1",), ("3", "--reason", "by hand")):
        refused = run(*toy, "models", "promote", "toy_cells", *requested)
        assert refused.returncode == 2
        assert "was refused by the gate" in refused.stderr
        assert f"nonferrous models promote toy_cells {requested[0]} --force REASON" in refused.stderr
    forced = run(*toy, "models", "promote", "toy_cells", "3", "--force", "the cells stand still")
    assert "version 3 is the champion" in forced.stdout, forced.stderr
    compared = run(*toy, "models", "list", "toy_cells").stdout
    assert re.search(r"version 3: refused by the gate, forced \d{4}-\d\d-\d\d: the cells stand still", compared)
    assert re.search(r"^version 1: refused by the gate$", compared, re.MULTILINE)


@pytest.mark.long("simulates and trains")
def test_a_report_of_the_newest_month_of_lots(run, toy_folder, toy_quality_frame, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seeds = toy_folder("toy_lots")
    quality = ("--seeds", seeds, "report", "quality", "toy_lots", "--data", tmp_path / "lots.csv")
    toy_quality_frame().to_csv(tmp_path / "lots.csv", index=False)
    trained = run("--seeds", seeds, "train", "toy_lots", "--data", tmp_path / "lots.csv")
    assert trained.returncode == 0, trained.stderr
    done = run(*quality)
    assert done.returncode == 0, done.stderr
    assert "toy_lots: 348 lots, 2024-05-01 to 2024-05-29: " in done.stdout
    assert "the report is in toy_lots-2024-05-01-2024-05-29.html" in done.stdout
    text = (tmp_path / "toy_lots-2024-05-01-2024-05-29.html").read_text(encoding="utf-8")
    assert "version 1, " in text
    of_lots = "toy_lots-2024-05-01-2024-05-29-lots.html"
    assert f'href="{of_lots}"' in text
    assert (tmp_path / of_lots).read_text(encoding="utf-8").count("<details>") == 348
    done = run(*quality, "--from", "2024-04-01", "--to", "2024-04-30", "--out", "april.html")
    assert done.returncode == 0, done.stderr
    assert {file.name for file in tmp_path.glob("april*")} == {"april.html", "april-lots.html"}
    done = run(*quality, "--out", "nowhere/april.html")
    assert done.returncode == 2
    assert done.stderr == "error: --out: got nowhere/april.html: expected a file in a folder that exists\n"
    done = run(*quality, "--from", "2020-01-01", "--to", "2020-01-31")
    assert done.returncode == 2
    assert "no lots from 2020-01-01 to 2020-01-31: the table holds 2024-01-01 to 2024-05-29" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_up_does_not_start_a_second_ui_for_a_server(run, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    done = run("up")
    assert done.returncode == 2
    assert "http://127.0.0.1:9 has a UI already" in done.stderr


@pytest.mark.service
def test_a_port_that_is_taken_is_told_in_a_line(run, home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in (["serve", "--port", port], ["up", "--port", port]):
            done = run(*command)
            assert done.returncode == 2
            assert port in done.stderr
            assert len(done.stderr.splitlines()) == 1
    assert not home.exists()


def test_ctrl_c_leaves_no_plant_that_looks_whole(home, tmp_path):
    """A plant that would take hours."""
    command = [sys.executable, "-m", "nonferrous", "simulate", "aluminium_reduction", "--units", "1000000"]
    silent = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    with child([*command, "--out", str(tmp_path / "plant")], **silent) as simulation:
        patience = time.monotonic() + 120
        while not list(tmp_path.glob("plant/*.partial")):
            assert simulation.poll() is None
            assert time.monotonic() < patience, "nothing is written"
            time.sleep(0.05)
        simulation.send_signal(signal.SIGINT)
        assert simulation.wait(timeout=120) == 130
    assert not list(tmp_path.glob("plant/*.parquet"))
    assert not (tmp_path / "plant" / "simulation.json").exists()


def test_the_readmes_first_request_is_one_that_the_service_takes():
    from seeds import load
    from tests.suite.forms import payloads

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    body = re.search(r"-d '(\{.*?\})'\n", text, re.DOTALL)
    assert body is not None
    seed = load("aluminium_reduction")
    rows, request = payloads(seed, 10).read(body[1].encode())
    assert len(rows) == 1
    assert request["coverage"] == json.loads(body[1])["coverage"]


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["seeds", "--help"], ["--version"]])
def test_help_imports_nothing_that_it_does_not_print(arguments: list[str]) -> None:
    heavy = ("rich", "urllib.request", "numpy", "pandas", "seeds", "models", "training", "serving")
    code = (
        f"import sys; sys.argv = ['nonferrous', *{arguments!r}]\n"
        "import atexit, nonferrous.command_line\n"
        f"atexit.register(lambda: print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr))\n"
        "nonferrous.command_line.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_full_disk_is_one_line_that_says_what_is_expected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("nonferrous.command_line.app", full)
    monkeypatch.setattr("signal.signal", lambda *given: None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert message.startswith("error: a file cannot be written (No space left); expected free space and no limit on ")
    assert message.count("\n") == 1


def test_version_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["nonferrous", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert re.fullmatch(r"nonferrous \d+\.\d+\.\d+\n", capsys.readouterr().out)
