"""TLS certificate of the service: checked with its key, reloaded on demand, monitored for its expiry."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

log = logging.getLogger("nonferrous.serving")

SOON = timedelta(days=30)  # before its end, a certificate draws a warning each day
_DAY = timedelta(days=1)


class CertificateError(Exception):
    """A file of TLS that cannot be used."""


@dataclass(frozen=True)
class LoadedCertificate:
    """A certificate as it was read.

    Parameters
    ----------
    context : ssl.SSLContext
        TLS context that presents it.
    begins, ends : datetime
        Time in which it and the certificates above it in its file are valid.
    """

    context: ssl.SSLContext
    begins: datetime
    ends: datetime

    def trouble(self, now: datetime) -> str:
        """Return the reason why clients refuse it, or will soon; empty where they do not."""
        if now < self.begins:
            return f"is not valid before {_shown(self.begins)}"
        if now >= self.ends:
            return f"has expired on {_shown(self.ends)}"
        return f"expires on {_shown(self.ends)}" if self.ends - now < SOON else ""

    def is_valid(self, now: datetime) -> bool:
        """Return whether the time is one of those in which it is valid."""
        return self.begins <= now < self.ends


class ServerCertificate:
    """The certificate that new connections of TLS are answered with.

    Parameters
    ----------
    certificate : Path
        File of the certificate, which may be followed by those that issued it (PEM).
    private_key : Path
        File of its key (PEM), without a password.
    clock : callable
        The time.

    Raises
    ------
    CertificateError
        A file cannot be read, is no PEM, or does not fit the other; the message names the file.
    """

    def __init__(
        self, certificate: Path, private_key: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._files, self._clock = (certificate, private_key), clock
        self._loaded = load(*self._files)
        self._warned: datetime | None = None
        self.look()

    @property
    def context(self) -> ssl.SSLContext:
        """TLS context of now."""
        return self._loaded.context

    @property
    def ends(self) -> datetime:
        """Time at which it expires."""
        return self._loaded.ends

    def reload(self) -> None:
        """Reload the files; if they cannot be used, the previous certificate stays and the reason is logged."""
        now = self._clock()
        try:
            loaded = load(*self._files)
            if self._loaded.is_valid(now) and not loaded.is_valid(now):
                raise CertificateError(f"{self._files[0]}: the certificate {loaded.trouble(now)}")
        except CertificateError as error:
            log.error("the certificate was not replaced, the one of before stays: %s", error)
            return
        self._loaded, self._warned = loaded, None
        log.info("the certificate was read again: %s is valid until %s", self._files[0], _shown(loaded.ends))
        self.look()

    def look(self) -> None:
        """Warn once a day where it is not valid, or will not be soon."""
        now = self._clock()
        if self._warned is None or now - self._warned >= _DAY:
            self._warned = now
            problem = self._loaded.trouble(now)
            if problem:
                log.warning("%s: the certificate %s", self._files[0], problem)


def load(certificate: Path, private_key: Path) -> LoadedCertificate:
    """Certificate and key from their files.

    Raises
    ------
    CertificateError
        A file cannot be used; the message names it.
    """
    chain, key = _read_chain(certificate), _read_key(private_key)
    _check_pair(certificate, chain, private_key, key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, private_key, password=lambda: "")  # it never asks on a terminal
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(f"{certificate}, {private_key}: TLS cannot use them: {error}") from None
    begins, ends = max(one.not_valid_before_utc for one in chain), min(one.not_valid_after_utc for one in chain)
    return LoadedCertificate(context, begins, ends)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CertificateError(f"{file}: {error.strerror}") from None


def _read_chain(file: Path) -> list[Certificate]:
    # Loaded where TLS is spoken, not by every service that starts.
    from cryptography.x509 import load_pem_x509_certificates

    try:
        chain = load_pem_x509_certificates(_read(file))
    except ValueError:
        raise CertificateError(f"{file}: expected a certificate in PEM, and those that issued it") from None
    for number, (below, above) in enumerate(pairwise(chain), 1):
        if not _is_issued_by(below, above):
            log.warning("%s: certificate %d is not issued by certificate %d", file, number, number + 1)
    return chain


def _is_issued_by(below: Certificate, above: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        below.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _read_key(file: Path) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(_read(file), None)
    except TypeError:  # it is encrypted
        detail = "the key has a password; expected one without: openssl pkey -in ENCRYPTED -out PLAIN"
        raise CertificateError(f"{file}: {detail}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateError(f"{file}: expected a private key in PEM") from None


def _check_pair(certificate: Path, chain: list[Certificate], private_key: Path, key: PrivateKeyTypes) -> None:
    """Refuse a key of another certificate than the first."""
    own = key.public_key()
    fitting = [number for number, one in enumerate(chain, 1) if one.public_key() == own]
    if fitting and fitting[0] > 1:
        detail = f"the key {private_key} is that of certificate {fitting[0]}; expected this one first"
        raise CertificateError(f"{certificate}: {detail}")
    if not fitting:
        raise CertificateError(f"{private_key}: the key is not that of the certificate {certificate}")


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
