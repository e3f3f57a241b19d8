"""Loading of a version into a serving process: shared by the service, `promote` and the gate.

Digests and signature are checked before anything is parsed. A model that is new here is then loaded and self-tested in
a process of its own; what came of it is remembered by the model's digest. Only what passed is loaded in this process,
and compared with the process that it serves.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.sandbox import sandbox
from models.storage import model_files
from models.tasks import Model
from registry.loading.load_results import TrialLoadResults
from registry.loading.signatures import check_signature
from registry.settings import StoreSettings
from registry.store import Champion, Store
from seeds import Seed
from seeds.format.agreement import differing
from system.temporary_folder import scratch

log = logging.getLogger("nonferrous.registry")

LONGEST = 400  # letters of a reason


@dataclass(frozen=True, eq=False)
class LoadedVersion:
    """A version that may answer.

    Parameters
    ----------
    model : Model
        What answers.
    digest : str
        Its digest.
    size : int
        Of its files [byte].
    """

    model: Model
    digest: str
    size: int


@dataclass(frozen=True)
class Refused:
    """A version that may not answer, and why, in one line."""

    why: str


class UnfitError(ValueError):
    """A version that is not what the registry says of it, or does not answer what the process is asked."""


class Loading:
    """Loads versions so that none of them can hurt the process that does it.

    Parameters
    ----------
    settings : StoreSettings
        The home folder, where verdicts are remembered, and the public key, if models must be signed.
    """

    def __init__(self, settings: StoreSettings) -> None:
        self._tried = TrialLoadResults(settings.folder)
        self._public_key = settings.public_key

    def load(self, store: Store, version: Champion, seed: Seed, again: bool = False) -> LoadedVersion | Refused:
        """Load one version; see `load_all`."""
        ((_, outcome),) = self.load_all(store, [(version, seed)], again)
        return outcome

    def load_all(
        self, store: Store, champions: Sequence[tuple[Champion, Seed]], again: bool = False
    ) -> Iterator[tuple[Champion, LoadedVersion | Refused]]:
        """Load versions; those that are new here are tried in one process of their own.

        Parameters
        ----------
        store : Store
            Where their files are.
        champions : sequence of tuple
            Versions, and the seed of the process that each is to answer for.
        again : bool
            Whether they are tried whatever is remembered of them.

        Yields
        ------
        tuple
            Each version, and what came of it.
        """
        if not champions:
            return
        with scratch() as folder:
            fetched: list[tuple[Champion, Seed, Path]] = []
            for number, (version, seed) in enumerate(champions):
                try:
                    fetched.append((version, seed, self._fetched(store, version, folder / str(number), again)))
                except Exception as error:  # a store, its files or a key may be broken in any way
                    yield version, Refused(reason_of(error, folder))
            verdicts = self._verdicts([path for *_, path in fetched], folder, again)
            for version, seed, path in fetched:
                try:
                    yield version, _loaded(path, verdicts[path], version, seed)
                except Exception as error:  # a model may be unfit in any way
                    yield version, Refused(reason_of(error, folder))

    def _fetched(self, store: Store, version: Champion, folder: Path, again: bool) -> Path:
        """Return files of a version as registered; none if they are known to fail at loading."""
        if version.digest is not None and not again:
            self._check_remembered(version.digest, version)
        folder.mkdir()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(mlflow|sqlalchemy|alembic)\b")
            path = store.fetch(version, folder)
        check_signature(path, self._public_key)
        digest = model_files.digest(path)
        if version.digest not in (None, digest):
            raise UnfitError(f"its digest is not the registry's: got {digest}, expected {version.digest}")
        if not again:
            self._check_remembered(digest, version)
        return path

    def _check_remembered(self, digest: str, version: Champion) -> None:
        verdict = self._tried.verdict(digest)
        if verdict is not None and verdict.trouble is not None:
            again = f"nonferrous models verify {version.process} {version.version}"
            raise UnfitError(f"{verdict.trouble} (seen before; to try it again: {again})")

    def _verdicts(self, paths: list[Path], folder: Path, again: bool) -> dict[Path, str | None]:
        """Return the load error of each model by its folder; new models are loaded and the result stored."""
        verdicts: dict[Path, str | None] = {}
        new: list[Path] = []
        for path in paths:
            # It passed, else it is not here.
            if not again and self._tried.verdict(model_files.digest(path)) is not None:
                verdicts[path] = None
                continue
            try:
                model_files.check(path)  # a file that is damaged says nothing of the model of this digest
                new.append(path)
            except Exception as error:
                verdicts[path] = reason_of(error, folder)
        if new:
            verdicts |= self._trial(new)
        return verdicts

    def _trial(self, new: list[Path]) -> dict[Path, str | None]:
        try:
            load_errors = sandbox.load_errors(new)
        except (sandbox.SandboxError, OSError) as error:
            return dict.fromkeys(new, " ".join(str(error).split()))
        self._tried.remember({model_files.digest(path): reason for path, reason in zip(new, load_errors, strict=True)})
        return dict(zip(new, load_errors, strict=True))


def _loaded(path: Path, error: str | None, version: Champion, seed: Seed) -> LoadedVersion:
    """A model whose trial has passed, in this process, if it fits the process that it is to answer for."""
    if error is not None:
        raise UnfitError(error)
    model = model_files.load(path)
    if model.seed.process.name != version.process:
        raise UnfitError(f"got a model of the process {model.seed.process.name}, expected one of {version.process}")
    others = differing(model.seed, seed)
    if others:
        raise UnfitError(f"it was trained with another seed, which differs in {', '.join(others)}")
    return LoadedVersion(model, model_files.digest(path), model_files.size(path))


def reason_of(error: Exception, folder: Path) -> str:
    """Return an exception's message in one line, without the temporary folder's path."""
    text = re.sub(rf"{re.escape(str(folder))}(/\d+)?/?", "", " ".join(str(error).split()))
    return text[:LONGEST] or type(error).__name__
