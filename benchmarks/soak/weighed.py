"""State of a service at one time: memory, handles, records, and outcomes that are not applied yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.faults.load import PROCESS
from records.database import Database
from records.schema import OUTCOMES, STATES


def measured_size(pid: int, file: Path, database: Database) -> dict[str, Any]:
    """Resident memory [MiB], open handles, size of the records [MiB] and length of the outcomes' queue.

    Parameters
    ----------
    pid : int
        The service.
    file : Path
        SQLite file of its records; its log counts too.
    database : Database
        The same records.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    parts = [path for path in (file, file.with_name(f"{file.name}-wal")) if path.exists()]
    with database.read() as connection:
        newest = connection.scalar(select(func.max(OUTCOMES.c.number)).where(OUTCOMES.c.process == PROCESS)) or 0
        upto = connection.scalar(select(func.max(STATES.c.last_outcome)).where(STATES.c.process == PROCESS)) or 0
    return {
        "resident_mib": int(status.partition("VmRSS:")[2].split()[0]) / 1024,
        "handles": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "records_mib": sum(path.stat().st_size for path in parts) / 2**20,
        "queue": newest - upto,
    }
