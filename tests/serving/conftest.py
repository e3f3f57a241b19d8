"""A client of a service that answers in process."""

import asyncio
import ipaddress
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from operations.catalogue import offered
from records.database import Database
from seeds import Seed
from serving.app import Service
from serving.hot_reload.seed_folder import SeedFolderSnapshot
from serving.middleware.admission import Load
from serving.middleware.allowed_hosts import AllowedHosts
from serving.middleware.authorization import InMemory, KeyCache
from serving.middleware.context import RequestContext
from serving.middleware.rate_limit import RateLimiter
from serving.middleware.request import RequestMiddleware
from tests.suite.children import child

SERVE = """
import sys
from serving.hot_reload.folder_store import FolderStore
from serving.run import run
from serving.settings import read_settings

store = FolderStore()
store.point("toy_cells", 1, sys.argv[1])
sys.exit(run(read_settings(), store))
"""


class Running:
    """Starter of services of the made-up process of numbers, as processes of their own on the loopback interface.

    `folder` holds its model, and the folder beside it called `seeds` its seed; what it says comes into a file there,
    since a pipe that nobody reads holds up who writes into it. They share a home folder: what one has tried of a model
    the next need not.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    def log(self, folder: Path) -> Path:
        return folder.parent / "service.log"

    def command(self, folder: Path) -> list[str]:
        return [sys.executable, "-c", SERVE, str(folder)]

    def environment(self, folder: Path, **more: str) -> dict[str, str]:
        own = {"HOME": str(self.home), "SEEDS": str(folder.parent / "seeds"), "PORT": "0"}
        return os.environ | {f"NONFERROUS_{name}": value for name, value in own.items()} | more

    @contextmanager
    def __call__(self, folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """A service that answers; gives the process and its address."""
        environment, log = self.environment(folder, **more), self.log(folder)
        with log.open("w") as output, child(self.command(folder), env=environment, stderr=output) as process:
            patience = time.monotonic() + 120
            while "version 1 in service" not in (message := log.read_text()):  # its address comes before
                assert process.poll() is None, message
                assert time.monotonic() < patience, message
                time.sleep(0.02)
            yield process, message.split("listening on ")[1].split(",")[0]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Records in the temporary folder of a test."""
    made = Database(f"sqlite:///{tmp_path / 'records.db'}")
    yield made
    made.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Starter of real services."""
    return Running(tmp_path_factory.mktemp("running") / "home")


@pytest.fixture(scope="session")
def call() -> Iterator[Callable[..., httpx.Response]]:
    """Sender of one request to a service, which answers in process, on one event loop as a server has."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def send(app: object, method: str, path: str, **request: object) -> httpx.Response:
        async def answered() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **request)

        return asyncio.run_coroutine_threadsafe(answered(), loop).result(timeout=300)

    yield send
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class Watched:
    """Who is told of each request by the door."""

    def __init__(self) -> None:
        self.visits: list[RequestContext] = []
        self.lags: list[float] = []

    def finished(self, visit: RequestContext) -> None:
        self.visits.append(visit)

    def lagged(self, seconds: float) -> None:
        self.lags.append(seconds)


@pytest.fixture(scope="session")
def behind_a_door() -> Callable[..., RequestMiddleware]:
    """Maker of a door before an application, open to anybody unless it is given otherwise."""

    def made(app: Any, **more: Any) -> RequestMiddleware:
        given: dict[str, Any] = {
            "hosts": AllowedHosts("127.0.0.1"),
            "ring": KeyCache(InMemory(), True, 1.0),
            "rates": RateLimiter(None),
            "load": Load(),
            "deadline": 60.0,
            "watching": Watched(),
        }
        return RequestMiddleware(**{**given, **more}).before(app)

    return made


@pytest.fixture(scope="session")
def fixed() -> Callable[..., object]:
    """Maker of processes for the service from seeds by name, which stay as they are."""

    class Fixed:
        def __init__(self, seeds: dict[str, Seed]) -> None:
            self._known = SeedFolderSnapshot({name: offered(seed, 50) for name, seed in seeds.items()}, {})

        def look(self) -> SeedFolderSnapshot:
            return self._known

    return Fixed


@pytest.fixture
def lot_sender(call: Any) -> Callable[..., Callable[..., Any]]:
    """Maker of a sender of requests for set-points of lots, whose answers must be what the service describes."""

    def made(app: Service, url: str, plans: tuple[Any, ...]) -> Callable[..., Any]:
        def send(verb: str, rows: Any = plans, status: int = HTTPStatus.OK, **more: Any) -> Any:
            response = call(app, "POST", f"{url}/{verb}", json={"rows": list(rows), **more})
            assert response.status_code == status, response.text
            if status == HTTPStatus.OK:
                (own,) = app.taken
                TypeAdapter(own.forms[verb].answer).validate_json(response.content)
            return response.json()

        return send

    return made


@pytest.fixture
def lot_faults() -> Callable[..., Callable[..., list[dict[str, Any]]]]:
    """Maker of a sender as of `lot_sender` that gives the faults of a request which is refused."""

    def made(post: Callable[..., Any], plans: tuple[Any, ...]) -> Callable[..., list[dict[str, Any]]]:
        def faults_of(verb: str, rows: Any = plans, **more: Any) -> list[dict[str, Any]]:
            refused: list[dict[str, Any]] = post(verb, rows, HTTPStatus.UNPROCESSABLE_ENTITY, **more)["errors"]
            return refused

        return faults_of

    return made


@pytest.fixture
def make_certificate(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Maker of a certificate of 127.0.0.1 and its key as files, valid between two times (UTC)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    numbers = itertools.count()

    def made(begins: datetime | None = None, ends: datetime | None = None) -> tuple[Path, Path]:
        now, number = datetime.now(UTC), next(numbers)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"service {number}")])
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        signed = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(begins or now - timedelta(days=1))
            .not_valid_after(ends or now + timedelta(days=365))
            .add_extension(x509.SubjectAlternativeName([address]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        files = tmp_path / f"certificate{number}.pem", tmp_path / f"key{number}.pem"
        files[0].write_bytes(signed.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    return made
