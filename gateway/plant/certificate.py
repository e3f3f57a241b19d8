"""Certificate of the simulated plant, made at its first start."""

from __future__ import annotations

from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.opcua.certificate_creation import CERTIFICATE, KEY, application_uri_of, create_pair
from gateway.plant.outlet import PlantError

DAYS = 365


def application_uri() -> str:
    """Return the URI of the simulated plant on this machine, which its certificate states too."""
    return application_uri_of("plant")


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Return certificate and key of the plant in a folder; both are made if one is missing.

    Raises
    ------
    PlantError
        The folder cannot be written.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.is_file() and key.is_file():
        return certificate, key
    try:
        key.unlink(missing_ok=True)
        return create_pair(folder, "plant", ExtendedKeyUsageOID.SERVER_AUTH, DAYS, ["localhost"])
    except OSError as error:
        raise PlantError(f"{folder}: certificate cannot be written: {error.strerror or error}") from None
