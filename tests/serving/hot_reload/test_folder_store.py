"""Champions that are pointed to by hand."""

from pathlib import Path

from registry.store import Champion
from serving.hot_reload.folder_store import FolderStore


def test_a_process_has_the_champion_that_was_pointed_to_last() -> None:
    store = FolderStore()
    assert store.champion("a") is None
    store.point("a", 1, "one")
    store.point("b", 7, Path("other"))
    store.point("a", 2, "two")
    assert store.champion("a") == Champion("a", 2, "two")
    assert store.champion("b") == Champion("b", 7, "other")


def test_a_version_in_shadow_stands_beside_the_champion() -> None:
    store = FolderStore()
    store.point("a", 1, "one")
    assert store.shadow("a") is None
    store.point("a", 2, "two", "shadow")
    assert (store.champion("a"), store.shadow("a")) == (Champion("a", 1, "one"), Champion("a", 2, "two"))


def test_what_is_fetched_is_a_copy(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    folder.mkdir()
    (source / "file").write_text("x")
    copy = FolderStore().fetch(Champion("a", 1, str(source)), folder)
    assert copy.parent == folder
    assert (copy / "file").read_text() == "x"
    (copy / "file").write_text("y")
    assert (source / "file").read_text() == "x"
