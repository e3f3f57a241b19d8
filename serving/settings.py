"""Settings of the service: where models are kept, and one typed field with a default for all else it needs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from registry import settings


class Settings(settings.Settings):
    """What the service needs to start: arguments first, then environment variables, then defaults."""

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0: any free one")] = 8000
    poll_seconds: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, description="time between two looks at the champions [s]")
    ] = 2.0
    max_rows: Annotated[int, Field(ge=1, le=1_000_000, description="most rows in one request")] = 10_000
    max_body_bytes: Annotated[int, Field(ge=1024, description="largest body of a request [byte]")] = 16 * 2**20

    max_table_bytes: Annotated[
        int, Field(ge=1024, description="most bytes of tables, Arrow or Parquet, that are held at once [byte]")
    ] = 256 * 2**20
    durability: Annotated[
        Literal["full", "normal"],
        Field(description="full: what is recorded outlives a power cut; normal: the end of the process alone"),
    ] = "full"


def read_settings(**given: Any) -> Settings:
    """Settings from arguments, the environment and defaults; see `registry.settings.read`."""
    return settings.read(Settings, **given)
