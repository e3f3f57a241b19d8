"""Creation of a private key and its self-signed certificate for OPC UA."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

CERTIFICATE, KEY = "certificate.pem", "private_key.pem"


def application_uri_of(application: str) -> str:
    """Return the URI of an application on this machine, which its certificate states too."""
    return f"urn:{socket.gethostname()}:nonferrous:{application}"


def create_pair(
    folder: Path, application: str, usage: ObjectIdentifier, days: int, hosts: Sequence[str] = ()
) -> tuple[Path, Path]:
    """Create a certificate and its key in a folder; only the owner reads the key.

    Parameters
    ----------
    folder : Path
        Where to; it is created.
    application : str
        Last part of the URI, such as `gateway`.
    usage : ObjectIdentifier
        Use of the certificate: of a client or of a server.
    days : int
        Validity [d].
    hosts : sequence of str
        Names of this machine, as well as its own.

    Returns
    -------
    tuple of Path
        Certificate and key.

    Raises
    ------
    OSError
        The folder cannot be written, or has a key already.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret, host = generate_private_key(), socket.gethostname()
    addresses = [x509.DNSName(name) for name in (host, *hosts)]
    names = [x509.UniformResourceIdentifier(application_uri_of(application)), *addresses]
    made = generate_self_signed_app_certificate(secret, f"nonferrous {application} on {host}", {}, names, [usage], days)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(dump_private_key_as_pem(secret))
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    return certificate, key
