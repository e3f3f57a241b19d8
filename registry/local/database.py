"""The SQLite file of an embedded store: made whole."""

import os
from contextlib import suppress
from pathlib import Path

from registry.local.scratch import scratch


def make_database(file: Path, artifact_root: Path) -> None:
    """Make MLflow's database aside and give it its name in one step: no half database, no race of two first jobs."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with scratch(file.parent) as folder:
        aside = folder / file.name
        store = SqlAlchemyStore(f"sqlite:///{aside}", artifact_root.as_uri())  # type: ignore[no-untyped-call]
        store._dispose_engine()  # type: ignore[no-untyped-call]
        with suppress(FileExistsError):  # another process was first: its database is as good
            os.link(aside, file)
