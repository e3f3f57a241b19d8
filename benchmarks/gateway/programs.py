"""Programs of a trial: server of the plant, gateway and service, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.faults import processes
from benchmarks.faults.load import PROCESS
from benchmarks.gateway.table import PlayedTable, gateway_seed
from benchmarks.service.load import ADDRESS
from gateway.opcua import certificates
from gateway.plant.certificate import certificate_in
from seeds import load
from system.programs import free_port
from tests.suite.brokers import mosquitto

PATIENCE = 240.0  # s until the first prediction of a line of 264 pots on a busy machine


@dataclass
class BrokerProgram:
    """MQTT broker without credentials.

    Attributes
    ----------
    folder : Path
        Folder of its configuration and log.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start the broker, and wait until it accepts connections."""
        self._running.enter_context(mosquitto(self.folder, self.port))

    def kill(self) -> None:
        """Kill the broker if it runs."""
        self._running.close()


@dataclass
class PlantServer:
    """Server of the plant, or its edge node at a broker.

    Attributes
    ----------
    table : PlayedTable
        Table that it writes.
    file : Path
        File of the table.
    folder : Path
        Folder of its certificates and journal.
    scheme : str
        `opc.tcp` or `mqtt`.
    port : int
        Port of the server, or of the broker.
    """

    table: PlayedTable
    file: Path
    folder: Path
    scheme: str = "opc.tcp"
    port: int = field(default_factory=free_port)
    popen: subprocess.Popen[str] | None = None

    @property
    def journal(self) -> Path:
        """File of the scans that were written."""
        return self.folder / "journal"

    def start(self, certificate: str = "certificates") -> None:
        """Start the server with the certificate of a folder, and wait until it writes."""
        url, own = f"{self.scheme}://{ADDRESS}:{self.port}", self.folder / certificate
        words = (self.file, self.journal, url, own, self.table.scans, self.table.begin)
        command = [sys.executable, "-m", "benchmarks.gateway.plant", *map(str, words)]
        with (self.folder / "plant.log").open("ab") as log:
            self.popen = subprocess.Popen(
                command, cwd=processes.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.popen.stdout is not None
        if self.popen.stdout.readline() != "ready\n":
            raise RuntimeError(f"the server of the plant did not start: {self.folder / 'plant.log'}")

    def tell(self, line: str) -> None:
        """Change the server, and wait until it has."""
        assert self.popen is not None
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.popen.stdin.write(f"{line}\n")
        self.popen.stdin.flush()
        self.popen.stdout.readline()

    def signal(self, how: signal.Signals) -> None:
        """Send a signal to the server; SIGKILL waits for its end."""
        assert self.popen is not None
        self.popen.send_signal(how)
        if how == signal.SIGKILL:
            self.close()

    def close(self) -> None:
        """Kill the server if it runs."""
        if self.popen is not None:
            self.popen.kill()
            with self.popen:
                self.popen = None


@dataclass
class GatewayProgram:
    """Gateway, its log and its status.

    Attributes
    ----------
    home, seeds : Path
        Home folder; folder with the seed.
    scheme : str
        `opc.tcp` or `mqtt`.
    plant, service : int
        Ports that it connects to.
    """

    home: Path
    seeds: Path
    scheme: str
    plant: int
    service: int
    port: int = field(default_factory=free_port)
    process: processes.Process | None = None

    @property
    def log(self) -> Path:
        """File of its log."""
        return self.home.parent / "gateway.log"

    def start(self) -> None:
        """Start the gateway; see `is_running`."""
        words = ("gateway", "run", f"{self.scheme}://{ADDRESS}:{self.plant}", "--process", PROCESS)
        words += ("--service", f"http://{ADDRESS}:{self.service}", "--port", str(self.port))
        environment = {"NONFERROUS_HOME": str(self.home), "NONFERROUS_SEEDS": str(self.seeds)}
        self.process = processes.Process([sys.executable, "-m", "nonferrous", *words], self.log, environment)

    @property
    def pid(self) -> int:
        """Id of the process."""
        assert self.process is not None
        return self.process.popen.pid

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the gateway if it runs."""
        if self.process is not None:
            try:
                self.process.end(how)
            finally:
                self.process.popen.kill()

    def is_live(self) -> bool:
        """Return whether its health check responds."""
        return processes.answers(self.port, "/health/live")

    def faults(self) -> dict[str, str]:
        """Faults that it names now; empty if it does not respond."""
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:{self.port}/health/ready", timeout=5):
                return {}
        except urllib.error.HTTPError as error:
            with closing(error):
                named: dict[str, str] = json.loads(error.read())["faults"]
                return named
        except OSError:
            return {}

    def faulty_values(self) -> set[str]:
        """Tags whose value is not good; empty if it does not respond."""
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:{self.port}/values", timeout=5) as response:
                return {one["tag"] for one in json.load(response)["not_good"]}
        except OSError:
            return set()

    def metrics(self) -> dict[tuple[str, str], float]:
        """Metrics by name and kind; empty if it does not respond."""
        try:
            with urllib.request.urlopen(f"http://{ADDRESS}:{self.port}/metrics", timeout=10) as response:
                text = response.read().decode()
        except OSError:
            return {}
        return {
            (one.name, next((value for key, value in one.labels.items() if key != "process"), "")): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
        }


