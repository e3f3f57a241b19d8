"""Units of systemd are what the machine's own tools accept, and start commands that exist."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from nonferrous.command_line import app
from tests.suite.tools import needed

FOLDER = Path(__file__).parents[2] / "deploy"
UNITS = sorted(FOLDER.glob("*.service"))
EACH = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
PROGRAM = re.compile(r"/opt/nonferrous/\.venv/bin/(?:nonferrous|python)(?= )")
PORT = "8001"  # instance of a template
OF_ITS_OWN = {"ExecStart", "ExecReload", "Environment", "EnvironmentFile", "Restart", "RestartSec", "TimeoutStopSec"}
OF_ITS_OWN |= {"Type", "User", "StateDirectory", "WorkingDirectory", "LimitNOFILE"}


class Repeated(dict[str, str]):
    """Options of a section, where a later line of a name follows the earlier ones."""

    def __setitem__(self, name: str, value: Any) -> None:
        is_again = name in self and isinstance(value, list) and isinstance(self[name], list)
        super().__setitem__(name, [*self[name], *value] if is_again else value)


def service_of(unit: Path) -> dict[str, str]:
    """Options of the section Service; those of a repeated name in lines."""
    parser = configparser.RawConfigParser(dict_type=Repeated, strict=False, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit, encoding="utf-8")
    return dict(parser["Service"])


def verified(unit: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check a unit as it would stand on a machine, its programs replaced by one that exists here."""
    for one in FOLDER.glob("*.*"):
        if one.suffix in (".service", ".timer"):
            text = PROGRAM.sub(sys.executable, one.read_text(encoding="utf-8"))
            (folder / one.name.replace("@.", f"@{PORT}.")).write_text(text, encoding="utf-8")
    place = folder / unit.name.replace("@.", f"@{PORT}.")
    return subprocess.run([needed("systemd-analyze"), "verify", str(place)], capture_output=True, text=True)


@pytest.mark.parametrize("unit", [*UNITS, *FOLDER.glob("*.timer")], ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit_without_a_word(unit: Path, tmp_path: Path) -> None:
    checked = verified(unit, tmp_path)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_systemd_refuses_an_option_that_it_does_not_know(tmp_path: Path) -> None:
    for one in UNITS:
        shutil.copy(one, tmp_path)
    wrong = tmp_path / UNITS[0].name
    wrong.write_text(wrong.read_text(encoding="utf-8").replace("PrivateTmp", "PrivateTemp"), encoding="utf-8")
    checked = subprocess.run([needed("systemd-analyze"), "verify", str(wrong)], capture_output=True, text=True)
    assert "PrivateTemp" in checked.stderr


@EACH
def test_the_unit_is_little_exposed(unit: Path, tmp_path: Path) -> None:
    place = shutil.copy(unit, tmp_path / unit.name.replace("@.", f"@{PORT}."))
    command = [needed("systemd-analyze"), "security", "--offline=true", "--threshold=40", str(place)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    (level,) = re.findall(r"Overall exposure level for \S+: ([0-9.]+)", checked.stdout)
    assert float(level) < 4


@EACH
def test_all_units_have_one_user_and_the_same_limits(unit: Path) -> None:
    first, own = service_of(FOLDER / "nonferrous.service"), service_of(unit)
    assert {name: own[name] for name in own.keys() - OF_ITS_OWN} == {
        name: first[name] for name in first.keys() - OF_ITS_OWN
    }
    assert own.get("User", unit.stem) == "nonferrous"
    assert own["StateDirectory"].split()[0] == "nonferrous"


@EACH
def test_the_unit_starts_a_command_that_exists(unit: Path) -> None:
    program, *arguments = service_of(unit)["ExecStart"].replace("%i", PORT).split()
    if program.endswith("/python"):
        assert arguments[:3] == ["-m", "mlflow", "server"]  # tests/deploy/test_backup.py starts it
        return
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    command.make_context(unit.stem, arguments)  # refuses an option that it does not know


def test_a_service_has_time_to_answer_its_requests_before_it_is_killed() -> None:
    from serving.settings import ServiceSettings

    limit = ServiceSettings.model_fields["shutdown_timeout_seconds"].default
    for name in ("nonferrous.service", "nonferrous@.service"):
        assert int(service_of(FOLDER / name)["TimeoutStopSec"]) > limit
