"""Promotion and rollback of champions, each recorded in the audit log."""

import getpass
from collections.abc import Mapping
from datetime import UTC, datetime

from registry.loading.loading import LoadedVersion, Loading, Refused
from registry.settings import StoreSettings
from registry.store import Champion, MlflowStore
from registry.tracking import Tracking
from registry.versions import (
    CHALLENGER,
    CHAMPION,
    FORCED_AT,
    FORCED_WHY,
    GATE_REASONS,
    PROMOTED_BY,
    SHADOW,
    Action,
    AliasMove,
    RegistryError,
    Version,
    champion_before,
    champions,
)
from seeds import Seed


def champion_of(process: str, versions: list[Version]) -> Version:
    """The version that is champion; RegistryError where there is none."""
    champion = with_alias(CHAMPION, versions)
    if champion is None:
        known = _known(versions)
        raise RegistryError(f"{process}: no champion; train it or promote a version (registered: {known})")
    return champion


def with_alias(alias: str, versions: list[Version]) -> Version | None:
    """The version that an alias points to; None where it points to none."""
    return next((version for version in versions if alias in version.aliases), None)


def _known(versions: list[Version]) -> str:
    return ", ".join(str(version.number) for version in versions) or "none"


def _numbered(process: str, number: int, versions: list[Version]) -> Version:
    for version in versions:
        if version.number == number:
            return version
    raise RegistryError(f"{process}: no version {number} (registered: {_known(versions)})")


def stored(version: Version) -> Champion:
    """Return the location of a version's files, and their digest."""
    return Champion(version.process, version.number, f"models:/{version.model}", version.tags.get("model_digest"))


def loaded(version: Version, seed: Seed, settings: StoreSettings, again: bool = False) -> LoadedVersion | Refused:
    """Return a version as the service loads it, or its refusal; `again` repeats a stored trial load."""
    return Loading(settings).load(MlflowStore(settings.uri), stored(version), seed, again)


def check_loads(version: Version, seed: Seed, settings: StoreSettings, again: bool = False) -> None:
    """RegistryError where the service would refuse a version, which never becomes champion then."""
    result = loaded(version, seed, settings, again)
    if isinstance(result, Refused):
        raise RegistryError(
            f"{version.process}: version {version.number} would be refused by the service: {result.why}"
        )


def try_again(seed: Seed, settings: StoreSettings, version: int | None = None) -> int:
    """Load a version as the service does, without stored results; a running service uses the result.

    Parameters
    ----------
    seed : Seed
        The process, as requests and answers will have it.
    settings : StoreSettings
        Where MLflow keeps it.
    version : int, optional
        Which version; by default the champion.

    Returns
    -------
    int
        The version, which loads.

    Raises
    ------
    RegistryError
        No such version, no champion, or the service would refuse it.
    TrackingError
        The MLflow store did not do its part.
    """
    process = seed.process.name
    versions = Tracking(settings).versions(process)
    chosen = champion_of(process, versions) if version is None else _numbered(process, version, versions)
    check_loads(chosen, seed, settings, again=True)
    return chosen.number


def check_kept(version: Version) -> None:
    """RegistryError for a version that the gate refused or guardrails held back."""
    by, lines = "refused by the gate", version.tags.get(GATE_REASONS, "").splitlines()
    if not version.refused:
        by, lines = "held back by guardrails", version.held_back
        if not lines:
            return
    reasons = "\n".join(f"  - {line}" for line in lines)
    raise RegistryError(
        f"{version.process}: version {version.number} was {by}:\n{reasons}\n"
        f"to make it champion anyway: {by_force(version.process, version.number)}"
    )


def by_force(process: str, version: int) -> str:
    """Return the command that promotes a version refused by the gate or blocked by guardrails."""
    return f"nonferrous models promote {process} {version} --force REASON"


def enter(seed: Seed, version: int, metrics: Mapping[str, float], tracking: Tracking) -> AliasMove:
    """Make a new version the champion where there is none that loads, else the challenger.

    A champion that the service refuses is not in service, and no challenger can be compared with it.

    Parameters
    ----------
    seed : Seed
        The process, as requests and answers will have it.
    version : int
        One that passed the gate.
    metrics : Mapping of str to float
        Figures for the audit.
    tracking : Tracking
        Where it is kept.

    Returns
    -------
    AliasMove
        The audit's entry.
    """
    process, reason = seed.process.name, "best candidate of a training job"
    champion = with_alias(CHAMPION, tracking.versions(process))
    refused = None if champion is None else loaded(champion, seed, tracking.settings)
    alias: str = CHALLENGER
    action: Action = "enter"
    if champion is None:
        alias, action, reason = CHAMPION, "first", f"{reason}, and there was no champion"
    elif isinstance(refused, Refused):
        alias, action = CHAMPION, "replace"
        reason = f"{reason}, and version {champion.number}, champion before, does not load: {refused.why}"
    move = tracking.move_alias(process, alias, version, action, reason, metrics)
    leave_shadow(process, f"version {version} is {alias} now", tracking)
    return move


