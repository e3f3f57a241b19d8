"""MQTT broker of a command, with credentials from the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from nonferrous.console import fail

if TYPE_CHECKING:
    from gateway.mqtt.broker import Broker

USER, PASSWORD, AUTHORITIES = (f"NONFERROUS_GATEWAY_{name}" for name in ("USER", "PASSWORD", "AUTHORITIES"))


def broker_of(
    url: str, user: str, authorities: Path | None, *, is_insecure: bool, identity: tuple[Path, Path] | None = None
) -> Broker:
    """Return the broker at an address; ends with an error for one that cannot be used.

    Parameters
    ----------
    url : str
        Address, mqtt:// or mqtts://.
    user : str
        Name; its password is in the environment. Empty without credentials.
    authorities : Path or None
        File with the certificates of authorities; None for those of the system.
    is_insecure : bool
        Whether another machine may be reached without TLS.
    identity : tuple of Path, optional
        Certificate and key of this client, presented with TLS if there is no user and the files exist.
    """
    from gateway.mqtt.broker import BrokerError, read_broker

    has_identity = url.startswith("mqtts:") and not user and identity is not None and identity[0].is_file()
    certificate, key = identity if has_identity and identity is not None else (None, None)
    try:
        return read_broker(
            url,
            username=user or None,
            password=(os.environ.get(PASSWORD) or None) if user else None,
            authorities=authorities,
            certificate=certificate,
            key=key,
            is_insecure=is_insecure,
        )
    except BrokerError as error:
        fail(str(error))
