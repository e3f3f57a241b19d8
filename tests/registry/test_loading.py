"""Whether a version can be served as it is kept, with a store that copies a folder."""

import shutil
from pathlib import Path

import pytest

from models import files
from registry.loading import trouble_of
from registry.store import Champion


class Store:
    """A store whose every version is one folder."""

    def __init__(self, folder: Path):
        self.folder = folder

    def fetch(self, champion: Champion, folder: Path) -> Path:
        return Path(shutil.copytree(self.folder, folder / "model"))


@pytest.fixture
def kept(save_toy_model, tmp_path) -> Path:
    save_toy_model(tmp_path / "kept")
    return tmp_path / "kept"


def test_a_version_that_loads_has_no_trouble(kept):
    assert trouble_of(Store(kept), Champion("p", 1, "s", files.digest(kept))) is None
    assert trouble_of(Store(kept), Champion("p", 1, "s")) is None


def test_a_changed_file_is_named_without_the_folder_of_the_copy(kept):
    (kept / "model.json").write_bytes((kept / "model.json").read_bytes().replace(b'"scores"', b'"Scores"'))
    found = trouble_of(Store(kept), Champion("p", 1, "s"))
    assert found is not None
    assert found.startswith("model/model.json: got sha256 ")


def test_another_digest_than_the_registrys_is_trouble(kept):
    found = trouble_of(Store(kept), Champion("p", 1, "s", "sha256:0"))
    assert found == f"its digest is not the registry's: got {files.digest(kept)}, expected sha256:0"


def test_whatever_a_store_raises_is_trouble(kept, tmp_path):
    found = trouble_of(Store(tmp_path / "absent"), Champion("p", 1, "s"))
    assert found is not None
    assert "absent" in found
    assert "\n" not in found
