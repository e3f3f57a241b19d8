"""State of a process in the service: the model that answers, in memory or not, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from models.tasks import Model
from operations.catalogue import Offers, predictions_of
from registry.store import Champion
from seeds import Seed


@dataclass(frozen=True, eq=False)
class Served:
    """Model in service, its version and digest.

    Parameters
    ----------
    champion : Champion
        Its version.
    digest : str
        Digest of its files.
    model : Model
        What answers.
    baseline : bool
        Whether it is the process's baseline (untrained).
    size : int
        Of its files [byte].
    """

    champion: Champion
    digest: str
    model: Model
    baseline: bool = False
    size: int = 0


@dataclass(frozen=True, eq=False)
class ModelFacts:
    """Facts of a model that lists, pages and metrics show while it is not in memory.

    Parameters
    ----------
    digest, candidate : str
        Digest of its files, and its kind.
    baseline : bool
        Whether it is the process's baseline.
    seed : Seed
        That it was trained with.
    info : Mapping of str to Any
        Its origin, as training recorded it.
    widths_without : Mapping of str to float
        Width of intervals without each input over that with all [1]; empty where not measured.
    listed : Any
        Its part of the list of processes.
    """

    digest: str
    candidate: str
    baseline: bool
    seed: Seed
    info: Mapping[str, Any]
    widths_without: Mapping[str, float]
    listed: Any


def facts_of(served: Served, seed: Seed) -> ModelFacts:
    """Return the facts of a model in memory, of a process as `seed` describes it now."""
    model: Any = served.model
    return ModelFacts(
        digest=served.digest,
        candidate=model.candidate,
        baseline=served.baseline,
        seed=model.seed,
        info=dict(model.info),
        widths_without=widths_without(model),
        listed=predictions_of(seed).info(seed, model),
    )


def widths_without(model: Any) -> dict[str, float]:
    """Return the cost in width of each input, of a model that measured it."""
    costs = getattr(model, "missing_costs", None)
    return {} if costs is None else dict(zip(model.names, costs.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Resting:
    """Version in service whose model is not in memory: the next request loads it.

    Parameters
    ----------
    champion : Champion
        The version.
    facts : ModelFacts, optional
        Facts of its model; None until it was loaded once.
    """

    champion: Champion
    facts: ModelFacts | None = None


@dataclass(frozen=True)
class Status:
    """State of a process: model in service, version of the alias, latest error.

    Parameters
    ----------
    served : Served, optional
        The model that answers, in memory.
    champion : Champion, optional
        Where the alias points.
    trouble : str, optional
        What is wrong with the champion.
    offers : Offers, optional
        Operations that the process offers, grown from the seed that the model agrees with; None where its seed cannot
        be used and no model answers.
    seed_trouble : str, optional
        What is wrong with the seed's file.
    resting : Resting, optional
        The version that answers, not in memory; None where `served` is given.
    """

    served: Served | None = None
    champion: Champion | None = None
    trouble: str | None = None
    offers: Offers | None = None
    seed_trouble: str | None = None
    resting: Resting | None = None

    @property
    def troubles(self) -> str | None:
        """All errors as text; None without one."""
        return "; ".join(filter(None, (self.seed_trouble, self.trouble))) or None

    @property
    def in_service(self) -> Champion | None:
        """Version that answers, in memory or not."""
        answering = self.served or self.resting
        return None if answering is None else answering.champion

    @property
    def version(self) -> int | None:
        """Number of the version that answers."""
        return None if self.in_service is None else self.in_service.version

    @cached_property
    def facts(self) -> ModelFacts | None:
        """Facts of the model that answers; None where there is none, or it was never loaded."""
        if self.served is not None:
            return facts_of(self.served, self.served.model.seed if self.offers is None else self.offers.seed)
        return None if self.resting is None else self.resting.facts

    @property
    def info(self) -> Mapping[str, Any]:
        """Origin of the model that answers; empty where it is not known."""
        if self.served is not None:
            return dict(self.served.model.info)
        facts = self.facts
        return {} if facts is None else facts.info

    @property
    def trained_seed(self) -> Seed | None:
        """Seed that the model in service was trained with; None where it is not known."""
        if self.served is not None:
            return self.served.model.seed
        facts = self.facts
        return None if facts is None else facts.seed


NEW = Status(trouble="not looked for yet")
