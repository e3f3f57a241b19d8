"""Two lines of one type, of different design, and a refinery under a name of its own, in one folder and one service."""

import asyncio

import httpx
import numpy as np
import pytest

from models.processes.lookup import check_process, energy_of, known_types, needed_physics_of
from operations.catalogue import offered
from registry.promotion import promote
from registry.settings import StoreSettings
from seeds import SeedError, load, load_all, names
from serving.app import create_app
from serving.hot_reload.seed_folder import SeedFolder
from serving.settings import ServiceSettings as ServiceSettings
from synthetic_data import simulate
from tests.suite.jobs import quicken
from training.core.dataset import read
from training.jobs.train import train

ORIGINAL = load_all()  # of the package, before a test names another folder
LINES = {"line_1": "aluminium_reduction", "line_3": "aluminium_reduction", "north_refinery": "lead_refining"}
SIZES = {"aluminium_reduction": (20, 3.0), "lead_refining": (10, 2.0)}
# Line 3 is of another design than line 1: 40 anodes of the same size a pot.
DESIGN = {
    "anodes = { value = 48": "anodes = { value = 40",
    "anode_face = { value = 49.4": "anode_face = { value = 41.2",
}


def named(name: str, kind: str) -> str:
    """Text of a seed of this type under another name."""
    text = ORIGINAL[kind].text
    assert text.count(f'name = "{kind}"\n') == 1
    return text.replace(f'name = "{kind}"\n', f'name = "{name}"\ntype = "{kind}"\n')


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """The seeds by name, in a folder that service and commands read."""
    where = tmp_path / "seeds"
    where.mkdir()
    for name, kind in LINES.items():
        text = named(name, kind)
        for old, new in DESIGN.items() if name == "line_3" else ():
            assert text.count(old) == 1
            text = text.replace(old, new)
        (where / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(where))
    return {name: load(name) for name in names()}


@pytest.mark.parametrize("kind", [name for name, seed in ORIGINAL.items() if seed.plant is not None])
def test_a_plant_under_another_name_is_the_same_plant(kind, tmp_path):
    (tmp_path / "one_of_ours.toml").write_text(named("one_of_ours", kind), encoding="utf-8")
    sizes = {"units": 4} if ORIGINAL[kind].lots else {"units": 4, "years": 0.3}
    plants = [
        simulate(seed, tmp_path / seed.process.name, **sizes)
        for seed in (ORIGINAL[kind], load(tmp_path / "one_of_ours.toml"))
    ]
    for part in ("table", "truth", "events"):
        own, other = ((where / f"{part}.parquet").read_bytes() for where in plants)
        assert own == other


INCLUDED = {"predictions": {"include": ["energy"]}}


def response_to(app, path, body):
    async def answered():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(path, json=body)

    response = asyncio.run(answered())
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.long("trains processes of one type")
def test_lines_of_one_type_are_trained_and_served_side_by_side(lines, tmp_path, monkeypatch):
    quicken(monkeypatch)
    settings = StoreSettings(home=tmp_path / "home")
    for name, seed in lines.items():
        units, years = SIZES[seed.process_type]
        table = simulate(seed, tmp_path / name, units=units, years=years)
        trained = train(seed, table, settings)
        assert {"first_principles", "lightgbm_physics"} <= set(trained.learnt.candidates)
        if trained.move is None:
            promote(seed, settings, 1, force="a small plant of a test")
    app = create_app(ServiceSettings(home=tmp_path / "home"))
    app.champions.refresh()
    taken = {one.seed.process.name: one for one in app.taken}
    answers = {}
    for name, own in taken.items():
        original = ORIGINAL[own.seed.process_type]
        operations = offered(original, own.predictions.max_rows).forms
        assert {verb: form.example for verb, form in own.forms.items()} == {
            verb: form.example for verb, form in operations.items()
        }
        answers[name] = {
            verb: response_to(app, f"/v1/{name}/{verb}", form.example | INCLUDED.get(verb, {}))
            for verb, form in operations.items()
            if verb in ("predictions", "recommendations", "schedules")
        }
        (prediction, *_) = answers[name]["predictions"]["predictions"]
        assert set(original.targets) <= prediction.keys()
        assert set(prediction["energy"]["boundaries"]) == set(energy_of(own.seed).KIND.boundaries)
    assert all("recommendations" in result for result in answers.values())
    assert [name for name, result in answers.items() if "schedules" in result] == ["line_1", "line_3"]
    first, third = (answers[name]["predictions"]["predictions"][0] for name in ("line_1", "line_3"))
    assert first["current_efficiency"]["value"] != third["current_efficiency"]["value"]


def test_lines_of_one_type_have_the_physics_of_their_own_design(lines):
    first, third = (needed_physics_of(lines[name]) for name in ("line_1", "line_3"))
    assert (first.design.anodes, third.design.anodes) == (48, 40)
    row = {column.name: np.array([column.typical_value]) for column in ORIGINAL["aluminium_reduction"].inputs}
    assert third.features(row)["current_density"] == pytest.approx(first.features(row)["current_density"] * 49.4 / 41.2)


def test_a_type_that_has_no_physics_is_refused_and_the_nearest_named(lines, tmp_path):
    path = tmp_path / "line_1.toml"
    path.write_text(
        lines["line_1"].text.replace('type = "aluminium_reduction"', 'type = "aluminum_reduction"'), "utf-8"
    )
    seed = load(path)
    expected = (
        r"line_1\.toml: process\.type: got 'aluminum_reduction': no type of process that has physics; "
        "the nearest is aluminium_reduction"
    )
    with pytest.raises(SeedError, match=expected):
        check_process(seed)
    with pytest.raises(SeedError, match=expected):
        read(tmp_path / "no_table", seed)


def test_targets_that_nothing_derives_are_refused_before_a_table_is_read(tmp_path):
    text = ORIGINAL["aluminium_reduction"].text.replace('name = "aluminium_reduction"', 'name = "line_1"')
    (tmp_path / "line_1.toml").write_text(text, encoding="utf-8")
    seed = load(tmp_path / "line_1.toml")
    expected = (
        r"line_1\.toml: process\.type: missing, and target specific_energy, target co2e, \[equipment\] need the "
        "physics of one: state the type of process, one of aluminium_reduction$"
    )
    with pytest.raises(SeedError, match=expected):
        read(tmp_path / "no_table", seed)


@pytest.mark.parametrize("name", names())
def test_every_seed_of_the_folder_fits_its_physics(name):
    check_process(ORIGINAL[name])


def test_types_are_the_processes_that_have_physics():
    assert "lead_refining" in known_types()
    assert not {"check", "lookup", "feature", "causes"} & set(known_types())


def test_a_seed_that_does_not_fit_its_physics_is_listed_as_broken(lines, tmp_path):
    path = tmp_path / "seeds" / "line_1.toml"
    path.write_text(lines["line_1"].text.replace('type = "aluminium_reduction"', 'type = "potline"'), "utf-8")
    result = SeedFolder(10).look()
    assert sorted(result.offers) == ["line_3", "north_refinery"]
    assert "process.type: got 'potline': no type of process that has physics" in result.broken["line_1"]
