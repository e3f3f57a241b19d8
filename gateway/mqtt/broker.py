"""Address and credentials of an MQTT broker."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}


class BrokerError(ValueError):
    """Settings of a broker that cannot be used."""


@dataclass(frozen=True)
class Broker:
    """Address and credentials of a broker.

    Attributes
    ----------
    host, port : str, int
        Address.
    is_encrypted : bool
        Whether the connection uses TLS.
    username, password : str or None
        Credentials.
    authorities : Path or None
        File with the certificates of the authorities that sign the broker's (PEM); None for those of the system.
    certificate, key : Path or None
        Files with the certificate of this client and its key (PEM), for brokers that ask for one.
    """

    host: str
    port: int
    is_encrypted: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    authorities: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __str__(self) -> str:
        scheme = "mqtts" if self.is_encrypted else "mqtt"
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def read_broker(
    url: str,
    *,
    username: str | None = None,
    password: str | None = None,
    authorities: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
    is_insecure: bool = False,
) -> Broker:
    """Return the broker of a URL such as `mqtts://broker.plant.example:8883`.

    Parameters
    ----------
    url : str
        `mqtt://` or `mqtts://` (TLS), host, and a port unless it is 1883 or 8883.
    username, password, authorities, certificate, key
        Of `Broker`.
    is_insecure : bool
        Whether another machine may be reached without TLS.

    Raises
    ------
    BrokerError
        A URL of another form, one with a password, a file that is missing, a key without a certificate, a password
        without a user name, or an address of another machine without TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BrokerError(f"{url}: {error}: expected mqtt://HOST:PORT or mqtts://HOST:PORT") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BrokerError(f"{url}: expected mqtt://HOST:PORT or mqtts://HOST:PORT")
    address = f"{parts.scheme}://{parts.hostname}"
    if parts.username is not None or parts.password is not None:
        raise BrokerError(f"{address}: got a user name in the URL, where logs show it: expected it in the settings")
    is_encrypted = parts.scheme == "mqtts"
    if not is_encrypted and not is_insecure and not _is_loopback(parts.hostname):
        raise BrokerError(f"{address}: anyone between the machines reads and changes the values: expected mqtts://")
    if password is not None and username is None:
        raise BrokerError(f"{address}: got a password without a user name")
    if (certificate is None) != (key is None):
        raise BrokerError(f"{address}: expected certificate and key together")
    files = {"authorities": authorities, "certificate": certificate, "key": key}
    for place, path in files.items():
        if path is not None and not is_encrypted:
            raise BrokerError(f"{address}: got {place} without TLS: expected mqtts://")
        if path is not None and not path.is_file():
            raise BrokerError(f"{place}: {path}: no such file")
    default = PORTS[parts.scheme]
    return Broker(
        parts.hostname,
        default if port is None else port,
        is_encrypted,
        username,
        password,
        authorities,
        certificate,
        key,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
