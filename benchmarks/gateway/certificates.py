"""Certificates that have expired, otherwise equal to others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key


def expired(certificate: Path, key: Path) -> bytes:
    """Return a certificate equal to another, but expired yesterday.

    Parameters
    ----------
    certificate, key : Path
        Self-signed certificate and its key, in PEM.

    Returns
    -------
    bytes
        In PEM.
    """
    valid = x509.load_pem_x509_certificate(certificate.read_bytes())
    secret = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(secret, RSAPrivateKey)
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(valid.subject)
        .issuer_name(valid.issuer)
        .public_key(valid.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(yesterday - dt.timedelta(days=365))
        .not_valid_after(yesterday)
    )
    for extension in valid.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(secret, SHA256()).public_bytes(Encoding.PEM)
