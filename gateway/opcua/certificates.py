"""Certificates of the gateway and of the servers that it trusts."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from pathlib import Path

from asyncua import ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.errors import GatewayError
from gateway.opcua.certificate_creation import CERTIFICATE, KEY, application_uri_of, create_pair
from gateway.opcua.client import OpcUaClient

TRUSTED = "trusted"
DAYS = 1825
_TIMEOUT = 10.0  # of a server whose certificate is read [s]


def application_uri() -> str:
    """Return the URI of the gateway on this machine, which its certificate states too."""
    return application_uri_of("gateway")


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate in hexadecimal digits."""
    return hashlib.sha256(der).hexdigest()


def create(folder: Path) -> Path:
    """Create key and self-signed certificate of the gateway.

    Parameters
    ----------
    folder : Path
        Where to; it is created, readable by its owner only.

    Returns
    -------
    Path
        The certificate, which the server must trust.

    Raises
    ------
    GatewayError
        There is one already: a server trusts it, so it is not replaced.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.exists() or key.exists():
        raise GatewayError(f"{certificate}: exists already: move it away for a new one")
    (folder / TRUSTED).mkdir(parents=True, exist_ok=True, mode=0o700)
    return create_pair(folder, "gateway", ExtendedKeyUsageOID.CLIENT_AUTH, DAYS)[0]


async def of_server(url: str) -> bytes:
    """Certificate that a server presents for Basic256Sha256, in DER.

    Raises
    ------
    GatewayError
        The server is not reached, or offers no encrypted connection.
    """
    try:
        async with asyncio.timeout(_TIMEOUT):
            endpoints = await OpcUaClient(url, timeout=_TIMEOUT).connect_and_get_server_endpoints()
    except (OSError, TimeoutError, ua.UaError) as error:
        raise GatewayError(f"{url}: no connection: {str(error) or type(error).__name__}") from None
    mode, policy = ua.MessageSecurityMode.SignAndEncrypt, SecurityPolicyBasic256Sha256.URI
    for endpoint in endpoints:
        if endpoint.SecurityMode == mode and endpoint.SecurityPolicyUri == policy and endpoint.ServerCertificate:
            der: bytes = endpoint.ServerCertificate
            return der[: int.from_bytes(der[2:4], "big") + 4]  # issuers may follow
    offered = sorted({f"{one.SecurityPolicyUri.rpartition('#')[2]} {one.SecurityMode.name}" for one in endpoints})
    raise GatewayError(f"{url}: offers {', '.join(offered)}: expected Basic256Sha256 SignAndEncrypt, or use --insecure")


def trust(folder: Path, der: bytes) -> Path:
    """Trust a server's certificate from now on; returns its file."""
    path = folder / TRUSTED / f"{fingerprint(der)}.der"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(der)
    return path


def check_own(folder: Path, now: dt.datetime) -> None:
    """Check that the gateway has a valid certificate.

    Raises
    ------
    GatewayError
        Names the certificate, and the command that creates one.
    """
    own = folder / CERTIFICATE
    if not own.exists() or not (folder / KEY).exists():
        raise GatewayError(f"{own}: no certificate: create one with `nonferrous gateway certificate`")
    _check_dates(x509.load_pem_x509_certificate(own.read_bytes()), f"{own}: this certificate", now)


def check(folder: Path, der: bytes, url: str, now: dt.datetime) -> None:
    """Check that a server's certificate is trusted and valid.

    Raises
    ------
    GatewayError
        Names the certificate, and the command that trusts it.
    """
    digest = fingerprint(der)
    if not (folder / TRUSTED / f"{digest}.der").exists():
        raise GatewayError(
            f"{url}: its certificate is not trusted, SHA-256 {digest}: compare it at the server, then "
            f"`nonferrous gateway certificate {url} --trust {digest}`"
        )
    _check_dates(x509.load_der_x509_certificate(der), f"{url}: its certificate", now)


def _check_dates(certificate: x509.Certificate, subject: str, now: dt.datetime) -> None:
    if certificate.not_valid_after_utc < now:
        raise GatewayError(f"{subject} expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    if certificate.not_valid_before_utc > now + dt.timedelta(days=1):
        raise GatewayError(f"{subject} is valid only from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC")
