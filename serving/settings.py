"""Settings of the service: one typed class, each field with its default and what it is for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STORES = (
    "sqlite:///",
    "postgresql://",
    "postgresql+psycopg2://",
    "mysql+pymysql://",
    "mssql+pyodbc://",
    "http://",
    "https://",
)


class SettingsError(ValueError):
    """Settings that the service cannot start with; the message is one line that names each of them."""


class Settings(BaseSettings):
    """What the service needs to start: arguments first, then environment variables, then defaults."""

    model_config = SettingsConfigDict(
        env_prefix="NONFERROUS_", env_ignore_empty=True, validate_by_name=True, extra="forbid", frozen=True
    )

    home: Annotated[Path, Field(description="folder of the embedded store and its artifacts")] = Path(".nonferrous")
    tracking_uri: Annotated[
        str,
        Field(
            description="MLflow store; empty: sqlite:///<home>/mlflow.db",
            validation_alias="MLFLOW_TRACKING_URI",
        ),
    ] = ""
    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0: any free one")] = 8000
    poll_seconds: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, description="time between two looks at the champions [s]")
    ] = 2.0
    max_rows: Annotated[int, Field(ge=1, le=1_000_000, description="most rows in one request")] = 10_000
    max_body_bytes: Annotated[int, Field(ge=1024, description="largest body of a request [byte]")] = 16 * 2**20

    @field_validator("tracking_uri")
    @classmethod
    def _is_a_store(cls, uri: str) -> str:
        if uri and not uri.startswith(STORES):
            raise ValueError(f"expected an address that starts with one of {', '.join(STORES)}")
        return uri

    @property
    def store(self) -> str:
        """Address of the MLflow store, with the default resolved to a full path."""
        return self.tracking_uri or f"sqlite:///{self.home.expanduser().resolve() / 'mlflow.db'}"

    @property
    def store_told(self) -> str:
        """Address of the store without user and password, to be shown."""
        return re.sub(r"//[^/@]*@", "//", self.store)


def read_settings(**given: Any) -> Settings:
    """Settings from arguments, the environment and defaults.

    Parameters
    ----------
    **given
        Fields of `Settings`; those that are None are left to the environment and the defaults.

    Raises
    ------
    SettingsError
        A setting is malformed; all of them are named, with the value and what was expected.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError("; ".join(_fault(detail) for detail in error.errors())) from None


def _fault(detail: Any) -> str:
    name = str(detail["loc"][0])
    field = Settings.model_fields.get(name)
    variable = field.validation_alias if field and field.validation_alias else name
    if variable == name and not name.isupper():
        variable = f"NONFERROUS_{name.upper()}"
    return f"setting {variable}: got {detail['input']!r}: {detail['msg'].removeprefix('Value error, ')}"
