"""Settings of TLS for brokers and the service."""

from __future__ import annotations

import ssl
from pathlib import Path


def client_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Return settings that check certificate and host name.

    From Python 3.13 on, an authority without the extension for its use of keys is refused by default. Many plants have
    such an authority of their own, so it is accepted by every version.

    Parameters
    ----------
    authorities : Path or None
        File with the certificates of the authorities (PEM); None for those of the system.

    Raises
    ------
    OSError
        The file cannot be read, or has no certificate.
    """
    context = ssl.create_default_context(cafile=None if authorities is None else str(authorities))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
