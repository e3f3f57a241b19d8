"""A champion that a job promoted, beside the one before it, on rows that came after: a promotion may turn out wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from registry.promotion import champion_of, rollback
from registry.settings import Settings
from registry.tracking import Tracking
from registry.versions import CHAMPION, AliasMove, Version
from seeds import Seed
from training.judge import JudgeError
from training.retraining.later_rows import LaterRows
from training.splits import SplitError


def put_back(seed: Seed, rows: Callable[[], Path], settings: Settings) -> AliasMove | None:
    """Go back to the champion before where it is better beyond chance on rows that came after the promotion.

    Both are asked for the same rows, as clients would have got their answers; none of these was known when either was
    learnt or judged.
    The one before must win by the rule by which a challenger does.

    Parameters
    ----------
    seed : Seed
        The process, of one target.
    rows : callable
        Gives a file of labelled rows, those after the promotion among them; called where there is somebody to go back
        to.
    settings : Settings
        Where MLflow keeps the models.

    Returns
    -------
    AliasMove or None
        The move; None where the champion stays, took over from nobody, or too few rows have come.

    Raises
    ------
    RegistryError
        There is no champion, or the service would refuse the one before.
    TableError
        The rows break the contract.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    last = [move for move in tracking.audit(process) if move.alias == CHAMPION][-1]
    before = next((one for one in versions if one.number == last.before), None)
    if last.action != "promote" or last.after != champion.number or before is None or len(seed.primaries) > 1:
        return None
    why = _why(seed, rows(), champion, before, tracking)
    return None if why is None else rollback(seed, settings, before.number, why)


def _why(seed: Seed, new_path: Path, champion: Version, before: Version, tracking: Tracking) -> str | None:
    """Why the one before is better, in words; None where it is not, or where too few rows tell."""
    try:
        verdict = LaterRows.of(champion, new_path, seed, tracking).verdict(champion, before, tracking)
    except (JudgeError, SplitError):
        return None
    if not verdict.promoted:
        return None
    return f"version {before.number} is better than version {champion.number} on what came after: {verdict.why}"
