"""All registered versions of a process side by side, the baseline first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from models.regression.several import names_of
from models.tasks import CANDIDATES
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import CHAMPION, RegistryError, Version
from training.multi_target.combined import candidate_tag, of_target, prefixed, targets_of


@dataclass(frozen=True)
class Row:
    """One line of a comparison.

    Attributes
    ----------
    name : str
        `baseline`, or the version's number.
    candidate : str
        Which candidate it is.
    aliases : tuple of str
        Aliases that point to it.
    created : str
        When it was registered, UTC.
    data_digest : str
        Digest of the table that its figures come from.
    metrics : Mapping of str to float
        Its figures; empty for a version of before 0.2.
    tags : Mapping of str to str
        Tags of the version, such as the gate result; empty for the baseline.
    is_earlier : bool
        Whether the version was trained before 0.2: its metrics have other names and are not read.
    """

    name: str
    candidate: str
    aliases: tuple[str, ...]
    created: str
    data_digest: str
    metrics: Mapping[str, float]
    tags: Mapping[str, str] = field(default_factory=dict)
    is_earlier: bool = False


@dataclass(frozen=True)
class Comparison:
    """Registered versions of a process, oldest first after the baseline, and the address of their runs."""

    process: str
    rows: tuple[Row, ...]
    address: str

    @property
    def same_table(self) -> bool:
        """Return whether all metrics refer to the same table, so that versions are comparable."""
        return len({row.data_digest for row in self.rows if not row.is_earlier}) <= 1


def compare_address(settings: StoreSettings, experiment: str, runs: Sequence[str]) -> str:
    """Address of the MLflow UI's page that compares these runs."""
    parameters = {"runs": list(runs), "experiments": [experiment]}
    query = "&".join(f"{name}={quote(json.dumps(value, separators=(',', ':')))}" for name, value in parameters.items())
    return f"{settings.ui_address}/#/compare-runs?{query}"


def _row(version: Version) -> Row:
    is_earlier = not version.has_present_schema
    metrics = {} if is_earlier else version.metrics
    where = version.aliases, version.created, version.tags["data_digest"]
    return Row(str(version.number), version.candidate, *where, metrics, version.tags, is_earlier)


def _baseline(version: Version, tracking: Tracking) -> tuple[Row, list[str]] | None:
    """The baseline of the job that made a version, and its runs: one for each target."""
    runs = tracking.children(version)
    if targets := targets_of(version.tags):
        return _baselines(version, targets, runs, tracking)
    name = next((name for name in CANDIDATES if name in runs), None)
    if name is None or name == version.candidate:
        return None
    metrics = tracking.metrics(runs[name])
    return Row("baseline", name, (), version.created, version.tags["data_digest"], metrics), [runs[name]]


def _baselines(
    version: Version, targets: Sequence[str], runs: Mapping[str, str], tracking: Tracking
) -> tuple[Row, list[str]]:
    baselines = {target: next(name for name in CANDIDATES if of_target(name, target) in runs) for target in targets}
    used = {target: runs[of_target(name, target)] for target, name in baselines.items()}
    metrics = prefixed({target: tracking.metrics(run) for target, run in used.items()})
    tags = {candidate_tag(target): name for target, name in baselines.items()}
    row = Row("baseline", names_of(baselines.values()), (), version.created, version.tags["data_digest"], metrics, tags)
    return row, list(used.values())


def compare(process: str, settings: StoreSettings) -> Comparison:
    """Compare all registered versions of a process.

    Parameters
    ----------
    process : str
        Name of the process.
    settings : StoreSettings
        Where MLflow keeps it.

    Returns
    -------
    Comparison
        The baseline is that of the champion's job, or of the latest version's without a champion; versions of before
        0.2 have none.

    Raises
    ------
    RegistryError
        The process has no registered version.
    TrackingError
        The MLflow store did not do its part.
    """
    tracking = Tracking(settings)
    versions = tracking.versions(process)
    if not versions:
        raise RegistryError(f"{process}: no registered version; train it first")
    champion = next((version for version in versions if CHAMPION in version.aliases), versions[-1])
    rows = [_row(version) for version in versions]
    runs = [version.run for version in versions]
    if champion.has_present_schema and (baseline := _baseline(champion, tracking)) is not None:
        rows.insert(0, baseline[0])
        runs = [*baseline[1], *runs]
    return Comparison(process, tuple(rows), compare_address(settings, champion.experiment, runs))
