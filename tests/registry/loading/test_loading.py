"""Versions on their way into a process, with a store that copies a folder; and the same words from each door."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from models.sandbox import sandbox
from models.storage import model_files
from registry import promotion
from registry.loading import signatures
from registry.loading.load_results import FILE
from registry.loading.loading import LoadedVersion, Loading, Refused
from registry.promotion import promote
from registry.settings import StoreSettings
from registry.store import Champion
from registry.versions import RegistryError, Version
from serving.hot_reload.champions import Champions
from serving.hot_reload.seed_folder import SeedFolder

PROCESS = "toy_cells"


class Store:
    """A store whose every version is one folder; counts what is fetched."""

    def __init__(self, folder: Path, digest: str | None = None):
        self.folder, self.digest, self.fetched = folder, digest, 0

    def champion(self, process: str) -> Champion:
        return Champion(process, 1, "models:/m", self.digest)

    def champions(self, processes: Iterable[str]) -> dict[str, Champion]:
        return {process: self.champion(process) for process in processes}

    def fetch(self, champion: Champion, folder: Path) -> Path:
        self.fetched += 1
        assert list(folder.iterdir()) == []
        return Path(shutil.copytree(self.folder, folder / "model"))


@pytest.fixture
def model_folder(save_toy_model, tmp_path) -> Path:
    save_toy_model(tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def settings(tmp_path) -> StoreSettings:
    return StoreSettings(home=tmp_path / "home")


def load(settings, retained, seed, digest=None, process=PROCESS):
    return Loading(settings).load(Store(retained), Champion(process, 1, "s", digest), seed)


def test_a_version_that_is_as_it_should_be_is_loaded(model_folder, settings, toy_seed):
    for digest in (model_files.digest(model_folder), None):
        result = load(settings, model_folder, toy_seed, digest)
        assert isinstance(result, LoadedVersion)
        assert (result.digest, result.model.seed) == (model_files.digest(model_folder), toy_seed)


def damaged(retained: Path) -> None:
    (retained / model_files.MODEL).write_bytes(
        (retained / model_files.MODEL).read_bytes().replace(b'"scores"', b'"Scores"')
    )


def rewritten(retained: Path, name: str, content: bytes) -> None:
    """Change a file and the manifest with it, as one would who may write to the store."""
    (retained / name).write_bytes(content)
    manifest = json.loads((retained / model_files.MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (retained / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def answers_changed(retained: Path) -> None:
    stored = json.loads((retained / model_files.SELF_TEST).read_bytes())
    stored["told"]["y"][0] += 1
    rewritten(retained, model_files.SELF_TEST, json.dumps(stored).encode())


def of_another_process(retained: Path) -> None:
    described = json.loads((retained / model_files.MODEL).read_bytes()) | {"process": "other_cells"}
    rewritten(retained, model_files.MODEL, json.dumps(described).encode())
    rewritten(
        retained, model_files.SEED, (retained / model_files.SEED).read_bytes().replace(b"toy_cells", b"other_cells")
    )


def in_amperes(retained: Path) -> None:
    rewritten(
        retained, model_files.SEED, (retained / model_files.SEED).read_bytes().replace(b'unit = "kA"', b'unit = "A"')
    )


def deep(retained: Path) -> None:
    (retained / model_files.MANIFEST).write_bytes(b"[" * 100_000)


def more_beside(retained: Path) -> None:
    (retained / "model.pkl").write_bytes(b"cos\nsystem\n")


REASONS = {
    "damaged": (damaged, r"model/model.json: got sha256 \w+, expected \w+"),
    "answers otherwise": (answers_changed, r"self-test: y of row 0: got .*, expected .* as when the model was written"),
    "another process": (of_another_process, r"got a model of the process other_cells, expected one of toy_cells"),
    "another seed": (in_amperes, r"it was trained with another seed, which differs in input x_set \[A\], input x_set "),
    "too deep": (deep, r"model/manifest.json: expected a model's manifest: RecursionError"),
    "another file": (more_beside, r"model: unknown files: model.pkl"),
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_the_service_refuses_promote_refuses_in_the_same_words(
    reason, model_folder, settings, toy_folder, toy_seed, monkeypatch
):
    damage, words = REASONS[reason]
    damage(model_folder)
    store = Store(model_folder)
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(PROCESS)))
    champions = Champions(SeedFolder(50), store, Loading(settings), poll_seconds=2.0)
    champions.refresh()
    error = champions.statuses[PROCESS].trouble
    head = "version 1 is refused, no model answers: "
    assert error is not None
    assert error.startswith(head)

    version = Version(PROCESS, 1, (), "linear", "2026-01-01", "run", "parent", "1", "m", {}, {})

    class Tracking:
        def versions(self, process):
            return [version]

    monkeypatch.setattr(promotion, "Tracking", lambda settings: Tracking())
    monkeypatch.setattr(promotion, "MlflowStore", lambda uri: store)
    for force in (None, "it must go on"):
        with pytest.raises(
            RegistryError, match=rf"^toy_cells: version 1 would be refused by the service: {words}"
        ) as raised:
            promote(toy_seed, settings, 1, force=force)
        assert str(raised.value).removeprefix("toy_cells: version 1 would be refused by the service: ") == (
            error.removeprefix(head)
        )


def test_another_digest_than_the_registrys_is_refused_before_anything_is_tried(
    model_folder, settings, toy_seed, monkeypatch
):
    monkeypatch.setattr(sandbox, "load_errors", None)
    result = load(settings, model_folder, toy_seed, "sha256:0")
    assert result == Refused(
        f"its digest is not the registry's: got {model_files.digest(model_folder)}, expected sha256:0"
    )


def test_whatever_a_store_raises_is_a_refusal_in_one_line(settings, toy_seed, tmp_path):
    result = load(settings, tmp_path / "absent", toy_seed)
    assert isinstance(result, Refused)
    assert "absent" in result.why
    assert "\n" not in result.why


def test_versions_are_tried_together_and_one_that_is_broken_keeps_no_other(
    save_toy_model, settings, toy_seed, tmp_path, monkeypatch
):
    tried = []
    monkeypatch.setattr(sandbox, "load_errors", lambda folders: tried.append(len(folders)) or [None, "broken", None])
    stores = {}
    for number in range(3):
        save_toy_model(tmp_path / str(number), lift=float(number))
        stores[number] = tmp_path / str(number)

    class Three(Store):
        def fetch(self, champion, folder):
            return Path(shutil.copytree(stores[champion.version], folder / "model"))

    expected = [(Champion(PROCESS, number, "s"), toy_seed) for number in range(3)]
    result = {version.version: one for version, one in Loading(settings).load_all(Three(tmp_path), expected)}
    assert tried == [3]
    assert result[1] == Refused("broken")
    assert [isinstance(result[number], LoadedVersion) for number in (0, 2)] == [True, True]


@pytest.mark.usefixtures("remembered")
def test_what_passed_is_not_tried_again(model_folder, settings, toy_seed, monkeypatch):
    assert isinstance(load(settings, model_folder, toy_seed), LoadedVersion)
    monkeypatch.setattr(sandbox, "load_errors", None)
    assert isinstance(load(settings, model_folder, toy_seed), LoadedVersion)


@pytest.mark.usefixtures("remembered")
def test_what_ended_its_process_is_not_fetched_again_until_somebody_asks(model_folder, settings, toy_seed, monkeypatch):
    monkeypatch.setattr(sandbox, "load_errors", lambda folders: ["it ended its process with SIGSEGV"])
    store, version = Store(model_folder), Champion(PROCESS, 7, "s", model_files.digest(model_folder))
    assert Loading(settings).load(store, version, toy_seed) == Refused("it ended its process with SIGSEGV")
    monkeypatch.setattr(sandbox, "load_errors", None)
    for _ in range(2):  # as after a start
        result = Loading(settings).load(store, version, toy_seed)
        assert result == Refused(
            "it ended its process with SIGSEGV (seen before; to try it again: nonferrous models verify toy_cells 7)"
        )
    assert store.fetched == 1
    unknown = Champion(PROCESS, 7, "s")  # a registry that holds no digest
    assert isinstance(Loading(settings).load(store, unknown, toy_seed), Refused)
    monkeypatch.setattr(sandbox, "load_errors", lambda folders: [None])
    running = Loading(settings)
    assert isinstance(running.load(store, version, toy_seed), Refused)
    assert isinstance(Loading(settings).load(store, version, toy_seed, again=True), LoadedVersion)
    assert isinstance(running.load(store, version, toy_seed), LoadedVersion)  # one that runs sees it too


@pytest.mark.usefixtures("remembered")
def test_a_damaged_file_is_not_held_against_the_model_once_it_is_repaired(model_folder, settings, toy_seed):
    whole = (model_folder / model_files.MODEL).read_bytes()
    damaged(model_folder)
    assert isinstance(load(settings, model_folder, toy_seed), Refused)
    (model_folder / model_files.MODEL).write_bytes(whole)
    assert isinstance(load(settings, model_folder, toy_seed), LoadedVersion)


@pytest.mark.usefixtures("remembered")
def test_a_trial_that_did_not_start_says_nothing_of_the_model(model_folder, settings, toy_seed, monkeypatch):
    def failing(folders):
        raise sandbox.SandboxError("no process for a trial of models: it ended with SIGKILL")

    with monkeypatch.context() as patch:
        patch.setattr(sandbox, "load_errors", failing)
        result = load(settings, model_folder, toy_seed)
    assert result == Refused("no process for a trial of models: it ended with SIGKILL")
    assert isinstance(load(settings, model_folder, toy_seed), LoadedVersion)


def test_where_a_key_is_configured_only_what_it_has_signed_is_loaded(model_folder, settings, toy_seed, tmp_path):
    keys = {name: (tmp_path / f"{name}.pem", tmp_path / f"{name}.pub") for name in ("ours", "theirs")}
    for private, public in keys.values():
        signatures.make_keys(private, public)
    asking = StoreSettings(home=tmp_path / "home", public_key=keys["ours"][1])
    result = load(asking, model_folder, toy_seed)
    assert result == Refused("manifest.sig: got none, expected a signature of manifest.json by ours.pub")
    signatures.sign(model_folder, keys["theirs"][0])
    result = load(asking, model_folder, toy_seed)
    assert result == Refused("manifest.sig: expected a signature of manifest.json by ours.pub, got another")
    signatures.sign(model_folder, keys["ours"][0])
    assert isinstance(load(asking, model_folder, toy_seed), LoadedVersion)
    # a signature does not disturb a service that requires none
    assert isinstance(load(settings, model_folder, toy_seed), LoadedVersion)
    (model_folder / model_files.MANIFEST).write_bytes((model_folder / model_files.MANIFEST).read_bytes() + b"\n")
    assert isinstance(load(asking, model_folder, toy_seed), Refused)


def test_where_nothing_is_new_nothing_is_done(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))  # no folder can be made there
    assert list(Loading(settings).load_all(Store(tmp_path), [])) == []


def test_nothing_is_left_of_the_copies(model_folder, settings, toy_seed, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    load(settings, model_folder, toy_seed)
    damaged(model_folder)
    load(settings, model_folder, toy_seed)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (settings.folder / FILE).exists()
