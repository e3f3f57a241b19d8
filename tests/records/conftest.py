"""Databases for tests of the records: a SQLite file, and a PostgreSQL server that lives as long as the session."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from records.database import Database
from records.requests import Kept, new_id

USER = "postgres"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL server on the loopback interface, made for this session."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql (CONTRIBUTING.md)")
    binaries, folder, port = found[-1].parent, Path(tempfile.mkdtemp(prefix="nonferrous-pg-")), _free_port()
    # The server refuses to run as root.
    as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
    user = USER if as_user else pwd.getpwuid(os.geteuid()).pw_name
    if as_user:
        shutil.chown(folder, USER)

    def run(*command: str) -> None:
        subprocess.run(
            [*as_user, *command], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    data, control = str(folder / "data"), str(binaries / "pg_ctl")
    try:
        run(str(binaries / "initdb"), "-D", data, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", user)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run(control, "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://{user}@127.0.0.1:{port}"
        finally:
            run(control, "-D", data, "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records' / 'records.db'}"
    server, name = request.getfixturevalue("postgresql"), f"t{uuid4().hex}"
    engine = create_engine(
        f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with the newest tables and nothing in them."""
    made = Database(url)
    yield made
    made.close()


@pytest.fixture
def kept() -> Callable[..., Kept]:
    """Maker of a request with its answer."""

    def make(asked: bytes = b'{"rows": []}', **more: object) -> Kept:
        given = {
            "id": new_id(),
            "part": 0,
            "at": 1_700_000_000_000_000,
            "client": "127.0.0.1",
            "process": "toy_cells",
            "operation": "predictions",
            "version": 1,
            "digest": "sha256:" + "0" * 64,
            "kind": "application/json",
            "asked": asked,
            "answer": b"{}",
        }
        return Kept(**{**given, **more})

    return make
