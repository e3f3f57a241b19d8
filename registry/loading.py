"""Whether a version can be served as it is kept: fetched and loaded as the service does it."""

import tempfile
import warnings
from pathlib import Path

from models import files
from registry.store import Champion, Store


def trouble_of(store: Store, version: Champion) -> str | None:
    """What keeps a version from being served; None where it loads and answers its recorded rows.

    Parameters
    ----------
    store : Store
        Where its files are.
    version : Champion
        Which version, and the digest that the registry holds.

    Returns
    -------
    str or None
        In one line: files that are absent or were changed, answers that differ from the recorded ones, another digest.
    """
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(mlflow|sqlalchemy|alembic)\b")
        try:
            folder = store.fetch(version, Path(scratch))
            files.load(folder)
            found = files.digest(folder)
        except Exception as error:  # a version may be broken in any way
            return " ".join(str(error).replace(f"{scratch}/", "").split()) or type(error).__name__
    if version.digest not in (None, found):
        return f"its digest is not the registry's: got {found}, expected {version.digest}"
    return None
