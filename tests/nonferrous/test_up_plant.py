"""`nonferrous up --plant`: after one command a newcomer sees predictions of a plant that runs."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from nonferrous.servers import LIVE_PROCESS
from system.programs import free_port
from tests.suite.brokers import listens
from tests.suite.children import child

PATIENCE = 600.0  # s on a busy machine: a potline is simulated and trained
pytestmark = [pytest.mark.service, pytest.mark.long("trains a potline and starts six programs")]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as response:
        return str(response.read().decode())


def test_predictions_of_a_live_plant_appear_and_ctrl_c_ends_all_programs(tmp_path: Path) -> None:
    ports = [free_port() for _ in range(3)]
    options = zip(("--port", "--ui-port", "--plant-port"), map(str, ports), strict=True)
    command = [sys.executable, "-m", "nonferrous", "up", "--plant", *(word for pair in options for word in pair)]
    environment = os.environ | {"NONFERROUS_HOME": str(tmp_path / "home"), "COLUMNS": "80", "PYTHONUNBUFFERED": "1"}
    output = tmp_path / "output"
    with (
        output.open("wb") as file,
        child(command, cwd=tmp_path, env=environment, stdout=file, stderr=subprocess.STDOUT) as program,
    ):
        patience = time.monotonic() + PATIENCE
        while "A-001 current_efficiency:" not in (text := output.read_text(encoding="utf-8")):
            assert program.poll() is None, text
            assert time.monotonic() < patience, text
            time.sleep(1.0)
        latest = json.loads(read(f"http://127.0.0.1:{ports[0]}/v1/{LIVE_PROCESS}/predictions/latest"))
        program.send_signal(signal.SIGINT)
        assert program.wait(60) == 0, output.read_text(encoding="utf-8")
        assert not any(map(listens, ports))
    shown = next(line for line in text.splitlines() if line.startswith("A-001 current_efficiency:"))
    assert re.fullmatch(r"A-001 current_efficiency: [\d.]+ \([\d.]+ to [\d.]+\) %", shown.strip())
    predicted = next(one for one in latest["predictions"] if one["unit"] == "A-001")["current_efficiency"]
    assert predicted["low"] < predicted["value"] < predicted["high"]
    for log in (tmp_path / "home" / "logs").iterdir():
        assert "Traceback" not in log.read_text(encoding="utf-8"), log.name
