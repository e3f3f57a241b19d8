"""A checkout is asked by its own programs, and nothing that was started outlives its block."""

import os
import sys
import time
from pathlib import Path

import pytest

from benchmarks.revisions import __main__ as command
from benchmarks.revisions.checkouts import Checkout, CheckoutError, check


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout whose programs are those of this environment."""
    binaries = tmp_path / "checkout" / ".venv" / "bin"
    binaries.mkdir(parents=True)
    for name, module in (("python", ""), ("nonferrous", "-m nonferrous")):
        (binaries / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n')
        (binaries / name).chmod(0o755)
    (tmp_path / "scratch").mkdir()
    return Checkout(check(tmp_path / "checkout"), tmp_path / "scratch", tmp_path / "scratch" / "home")


@pytest.mark.parametrize("missing", ["python", "nonferrous"])
def test_a_checkout_without_an_environment_is_refused_by_name(checkout, missing):
    (checkout.folder / ".venv" / "bin" / missing).unlink()
    with pytest.raises(CheckoutError, match=rf"^\S+checkout: no .venv/bin/{missing}: expected a checkout with"):
        check(checkout.folder)


def test_the_command_ends_with_that_line_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["revisions", "record", str(tmp_path), str(tmp_path / "out.json")])
    with pytest.raises(SystemExit, match=r"no \.venv/bin/python"):
        command.main()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long("records a checkout")
def test_commands_leave_code_and_lines_and_options_hold_for_one_command_alone(checkout):
    nowhere = str(checkout.scratch / "nowhere")
    each = [
        ["--version"],
        ["--seeds", nowhere, "seeds", "list"],
        ["seeds", "show", "lead_refining"],
        ["no-such-command"],
    ]
    version, wrong, good, unknown = checkout.commands(each, "commands")
    assert version == {"code": 0, "out": [version["out"][0]], "err": []}
    assert version["out"][0].startswith("nonferrous ")
    assert wrong["code"] == 2
    assert any("<scratch>/nowhere" in line for line in wrong["err"])
    assert good["code"] == 0
    assert unknown["code"] == 2


@pytest.mark.service
def test_a_program_and_its_children_end_with_the_block(checkout):
    retained = checkout.scratch / "pid"
    script = f"sleep 300 & echo $! > {retained}; wait"

    def interrupted() -> None:
        with checkout.started(["sh", "-c", script]):
            while not (retained.exists() and retained.read_text().strip()):
                time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    child = int(retained.read_text())
    end = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and _state(child) != "Z" and time.monotonic() < end:
        time.sleep(0.01)
    assert not Path(f"/proc/{child}").exists() or _state(child) == "Z"


def _state(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


def test_the_environment_has_one_thread_and_nothing_of_the_caller(checkout, monkeypatch):
    monkeypatch.setenv("NONFERROUS_SEEDS", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    assert {"NONFERROUS_SEEDS", "PYTHONPATH"} & checkout.environment.keys() == set()
    assert checkout.environment["OMP_NUM_THREADS"] == "1"
    assert checkout.environment["NONFERROUS_HOME"] == str(checkout.home)
    assert os.environ["NONFERROUS_SEEDS"] == "/elsewhere"


@pytest.mark.long("records a checkout")
def test_running_plants_are_stepped_by_the_checkouts_own_code(checkout):
    result = checkout.adapted("running.py", "lead_refining", "aluminium_scrap")
    lead = result["lead_refining"]
    assert lead["fork"] == lead["step 3"], "a fork meets the same random numbers"
    assert lead["another future"]["truth"] != lead["step 3"]["truth"]
    assert lead["step 0"]["table"].keys() == lead["step 3"]["table"].keys()
    assert "margin" in lead["worth"]
    assert result["aluminium_scrap"]["refused"].startswith("SimulationError: aluminium_scrap: ")
