"""Requests of operations for the rows of a table, which the commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nonferrous.console import check_folder, fail

if TYPE_CHECKING:
    from models.table.contract import Checked
    from operations.operation import AdviceOperation, Form
    from registry.versions import Version
    from seeds import Seed

ENDINGS = (".csv", ".parquet")


@dataclass(frozen=True, eq=False)
class Requested:
    """Response of an operation to the rows of a table.

    Attributes
    ----------
    operation, form : AdviceOperation, Form
        The operation, and its form of the process.
    version : int or None
        The champion; None where no model is needed.
    rows : int
        Rows that were read.
    notes : tuple of str
        Remarks on what was taken for the plans.
    answer : dict
        The response, without its head.
    """

    operation: AdviceOperation[Any, Any]
    form: Form
    version: int | None
    rows: int
    notes: tuple[str, ...]
    answer: Mapping[str, Any]

    @property
    def seed(self) -> Seed:
        """The process."""
        return self.form.seed


def check_out(out: Path, endings: tuple[str, ...] = ENDINGS, words: str = " or ".join(ENDINGS)) -> None:
    """End with exit code 2 where a file cannot be written."""
    if out.suffix.lower() not in endings:
        fail(f"--out: got {out}: expected a file that ends in {words}")
    check_folder("--out", out)


def requested(
    seed: Seed,
    operation: AdviceOperation[Any, Any],
    data: Path,
    options: Callable[[Any], dict[str, Any]],
    step: Callable[[str, int, int], None],
) -> Requested:
    """Response of an operation to the rows of a table.

    Parameters
    ----------
    seed : Seed
        The process.
    operation : AdviceOperation
        The operation.
    data : Path
        Table of the plant.
    options : callable
        Fields of the request around its rows, of the operation's form.
    step : callable
        Progress: what is being done, the steps done and the steps in all.

    Raises
    ------
    PlanError
        The champion was not trained for the operation, or a plan lacks a set-point.
    TableError
        The table breaks its contract.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    """
    from models.table.periods import latest_plan
    from models.table.reading import read_table
    from operations.forms.faults import RequestError
    from operations.forms.plan_rows import PlanError

    version, trained = (None, None) if not operation.uses_model else _champion(seed, operation, step)
    step("read the table", 1, 3)
    checked: Checked = read_table(data, seed, today=latest_plan(seed))
    form = operation.form(seed, max(len(checked.table), 1))
    if form is None:
        raise PlanError(f"{seed.process.name}: {operation.lacking}")
    step("compute the response", 2, 3)
    try:
        made = operation.request_of(form, checked.table, options(form))
        answer = operation.answer(form, trained, made.request)
    except RequestError as error:
        raise PlanError(in_words(error)) from None
    number = None if version is None else version.number
    return Requested(operation, form, number, len(checked.table), made.notes, answer)


def _champion(
    seed: Seed, operation: AdviceOperation[Any, Any], step: Callable[[str, int, int], None]
) -> tuple[Version, Any]:
    """The champion of a process, and the part of it that an operation needs."""
    from operations.forms.plan_rows import PlanError
    from operations.operation import NotLearntError
    from registry.promotion import champion_of
    from registry.settings import read_settings
    from registry.tracking import Tracking

    process = seed.process.name
    step("load the champion", 0, 3)
    tracking = Tracking(read_settings())
    version = champion_of(process, tracking.versions(process))
    try:
        return version, operation.learnt_of(tracking.model(version), operation.untrained)
    except NotLearntError as error:
        raise PlanError(f"{process}: version {version.number} {error}") from None


def in_words(error: Any) -> str:
    """All faults of a request in one text; where a model refused, its own words."""
    if error.__cause__ is not None:
        return str(error.__cause__)
    return "; ".join(map(_said, error.faults)) or str(error.detail)


def _said(fault: Any) -> str:
    place = ", ".join(filter(None, (None if fault.row is None else f"row {fault.row}", fault.field)))
    got = "" if fault.value is None else f"got {fault.value}: "
    return f"{place or 'request'}: {got}expected {fault.expected}"


def written(result: Requested, out: Path) -> int:
    """Write the rows of a response, and no file where it has none; gives their number."""
    import pandas as pd

    from models.table.reading import write_frame

    frame = pd.DataFrame(result.operation.flat(result.form, dict(result.answer)))
    if len(frame):
        write_frame(frame, out)
    return len(frame)
