"""Online-calibration states of models, so that a restarted service resumes at its last state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from records.schema import STATES


@dataclass(frozen=True)
class State:
    """Online state of a model and the last outcome that it includes.

    Attributes
    ----------
    last_outcome : int
        Number of the last outcome that it has applied.
    revision : int
        `records.outcomes.revision` then: where it is another one, what was applied is stale.
    content : Any
        As JSON.
    """

    last_outcome: int
    revision: int
    content: Any


def load(connection: Connection, process: str, digest: str) -> State | None:
    """Return the state of a model by its digest; None if no outcome is applied to it yet."""
    row = connection.execute(select(STATES).where(STATES.c.process == process, STATES.c.digest == digest)).one_or_none()
    return None if row is None else State(row.last_outcome, row.revision, json.loads(row.content))


def newest(connection: Connection, process: str) -> list[State]:
    """Return the most recent states: of the model in service, and of a version in shadow."""
    farthest = select(func.max(STATES.c.last_outcome)).where(STATES.c.process == process).scalar_subquery()
    rows = connection.execute(select(STATES).where(STATES.c.process == process, STATES.c.last_outcome == farthest))
    return [State(row.last_outcome, row.revision, json.loads(row.content)) for row in rows]


def save(connection: Connection, process: str, digest: str, state: State) -> None:
    """Keep a state in the place of the one before."""
    connection.execute(delete(STATES).where(STATES.c.process == process, STATES.c.digest == digest))
    content = json.dumps(state.content)
    values = {
        "process": process,
        "digest": digest,
        "last_outcome": state.last_outcome,
        "revision": state.revision,
        "content": content,
    }
    connection.execute(insert(STATES).values(values))
