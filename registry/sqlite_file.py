"""The SQLite file of an embedded store: made whole."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from system.temporary_folder import scratch


def make_database(file: Path, artifact_root: Path) -> None:
    """Create MLflow's database under another name and rename it: atomic, also for two first jobs."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch(file.parent) as folder:
        temporary = folder / file.name
        store = SqlAlchemyStore(f"sqlite:///{temporary}", artifact_root.as_uri())  # type: ignore[no-untyped-call]
        store._dispose_engine()  # type: ignore[no-untyped-call]
        temporary.chmod(0o600)  # as the records': it says what a plant measures
        with suppress(FileExistsError):  # another process was first: its database is as good
            os.link(temporary, file)


def make_private(file: Path) -> None:
    """Restrict an older database of the current user to owner access."""
    with suppress(PermissionError):
        if (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077:
            file.chmod(mode & 0o700)
