"""A closed-loop trial: the champion decides on a simulated plant that it has never seen."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.quality.model import QualityModel
from models.sorting.decision import Line
from models.sorting.guarantee import lot_contents, over_limit
from models.sorting.model import SortingModel
from models.sorting.values import oracle_bins, value_matrix
from models.table.contract import check
from physics.arrays import BoolArray, IntArray
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed
from synthetic_data import another_plant, replay
from synthetic_data.sorter.ejection import CAUSES, eject
from training.dataset import Dataset, dataset_of
from training.job import Progress, silent
from training.quality.trial import QualityTrial, graded
from training.sorting.evaluate import (
    KG_PER_T,
    Decided,
    Pieces,
    by_bin,
    lost_by_cause,
    money,
    over_lots,
    rest_of,
    share,
    worth,
)
from training.sorting.fit import sort_lots

YEAR = dt.timedelta(days=365.25)


class TrialError(ValueError):
    """A trial that cannot be made: nothing is decided, no simulated plant, or the very plant that was learnt."""


@dataclass(frozen=True)
class Trial:
    """What a champion achieved on a plant that it has never seen, by the truth that only the simulator knows.

    Attributes
    ----------
    process : str
        Name of the process.
    version : int or None
        The champion's; None where the model is not a registered one.
    lots, pieces : int
        Size of the trial.
    tonnes : float
        Mass of the feed [t].
    accuracy : float
        Share of the mass whose class was told right [1].
    value, oracle, ejected_oracle : float
        What the sorted feed is worth as it landed, with every piece where its class is worth most, and with that
        oracle's decisions ejected by the same belt [$/t].
    value_share, value_share_low, value_share_high : float
        Value over the oracle's, and its 90 % interval over lots [1].
    bins : Mapping of str to Mapping of str to float
        For each bin its share of the mass, and purity and recovery of all but the rest, as landed [1].
    lost : Mapping of str to float
        What is lost against the oracle by cause, decisions first, then the belt; they sum up to oracle - value [$/t].
    over_limit : int
        Lots that break a limit, as landed.
    confidence : float
        Share of the lots that were promised to keep all limits [1].
    """

    process: str
    version: int | None
    lots: int
    pieces: int
    tonnes: float
    accuracy: float
    value: float
    oracle: float
    ejected_oracle: float
    value_share: float
    value_share_low: float
    value_share_high: float
    bins: Mapping[str, Mapping[str, float]]
    lost: Mapping[str, float]
    over_limit: int
    confidence: float


def trial(
    seed: Seed, settings: Settings, lots: int, rng_seed: int, progress: Progress = silent
) -> Trial | QualityTrial:
    """Let the champion decide on the lots of another plant of its kind.

    A sorter's pieces are ejected by that plant's belt; graded lots are followed to their assay.

    Parameters
    ----------
    seed : Seed
        A process that sorts or grades lots.
    settings : Settings
        Where MLflow keeps the champion.
    lots : int
        How many lots; of graded ones, at least so many.
    rng_seed : int
        The plant: its luck, and the parameters in which plants differ.
    progress : callable
        Told what is being done, the steps done and the steps in all.

    Returns
    -------
    Trial or QualityTrial

    Raises
    ------
    TrialError
        The process neither sorts nor grades, or has no simulated plant, or `rng_seed` is that of the plant learnt from.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    SimulationError
        A number of lots that cannot be simulated.
    """
    process = seed.process.name
    if not (seed.classes or seed.quality) or seed.plant is None:
        raise TrialError(f"{process}: a trial needs a process that sorts or grades lots, and a simulated plant")
    if rng_seed == seed.plant.rng_seed:
        raise TrialError(f"rng_seed: got {rng_seed}, the plant that the champion learnt from: expected another")
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    model = tracking.model(champion)
    progress("simulate the plant", 0, 3)
    data = unseen(seed, lots, rng_seed)
    progress("decide", 1, 3)
    if isinstance(model, QualityModel):
        return graded(model, data, champion.number)
    if not isinstance(model, SortingModel):
        raise TrialError(f"{process}: version {champion.number} neither sorts nor grades lots")
    decided = sort_lots(model, data.X, true_pieces(data), seed)
    progress("eject and count", 2, 3)
    return counted(data, decided, rng_seed, champion.number)


def unseen(seed: Seed, lots: int, rng_seed: int) -> Dataset:
    """Table and truth of so many lots of another simulated plant; of graded lots at least so many, all its units."""
    other = another_plant(seed, rng_seed)
    assert other.plant is not None
    if seed.quality is None:
        plant = replay(other, units=lots)
    else:
        years = lots / other.plant.units * seed.process.period.timedelta / YEAR
        plant = replay(other, years=years + seed.process.period.timedelta / YEAR)
    return dataset_of(check(plant.table, other), other, plant.truth)


def true_pieces(data: Dataset) -> Pieces:
    """What the pieces of a simulated plant are in truth."""
    assert data.truth is not None
    assert data.truth_frame is not None
    contents = data.truth_frame[[column.name for column in data.seed.elements]].to_numpy(dtype=np.float64)
    mass = data.truth_frame["true_mass"].to_numpy(dtype=np.float64)
    return Pieces(data.truth.astype(np.intp), mass, data.units, contents)


def landed(data: Dataset, bins: IntArray, rng_seed: int) -> tuple[IntArray, IntArray]:
    """Where the belt puts pieces that were decided to go to these bins, and why elsewhere, (n,) index into CAUSES."""
    assert data.truth_frame is not None
    assert data.seed.plant is not None
    p = SimpleNamespace(**{name: quantity.value for name, quantity in data.seed.plant.parameters.items()})
    belt = {name: data.truth_frame[name].to_numpy(dtype=np.float64) for name in ("size", "occupancy", "neighbour_gap")}
    belt["mass"] = data.truth_frame["true_mass"].to_numpy(dtype=np.float64)
    return eject(bins, rest_of(data.seed), belt, p, np.random.default_rng(rng_seed))


def counted(data: Dataset, decided: Decided, rng_seed: int, version: int | None = None) -> Trial:
    """Eject what was decided and count it by mass and value.

    Parameters
    ----------
    data : Dataset
        Of a simulated plant, with its truth.
    decided : Decided
        What a sorter says of its rows and does with them.
    rng_seed : int
        Of the belt's luck.
    version : int, optional
        The sorter's, for the record.

    Returns
    -------
    Trial
    """
    seed, pieces = data.seed, true_pieces(data)
    values, rest, mass = value_matrix(seed), rest_of(seed), pieces.mass
    names = [one.name for one in seed.bins]
    where, cause = landed(data, decided.bin, rng_seed)
    oracle_where, _ = landed(data, oracle_bins(values, pieces.classes), rng_seed)
    after = replace(decided, bin=where)
    worth_landed, best = worth(values, where, pieces), values.max(axis=0)[pieces.classes]
    figures = by_bin(values, rest, names, after, pieces)
    low, high = over_lots(mass * worth_landed, mass * best, pieces.lots)
    lost = lost_by_cause(values, 0.0, rest, decided, pieces)
    lost.pop("carried along")  # the belt tells it below
    gone = mass * (worth(values, decided.bin, pieces) - worth_landed)
    lost |= {told: KG_PER_T * float(gone[cause == c].sum()) / float(mass.sum()) for c, told in enumerate(CAUSES) if c}
    cash = money(values, rest, after, pieces)
    return Trial(
        process=seed.process.name,
        version=version,
        lots=len(set(pieces.lots)),
        pieces=len(mass),
        tonnes=float(mass.sum()) / 1e6,
        accuracy=share(decided.likeliest == pieces.classes, mass),
        value=cash["value"],
        oracle=cash["oracle_value"],
        ejected_oracle=KG_PER_T * float(np.average(worth(values, oracle_where, pieces), weights=mass)),
        value_share=cash["value_share"],
        value_share_low=low,
        value_share_high=high,
        bins={
            name: {
                "share": share(where == b, mass),
                **({} if b == rest else {part: figures[f"{name}_{part}"] for part in ("purity", "recovery")}),
            }
            for b, name in enumerate(names)
        },
        lost=lost,
        over_limit=int(lots_over(seed, where, pieces).sum()),
        confidence=seed.rules.confidence.value,
    )


def lots_over(seed: Seed, where: IntArray, pieces: Pieces) -> BoolArray:
    """Whether a lot breaks any limit with what landed in its bins, shape (L,); nothing more comes along."""
    line = replace(Line.of(seed, np.zeros(len(seed.elements))), co_ejection=0.0)
    lot, names = pd.factorize(pieces.lots, sort=True)
    contents = lot_contents(line, where, lot.astype(np.intp), len(names), pieces.mass, pieces.contents)
    return over_limit(line, contents)