@dataclass
class ServiceProgram:
    """Service with the champion of a home folder, and records of its own.

    Attributes
    ----------
    home, folder : Path
        Home folder; folder of log and records.
    """

    home: Path
    folder: Path
    port: int = field(default_factory=free_port)
    process: processes.Process | None = None

    @property
    def records(self) -> str:
        """Address of the records."""
        return f"sqlite:///{self.folder / 'records.db'}"

    def start(self) -> None:
        """Start the service, and wait until it responds."""
        environment = {"NONFERROUS_HOME": str(self.home), "NONFERROUS_RECORDS": self.records}
        command = [sys.executable, "-m", "nonferrous", "serve", "--port", str(self.port)]
        self.process = processes.Process(command, self.folder / "service.log", environment)
        processes.waited(lambda: processes.answers(self.port, "/health/ready"), "the service")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the service if it runs."""
        if self.process is not None:
            self.process.end(how)


@dataclass
class Trial:
    """Programs of a trial and its folder."""

    folder: Path
    table: PlayedTable
    plant: PlantServer
    gateway: GatewayProgram
    service: ServiceProgram
    broker: BrokerProgram | None


def prepared(
    folder: Path, home: Path, file: Path, table: PlayedTable, predict: float, has_broker: bool = False
) -> Trial:
    """Prepare seeds, certificates and programs of a trial; nothing is started.

    Parameters
    ----------
    folder : Path
        Folder of its own.
    home : Path
        Home folder with a champion.
    file : Path
        File of the table.
    table : PlayedTable
        Table that the plant writes.
    predict : float
        Interval of predictions [s].
    has_broker : bool
        Whether plant and gateway connect to an MQTT broker.
    """
    own, seeds = folder / "gateway", folder / "seeds"
    seeds.mkdir(parents=True)
    own.mkdir()
    text = gateway_seed(table.seed.text, load(PROCESS), table.scans, predict)
    (seeds / f"{PROCESS}.toml").write_text(text, encoding="utf-8")
    certificates.create(own / "gateway")
    certificate, _ = certificate_in(folder / "certificates")
    trust(own / "gateway", certificate)
    broker = BrokerProgram(folder) if has_broker else None
    plant, service = PlantServer(table, file, folder), ServiceProgram(home, folder)
    if broker is not None:
        plant = PlantServer(table, file, folder, "mqtt", broker.port)
    gateway = GatewayProgram(own, seeds, plant.scheme, plant.port, service.port)
    return Trial(folder, table, plant, gateway, service, broker)


def trust(folder: Path, certificate: Path) -> None:
    """Add a certificate of the plant to those that a gateway trusts."""
    der = x509.load_pem_x509_certificate(certificate.read_bytes()).public_bytes(Encoding.DER)
    certificates.trust(folder, der)


@contextmanager
def running(trial: Trial) -> Iterator[None]:
    """Run plant, service and gateway until the block ends; it begins after the first prediction."""
    try:
        if trial.broker is not None:
            trial.broker.start()
        trial.plant.start()
        trial.service.start()
        trial.gateway.start()
        patience = time.monotonic() + PATIENCE
        while not sent_rows(trial):
            if time.monotonic() > patience:
                raise RuntimeError(f"no prediction within {PATIENCE:g} s: {trial.gateway.log}")
            time.sleep(0.1)
        yield
    finally:
        for program in (trial.gateway, trial.service):
            program.end()
        trial.plant.close()
        if trial.broker is not None:
            trial.broker.kill()


def sent_rows(trial: Trial) -> float:
    """Rows of predictions that the service has acknowledged."""
    return trial.gateway.metrics().get(("nonferrous_gateway_rows_total", "rows predictions"), 0.0)


def usage(pid: int) -> dict[str, Any]:
    """Processor time [s] and resident memory [MiB] of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return {"cpu_seconds": seconds, "resident_mib": int(status.partition("VmRSS:")[2].split()[0]) / 1024}
