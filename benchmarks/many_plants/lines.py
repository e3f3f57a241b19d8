"""Store with many lines: champions of a few processes under other names, with a seed each."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.service.champions import PROCESSES
from models.storage import model_files
from registry.settings import StoreSettings
from registry.store import MlflowStore
from registry.tracking import Tracking
from registry.versions import CHAMPION
from seeds import Seed, load
from seeds.format.loader import parse


def built(source: StoreSettings, folder: Path, lines: int) -> StoreSettings:
    """Build a store of lines, a third of each process, unless it is there; return its settings.

    Parameters
    ----------
    source : StoreSettings
        Store with champions of `PROCESSES`.
    folder : Path
        Home folder of the new store; its folder `seeds` has a seed of each line.
    lines : int
        Number of lines.
    """
    settings = StoreSettings(home=folder)
    if (folder / "complete").exists():
        return settings
    (folder / "seeds").mkdir(parents=True)
    tracking, store = Tracking(settings, make=True), MlflowStore(source.uri)
    for process in PROCESSES:
        champion = store.champion(process)
        if champion is None:
            raise RuntimeError(f"{source.folder}: got no champion of {process}, expected one")
        with tempfile.TemporaryDirectory() as own:
            model = model_files.load(store.fetch(champion, Path(own)))
        for number in range(lines // len(PROCESSES)):
            _register(tracking, model, folder / "seeds", process, f"plant_{number:02d}_{process}")
    (folder / "complete").touch()
    return settings


def _register(tracking: Tracking, model: Any, seeds: Path, process: str, name: str) -> None:
    file = seeds / f"{name}.toml"
    file.write_text(_renamed(load(process).text, process, name), encoding="utf-8")
    own = _seed_of(model.seed, process, name)
    experiment = tracking.experiment(name)
    with tracking.run(experiment, "line", "train") as run:
        logged, digest = tracking.log_model(run, replace(model, seed=own))
        tags = {"candidate": model.candidate, "model_digest": digest}
        version = tracking.register(name, name, run, logged, tags)
    tracking.client.set_registered_model_alias(name, CHAMPION, str(version))


def _seed_of(seed: Seed, process: str, name: str) -> Seed:
    text = _renamed(seed.text, process, name)
    return seed.model_copy(update={"process": parse(text, Path(f"{name}.toml")).process, "text": text})


def _renamed(text: str, process: str, name: str) -> str:
    return text.replace(f'name = "{process}"', f'name = "{name}"\ntype = "{process}"', 1)
