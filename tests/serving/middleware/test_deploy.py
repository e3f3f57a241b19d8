"""What is deployed is what the machine's own tools accept."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.suite.tools import needed

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
BOTH = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)


@BOTH
def test_systemd_accepts_the_unit_without_a_word(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name
    text = unit.read_text(encoding="utf-8")
    copy.write_text(text.replace("/opt/nonferrous/.venv/bin/nonferrous", sys.executable), encoding="utf-8")
    assert sys.executable in copy.read_text(encoding="utf-8")
    checked = subprocess.run([needed("systemd-analyze"), "verify", str(copy)], capture_output=True, text=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


@BOTH
def test_the_unit_is_little_exposed(unit: Path) -> None:
    command = [needed("systemd-analyze"), "security", "--offline=true", "--threshold=40", str(unit)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    (level,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", checked.stdout)
    assert float(level) < 4
