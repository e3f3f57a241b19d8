"""Tables and pictures of set-point trials on the pages."""

import json
from dataclasses import asdict, replace

import pytest

from benchmarks import setpoints as benchmark
from benchmarks.pictures import NoBrowserError, draw
from tests.suite.tools import needed
from tests.training.setpoints.test_tables import trial as trial
from training.setpoints.plants import TrialPlant
from training.setpoints.policies import OPERATORS
from training.setpoints.record import plain, unit_map


def test_tables_of_the_page_stand_between_their_markers(trial):
    results = {"easy": plain(asdict(replace(trial, second=0)))}
    page = f"before\n{benchmark.BEGIN}\nold\n{benchmark.END}\nafter\n"
    text = benchmark.with_tables(page, results)
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "### Aluminium reduction without delayed effects" in text
    assert "| recommended | 3.5 (0.3 to 6.7) | 3.0 | 70% | 1.50 | 75% | 10.0% |" in text
    assert (
        "Per tonne, recommended: +1.17 (+0.11 to +2.22) $, -35.0 (-66.6 to -3.4) kWh and -17.5 (-33.3 to -1.7) kg CO2e."
    ) in text
    assert "Operators break a limit in 10.0% of the rows." in text
    assert "lies in the stated interval in 100%, and stated / realised lies between 0.7 and 1.4 in 0%." in text
    assert "more periods" not in text
    assert benchmark.with_tables(text, results) == text


def test_the_second_year_stands_beside_the_first(trial):
    results = {"as_it_is": plain(asdict(trial))}
    text = benchmark.with_tables(f"{benchmark.BEGIN}\n{benchmark.END}\n", results)
    # As large a share of the oracle's gain as in the first year.
    assert "In 2 more periods recommendations reach 70% of the oracle's gain of that time." in text


def test_a_page_without_figures_says_so():
    page = f"before\n{benchmark.BEGIN}\nold\n{benchmark.END}\nafter\n"
    text = benchmark.with_tables(page, {})
    assert text == f"before\n{benchmark.BEGIN}\n{benchmark.NONE}\n{benchmark.END}\nafter\n"
    assert "|" not in text


def test_a_process_that_was_measured_has_its_section_and_no_other_has(trial):
    results = {"zinc_electrowinning": plain(asdict(replace(trial, second=0)))}
    text = benchmark.with_tables(f"{benchmark.BEGIN}\n{benchmark.END}\n", results)
    assert [line for line in text.splitlines() if line.startswith("### ")] == ["### Zinc electrowinning"]


def test_units_are_kept_where_a_picture_shows_them(trial):
    plant = trial.plants["seed-1"]
    assert benchmark.short("ours", plant["ours"])["by_unit"] == {"A": 3.0, "B": 4.0}
    assert benchmark.short("oracle", plant["oracle"])["by_unit"] == {}


def test_pictures_are_drawn_from_what_is_kept(trial, tmp_path, monkeypatch):
    """Of the same figures, after their way through JSON; older ones are gone."""
    drawn = {}
    monkeypatch.setattr(benchmark, "PICTURES", tmp_path)
    monkeypatch.setattr(benchmark, "draw", lambda figure, picture: drawn.update({picture.name: figure}))
    (tmp_path / "setpoints_easy_map.png").touch()
    benchmark.draw_all(json.loads(json.dumps({"as_it_is": plain(asdict(trial)) | {"seed_digest": "sha256:0"}})))
    assert sorted(drawn) == [f"setpoints_as_it_is_{name}.png" for name in ("map", "over_time", "stated")]
    assert drawn["setpoints_as_it_is_map.png"].to_json() == unit_map(trial).to_json()
    assert not any(tmp_path.iterdir())


def test_pictures_stand_on_the_page_where_they_are(trial, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "PICTURES", tmp_path)
    results = {"easy": plain(asdict(trial))}
    page = f"{benchmark.BEGIN}\n{benchmark.END}\n"
    assert "![" not in benchmark.with_tables(page, results)
    (tmp_path / "setpoints_easy_map.png").touch()
    assert "](../pictures/setpoints_easy_map.png)" in benchmark.with_tables(page, results)


@pytest.mark.long("runs trials")
def test_a_cluster_measures_what_this_machine_does(tmp_path, monkeypatch):
    plants = (TrialPlant(903, kin=False), TrialPlant(904, kin=True))
    size = {"units": 4, "periods": 2, "history": 2}
    variant = replace(benchmark.VARIANTS["as_it_is"], second=False, arms=(OPERATORS,), plants=plants, smaller=size)
    monkeypatch.setitem(benchmark.VARIANTS, "small", variant)
    figures = []
    for cluster in ("", "local:2"):
        monkeypatch.setenv("NONFERROUS_CLUSTER", cluster)
        measured = benchmark.measured("small", tmp_path / (cluster or "here"), variant.arms)
        figures.append(json.dumps(measured))
    assert figures[0] == figures[1]
    assert list(json.loads(figures[0])["plants"]) == [plant.name for plant in plants]


@pytest.mark.browser
def test_a_browser_draws_a_picture_of_the_size_asked_for(trial, tmp_path):
    needed("chromium")
    draw(unit_map(trial), tmp_path / "map.png", width=600)
    picture = (tmp_path / "map.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (600, 320)


def test_tables_are_written_without_a_browser_which_is_named_as_missing(tmp_path, monkeypatch):
    for name in ("RESULTS", "PICTURES"):
        monkeypatch.setattr(benchmark, name, tmp_path / name)
    page = tmp_path / "page.md"
    monkeypatch.setattr(benchmark, "PAGE", page)
    page.write_text(f"{benchmark.BEGIN}\n{benchmark.END}\n", encoding="utf-8")

    def draw_all(results):
        raise NoBrowserError("x.png: no browser to draw it")

    monkeypatch.setattr(benchmark, "draw_all", draw_all)
    with pytest.raises(SystemExit, match=r"^x.png: no browser to draw it; the tables are written$"):
        benchmark.write()
    assert benchmark.NONE in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [[], ["run", "no_such"], ["write", "easy"], ["measure"]])
def test_a_command_that_is_none_is_refused_before_anything_runs(arguments):
    with pytest.raises(SystemExit, match="expected write, or run or learn and any of as_it_is, easy"):
        benchmark.main(arguments)


def test_a_run_keeps_figures_that_another_stored_in_the_meantime(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "setpoints.json")
    monkeypatch.setattr(benchmark, "where", lambda name: tmp_path / name)
    monkeypatch.setattr(benchmark, "write", lambda: None)

    def measured(name, folder, policies):
        benchmark.store("easy", {"units": 1})  # another run ends
        folder.mkdir()
        return {"units": 2}

    monkeypatch.setattr(benchmark, "measured", measured)
    benchmark.main(["run", "alumina_refining"])
    assert benchmark.stored() == {"easy": {"units": 1}, "alumina_refining": {"units": 2}}
