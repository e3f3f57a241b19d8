"""Databases for tests of the records: a SQLite file, and a PostgreSQL server that lives as long as the session."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, text

from records.database import Database, migrate
from records.requests import StoredExchange
from system.record_ids import new_id
from tests.suite.postgresql import PostgreSQL
from tests.suite.tools import needed


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL server on the loopback interface, made for this session."""
    needed("initdb")
    server = PostgreSQL("-c fsync=off")
    try:
        yield server.address
    finally:
        server.remove()


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
def older(url: str) -> Callable[[str], AbstractContextManager[Connection]]:
    """Opener of the same database, still empty, with the tables that an older migration left."""

    @contextmanager
    def opened(form: str) -> Iterator[Connection]:
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir()
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            migrate(connection, form)
            yield connection
        engine.dispose()

    return opened


@pytest.fixture
def first_form() -> Callable[[StoredExchange], dict[str, object]]:
    """Maker of a row of table `requests` in its first form, by the former names of the columns."""
    columns = "id part at client process operation version digest kind".split()

    def row(exchange: StoredExchange) -> dict[str, object]:
        bodies = {"asked": exchange.request_body, "answer": exchange.response_body}
        return {name: getattr(exchange, name) for name in columns} | bodies

    return row


@pytest.fixture
def stored_exchange() -> Callable[..., StoredExchange]:
    """Maker of a request with its answer."""

    def make(body: bytes = b'{"rows": []}', **more: object) -> StoredExchange:
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
            "request_body": body,
            "response_body": b"{}",
        }
        return StoredExchange(**{**given, **more})

    return make
