"""The command that predicts all rows of a table, by the engine that answers tables over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.batch_file import ENDINGS, write_batches
from nonferrous.console import console, progress
from nonferrous.options import Cluster, ProcessName, check_cluster
from nonferrous.table_request import check_out, in_words

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from models.table.parts import CheckedParts
    from nonferrous.predicted_blocks import Predictor
    from registry.versions import Version
    from seeds import Seed

SHOWN = 5  # values out of range that are named
WARNINGS = 20  # warnings that are shown


def predict(
    process: ProcessName,
    data: Annotated[
        Path, typer.Option(help="Table as for `train`, also one larger than memory; targets may be empty or absent.")
    ],
    out: Annotated[Path, typer.Option(help=f"File to write; its name ends in {', '.join(ENDINGS)}.")],
    coverage: Annotated[float, typer.Option(min=0.5, max=0.99, help="Coverage of the intervals [1].")] = 0.9,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help="Part to add, such as energy; `seeds show` lists them; repeatable."),
    ] = None,
    digits: Annotated[str, typer.Option(help="Digits of quantities: by their interval, or all.")] = "interval",
    cluster: Cluster = None,
) -> None:
    """Predict all rows of a table with the champion."""
    from operations.forms.digits import DIGITS
    from operations.forms.include import INCLUDE
    from seeds import load

    seed = load(process)
    check_out(out, ENDINGS, ", ".join(ENDINGS))
    check_cluster(cluster)
    predict_table(seed, data, out, {"coverage": coverage, INCLUDE: include or [], DIGITS: digits}, cluster)


def predict_table(seed: Seed, data: Path, out: Path, given: dict[str, Any], cluster: str | None = None) -> None:
    """Predict all rows of a table into a file.

    Parameters
    ----------
    seed : Seed
        The process.
    data, out : Path
        The table, and the file.
    given : dict
        Fields of a request around its rows.
    cluster : str, optional
        Cluster that predicts blocks of rows, see `compute.cluster.ClusterWorkers`; its workers must share the folder of
        `out`. Rows that depend on those before them are predicted in this process.
    """
    from models.table.parts import checked_parts
    from models.table.periods import latest_plan
    from models.tasks import with_labels
    from nonferrous.predicted_blocks import Predictor, predictions_of_table
    from registry.promotion import champion_of
    from registry.settings import read_settings
    from registry.tracking import Tracking

    process, request = seed.process.name, _request(seed, given)
    with progress() as step:
        step("load the champion", 0, 1)
        tracking = Tracking(read_settings())
        champion = champion_of(process, tracking.versions(process))
        model = with_outcomes(seed, champion, tracking.model(champion))
        with checked_parts(data, seed, today=latest_plan(seed), folder=out.absolute().parent, step=step) as checked:
            predictor = Predictor(seed, with_labels(model, _labelled(checked)), request)
            table = _Rows(checked, (column.name for column in seed.columns))
            with predictions_of_table(predictor, table, checked.rows, out.absolute().parent, cluster) as predictions:
                write_batches(_batches(predictions, predictor, lambda done: step("predict", done, checked.rows)), out)
    screen = console()
    for line in _lines(seed, champion.number, model, checked, out):
        screen.print(line, soft_wrap=True, markup=False)


def _request(seed: Seed, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a request besides its rows, with defaults; PlanError for invalid ones."""
    from operations.catalogue import predictions_of
    from operations.forms.faults import invalid
    from operations.forms.include import INCLUDE, named_words
    from operations.forms.plan_rows import PlanError

    form = predictions_of(seed).form(seed, 1)
    if INCLUDE in given:
        given = given | {INCLUDE: named_words(given[INCLUDE])}
    request, faults = form.envelope.read({"rows": [{}], **given})
    faults = faults or form.not_of_tables(request)
    if faults:
        raise PlanError(in_words(invalid(faults)))
    stated: dict[str, Any] = request
    return stated


def with_outcomes(seed: Seed, champion: Version, model: Any) -> Any:
    """Return the champion calibrated online with the recorded outcomes, as the service does."""
    from registry.settings import read_settings

    settings = read_settings()
    if not settings.records and not (settings.folder / "records.db").exists():
        return model
    from nonferrous.records import opened
    from operations.catalogue import predictions_of
    from registry.promotion import stored
    from serving.hot_reload.online_calibration import OnlineModels
    from serving.hot_reload.status import Served

    where = stored(champion)
    with opened() as database:
        served = Served(where, where.digest or "", model)
        return OnlineModels(database).followed(served, predictions_of(seed).form(seed, 1)).model


class _Rows:
    """Rows that were read, block by block as the engine takes them."""

    def __init__(self, checked: CheckedParts, columns: Iterable[str]) -> None:
        self._tables = checked.tables
        self.names = list(columns)

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        """The columns of these names, some thousands of rows at a time, across the parts of the table."""
        import pandas as pd
        import pyarrow as pa

        from serving.wire.arrow_tables import ROWS

        columns, left = list(names), None
        for table in self._tables():
            held = table[columns] if left is None else pd.concat([left, table[columns]], ignore_index=True)
            end = len(held) // ROWS * ROWS
            for first in range(0, end, ROWS):
                yield pa.Table.from_pandas(held.iloc[first : first + ROWS], preserve_index=False)
            left = held.iloc[end:].reset_index(drop=True)
        if left is not None and len(left):
            yield pa.Table.from_pandas(left, preserve_index=False)


def _batches(
    predictions: Iterator[pa.RecordBatch], predictor: Predictor, done: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    """Predictions as the file has them; reports their number."""
    from operations.forms.history import MADE
    from serving.responses.process_response import interval_of
    from serving.wire.arrow import ABOUT

    coverage, interval = predictor.request["coverage"], interval_of(predictor.model)
    response_header = {"process": predictor.seed.process.name, "coverage": coverage, "interval": interval}
    about, rows = {ABOUT: json.dumps(response_header)}, 0
    for batch in predictions:
        rows += batch.num_rows
        # Here reading has made what is made, of all rows.
        made = batch.drop_columns([MADE]) if MADE in batch.schema.names else batch
        yield made.replace_schema_metadata(about)
        done(rows)


def _labelled(checked: CheckedParts) -> Iterator[pd.DataFrame]:
    """Parts of a table with labels; none where there is no label to learn from."""
    if checked.has_labels:
        yield from checked.tables()


def _lines(seed: Seed, version: int, model: Any, checked: CheckedParts, out: Path) -> Iterator[str]:
    """Yield lines on the rows read, the rejected rows with reasons, and the file of predictions."""
    from serving.responses.process_response import interval_of

    yield f"{seed.process.name}: version {version} on {checked.rows} rows"
    interval = interval_of(model)
    for target, one in {"": interval}.items() if "kind" in interval else interval.items():
        yield f"intervals{f' of {target}' if target else ''}: {one['kind']}, {one['outcomes']} outcomes received"
    yield from (f"Warning: {caution}" for caution in checked.cautions[:WARNINGS])
    if len(checked.cautions) > WARNINGS:
        yield f"and {len(checked.cautions) - WARNINGS} more warnings"
    if len(checked.rejected):
        yield f"{checked.rejected_rows} rows have no prediction:"
        for row in checked.rejected.head(SHOWN).itertuples():
            yield f"  {row.file}, row {row.row}, column {row.column}: got {row.value}: {row.reason}"
        if checked.rejected_values > SHOWN:
            yield f"  and {checked.rejected_values - SHOWN} more values"
    yield f"all predictions: {out}"
