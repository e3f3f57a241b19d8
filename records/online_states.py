"""What models have taken up of the outcomes, so that a service that starts again goes on where it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from records.schema import STATES


@dataclass(frozen=True)
class State:
    """How far a model has followed.

    Attributes
    ----------
    upto : int
        Number of the last outcome that it has taken up.
    revision : int
        `records.outcomes.revision` then: where it is another one, what was taken up is stale.
    content : Any
        As JSON.
    """

    upto: int
    revision: int
    content: Any


def load(connection: Connection, process: str, digest: str) -> State | None:
    """State of a model by its digest; None where it has taken up nothing yet."""
    row = connection.execute(select(STATES).where(STATES.c.process == process, STATES.c.digest == digest)).one_or_none()
    return None if row is None else State(row.upto, row.revision, json.loads(row.content))


def newest(connection: Connection, process: str) -> list[State]:
    """States of the models that have followed farthest: of the one that answers, and of a version in shadow."""
    farthest = select(func.max(STATES.c.upto)).where(STATES.c.process == process).scalar_subquery()
    rows = connection.execute(select(STATES).where(STATES.c.process == process, STATES.c.upto == farthest))
    return [State(row.upto, row.revision, json.loads(row.content)) for row in rows]


def save(connection: Connection, process: str, digest: str, state: State) -> None:
    """Keep a state in the place of the one before."""
    connection.execute(delete(STATES).where(STATES.c.process == process, STATES.c.digest == digest))
    content = json.dumps(state.content)
    values = {"process": process, "digest": digest, "upto": state.upto, "revision": state.revision, "content": content}
    connection.execute(insert(STATES).values(values))
