"""Everything that training writes to MLflow and reads back. No other file of training knows MLflow."""

import getpass
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pandas as pd

from models.storage import model_files
from models.tasks import Model
from registry.errors import TrackingError, check_unlocked, in_one_line
from registry.idempotent import LOCK, model_named, registered, started
from registry.loading.loading import reason_of
from registry.loading.signatures import SigningError, check_signature, private_key, sign
from registry.relocation import check_place
from registry.search_pages import all_pages
from registry.settings import ENVIRONMENT, StoreSettings
from registry.signature import example_of, signature_of, telling_rows
from registry.sqlite_file import make_database, make_private
from registry.versions import NOTHING, PRESENT_SCHEMA, SCHEMA, Action, AliasMove, RegistryError, Version
from system.code_version import git_commit, package_version
from system.owner_lock import left, own_lock
from system.temporary_folder import holding_all, scratch, sweep

WRITING = ENVIRONMENT | {
    "MLFLOW_LOG_UV_FILES": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}
REQUIREMENTS = ("lightgbm", "numpy", "pandas", "scikit-learn")
MOVE, MODEL_FOLDER = "alias move", "model"


class Tracking:
    """A store that is ready: its database exists and answers.

    Parameters
    ----------
    settings : StoreSettings
        Where it is.
    make : bool
        Whether an embedded store is made when it is missing. This is the one step that makes it, and it is safe
        against a second process doing the same.

    Raises
    ------
    TrackingError
        Store locked, made by another MLflow version, unreachable, or no space left.
    SigningError
        The private key that the settings name cannot be used, where a store is made when it is missing.
    """

    def __init__(self, settings: StoreSettings, make: bool = False) -> None:
        for name, value in WRITING.items():
            os.environ.setdefault(name, value)
        self.settings = settings
        if make and settings.signing_key is not None:
            private_key(settings.signing_key)  # one that cannot be used is named before hours of learning
        self._client = self._opened(make)

    @in_one_line
    def _opened(self, make: bool) -> Any:
        import mlflow

        # Its errors reach the caller as exceptions; there is no need to print their tracebacks too.
        logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)
        if (file := self.settings.sqlite_file) is not None:
            if not file.exists():
                if not make:
                    raise TrackingError(f"MLflow store {self.settings.uri}: there is none yet; train a process first")
                make_database(file, self.settings.folder / "artifacts")
            make_private(file)
            check_unlocked(file)
            check_place(file)
        client = mlflow.MlflowClient(tracking_uri=self.settings.uri, registry_uri=self.settings.uri)
        client.search_experiments(max_results=1)
        for lock in left(self.settings.folder):
            _end_runs(client, lock)
        sweep()
        return client

    @property
    def client(self) -> Any:
        """Return MLflow's client of the store, for code in another file of this package."""
        return self._client

    @in_one_line
    def experiment(self, process: str, title: str = "") -> str:
        """Identifier of the process's experiment, made with this title when it is missing."""
        from mlflow.exceptions import MlflowException

        entry = self._client.get_experiment_by_name(process)
        if entry is None:
            root = self.settings.artifact_root
            location = None if root is None else (root / process).as_uri()
            tags = {"mlflow.note.content": title, "mlflow.experimentKind": "custom_model_development"}
            try:
                return str(self._client.create_experiment(process, location, tags))
            except MlflowException:
                entry = self._client.get_experiment_by_name(process)  # another job was first
                if entry is None:
                    raise
        return str(entry.experiment_id)

    @contextmanager
    def run(self, experiment: str, name: str, job: str, parent: str | None = None) -> Iterator[str]:
        """Yield the identifier of a run; it ends FINISHED, KILLED on Ctrl-C or FAILED on an error."""
        run = self._started(experiment, name, job, parent)
        try:
            yield run
        except BaseException as error:
            with suppress(TrackingError):  # the first error is the one to report
                self._ended(run, "FAILED" if isinstance(error, Exception) else "KILLED")
            raise
        self._ended(run, "FINISHED")

    @in_one_line
    def _started(self, experiment: str, name: str, job: str, parent: str | None) -> str:
        tags = {
            "mlflow.user": getpass.getuser(),
            "mlflow.source.name": f"nonferrous {job}",
            "mlflow.source.type": "LOCAL",
            "job": job,
            "package_version": package_version(),
            SCHEMA: PRESENT_SCHEMA,
            LOCK: own_lock(self.settings.folder),
        }
        if parent is not None:
            tags["mlflow.parentRunId"] = parent
        if (commit := git_commit()) is not None:
            tags["mlflow.source.git.commit"] = commit
        return str(started(self._client, self.settings.uri, experiment, name, tags).info.run_id)

    @in_one_line
    def _ended(self, run: str, status: str) -> None:
        self._client.set_terminated(run, status)

    @in_one_line
    def log(
        self,
        run: str,
        *,
        params: Mapping[str, object] | None = None,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
        model: str | None = None,
    ) -> None:
        """Write parameters, metrics (of a logged model, where one is named) and tags of a run."""
        from mlflow.entities import Metric, Param, RunTag

        now = time.time_ns() // 1_000_000
        self._client.log_batch(
            run,
            [Metric(key, value, now, 0, model_id=model) for key, value in (metrics or {}).items()],
            [Param(key, str(value)) for key, value in (params or {}).items()],
            [RunTag(key, value) for key, value in (tags or {}).items()],
        )

    @in_one_line
    def log_files(self, run: str, folder: Path) -> None:
        """Keep every file of a folder with a run."""
        self._client.log_artifacts(run, str(folder))

    @in_one_line
    def log_table(self, run: str, table: pd.DataFrame, name: str, target: str, digest: str) -> None:
        """Name a table as a run's data set. MLflow keeps 36 signs of the digest; the whole one is a parameter.

        MLflow inspects every cell to find the type of a column, so it gets the few rows that show it.
        """
        from mlflow.data.code_dataset_source import CodeDatasetSource
        from mlflow.data.pandas_dataset import from_pandas
        from mlflow.entities import Dataset, DatasetInput, InputTag

        source = CodeDatasetSource({"digest": digest})
        data = from_pandas(telling_rows(table), source, target, name, digest.removeprefix("sha256:")[:36])
        parts = data.to_dict()
        parts["profile"] = json.dumps({"num_rows": len(table), "num_elements": table.size})
        tags = [InputTag("mlflow.data.context", "training")]
        self._client.log_inputs(run, [DatasetInput(Dataset(**parts), tags)])

    @in_one_line
    def log_model(self, run: str, model: Model) -> tuple[str, str]:
        """Keep a model's own files, wrapped for MLflow's generic loader.

        Returns
        -------
        tuple of str
            Identifier of the logged model, and digest of the model's files.
        """
        import mlflow

        self._remove_unfinished(run)
        with scratch() as own, holding_all(own), self._default_store(), mlflow.start_run(run_id=run):
            folder = own / MODEL_FOLDER
            model_files.save(model, folder)
            if self.settings.signing_key is not None:
                sign(folder, self.settings.signing_key)
            logged = mlflow.pyfunc.log_model(
                name=model.candidate,
                loader_module="nonferrous.pyfunc",
                data_path=str(folder),
                signature=signature_of(model),
                input_example=example_of(model),
                pip_requirements=[f"{name}=={installed(name)}" for name in REQUIREMENTS],
            )
            return str(logged.model_id), model_files.digest(folder)

    def _remove_unfinished(self, run: str) -> None:
        """Remove models that a call left unfinished which the store's lock ended; this is the call made again."""
        experiment = self._client.get_run(run).info.experiment_id
        for one in self._client.search_logged_models([experiment], f"source_run_id = '{run}'"):
            if one.status == "PENDING":  # no filter: MLflow compares the name with the stored number
                self._client.delete_logged_model(one.model_id)

    @contextmanager
    def _default_store(self) -> Iterator[None]:
        """MLflow logs models to the process-wide store alone, and exports its address to the environment."""
        import mlflow

        before = os.environ.get("MLFLOW_TRACKING_URI")
        mlflow.set_tracking_uri(self.settings.uri)
        mlflow.set_registry_uri(self.settings.uri)
        try:
            yield
        finally:
            os.environ.pop("MLFLOW_TRACKING_URI", None)
            if before is not None:
                os.environ["MLFLOW_TRACKING_URI"] = before

    @in_one_line
    def register(self, process: str, title: str, run: str, model: str, tags: Mapping[str, str]) -> int:
        """Make a logged model the next version of the process's registered model, once; gives its number."""
        tags = {**tags, SCHEMA: PRESENT_SCHEMA}
        made = registered(self._client, self.settings.uri, process, title, run, model, tags)
        link = json.dumps([{"name": process, "version": made.version}])
        self._client.set_logged_model_tags(model, {"mlflow.modelVersions": link})
        return int(made.version)

    @in_one_line
    def versions(self, process: str) -> list[Version]:
        """All registered versions, oldest first; none where the process was never trained."""
        model = model_named(self._client, process)
        if model is None:
            return []
        # A search for versions leaves the aliases out, so they are taken from the registered model.
        aliases: dict[int, list[str]] = {}
        for alias, number in model.aliases.items():
            aliases.setdefault(int(number), []).append(alias)
        entries = all_pages(lambda token: self._client.search_model_versions(f"name = '{process}'", page_token=token))
        versions = (self._version(one, aliases.get(int(one.version), [])) for one in entries)
        return sorted(versions, key=lambda version: version.number)

    def _version(self, entry: Any, aliases: list[str]) -> Version:
        run = self._client.get_run(entry.run_id)
        return Version(
            process=entry.name,
            number=int(entry.version),
            aliases=tuple(sorted(aliases)),
            candidate=entry.tags["candidate"],
            created=datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC).isoformat(timespec="seconds"),
            run=entry.run_id,
            parent_run=run.data.tags["mlflow.parentRunId"],
            experiment=run.info.experiment_id,
            model=entry.source.removeprefix("models:/"),
            tags=dict(entry.tags),
            metrics=dict(run.data.metrics),
        )

    def move_alias(
        self, process: str, alias: str, after: int | None, action: Action, reason: str, metrics: Mapping[str, float]
    ) -> AliasMove:
        """Point an alias to a version (None: to nothing) and write who, when and why into the audit.

        The audit is written first: an interrupted move leaves an extra line, never a move without a line. Each line
        is a separate run in the process's experiment; its content is in parameters, which MLflow does not change.
        """
        move = AliasMove(
            when=datetime.now(UTC).isoformat(timespec="microseconds"),
            who=getpass.getuser(),
            action=action,
            alias=alias,
            before=self._pointed_to(process, alias),
            after=after,
            why=reason,
            metrics=metrics,
            number=1 + max((move.number for move in self.audit(process)), default=0),
        )
        name = f"{alias}: {move.before or NOTHING} -> {move.after or NOTHING}"
        with self.run(self.experiment(process), name, MOVE) as run:
            self.log(run, params=move.to_params())
            self._point(process, alias, after)
        return move

    @in_one_line
    def _pointed_to(self, process: str, alias: str) -> int | None:
        model = model_named(self._client, process)
        return int(model.aliases[alias]) if model is not None and alias in model.aliases else None

    @in_one_line
    def _point(self, process: str, alias: str, version: int | None) -> None:
        if version is None:
            self._client.delete_registered_model_alias(process, alias)
        else:
            self._client.set_registered_model_alias(process, alias, str(version))

    @in_one_line
    def audit(self, process: str) -> list[AliasMove]:
        """Return every alias move, oldest first, deleted runs included; incomplete records are left out."""
        from mlflow.entities import ViewType

        query = ([self.experiment(process)], f"tags.job = '{MOVE}'", ViewType.ALL)
        runs = all_pages(lambda token: self._client.search_runs(*query, page_token=token))
        moves = (AliasMove.from_params(run.data.params, run.data.metrics) for run in runs if run.data.params)
        return sorted(moves, key=lambda move: (move.number, move.when))

    @in_one_line
    def tag_version(self, process: str, number: int, tags: Mapping[str, str]) -> None:
        """Write tags of a registered version."""
        for name, value in tags.items():
            self._client.set_model_version_tag(process, str(number), name, value)

    @in_one_line
    def untag_version(self, process: str, number: int, name: str) -> None:
        """Delete a tag of a registered version, which has it."""
        self._client.delete_model_version_tag(process, str(number), name)

    @in_one_line
    def children(self, parent: Version) -> dict[str, str]:
        """Runs of the job that made a version, by candidate."""
        query = f"tags.`mlflow.parentRunId` = '{parent.parent_run}'"
        return {run.info.run_name: run.info.run_id for run in self._client.search_runs([parent.experiment], query)}

    @in_one_line
    def metrics(self, run: str) -> dict[str, float]:
        """Metrics of a run."""
        return dict(self._client.get_run(run).data.metrics)

    def model(self, version: Version) -> Model:
        """A registered version's model, its digests and its self-test checked.

        Raises
        ------
        RegistryError
            The files are damaged, do not fit this code, or are not signed as the settings ask.
        """
        with scratch() as own:
            folder = self.copied(version.model, own)
            try:
                check_signature(folder, self.settings.public_key)
                return model_files.load(folder)
            except (model_files.ModelFilesError, SigningError) as error:
                reason = reason_of(error, own)
                raise RegistryError(f"{version.process}: version {version.number} does not load: {reason}") from error

    @in_one_line
    def copied(self, model: str, folder: Path) -> Path:
        """Copy a logged model's files into an empty folder; return the one that `model_files.save` made."""
        import mlflow.artifacts

        address = f"{self._client.get_logged_model(model).artifact_location}/data/{MODEL_FOLDER}"
        given = {"dst_path": str(folder), "tracking_uri": self.settings.uri}
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=address, **given))

    @in_one_line
    def runs(self, process: str | None, job: str) -> list[Any]:
        """Return MLflow's runs of jobs of one kind, of a process or of all; without candidates' runs."""
        experiments = self._client.search_experiments(filter_string=None if process is None else f"name = '{process}'")
        query = ([one.experiment_id for one in experiments], f"tags.job = '{job}'")
        runs = all_pages(lambda token: self._client.search_runs(*query, page_token=token)) if experiments else ()
        return [run for run in runs if "mlflow.parentRunId" not in run.data.tags]

    @in_one_line
    def table(self, run: str, name: str) -> pd.DataFrame:
        """A Parquet file kept with a run."""
        with scratch() as own:
            return pd.read_parquet(self._client.download_artifacts(run, name, str(own)))

    @in_one_line
    def has(self, run: str, name: str) -> bool:
        """Return whether a file of this name is stored with a run."""
        return any(file.path == name for file in self._client.list_artifacts(run))


def _end_runs(client: Any, lock: str) -> None:
    """End the runs of a process that has ended without doing so itself."""
    experiments = [one.experiment_id for one in client.search_experiments()]
    query = (experiments, f"tags.{LOCK} = '{lock}' and attributes.status = 'RUNNING'")
    for run in list(all_pages(lambda token: client.search_runs(*query, page_token=token))):
        client.set_terminated(run.info.run_id, "KILLED")