def take_over(process: str, version: int, reason: str, metrics: Mapping[str, float], tracking: Tracking) -> AliasMove:
    """Make a version the champion; it is challenger no longer, and none answers in shadow any more."""
    move = tracking.move_alias(process, CHAMPION, version, "promote", reason, metrics)
    challenger = with_alias(CHALLENGER, tracking.versions(process))
    if challenger is not None and challenger.number == version:
        tracking.move_alias(process, CHALLENGER, None, "withdraw", f"version {version} is champion now", {})
    leave_shadow(process, f"version {version} is champion now", tracking)
    return move


def leave_shadow(process: str, reason: str, tracking: Tracking) -> None:
    """End the shadow period of the version in shadow, if there is one."""
    if with_alias(SHADOW, tracking.versions(process)) is not None:
        tracking.move_alias(process, SHADOW, None, "withdraw", reason, {})


def promote(
    seed: Seed, settings: StoreSettings, version: int | None = None, reason: str = "by hand", force: str | None = None
) -> AliasMove:
    """Make a version the champion.

    Parameters
    ----------
    seed : Seed
        The process, as requests and answers will have it.
    settings : StoreSettings
        Where MLflow keeps it.
    version : int, optional
        Which version; by default the challenger.
    reason : str
        Reason, for the audit.
    force : str, optional
        Reason to promote a version that the gate refused or guardrails held back. It takes the place of `reason` and is
        stored with the version, with the time. A version that the service would refuse is not promoted by force either.

    Returns
    -------
    AliasMove
        The audit's entry.

    Raises
    ------
    RegistryError
        No such version, no challenger, champion already, refused by the gate, held back, an empty reason, or the
        service would refuse it.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    chosen = with_alias(CHALLENGER, versions) if version is None else _numbered(process, version, versions)
    if chosen is None:
        raise RegistryError(f"{process}: no challenger to promote; name a version (registered: {_known(versions)})")
    if CHAMPION in chosen.aliases:
        raise RegistryError(f"{process}: version {chosen.number} is champion already")
    if force is None:
        check_kept(chosen)
    elif not force.strip():
        raise RegistryError(f"{process}: --force needs a reason, which is stored with the version")
    check_loads(chosen, seed, settings)
    tags = {PROMOTED_BY: getpass.getuser()}
    if force is not None and (chosen.refused or chosen.held_back):
        tags |= {FORCED_WHY: force, FORCED_AT: datetime.now(UTC).isoformat(timespec="seconds")}
        reason = f"forced past {'the gate' if chosen.refused else 'guardrails'}: {force}"
    elif force is not None:
        reason = force
    tracking.tag_version(process, chosen.number, tags)
    return take_over(process, chosen.number, reason, chosen.figures, tracking)


def rollback(seed: Seed, settings: StoreSettings, version: int | None = None, reason: str = "by hand") -> AliasMove:
    """Make an earlier champion the champion again; none answers in shadow any more.

    Parameters
    ----------
    seed : Seed
        The process, as requests and answers will have it.
    settings : StoreSettings
        Where MLflow keeps it.
    version : int, optional
        Which version; by default the one that the champion took over from.
    reason : str
        Reason, for the audit.

    Returns
    -------
    AliasMove
        The audit's entry.

    Raises
    ------
    RegistryError
        No champion, nothing to go back to, a version that never was champion, or that the service would refuse.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    current = champion_of(process, versions)
    moves = tracking.audit(process)
    number = champion_before(moves, current.number) if version is None else version
    chosen = _numbered(process, number, versions)
    if chosen.number == current.number:
        raise RegistryError(f"{process}: version {number} is champion already")
    if number not in champions(moves):
        raise RegistryError(f"{process}: version {number} never was champion; promote it instead")
    check_loads(chosen, seed, settings)
    move = tracking.move_alias(process, CHAMPION, number, "rollback", reason, chosen.figures)
    leave_shadow(process, f"version {number} is champion again", tracking)
    return move
