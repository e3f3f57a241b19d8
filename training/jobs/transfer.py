"""Champions transferred to another plant, by their errors on plants of the same kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.online.plant_transfer import FEWEST_PLANTS, TransferError
from models.regression.several import SeveralTargets
from registry.promotion import champion_of
from registry.retraining.newer_outcomes import recalibrated
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import Seed
from training.core.dataset import Dataset, read
from training.core.progress import Progress, silent
from training.tasks import task_of


@dataclass(frozen=True)
class TransferredChampion:
    """A champion of another plant.

    Attributes
    ----------
    version, before : int
        Its version, and that of the champion that it was made of.
    plants : int
        Number of plants whose errors calibrate it.
    """

    version: int
    before: int
    plants: int


def transfer(
    seed: Seed, tables: Sequence[Path], settings: StoreSettings, progress: Progress = silent
) -> TransferredChampion:
    """Register the champion as a version for another plant, and promote it.

    Parameters
    ----------
    seed : Seed
        The process.
    tables : sequence of Path
        Tables of other plants of the same kind, one a plant; neither that of the training nor the plant to serve.
    settings : StoreSettings
        Where MLflow keeps the champion.
    progress : callable
        Called with what is being done, the steps done and the steps in all.

    Raises
    ------
    TransferError
        A task whose models follow no outcomes, too few tables or rows, or the table of the training.
    TableError, InputError
        A table that breaks the contract or lacks inputs.
    RegistryError, TrackingError
        There is no champion, or the store did not do its part.
    """
    process, transferred = seed.process.name, task_of(seed).transferred
    if transferred is None:
        raise TransferError(f"{process}: its models follow no outcomes, so that they cannot be transferred")
    if len(tables) < FEWEST_PLANTS:
        raise TransferError(f"tables: got {len(tables)}, expected {FEWEST_PLANTS} or more, one a plant")
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    model: Any = tracking.model(champion)
    plants = list[Dataset]()
    for number, path in enumerate(tables):
        progress("read tables of plants", number, len(tables))
        plants.append(_plant(path, seed, [champion.tags.get("data_digest", ""), *(one.digest for one in plants)]))
    progress("measure errors on the plants", 0, 1)
    if isinstance(model, SeveralTargets):
        models = {name: transferred(one, [data.of(name) for data in plants]) for name, one in model.models.items()}
        model = replace(model, models=models)
    else:
        model = transferred(model, plants)
    reason = f"the same model as version {champion.number}, transferred to another plant by {len(plants)} plants"
    version = recalibrated(seed, champion, model, reason, "transfer", tracking)
    return TransferredChampion(version, champion.number, len(plants))


def _plant(path: Path, seed: Seed, known: Sequence[str]) -> Dataset:
    data = read(path, seed)
    if data.digest in known:
        raise TransferError(f"{path}: the same rows as the table of the training or an earlier one; expected a plant")
    return data
