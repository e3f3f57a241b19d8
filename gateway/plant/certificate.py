"""Certificate of the simulated plant, made at its first start."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.plant.outlet import PlantError

CERTIFICATE, KEY = "certificate.pem", "private_key.pem"
DAYS = 365


def application_uri() -> str:
    """Return the URI of the simulated plant on this machine, which its certificate states too."""
    return f"urn:{socket.gethostname()}:nonferrous:plant"


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """Return certificate and key of the plant in a folder; both are made if there are none.

    Raises
    ------
    PlantError
        The folder cannot be written.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.is_file() and key.is_file():
        return certificate, key
    secret, host = generate_private_key(), socket.gethostname()
    names = [x509.UniformResourceIdentifier(application_uri()), x509.DNSName(host), x509.DNSName("localhost")]
    made = generate_self_signed_app_certificate(
        secret, f"nonferrous simulated plant on {host}", {}, names, [ExtendedKeyUsageOID.SERVER_AUTH], DAYS
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(dump_private_key_as_pem(secret))
        certificate.write_bytes(made.public_bytes(Encoding.PEM))
    except OSError as error:
        raise PlantError(f"{folder}: certificate cannot be written: {error.strerror or error}") from None
    return certificate, key
