"""Settings of the service: model store, and one typed field with a default for each option."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from records.writing.quota import MOST
from registry import settings


def _names(given: object) -> object:
    return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]  # separated by commas


class ServiceSettings(settings.StoreSettings):
    """Settings of the service: arguments first, then environment variables, then defaults."""

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0: any free one")] = 8000
    poll_seconds: Annotated[
        float, Field(gt=0, le=3600, allow_inf_nan=False, description="time between two looks at the champions [s]")
    ] = 2.0
    max_rows: Annotated[int, Field(ge=1, le=1_000_000, description="most rows in one request")] = 10_000
    max_body_bytes: Annotated[int, Field(ge=1024, description="largest body of a request [byte]")] = 16 * 2**20

    max_table_bytes: Annotated[
        int, Field(ge=1024, description="largest table, Arrow or Parquet, sent and decoded [byte]")
    ] = 256 * 2**20
    max_total_body_bytes: Annotated[
        int, Field(ge=1024, description="most bytes of bodies of all requests in memory [byte]")
    ] = 256 * 2**20
    max_model_bytes: Annotated[
        int, Field(ge=1, description="most bytes of files of models in memory; others are loaded on request [byte]")
    ] = 2**30
    max_recorded_bytes: Annotated[
        int, Field(ge=1024, description="most bytes of one client that are recorded on a day (UTC) [byte]")
    ] = MOST
    max_queued_requests: Annotated[int, Field(ge=1, description="most requests that wait for those that take long")] = (
        64
    )
    max_connections: Annotated[int, Field(ge=1, description="most connections")] = 4096
    max_connections_per_client: Annotated[
        int, Field(ge=1, description="most connections of one address, and requests under way of one key or address")
    ] = 1024
    max_requests_per_second: Annotated[
        float | None,
        Field(gt=0, allow_inf_nan=False, description="requests of one client [1/s]; empty: as many as are answered"),
    ] = None
    idle_timeout_seconds: Annotated[int, Field(ge=1, description="longest silence of a connection [s]")] = 15
    header_timeout_seconds: Annotated[
        float, Field(gt=0, description="longest time that a request's head takes [s]")
    ] = 10.0
    request_timeout_seconds: Annotated[
        float, Field(gt=0, description="longest time to the beginning of an answer [s]")
    ] = 60.0
    shutdown_timeout_seconds: Annotated[
        int, Field(ge=1, description="time for requests that are being answered when the service ends [s]")
    ] = 30
    allowed_hosts: Annotated[Names, Field(description="host names that requests may use, in addition to its own")] = ()
    trusted_proxies: Annotated[Names, Field(description="addresses whose X-Forwarded-For is believed")] = ()
    certificate: Annotated[Path | None, Field(description="file of the TLS certificate; empty: no TLS")] = None
    private_key: Annotated[Path | None, Field(description="file of the certificate's key", validate_default=True)] = (
        None
    )
    insecure: Annotated[
        bool, Field(description="whether anybody may ask from other machines while there is no key")
    ] = False
    dashboard: Annotated[bool, Field(description="whether the service has pages for plant staff")] = True
    user_header: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]*$",
            description="header in which a trusted proxy states the name of a user of pages; empty: none",
            validate_default=True,
        ),
    ] = ""
    user_roles: Annotated[Names, Field(description="roles of users whom a proxy names: view, operate")] = ("view",)
    durability: Annotated[
        Literal["full", "normal"],
        Field(description="full: what is recorded outlives a power cut; normal: the end of the process alone"),
    ] = "full"

    @field_validator("user_header")
    @classmethod
    def _comes_from_proxies(cls, header: str, info: ValidationInfo) -> str:
        if header and not info.data.get("trusted_proxies"):
            raise ValueError(
                "expected with NONFERROUS_TRUSTED_PROXIES: from any other address the header is not believed"
            )
        return header

    @field_validator("user_roles")
    @classmethod
    def _are_of_pages(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        if set(roles) - {"view", "operate"}:
            raise ValueError("expected view, operate or both, separated by commas")
        return roles

    @field_validator("private_key")
    @classmethod
    def _goes_with_certificate(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("certificate") is None):
            raise ValueError("expected with NONFERROUS_CERTIFICATE, and only with it")
        return key


def read_settings(**given: Any) -> ServiceSettings:
    """Settings from arguments, the environment and defaults; see `registry.settings.read`."""
    return settings.read(ServiceSettings, **given)
