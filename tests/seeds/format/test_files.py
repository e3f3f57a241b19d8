"""Files of seeds: in the folder or one folder for each plant; hidden and deeper ones are left out."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seeds import Seed, SeedError, load, load_all, names, plant_folders

ToyFolder = Callable[..., Path]


@pytest.fixture
def seeds(toy_folder: ToyFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of seeds with that of cells, and of lots in a plant's folder."""
    folder = toy_folder("toy_cells", "toy_lots")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    move(folder / "toy_lots.toml", "广西")
    return folder


def move(file: Path, plant: str) -> Path:
    """Move a seed into a plant's folder, which is made."""
    (file.parent / plant).mkdir(exist_ok=True)
    return file.rename(file.parent / plant / file.name)


def test_seeds_of_the_folder_and_of_its_plants_are_processes(
    seeds: Path, toy_seed: Seed, toy_quality_seed: Seed
) -> None:
    assert names() == ("toy_cells", "toy_lots")
    assert load_all() == {"toy_cells": toy_seed, "toy_lots": toy_quality_seed}
    assert load("toy_lots") == toy_quality_seed
    assert plant_folders()["toy_cells"] is None
    assert plant_folders()["toy_lots"] == "广西"


@pytest.mark.parametrize("relative", [True, False])
def test_a_seed_is_the_same_wherever_it_stands(
    relative: bool, seeds: Path, toy_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    if relative:
        monkeypatch.chdir(seeds.parent)
        monkeypatch.setenv("NONFERROUS_SEEDS", seeds.name)
    move(seeds / "toy_cells.toml", "line of 50")
    assert load("toy_cells") == toy_seed
    assert load("toy_cells").digest == toy_seed.digest
    assert plant_folders()["toy_cells"] == "line of 50"


def test_two_files_of_a_name_are_one_error_with_both(seeds: Path, toy_seed: Seed) -> None:
    (seeds / "Jiangxi").mkdir()
    shutil.copy(seeds / "广西" / "toy_lots.toml", seeds / "Jiangxi")
    expected = f"{seeds}: got Jiangxi/toy_lots.toml and 广西/toy_lots.toml: expected one file of this name; "
    expected += "rename or remove the others"
    for use in (lambda: load("toy_lots"), load_all, plant_folders):
        with pytest.raises(SeedError) as caught:
            use()
        assert str(caught.value) == expected
    assert names() == ("toy_cells", "toy_lots")
    assert load("toy_cells") == toy_seed


def test_a_wrong_seed_of_a_plant_names_its_file(seeds: Path) -> None:
    file = seeds / "广西" / "toy_lots.toml"
    file.write_text("[process", encoding="utf-8")
    with pytest.raises(SeedError, match=f"^{file}: no valid TOML"):
        load("toy_lots")
    file.write_text("[process]\nname = 'toy_cells'\n", encoding="utf-8")
    with pytest.raises(SeedError, match=f"{file}: process.name: got 'toy_cells': expected the file's name"):
        load_all()


@pytest.mark.parametrize("name", ["nowhere", "", "广西"])
def test_a_name_unlike_all_others_gets_the_list(name: str, seeds: Path) -> None:
    with pytest.raises(SeedError, match=r"no such seed; .* holds: toy_cells, toy_lots"):
        load(name)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("toy_lot", "toy_lots"),
        ("TOY_CELLS", "toy_cells"),
        ("toycells", "toy_cells"),
        ("广西/toy_lots", "toy_lots"),  # a name is no path
        ("../seeds/toy_cells", "toy_cells"),
    ],
)
def test_a_mistyped_name_gets_the_nearest(name: str, near: str, seeds: Path) -> None:
    with pytest.raises(SeedError, match=f"no such seed; the nearest is {near}$"):
        load(name)


@pytest.mark.parametrize("place", [".git", "..data", ".", "广西/older", "广西/.hidden", "lines/1/2"])
def test_hidden_and_deeper_folders_are_left_out(place: str, seeds: Path) -> None:
    name = ".toy_ores.toml" if place == "." else "toy_ores.toml"
    (seeds / place).mkdir(parents=True, exist_ok=True)
    shutil.copy(seeds / "toy_cells.toml", seeds / place / name)
    assert names() == ("toy_cells", "toy_lots")


def test_links_of_a_mounted_folder_are_followed_once(seeds: Path) -> None:
    (seeds / "..2026").mkdir()
    (seeds / "广西").rename(seeds / "..2026" / "广西")
    (seeds / "toy_cells.toml").rename(seeds / "..2026" / "toy_cells.toml")
    (seeds / "..data").symlink_to("..2026")
    for name in ("广西", "toy_cells.toml"):
        (seeds / name).symlink_to(f"..data/{name}")
    assert list(load_all()) == ["toy_cells", "toy_lots"]
    assert plant_folders()["toy_lots"] == "广西"


@pytest.mark.parametrize("goal", [".", "..", "loop", "absent", "广西/back"])
def test_links_that_lead_back_or_nowhere_add_nothing(goal: str, seeds: Path) -> None:
    (seeds / "广西" / "back").symlink_to("..")
    (seeds / "loop").symlink_to(goal)
    (seeds.parent / "other.toml").write_text("", encoding="utf-8")
    assert names() == ("toy_cells", "toy_lots")
    assert list(load_all()) == ["toy_cells", "toy_lots"]


def test_the_folder_itself_may_be_a_link(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (seeds.parent / "link").symlink_to(seeds)
    monkeypatch.setenv("NONFERROUS_SEEDS", str(seeds.parent / "link"))
    assert plant_folders()["toy_lots"] == "广西"
    assert plant_folders()["toy_cells"] is None


def test_many_seeds_are_listed_fast(seeds: Path) -> None:
    for number in range(150):
        (seeds / f"plant_{number // 3}").mkdir(exist_ok=True)
        (seeds / f"plant_{number // 3}" / f"line_{number}.toml").write_text("", encoding="utf-8")
    start = time.perf_counter()
    for _ in range(10):
        assert len(names()) == 152
    assert time.perf_counter() - start < 2  # about 0.05 s; one file read for each would take 10 s
