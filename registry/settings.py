"""Settings of stores, records and model signers from environment variables; set-up of MLflow."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from registry.renamed_settings import renamed
from system.memory import of_machine

SERVERS = ("http://", "https://")
SQLITE = "sqlite:///"
RECORDS_FILE = "records.db"
DATABASES = (SQLITE, "postgresql://", "postgresql+psycopg2://", "mysql+pymysql://", "mssql+pyodbc://")

# MLflow without telemetry and without look-ups in its surroundings; set before the import, unless already set.
ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SKIP_PIP_REQUIREMENTS_CHECK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Files come through the tracking server; else clients read from the storage behind it, which they may not reach.
    "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
}

S = TypeVar("S", bound="StoreSettings")


class SettingsError(ValueError):
    """Settings that nothing can run with; the message is one line that names each of them."""


def _store(uri: str) -> str:
    if uri and not uri.startswith(SERVERS + DATABASES):
        raise ValueError(f"expected an address that starts with one of {', '.join(SERVERS + DATABASES)}")
    return uri


class StoreSettings(BaseSettings):
    """Locations of models and records, read from the environment on construction.

    Attributes
    ----------
    home : Path
        Folder that holds the embedded store (`NONFERROUS_HOME`, default `./.nonferrous`); made when needed.
    tracking_uri : str
        MLflow store (`MLFLOW_TRACKING_URI`); empty means SQLite in the home folder.
    records : str
        Database of predictions and outcomes (`NONFERROUS_RECORDS`); empty means SQLite in the home folder.
    ui_port : int
        Port of the MLflow UI of the embedded store (`NONFERROUS_UI_PORT`).
    maintenance_schedule : str
        When a worker looks at all processes, as cron has it, UTC (`NONFERROUS_MAINTENANCE_SCHEDULE`); empty: never.
    training_memory : int, optional
        Memory of a training job [byte] (`NONFERROUS_TRAINING_MEMORY`); of a table that needs more it takes a sample.
        None: half of the machine's memory.
    signing_key : Path, optional
        Private key that training signs models with (`NONFERROUS_SIGNING_KEY`); without it they are not signed.
    public_key : Path, optional
        Public key that has signed whatever answers or is promoted (`NONFERROUS_PUBLIC_KEY`); without it signatures are
        not looked at.
    """

    model_config = SettingsConfigDict(
        env_prefix="NONFERROUS_", env_ignore_empty=True, validate_by_name=True, extra="forbid", frozen=True
    )

    home: Annotated[Path, Field(description="folder of the embedded store and its artifacts")] = Path(".nonferrous")
    tracking_uri: Annotated[
        str,
        AfterValidator(_store),
        Field(description="MLflow store; empty: SQLite in the home folder", validation_alias="MLFLOW_TRACKING_URI"),
    ] = ""
    signing_key: Annotated[Path | None, Field(description="private key that training signs models with")] = None
    public_key: Annotated[Path | None, Field(description="public key that must have signed what answers")] = None

    records: Annotated[
        str, Field(description="database of predictions and outcomes; empty: SQLite in the home folder")
    ] = ""

    ui_port: Annotated[int, Field(ge=1, le=65535, description="port of the MLflow UI of the embedded store")] = 5000

    maintenance_schedule: Annotated[
        str, Field(description="when a worker looks at all processes, as cron has it (UTC); empty: never")
    ] = ""

    training_memory: Annotated[
        int | None,
        Field(
            ge=2**20,
            description="memory of a training job, which takes a sample of a larger table [byte]; empty: half of the "
            "machine's memory",
        ),
    ] = None

    @property
    def most_training_memory(self) -> int:
        """Memory of a training job [byte]."""
        return of_machine() // 2 if self.training_memory is None else self.training_memory

    @property
    def folder(self) -> Path:
        """The home folder as an absolute path."""
        return self.home.expanduser().resolve()

    @property
    def uri(self) -> str:
        """MLflow's tracking and registry URI."""
        return self.tracking_uri or f"{SQLITE}{self.folder / 'mlflow.db'}"

    @property
    def uri_shown(self) -> str:
        """The URI without user and password."""
        return re.sub(r"//[^/@]*@", "//", self.uri)

    @property
    def sqlite_file(self) -> Path | None:
        """The store's SQLite file; None where the store is something else."""
        return Path(self.uri.removeprefix(SQLITE)) if self.uri.startswith(SQLITE) else None

    @property
    def records_url(self) -> str:
        """Address of the database of records."""
        return self.records or f"{SQLITE}{self.folder / RECORDS_FILE}"

    @property
    def jobs_url(self) -> str:
        """Address of the database of jobs: that of the records where it is a server, else a file of its own."""
        return (
            self.records
            if self.records and not self.records.startswith(SQLITE)
            else (f"{SQLITE}{self.folder / 'jobs.db'}")
        )

    @property
    def artifact_root(self) -> Path | None:
        """Folder of the artifacts; None where a tracking server decides."""
        return None if self.uri.startswith(SERVERS) else self.folder / "artifacts"

    @property
    def ui_address(self) -> str:
        """Address of the MLflow UI that shows this store."""
        return self.uri.rstrip("/") if self.uri.startswith(SERVERS) else f"http://127.0.0.1:{self.ui_port}"


def read_settings() -> StoreSettings:
    """Settings from the environment and defaults; see `read`."""
    return read(StoreSettings)


def read(kind: type[S], **given: Any) -> S:
    """Settings of a kind from arguments, the environment and defaults.

    Parameters
    ----------
    kind : type
        `StoreSettings`, or what adds to it.
    **given
        Its fields; those that are None are left to the environment and the defaults.

    Raises
    ------
    SettingsError
        A setting is malformed; all of them are named, with the value and what was expected.
    """
    if former := list(renamed(os.environ)):
        raise SettingsError("; ".join(former))
    try:
        return kind(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_fault(kind, detail) for detail in error.errors())) from None


def _fault(kind: type[StoreSettings], detail: Any) -> str:
    (name, *_) = detail["loc"]  # a field, or the variable of one that has its own
    field = kind.model_fields.get(name)
    own = field.validation_alias if field else None
    variable = own or (name if name.isupper() else f"NONFERROUS_{name.upper()}")
    return f"setting {variable}: got {detail['input']!r}: {detail['msg'].removeprefix('Value error, ')}"
