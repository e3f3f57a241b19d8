"""Commands on the records: predictions, outcomes and the audit log."""

from __future__ import annotations

import datetime as dt
import gc
import getpass
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.console import Step, console, fail, progress
from nonferrous.groups import group
from nonferrous.options import ProcessName, Reason

if TYPE_CHECKING:
    import pyarrow as pa

    from records.audit import Entry
    from records.database import Database
    from seeds import Seed
    from serving.outcomes.tables import Tables

records_app = group("Export, review, withdraw or delete predictions and outcomes.")


@contextmanager
def opened() -> Iterator[Database]:
    """The records that the settings name."""
    from records.database import Database
    from registry.settings import read_settings

    with closing(Database(read_settings().records_url)) as database:
        yield database


def check_records() -> None:
    """Open the records that NONFERROUS_RECORDS names, to fail before a long job; nothing without it.

    Raises
    ------
    RecordsError
        They cannot be opened.
    """
    from registry.settings import read_settings

    if read_settings().records:
        with opened():
            pass


Row = tuple[str, str, str, str, "dict[str, Any]"]  # who, what, subject, why, figures


def enter_moves(process: str) -> None:
    """Add promotions, rollbacks and shadow periods since the last call to the audit log.

    After any command, also a killed one: MLflow keeps each move of an alias with its number; those that have no
    entry get one.
    """
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from registry.versions import CHAMPION, SHADOW

    rows: list[Row] = []
    for move in Tracking(read_settings()).audit(process):
        if move.alias not in (CHAMPION, SHADOW) or not move.number:
            continue
        subject = f"{process}, move {move.number}: version {move.before or 'none'} to {move.after or 'none'}"
        if move.alias == SHADOW:
            action = "shadow end" if move.after is None else "shadow begin"
        else:
            action = "rollback" if move.action == "rollback" else "promotion"
        rows.append((move.who, action, subject, move.why, {"moved": move.when, **move.metrics}))
    _enter(rows)


def enter_batches(process: str | None) -> None:
    """Add accepted, rejected and withdrawn batches of new rows since the last call to the audit log.

    MLflow keeps each batch with its state; a state that has no entry gets one.
    """
    from registry.retraining.new_rows import batches
    from registry.settings import read_settings
    from registry.tracking import Tracking

    ended = [one for one in batches(process, Tracking(read_settings())) if one.state != "pending"]
    rows: list[Row] = []
    for one in ended:
        action = "withdrawal" if one.state == "withdrawn" else "retraining"
        subject = f"{one.process}, batch {one.name}: {one.state}"
        figures = {"rows": one.rows, "digest": one.digest, "given": one.when}
        rows.append((one.withdrawn_by or one.who, action, subject, one.why, figures))
    _enter(rows)


def _enter(rows: list[Row]) -> None:
    """Enter into the audit those whose subject has no entry yet."""
    from records import audit
    from records.schema import AUDIT

    with opened() as database, database.begin() as connection:
        database.lock(connection, AUDIT)
        known = {_present(entry.subject) for entry in audit.entries(connection)}
        for actor, action, subject, reason, figures in rows:
            if subject not in known:
                audit.add(database, connection, actor, action, subject, reason, figures)


def _present(subject: str) -> str:
    """Return an audit subject with the present name of a batch's state instead of a former one."""
    from registry.retraining.new_rows import FORMER_STATES

    return re.sub(r"(, batch \w+: )(\w+)$", lambda match: match[1] + FORMER_STATES.get(match[2], match[2]), subject)


@records_app.command()
def export(
    process: ProcessName,
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    labelled: Annotated[
        bool, typer.Option("--labelled", help="Only rows with known outcomes, as a table for training.")
    ] = False,
) -> None:
    """Export predictions and outcomes to a Parquet file."""
    from seeds import load

    if out.suffix.lower() != ".parquet" or not out.parent.is_dir():
        fail(f"--out: got {out}: expected a file that ends in .parquet, in a folder that exists")
    rows = write(load(process), out, labelled)
    console().print(f"{process}: {rows} rows in {out}", soft_wrap=True, markup=False)


def labelled_file(seed: Seed) -> tuple[Path, int]:
    """Write the labelled records to a file in the home folder; gives it and how many rows there are."""
    from registry.settings import read_settings

    file = read_settings().folder / "labelled" / f"{seed.process.name}.parquet"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return file, write(seed, file, labelled=True)


def by_both_file(seed: Seed, champion: str, shadow: str) -> Path | None:
    """Write the labelled records with responses of both a champion and a shadow version to a file.

    None where there is no such row.
    """
    from registry.settings import read_settings

    file = read_settings().folder / "labelled" / f"{seed.process.name}_by_both.parquet"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return file if _written(seed, file, lambda tables, _: tables.labelled((champion, shadow))) else None


