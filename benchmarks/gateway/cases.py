"""Faults around the gateway: beginning, end, and the text by which the gateway names each."""

from __future__ import annotations

import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.gateway.certificates import expired
from benchmarks.gateway.network import Network
from benchmarks.gateway.programs import GatewayProgram, Trial, trust
from gateway.opcua.certificates import CERTIFICATE, KEY

HOUR = 3600
_EXPIRED = "expired"  # folder of the plant's certificate that has expired


@dataclass
class Setting:
    """Programs of a case, and what its faults have changed.

    Attributes
    ----------
    trial : Trial
        The programs.
    network : Network
        Relay between gateway and plant.
    rng : Random
        Random numbers of the case.
    watched : (str, str)
        Unit and column of a value that is good until the fault.
    removed : set of (str, str)
        Units and columns whose node was removed for some time.
    """

    trial: Trial
    network: Network
    rng: random.Random
    watched: tuple[str, str] = ("", "")
    removed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def gateway(self) -> GatewayProgram:
        """Return the gateway."""
        return self.trial.gateway

    def has_log(self, text: str, since: int) -> bool:
        """Return whether the log has a text after a position."""
        with self.gateway.log.open("rb") as file:
            file.seek(since)
            return text.encode() in file.read()


@dataclass(frozen=True)
class Case:
    """Fault of a kind.

    Attributes
    ----------
    about : str
        What happens, for the table.
    begin, end : callable
        Begin and end the fault; both return when that is done.
    is_named : callable
        Returns whether the gateway has named it; takes the position in the log at which it began.
    is_at_broker : bool
        Whether plant and gateway meet at a broker, which has no history of what it did not deliver.
    """

    about: str
    begin: Callable[[Setting], None]
    end: Callable[[Setting], None]
    is_named: Callable[[Setting, int], bool]
    is_at_broker: bool = False


def _kill_server(setting: Setting) -> None:
    setting.trial.plant.signal(signal.SIGKILL)


def _start_server(setting: Setting) -> None:
    setting.trial.plant.start()


def _kill_broker(setting: Setting) -> None:
    assert setting.trial.broker is not None
    setting.trial.broker.kill()


def _start_broker(setting: Setting) -> None:
    assert setting.trial.broker is not None
    setting.trial.broker.start()


def _watch(setting: Setting) -> tuple[str, str]:
    """Choose a value: a pot out of service has none, and those of a bad sensor are bad already."""
    table = setting.trial.table
    cells = table.period_of(table.scan_at(time.time())).cells
    running = sorted(set(table.units) & set(cells))  # a pot that was out of service at the start has no nodes
    good = [(unit, name) for unit in running for name in sorted(table.fast) if cells[unit][name][1] == "good"]
    setting.watched = setting.rng.choice(good)
    return setting.watched


def _is_watched_named(setting: Setting, since: int) -> bool:
    return any(tag.endswith(f"s={'.'.join(setting.watched)}") for tag in setting.gateway.faulty_values())


def _remove_node(setting: Setting) -> None:
    unit, name = _watch(setting)
    setting.removed.add((unit, name))
    setting.trial.plant.tell(f"remove {unit} {name}")


def _restart_server(setting: Setting) -> None:
    _kill_server(setting)
    _start_server(setting)


def _make_bad(setting: Setting) -> None:
    _, name = _watch(setting)
    setting.trial.plant.tell(f"bad {name}")


def _expire_server(setting: Setting) -> None:
    folder = setting.trial.folder
    if not (folder / _EXPIRED).exists():
        shutil.copytree(folder / "certificates", folder / _EXPIRED)
        certificate = folder / _EXPIRED / CERTIFICATE
        certificate.write_bytes(expired(certificate, folder / _EXPIRED / KEY))
        trust(setting.gateway.home / "gateway", certificate)
    _kill_server(setting)
    setting.trial.plant.start(_EXPIRED)


def _expire_own(setting: Setting) -> None:
    own = setting.gateway.home / "gateway"
    shutil.copy(own / CERTIFICATE, own / "valid.pem")
    (own / CERTIFICATE).write_bytes(expired(own / CERTIFICATE, own / KEY))
    _restart_server(setting)  # the certificate is read at the next session


def _renew_own(setting: Setting) -> None:
    own = setting.gateway.home / "gateway"
    (own / "valid.pem").replace(own / CERTIFICATE)


def _fill_disk(setting: Setting) -> None:
    resource.prlimit(setting.gateway.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _free_disk(setting: Setting) -> None:
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(setting.gateway.pid, resource.RLIMIT_FSIZE, unlimited)


def _named(text: str) -> Callable[[Setting, int], bool]:
    """Condition that the log has a text."""
    return lambda setting, since: setting.has_log(text, since)


CASES: dict[str, Case] = {
    "server_killed": Case(
        "`kill -9` of the plant's server, restart", _kill_server, _start_server, _named("WARNING connection:")
    ),
    "server_frozen": Case(
        "server frozen (SIGSTOP)",
        lambda setting: setting.trial.plant.signal(signal.SIGSTOP),
        lambda setting: setting.trial.plant.signal(signal.SIGCONT),
        _named("WARNING connection:"),
    ),
    "network_drops": Case(
        "network that drops everything in both directions",
        lambda setting: setting.network.drop(),
        lambda setting: setting.network.forward(),
        _named("WARNING connection:"),
    ),
    "server_certificate": Case(
        "server started with a certificate that has expired", _expire_server, _restart_server, _named("expired on")
    ),
    "own_certificate": Case(
        "the gateway's certificate has expired, server restarted", _expire_own, _renew_own, _named("expired on")
    ),
    "node_removed": Case(
        "one node removed; server restarted with it",
        _remove_node,
        _restart_server,
        _is_watched_named,
    ),
    "values_bad": Case(
        "one column of all pots with status Bad",
        _make_bad,
        lambda setting: setting.trial.plant.tell("good"),
        _is_watched_named,
    ),
    "clock_off": Case(
        "clock of the server set an hour forward or back",
        lambda setting: setting.trial.plant.tell(f"clock {setting.rng.choice((-HOUR, HOUR))}"),
        lambda setting: setting.trial.plant.tell("clock 0"),
        _named("WARNING clock:"),
    ),
    "broker_killed": Case(
        "`kill -9` of the broker, restart", _kill_broker, _start_broker, _named("WARNING broker:"), is_at_broker=True
    ),
    "service_killed": Case(
        "`kill -9` of the service, restart",
        lambda setting: setting.trial.service.end(signal.SIGKILL),
        lambda setting: setting.trial.service.start(),
        _named("WARNING service:"),
    ),
    "gateway_killed": Case(
        "`kill -9` of the gateway, restart",
        lambda setting: setting.gateway.end(signal.SIGKILL),
        lambda setting: setting.gateway.start(),
        lambda setting, since: not setting.gateway.is_live(),
    ),
    "disk_full": Case(
        "files of the outbox cannot grow",
        _fill_disk,
        _free_disk,
        lambda setting, since: "outbox" in setting.gateway.faults(),
    ),
}
