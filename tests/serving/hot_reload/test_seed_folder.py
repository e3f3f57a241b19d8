"""The folder of seeds while the service runs: new, changed, broken and removed files."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from models.storage import model_files
from seeds import SeedError, load
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.seed_folder import SeedFolder
from serving.settings import ServiceSettings

TOYS = Path(__file__).parents[2] / "toys"
ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.25, "z": 3.75}
Call = Callable[..., httpx.Response]
Save = Callable[..., Any]


@pytest.fixture
def seeds(toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder with the seed of lots; that of cells comes later."""
    folder = toy_folder("toy_lots")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    return folder


@pytest.fixture
def store(save_toy_grader: Save, tmp_path: Path) -> FolderStore:
    save_toy_grader(tmp_path / "grader")
    store = FolderStore()
    store.point("toy_lots", 1, tmp_path / "grader")
    return store


@pytest.fixture
def app(seeds: Path, store: FolderStore) -> Service:
    made = create_app(ServiceSettings(max_rows=50), store)
    made.champions.refresh()
    return made


def write(file: Path, text: str) -> None:
    """Write a file, with a time of change that no earlier one had."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


def add_cells(folder: Path) -> None:
    shutil.copy(TOYS / "toy_cells.toml", folder)


def ask(app: Service, call: Call, **row: Any) -> httpx.Response:
    return call(app, "POST", "/v1/toy_cells/predictions", json={"rows": [ROW | row]})


def ready(app: Service, call: Call) -> Any:
    return call(app, "GET", "/health/ready").json()


def test_a_seed_that_is_added_is_served_once_it_has_a_champion(
    app: Service, seeds: Path, store: FolderStore, save_toy_model: Save, tmp_path: Path, call: Call
) -> None:
    assert ask(app, call).status_code == 404
    described = call(app, "GET", "/openapi.json").json()["info"]["description"]
    add_cells(seeds)
    app.champions.refresh()
    assert (ask(app, call).status_code, ask(app, call, z=9).status_code) == (503, 422)
    assert [one["name"] for one in call(app, "GET", "/v1/processes").json()["processes"]] == ["toy_cells", "toy_lots"]
    message = ready(app, call)
    assert (message["status"], message["processes"]["toy_cells"]["state"]) == ("ready", "no champion")
    assert "/v1/toy_cells/openapi.json" not in described
    untrained = call(app, "GET", "/openapi.json").json()["info"]["description"]
    assert untrained.index("`/v1/toy_lots/") < untrained.index("`/v1/toy_cells/openapi.json` (no model in service)")
    schema = call(app, "GET", "/v1/toy_cells/openapi.json").json()
    assert schema["components"]["schemas"]["Row"]["properties"]["z"]["x-unit"] == "V"
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 1, tmp_path / "one")
    app.champions.refresh()
    assert ask(app, call).status_code == 200
    assert call(app, "GET", "/v1/toy_cells/openapi.json").json() == schema
    described = call(app, "GET", "/openapi.json").json()["info"]["description"]
    assert "`/v1/toy_cells/openapi.json`\n" in described


def test_a_process_that_did_not_change_keeps_its_route(app: Service, seeds: Path) -> None:
    (before,) = app._own
    add_cells(seeds)
    app.champions.refresh()
    assert app._own[1] is not before
    assert app._own[1][1] is before[1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[process", "no valid TOML"),
        ("[process]\nname = 'tin'", "process.task: missing"),
        ("", "process: missing"),
    ],
)
def test_a_broken_new_seed_is_named_and_takes_nothing_down(
    text: str, reason: str, app: Service, seeds: Path, call: Call, tmp_path: Path
) -> None:
    write(seeds / "tin.toml", text)
    for _ in range(2):
        app.champions.refresh()
        message = ready(app, call)
        assert message["status"] == "degraded"
        assert reason in message["degraded"]["tin"]
        assert str(tmp_path) not in message["degraded"]["tin"]
        assert message["processes"]["tin"]["state"] == "seed not usable"
        assert message["processes"]["toy_lots"]["state"] == "serving"
        assert [one["name"] for one in call(app, "GET", "/v1/processes").json()["processes"]] == ["toy_lots"]
    assert call(app, "POST", "/v1/tin/predictions", json={}).status_code == 404


def test_a_seed_that_is_no_text_or_uses_a_name_of_the_answer_is_named_too(
    app: Service, seeds: Path, call: Call
) -> None:
    (seeds / "bytes.toml").write_bytes(b"\xff\xfe")
    (seeds / "folder.toml").mkdir()
    text = (TOYS / "toy_cells.toml").read_text().replace("toy_cells", "clash")
    write(seeds / "clash.toml", text.replace('"unit"', '"flags"'))
    app.champions.refresh()
    message = ready(app, call)["degraded"]
    assert "UTF-8" in message["bytes"]
    assert "flags" in message["clash"]
    assert set(message) == {"bytes", "clash", "folder"}


def test_a_broken_seed_that_is_repaired_is_taken_up(app: Service, seeds: Path, call: Call) -> None:
    text = (TOYS / "toy_cells.toml").read_text()
    write(seeds / "toy_cells.toml", text[:200])
    app.champions.refresh()
    assert ready(app, call)["processes"]["toy_cells"]["state"] == "seed not usable"
    write(seeds / "toy_cells.toml", text)
    app.champions.refresh()
    assert ready(app, call)["status"] == "ready"
    assert ask(app, call).status_code == 503


def test_a_service_that_starts_with_a_broken_seed_serves_the_others(
    seeds: Path, store: FolderStore, call: Call
) -> None:
    write(seeds / "tin.toml", "[process")
    app = create_app(ServiceSettings(), store)
    app.champions.refresh()
    assert ready(app, call)["status"] == "degraded"
    assert call(app, "POST", "/v1/toy_lots/predictions", json={"rows": []}).status_code == 422


def test_a_service_without_a_folder_of_seeds_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(tmp_path / "absent"))
    with pytest.raises(SeedError, match="no such folder"):
        create_app(ServiceSettings(), FolderStore())


def test_a_folder_that_goes_away_keeps_what_is_served_and_is_read_again(
    app: Service, seeds: Path, call: Call, tmp_path: Path
) -> None:
    seeds.rename(tmp_path / "away")
    app.champions.refresh()
    message = ready(app, call)
    assert (message["status"], message["degraded"]) == ("degraded", {})
    assert "no such folder" in message["seeds"]
    (tmp_path / "away").rename(seeds)
    app.champions.refresh()
    assert ready(app, call)["status"] == "ready"


@pytest.fixture
def both(app: Service, seeds: Path, store: FolderStore, save_toy_model: Save, tmp_path: Path) -> Service:
    """The service with cells and lots, both with a champion."""
    add_cells(seeds)
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 1, tmp_path / "one")
    app.champions.refresh()
    return app


@pytest.mark.parametrize("broken", [True, False], ids=["broken", "removed"])
def test_what_answers_stays_where_its_seed_is_broken_or_removed(
    broken: bool, both: Service, seeds: Path, call: Call
) -> None:
    file = seeds / "toy_cells.toml"
    write(file, "[process") if broken else file.unlink()
    both.champions.refresh()
    assert ask(both, call).status_code == 200
    message = ready(both, call)
    assert (message["status"], message["processes"]["toy_cells"]["state"]) == ("degraded", "serving")
    assert message["degraded"]["toy_cells"].endswith("the seed of before stays")
    file.unlink(missing_ok=True)
    add_cells(seeds)
    both.champions.refresh()
    assert ready(both, call)["status"] == "ready"


def test_a_seed_removed_before_it_was_trained_is_listed_no_more(app: Service, seeds: Path, call: Call) -> None:
    add_cells(seeds)
    app.champions.refresh()
    (seeds / "toy_cells.toml").unlink()
    app.champions.refresh()
    assert ask(app, call).status_code == 404
    assert call(app, "GET", "/v1/toy_cells/openapi.json").status_code == 404
    assert "toy_cells" not in str(app.openapi())
    assert list(ready(app, call)["processes"]) == ["toy_lots"]


def test_a_change_that_the_model_agrees_with_is_taken_up_at_once(both: Service, seeds: Path, call: Call) -> None:
    file = seeds / "toy_cells.toml"
    write(file, file.read_text().replace('description = "measured z"', 'description = "z, measured"'))
    both.champions.refresh()
    row = both.openapi_of("toy_cells")["components"]["schemas"]["Row"]
    assert "z, measured" in row["properties"]["z"]["description"]
    assert ask(both, call).status_code == 200
    assert ready(both, call)["status"] == "ready"


def test_a_change_that_the_model_does_not_agree_with_waits_for_a_champion_trained_with_it(
    both: Service, seeds: Path, store: FolderStore, save_toy_model: Save, tmp_path: Path, call: Call
) -> None:
    file = seeds / "toy_cells.toml"
    text = file.read_text()
    write(file, text.replace('unit = "kA"', 'unit = "A"'))
    both.champions.refresh()
    assert ask(both, call).status_code == 200
    assert both.openapi_of("toy_cells")["components"]["schemas"]["Row"]["properties"]["x_set"]["x-unit"] == "kA"
    message = ready(both, call)
    assert "x_set [A]" in message["degraded"]["toy_cells"]
    # A champion of the old seed does not agree with the file.
    save_toy_model(tmp_path / "two", lift=1.0)
    store.point("toy_cells", 2, tmp_path / "two")
    both.champions.refresh()
    assert ask(both, call).json()["model"]["version"] == 1
    # One of the new seed brings it along.
    model = model_files.load(tmp_path / "one")
    model_files.save(replace(model, seed=load(file)), tmp_path / "three")
    store.point("toy_cells", 3, tmp_path / "three")
    both.champions.refresh()
    assert ask(both, call).json()["model"]["version"] == 3
    assert both.openapi_of("toy_cells")["components"]["schemas"]["Row"]["properties"]["x_set"]["x-unit"] == "A"
    assert ready(both, call)["status"] == "ready"


def test_a_file_that_did_not_change_is_read_once(seeds: Path) -> None:
    folder = SeedFolder(50)
    first = folder.look().offers["toy_lots"]
    assert folder.look().offers["toy_lots"] is first
    write(seeds / "toy_lots.toml", (seeds / "toy_lots.toml").read_text())
    assert folder.look().offers["toy_lots"] is not first


@pytest.fixture
def plant(seeds: Path) -> Path:
    """Folder of a plant among the seeds, named in Chinese."""
    folder = seeds / "广西"
    folder.mkdir()
    return folder


def test_seeds_of_a_plant_s_folder_are_added_changed_moved_and_removed(app: Service, seeds: Path, plant: Path) -> None:
    def cells() -> Any:
        app.champions.refresh()
        return app.champions.statuses.get("toy_cells")

    file, text = plant / "toy_cells.toml", (TOYS / "toy_cells.toml").read_text()
    write(file, text)
    added = cells()
    assert added.offers.seed.column("z").description == "measured z"
    assert cells().offers is added.offers
    write(file, text.replace('description = "measured z"', 'description = "z, measured"'))
    assert cells().offers.seed.column("z").description == "z, measured"
    (seeds / "line_of_another").mkdir()
    file.rename(seeds / "line_of_another" / file.name)
    assert cells().seed_trouble is None
    (seeds / "line_of_another" / file.name).unlink()
    assert cells() is None


def test_a_moved_seed_is_read_again(seeds: Path, plant: Path) -> None:
    folder = SeedFolder(50)
    first = folder.look().offers["toy_lots"]
    (seeds / "toy_lots.toml").rename(plant / "toy_lots.toml")
    moved = folder.look().offers["toy_lots"]
    assert moved is not first
    assert moved.seed == first.seed
    assert folder.look().offers["toy_lots"] is moved


def test_a_broken_seed_of_a_plant_is_named_with_its_folder(
    app: Service, plant: Path, call: Call, tmp_path: Path
) -> None:
    write(plant / "tin.toml", "[process")
    text = (TOYS / "toy_cells.toml").read_text().replace("toy_cells", "clash")
    write(plant / "clash.toml", text.replace('"unit"', '"flags"'))
    app.champions.refresh()
    message = ready(app, call)["degraded"]
    assert "广西/tin.toml: no valid TOML" in message["tin"]
    assert "广西/clash.toml: " in message["clash"]
    assert str(tmp_path) not in str(message)


def test_two_files_of_a_name_stop_only_that_process(both: Service, seeds: Path, plant: Path, call: Call) -> None:
    shutil.copy(TOYS / "toy_cells.toml", plant)
    write(plant / "toy_ores.toml", (TOYS / "toy_ores.toml").read_text())
    both.champions.refresh()
    message = ready(both, call)
    assert list(message["degraded"]) == ["toy_cells"]
    assert "got toy_cells.toml and 广西/toy_cells.toml: expected one file" in message["degraded"]["toy_cells"]
    assert message["processes"]["toy_ores"]["state"] == "no champion"
    assert ask(both, call).status_code == 200
    (seeds / "toy_cells.toml").unlink()
    both.champions.refresh()
    assert ready(both, call)["status"] == "ready"


def test_a_mounted_folder_whose_content_is_exchanged_by_a_link(
    app: Service, seeds: Path, plant: Path, tmp_path: Path
) -> None:
    plant.rmdir()
    text = (TOYS / "toy_cells.toml").read_text()
    for number, content in enumerate((text, text.replace("measured z", "z, measured"))):
        (seeds / f"..{number}" / "广西").mkdir(parents=True)
        write(seeds / f"..{number}" / "广西" / "toy_cells.toml", content)
    (seeds / "..data").symlink_to("..0")
    plant.symlink_to("..data/广西")
    app.champions.refresh()
    before = app.champions.statuses["toy_cells"].offers
    (seeds / "..next").symlink_to("..1")
    (seeds / "..next").rename(seeds / "..data")
    app.champions.refresh()
    after = app.champions.statuses["toy_cells"].offers
    assert before is not None
    assert after is not None
    assert [one.seed.column("z").description for one in (before, after)] == ["measured z", "z, measured"]


# FastAPI hides this warning of pydantic's by a filter that all threads share, so that one may lift another's.
@pytest.mark.filterwarnings("ignore::pydantic.warnings.UnsupportedFieldAttributeWarning")
def test_seeds_that_come_and_go_under_load_fail_no_request_of_another_process(
    both: Service, seeds: Path, call: Call
) -> None:
    ended = Event()

    def come_and_go() -> None:
        text = (TOYS / "toy_scrap.toml").read_text()
        while not ended.is_set():
            write(seeds / "toy_scrap.toml", text)
            both.champions.refresh()
            (seeds / "toy_scrap.toml").unlink()
            both.champions.refresh()

    thread = Thread(target=come_and_go)
    thread.start()
    try:
        answers = [ask(both, call).status_code for _ in range(150)]
        documents = [both.openapi()["info"]["description"] for _ in range(5)]
    finally:
        ended.set()
        thread.join()
    assert answers == [200] * 150
    assert all("/v1/toy_cells/openapi.json" in one for one in documents)