def write(seed: Seed, out: Path, labelled: bool) -> int:
    """Write recorded rows to a Parquet file, which is there whole or not at all; gives how many.

    Raises
    ------
    RecordsError
        There are none, or the database did not do its part.
    """
    from records.database import RecordsError

    def batches_of(tables: Tables, step: Step) -> Iterator[pa.RecordBatch]:
        return tables.labelled() if labelled else tables.all_rows(lambda done: step(f"{done} rows", 0, 1))

    rows = _written(seed, out, batches_of)
    if not rows:
        message = "nothing is recorded of which an outcome is known" if labelled else "nothing is recorded"
        raise RecordsError(f"{seed.process.name}: {message}")
    return rows


def _written(seed: Seed, out: Path, batches_of: Callable[[Tables, Step], Iterator[pa.RecordBatch]]) -> int:
    """Write some of the recorded rows to a Parquet file; gives how many."""
    from nonferrous.batch_file import write_batches
    from serving.outcomes.tables import Tables

    with opened() as database, progress() as step, _uncollected():
        return write_batches(batches_of(Tables(database, seed), step), out)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking millions of cells that are in no cycle: a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@records_app.command()
def batches(process: ProcessName) -> None:
    """List outcome batches and their review state."""
    from records.online_states import newest
    from records.outcomes import batches as listed
    from seeds import load
    from serving.hot_reload.online_calibration import waiting_of

    seed = load(process)
    with opened() as database, database.read() as connection:
        stored_batches = listed(connection, seed.process.name)
        waiting = waiting_of(seed, newest(connection, seed.process.name))
    screen = console()
    for one in stored_batches:
        corrected = f", {one.corrected} corrected" if one.corrected else ""
        accepted = "" if one.accepted is None else f", accepted by {one.accepted}"
        withdrawn = "" if one.withdrawn is None else f", withdrawn by {one.withdrawn}"
        waits = "".join(f", {each.outcomes} wait: {each.why}" for _, each in waiting if each.batch == one.number)
        line = f"batch {one.number}: {_shown(one.at)}, {one.rows} outcomes{corrected} from {one.client}"
        screen.print(f"{line}{accepted}{withdrawn}{waits}", soft_wrap=True, markup=False)
    if not stored_batches:
        screen.print(f"{process}: no outcomes", markup=False)


@records_app.command()
def withdraw(
    batch: Annotated[int, typer.Argument(help="Batch number, as `records batches` shows it.")],
    reason: Reason,
) -> None:
    """Exclude an outcome batch."""
    from records.outcomes import withdraw as run

    if not reason.strip():
        fail("--reason: got an empty text, expected a reason; it is stored in the audit log")
    with opened() as database:
        process = run(database, batch, getpass.getuser(), reason)
    console().print(f"{process}: batch {batch} withdrawn", markup=False)


@records_app.command()
def accept(
    batch: Annotated[int, typer.Argument(help="Number of a batch pending review, as `records batches` shows it.")],
    reason: Reason,
) -> None:
    """Accept an outcome batch after review."""
    from records.outcomes import accept as run

    if not reason.strip():
        fail("--reason: got an empty text, expected a reason; it is stored in the audit log")
    with opened() as database:
        process = run(database, batch, getpass.getuser(), reason)
    console().print(f"{process}: batch {batch} accepted; predictions now adapt to it", markup=False)


@records_app.command()
def delete(
    before: Annotated[str, typer.Option(help="First day that is kept, such as 2026-11-01 (UTC).")],
) -> None:
    """Delete requests and responses before a date."""
    from records.retention import remove as run

    try:
        day = dt.datetime.fromisoformat(before).replace(tzinfo=dt.UTC)
    except ValueError:
        fail(f"--before: got {before}: expected a day, as 2026-11-01")
    if day > dt.datetime.now(dt.UTC):
        fail(f"--before: got {before}: expected a day that is not in the future")
    with opened() as database:
        removed = run(database, int(day.timestamp() * 1e6), getpass.getuser())
    console().print(f"{removed} requests deleted", markup=False)


@records_app.command()
def audit() -> None:
    """Print the audit log and verify its hash chain."""
    from records.audit import entries, faults

    with opened() as database, database.read() as connection:
        stored_entries, wrong = list(entries(connection)), faults(connection)
    screen = console()
    for one in stored_entries:
        screen.print(entry_line(one), soft_wrap=True, markup=False)
    if wrong:
        fail("the audit was changed:\n" + "\n".join(wrong))
    last = f", the last has the hash {stored_entries[-1].hash}" if stored_entries else ""
    screen.print(f"{len(stored_entries)} entries, none changed or missing{last}", soft_wrap=True, markup=False)


def entry_line(entry: Entry) -> str:
    """An entry of the audit in one line."""
    figures = ", ".join(f"{name} {value}" for name, value in entry.figures.items())
    line = f"{entry.number}: {_shown(entry.at)}, {entry.actor}: {entry.action} of {entry.subject}"
    return line + "".join(f"; {part}" for part in (entry.reason, figures) if part)


def _shown(at: int) -> str:
    return f"{dt.datetime.fromtimestamp(at / 1e6, dt.UTC):%Y-%m-%d %H:%M:%S}"
