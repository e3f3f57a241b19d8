"""Where training keeps what it learns: two environment variables, typed and with defaults."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVERS = ("http://", "https://")
DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg2://", "mysql+pymysql://", "mssql+pyodbc://")
UI_ADDRESS = "http://127.0.0.1:5000"  # where `mlflow ui` listens when the store is a database of our own


def _tracking_uri(text: str) -> str:
    if text and not text.startswith(SERVERS + DATABASES):
        raise ValueError(f"expected a URI that starts with one of {', '.join(SERVERS + DATABASES)}, got {text}")
    return text


class SettingsError(ValueError):
    """Settings that a job cannot run with; the message is one line that names each of them."""


class Settings(BaseSettings):
    """Settings of the training jobs, read from the environment when built.

    Attributes
    ----------
    nonferrous_home : Path
        Folder that holds the embedded store (`NONFERROUS_HOME`, default `./.nonferrous`); made when needed.
    mlflow_tracking_uri : str
        MLflow store (`MLFLOW_TRACKING_URI`); empty means SQLite in the home folder.
    """

    # Fields bear their variables' names: one called `home` would read HOME.
    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    nonferrous_home: Annotated[Path, Field(description="folder of the embedded store")] = Path(".nonferrous")
    mlflow_tracking_uri: Annotated[
        str, AfterValidator(_tracking_uri), Field(description="MLflow store; empty: SQLite in the home folder")
    ] = ""

    @property
    def folder(self) -> Path:
        """The home folder as an absolute path."""
        return self.nonferrous_home.expanduser().resolve()

    @property
    def uri(self) -> str:
        """MLflow's tracking and registry URI."""
        return self.mlflow_tracking_uri or f"sqlite:///{self.folder / 'mlflow.db'}"

    @property
    def sqlite_file(self) -> Path | None:
        """The store's SQLite file; None where the store is something else."""
        return Path(self.uri.removeprefix("sqlite:///")) if self.uri.startswith("sqlite:///") else None

    @property
    def artifact_root(self) -> Path | None:
        """Folder of the artifacts; None where a tracking server decides."""
        return None if self.uri.startswith(SERVERS) else self.folder / "artifacts"

    @property
    def ui_address(self) -> str:
        """Address of the MLflow UI that shows this store."""
        return self.uri.rstrip("/") if self.uri.startswith(SERVERS) else UI_ADDRESS


def read_settings() -> Settings:
    """Settings from the environment and defaults.

    Raises
    ------
    SettingsError
        A variable is malformed; all of them are named, with the value and what was expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = (f"{str(d['loc'][0]).upper()}: {d['msg'].removeprefix('Value error, ')}" for d in error.errors())
        raise SettingsError("; ".join(faults)) from None
