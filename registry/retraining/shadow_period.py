"""Shadow period of a challenger: it responds next to the champion, recorded but not sent to clients.

The decision of a retraining job or the request of a user begins it; predictions of both on rows with known outcomes
end it, or a user does. The end is stored with the version before it is carried out, and carried out again after an
interruption.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from registry.promotion import champion_of, check_kept, check_loads, leave_shadow, take_over, with_alias
from registry.retraining.running_shadow import RunningShadow, refusal_to_begin, shown
from registry.tracking import Tracking
from registry.versions import CHALLENGER, CHAMPION, SHADOW, RegistryError, Version
from seeds import Seed

_END, _END_WHY, _END_FIGURES = "shadow_end", "shadow_end_why", "shadow_end_figures"
_PROMOTED, _REFUSED = "promoted", "refused"


def in_shadow(versions: Sequence[Version]) -> tuple[Version, RunningShadow] | None:
    """The version that answers in shadow, and its period; None where none does."""
    version = with_alias(SHADOW, list(versions))
    period = None if version is None else RunningShadow.of(version.tags)
    return None if version is None or period is None else (version, period)


def outlived(version: Version, period: RunningShadow, versions: Sequence[Version]) -> str | None:
    """Return the reason for an early end of a shadow: another champion or challenger; None if neither.

    The process that promotes one ends the shadow too, unless it is interrupted between the two steps.
    """
    champion, challenger = (with_alias(alias, list(versions)) for alias in (CHAMPION, CHALLENGER))
    if champion is not None and champion.number != period.beside:
        return f"version {champion.number} is champion now"
    if challenger is not None and challenger.number != version.number:
        return f"version {challenger.number} is challenger now"
    return None


def enter_shadow(
    version: Version, period: RunningShadow, reason: str, figures: Mapping[str, float], tracking: Tracking
) -> None:
    """Begin the shadow period of a version; the end of an earlier one is deleted first.

    It would end this one.
    """
    process, number = version.process, version.number
    for name in (_END_FIGURES, _END, _END_WHY):  # the first one marks completeness
        if name in version.tags:
            tracking.untag_version(process, number, name)
    tracking.tag_version(process, number, period.tags)
    tracking.move_alias(process, SHADOW, number, "enter", f"until {shown(period.until)}: {reason}", figures)


def begin_shadow(seed: Seed, number: int, reason: str, tracking: Tracking) -> RunningShadow:
    """Begin the shadow period of the challenger; one that runs already is returned as it is.

    Parameters
    ----------
    seed : Seed
        The process.
    number : int
        The challenger's version.
    reason : str
        Reason, for the audit.
    tracking : Tracking
        The store.

    Raises
    ------
    RegistryError
        No champion, not the challenger, another version in shadow, a seed without a length of the period, a version
        that guardrails held back or that the service would refuse.
    TrackingError
        The MLflow store did not do its part.
    """
    process, length = seed.process.name, seed.process.shadow
    versions = tracking.versions(process)
    running = in_shadow(versions)
    if running is not None and running[0].number == number:  # by the run of this job that was interrupted
        return running[1]
    champion, challenger, shadow = (with_alias(alias, versions) for alias in (CHAMPION, CHALLENGER, SHADOW))
    numbers = [None if one is None else one.number for one in (champion, challenger, shadow)]
    refusal = refusal_to_begin(number, length is not None, *numbers)
    if refusal is not None:
        raise RegistryError(f"{process}: {refusal}")
    assert challenger is not None
    assert length is not None
    check_kept(challenger)
    check_loads(challenger, seed, tracking.settings)
    period = RunningShadow.from_now(length.timedelta, champion_of(process, versions).number)
    enter_shadow(challenger, period, reason, {}, tracking)
    return period


def end_shadow(process: str, reason: str, tracking: Tracking) -> str:
    """End a shadow period before its time and return a line that says so; the version stays challenger.

    An end that was decided and interrupted is carried out instead.
    """
    version = with_alias(SHADOW, tracking.versions(process))
    if version is None:
        return "no version answers in shadow"
    if is_decided(version):
        return decided_line(version.number, *settle_end(process, version.number, tracking))
    leave_shadow(process, reason, tracking)
    return f"version {version.number} is no longer in shadow: {reason}"


def decided_line(number: int, promoted: bool, reason: str) -> str:
    """Return the decided end of a version's shadow in one line."""
    return f"version {number} is {'champion' if promoted else 'refused'} {reason}"


def is_decided(version: Version) -> bool:
    """Return whether the end of a version's shadow was decided."""
    return _END_FIGURES in version.tags


def keep_end(version: Version, promoted: bool, reason: str, figures: Mapping[str, float], tracking: Tracking) -> None:
    """Write the end of a version's shadow as its tags; the last tag marks completeness."""
    tags = {_END: _PROMOTED if promoted else _REFUSED, _END_WHY: reason, _END_FIGURES: json.dumps(dict(figures))}
    tracking.tag_version(version.process, version.number, tags)


def settle_end(process: str, number: int, tracking: Tracking) -> tuple[bool, str]:
    """Complete the end of a version's shadow; return whether it is champion now, and the reason."""
    version = next(one for one in tracking.versions(process) if one.number == number)
    promoted, reason = version.tags[_END] == _PROMOTED, version.tags[_END_WHY]
    figures = json.loads(version.tags[_END_FIGURES])
    if promoted and CHAMPION not in version.aliases:
        take_over(process, number, reason, figures, tracking)
        return promoted, reason
    then = f"version {number} is champion now" if promoted else reason
    for alias in (CHALLENGER, SHADOW):  # a shadow that is there is what says that something is left to do
        if alias in version.aliases:
            tracking.move_alias(process, alias, None, "withdraw", then, {} if promoted else figures)
    return promoted, reason
