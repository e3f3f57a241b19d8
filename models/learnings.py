"""Parts that versions of each task fit once for all candidates, and their place in `model.json`."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from models.interfaces.learning import SETPOINTS, WARNINGS, Learning, ModelWithParts, Record
from models.quality.setpoints.model import LotSetpoints as LotSetPoints
from models.setpoints.model import SetpointModel
from models.sorting.setpoints.assayed import Assayed
from models.warnings.model import WarningModel
from seeds import Seed

if TYPE_CHECKING:
    from models.sorting.model import SortingModel

LEARNT = "learnt"  # key of `model.json`
_FORM = 'expected {"version": ..., "state": {...}} or {"refused": "..."}'


def short(value: object) -> str:
    """The beginning of what a value looks like, however deep it is."""
    return reprlib.repr(value)[:100]


class LearntError(ValueError):
    """Part of a model's file that cannot be restored; the message has place, value and expectation."""


class UnitSetpointPart(Learning[SetpointModel]):
    """Effects of a unit's set-points, for processes with a physical response."""

    name = SETPOINTS

    def state(self, part: SetpointModel) -> Record:
        """Return the fitted part as JSON values."""
        return part.state()

    def restored(self, state: Record, version: int, seed: Seed) -> SetpointModel:
        """Return the set-point model; SetpointError where its physics has other constants by now."""
        return SetpointModel.from_state(state, seed)


class EarlyWarnings(Learning[WarningModel]):
    """Probabilities of the events that the seed names."""

    name = WARNINGS

    def state(self, part: WarningModel) -> Record:
        """Return the fitted part as JSON values."""
        return part.state()

    def restored(self, state: Record, version: int, seed: Seed) -> WarningModel:
        """Return the warning model."""
        return WarningModel.from_state(state, seed)


class AssayedPieces(Learning[Assayed]):
    """Recent pieces outside a sorter's training rows, for evaluation of its line's set-points."""

    name = SETPOINTS

    def state(self, part: Assayed) -> Record:
        """Return the pieces as JSON values."""
        return part.state()

    def restored(self, state: Record, version: int, seed: Seed) -> Assayed:
        """Return the pieces."""
        return Assayed.from_state(state)

    def bound(self, part: Assayed, model: SortingModel) -> Any:
        """Return set-points of the line, by the sorter's decisions on these pieces."""
        return model.line_setpoints


class LotEffects(Learning[LotSetPoints]):
    """Effects of set-points on future lots."""

    name = SETPOINTS
    version = 2

    def state(self, part: LotSetPoints) -> Record:
        """Return the fitted part as JSON values."""
        return part.state()

    def restored(self, state: Record, version: int, seed: Seed) -> LotSetPoints:
        """Return the effects."""
        return LotSetPoints.from_state(state, seed)


LEARNINGS: dict[str, tuple[Learning[Any], ...]] = {
    "regression": (UnitSetpointPart(), EarlyWarnings()),
    "sorting": (AssayedPieces(),),
    "quality": (LotEffects(),),
}
"""Parts by task, in the order of files, cards and jobs; tasks without parts are absent."""


def learnt_by(model: ModelWithParts, name: str) -> Any | None:
    """Return a fitted part of a version, as requests use it; None if it has none of this name."""
    if name not in model.learnt:
        return None
    return _by_name(model.seed)[name].bound(model.learnt[name], model)


def described(model: ModelWithParts) -> Record:
    """Return the parts of a model, and the reasons of those that it refuses, as `model.json` has them.

    Raises
    ------
    LearntError
        The model carries or refuses a part that its task does not name: it would be lost.
    """
    for name in {**model.learnt, **model.refusals}:
        _known(name, model.seed)
    return dict(_described(model))


def _described(model: ModelWithParts) -> Iterator[tuple[str, Record]]:
    for name, learning in _by_name(model.seed).items():
        if name in model.learnt:
            yield name, {"version": learning.version, "state": learning.state(model.learnt[name])}
        elif name in model.refusals:
            yield name, {"refused": model.refusals[name]}


def restored(part: Mapping[str, Any], seed: Seed) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the parts of a model and the reasons of those that it refuses.

    Parameters
    ----------
    part : Mapping
        Model in `model.json`, of one target; its key LEARNT holds what `described` gave.
    seed : Seed
        Seed of the process at training time.

    Raises
    ------
    LearntError
        A part of an unknown name, of another form, of a newer version or with a state that cannot be read.
    """
    stored = part.get(LEARNT)
    if not isinstance(stored, dict):
        raise LearntError(f"{LEARNT}: got {short(stored)}: expected an object with a part a name")
    parts: dict[str, Any] = {}
    refusals: dict[str, str] = {}
    for name, entry in stored.items():
        learning, place = _known(name, seed), f"{LEARNT}.{name}"
        match entry:
            case {"refused": str(reason)} if len(entry) == 1:
                refusals[name] = reason
            case {"version": int(version), "state": dict(state)} if type(version) is int and len(entry) == 2:
                parts[name] = _restored(learning, place, version, state, seed)
            case _:
                raise LearntError(f"{place}: got {short(entry)}: {_FORM}")
    return parts, refusals


def _restored(learning: Learning[Any], place: str, version: int, state: Record, seed: Seed) -> Any:
    if not 1 <= version <= learning.version:
        expected = f"expected 1 to {learning.version}, which this version of the code reads"
        raise LearntError(f"{place}.version: got {version}: {expected}")
    try:
        return learning.restored(state, version, seed)
    except Exception as error:  # whatever a parser of an unfit state raises
        expected = f"expected a state as version {version} writes it"
        raise LearntError(f"{place}.state: got {short(state)}: {expected}: {error!r}") from error


def _known(name: str, seed: Seed) -> Learning[Any]:
    known = _by_name(seed)
    if name not in known:
        expected = f"expected one of {', '.join(known)}" if known else "expected none"
        raise LearntError(f"{LEARNT}: got a part {name[:40]!r}: {expected} in a model of {seed.process.task}")
    return known[name]


def _by_name(seed: Seed) -> dict[str, Learning[Any]]:
    return {one.name: one for one in LEARNINGS.get(seed.process.task, ())}
