"""Sites with empty databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.deploy.site import PROCESS, Site
from tests.suite.postgresql import PostgreSQL
from tests.suite.tools import needed


@pytest.fixture
def make_site(tmp_path: Path, toy_folder: Callable[..., Path]) -> Iterator[Callable[[str], Any]]:
    """Starter of a site with empty databases; `opened` starts MLflow on them."""
    needed("initdb")
    seeds = toy_folder(PROCESS)
    with ExitStack() as stack:

        def make(name: str) -> Site:
            database = PostgreSQL("-c fsync=off")
            stack.callback(database.remove)
            engine = create_engine(database.url.replace("postgresql:", "postgresql+psycopg:"))
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for one in ("records", "mlflow"):
                    connection.execute(text(f"CREATE DATABASE {one}"))
            engine.dispose()
            folder = tmp_path / name
            folder.mkdir()
            return Site(folder, database, more={"NONFERROUS_SEEDS": str(seeds)})

        yield make
