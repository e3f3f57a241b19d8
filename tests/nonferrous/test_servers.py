"""What `up` serves, and the request that it shows."""

import gc
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from nonferrous.servers import curl_line, one_a_task, serve, up
from seeds import Seed, load_all
from seeds.format.loader import parse

README = Path(__file__).parents[2] / "README.md"


def body_of(line: str) -> dict[str, object]:
    return json.loads(shlex.split(line)[-1])["rows"][0]


def test_the_request_to_paste_holds_a_typical_row(toy_seed: Seed) -> None:
    line = curl_line(toy_seed, "http://127.0.0.1:8000")
    assert line.startswith("curl -s http://127.0.0.1:8000/v1/toy_cells/predictions ")
    row = body_of(line)
    assert (row["unit"], row["x_set"], row["z"]) == ("A-001", 10, 4)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(row["period_start"]))


def test_texts_stand_in_it_whatever_signs_they_have(toy_seed: Seed, tmp_path: Path) -> None:
    ore = '[[columns]]\nname = "ore"\nrole = "before"\ndescription = "m"\nvalues = ["l\'Est", "b"]\n'
    text = toy_seed.text.replace("[targets.y]", ore + 'source = "assumed: made"\n\n[targets.y]', 1)
    seed = parse(text.replace('value = 30, unit = "d"', 'value = 8, unit = "h"'), tmp_path / "toy_cells.toml")
    row = body_of(curl_line(seed, "http://127.0.0.1:8000"))
    assert row["ore"] == "l'Est"
    assert str(row["period_start"]).endswith("T06:00")


def test_a_service_collects_garbage_again_when_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr("serving.run.run", lambda settings: seen.append((gc.isenabled(), settings.port)) or 0)
    with pytest.raises(typer.Exit) as ended:
        serve(port=1234)
    assert (seen, ended.value.exit_code) == ([(True, 1234)], 0)


def test_seeds_without_plant_or_champion_are_nothing_to_serve(
    toy_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
    with pytest.raises(SystemExit) as ended:
        up(port=0, ui_port=1)
    assert ended.value.code == 2
    assert "no seed of the folder has a [plant] to simulate or a champion" in capsys.readouterr().err


def test_plants_that_the_readme_asks_for_predictions_are_trained() -> None:
    """One of each task, whatever seeds stand before it in the folder."""
    requested = set(re.findall(r"/v1/([a-z_]+)/predictions", README.read_text(encoding="utf-8")))
    plants = [seed for seed in load_all().values() if seed.plant is not None]
    assert {seed.process.name for seed in one_a_task(plants)} == requested
    others = [seed for seed in plants if seed.process.name not in requested]
    assert [seed.process.name for seed in one_a_task(others)] == ["alumina_refining", "black_mass", "heavy_scrap"]
