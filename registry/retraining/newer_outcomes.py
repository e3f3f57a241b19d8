"""Champion recalibrated on newer outcomes: a version with the same estimator that replaces it."""

from __future__ import annotations

from models.tasks import Model
from registry.promotion import check_loads, take_over, with_alias
from registry.tracking import Tracking
from registry.versions import FORCED_AT, FORCED_WHY, GATE, GATE_REASONS, GUARDRAILS, LEARNT_AT, SAME_AS, SHADOW, Version
from seeds import Seed

_COPIED = ("candidate", "data_digest", "seed_digest", GATE, GATE_REASONS, FORCED_WHY, FORCED_AT, GUARDRAILS)


def follow(seed: Seed, champion: Version, model: Model, outcomes: int, tracking: Tracking) -> int | None:
    """Make a champion with newer outcomes the next version and the champion; give its number.

    A model's files never change, so what they hold of the outcomes changes by a version of its own: service and
    commands take it up as any champion, the audit names it, and a rollback goes back to the one before. Its metrics are
    those of the version that it is the same as.

    Parameters
    ----------
    seed : Seed
        The process.
    champion : Version
        The champion.
    model : Model
        The same estimator with its newest known errors.
    outcomes : int
        How many outcomes it follows beyond those of the champion.
    tracking : Tracking
        The store.

    Returns
    -------
    int or None
        None if a version is in shadow next to the champion, which is then unchanged.

    Raises
    ------
    RegistryError
        The service would refuse the new version, which never becomes champion then.
    TrackingError
        The MLflow store did not do its part.
    """
    if with_alias(SHADOW, tracking.versions(seed.process.name)) is not None:
        return None
    reason = f"the same model as version {champion.number}, its intervals follow {outcomes} newer outcomes"
    return recalibrated(seed, champion, model, reason, "outcomes", tracking)


def recalibrated(seed: Seed, champion: Version, model: Model, reason: str, job: str, tracking: Tracking) -> int:
    """Make a champion with other intervals the next version and the champion; give its number.

    Parameters and errors as of `follow`; `job` names the run in the store.
    """
    process = seed.process.name
    with tracking.run(champion.experiment, reason, job, champion.parent_run) as run:
        logged, digest = tracking.log_model(run, model)
        tracking.log(run, metrics=champion.metrics)
        version = tracking.register(process, seed.process.title, run, logged, _tags(champion, digest))
    made = next(one for one in tracking.versions(process) if one.number == version)
    check_loads(made, seed, tracking.settings)
    take_over(process, version, reason, {}, tracking)
    return version


def _tags(champion: Version, digest: str) -> dict[str, str]:
    """Return tags of a version with the champion's model: origin, metrics and gate result."""
    names = {*_COPIED, *champion.figures, *(name for name in champion.tags if name.endswith("/candidate"))}
    same = {
        "model_digest": digest,
        SAME_AS: str(champion.number),
        LEARNT_AT: champion.tags.get(LEARNT_AT, champion.created),
    }
    return {name: value for name, value in champion.tags.items() if name in names} | same
