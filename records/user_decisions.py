"""Decisions of users on recommendations and warnings, each with its entry in the audit log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row, Select, func, insert, select

from records import audit
from records.database import Database, now
from records.schema import USER_DECISIONS

Action = Literal["accept", "decline", "postpone", "acknowledge", "shelve", "unshelve"]
ON_RECOMMENDATIONS: tuple[Action, ...] = ("accept", "decline", "postpone")
ON_WARNINGS: tuple[Action, ...] = ("acknowledge", "shelve", "unshelve")
"""Actions on warnings, with the terms of ISA-18.2."""
WITH_END = frozenset[Action]({"postpone", "shelve"})
"""Actions that end at a stated time."""
LONGEST = 24 * 3600 * 10**6
"""Longest time for which a warning is shelved or a recommendation postponed [microseconds]."""
MOST_CHARACTERS = 500
"""Longest reason."""


class DecisionError(ValueError):
    """A decision that cannot be recorded; the message names the field, its value and what was expected."""


@dataclass(frozen=True)
class UserDecision:
    """Decision of a user on a recommendation, or on the warning of an event.

    Attributes
    ----------
    process, unit : str
    event : str
        Name of the event; empty for a recommendation.
    period : str
        Start of the period that it is about, as outcomes have it.
    record : str
        Id of the recorded response.
    action : str
        One of `Action`.
    actor, reason : str
        User, and the reason that the user states; empty for none.
    until : int or None
        End of a postponement or of shelving [microseconds since 1970, UTC].
    content : Mapping
        Part of the response that was decided on: of a recommendation its moves, effects and gain.
    at : int
        Time of the decision [microseconds since 1970, UTC].
    number : int
        Decisions are counted; 0 before it is recorded.
    """

    process: str
    unit: str
    event: str
    period: str
    record: str
    action: Action
    actor: str
    reason: str = ""
    until: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    at: int = 0
    number: int = 0

    def is_in_force(self, moment: int) -> bool:
        """Return whether a decision with an end has not ended at a time [microseconds since 1970, UTC]."""
        return self.until is None or moment < self.until


def record(database: Database, decision: UserDecision) -> UserDecision:
    """Store a decision and its audit entry, both or neither; return it with its number and time.

    Raises
    ------
    DecisionError
        The action is not one of a recommendation or warning, or its end or reason is missing or too long.
    RecordsError
        The database did not do its part.
    """
    moment = now()
    _check(decision, moment)
    stored = {**vars(decision), "at": moment, "content": json.dumps(dict(decision.content))}
    del stored["number"]
    with database.begin() as connection:
        database.lock(connection, USER_DECISIONS)  # numbers are committed in their order, so that readers miss none
        (number,) = connection.execute(insert(USER_DECISIONS).values(stored)).inserted_primary_key or (0,)
        audit.add(
            database,
            connection,
            decision.actor,
            f"{'warning' if decision.event else 'recommendation'} {decision.action}",
            f"{decision.process}, decision {number}",
            decision.reason,
            {name: stored[name] for name in ("unit", "event", "period", "record", "until")},
        )
    return UserDecision(**{**vars(decision), "number": int(number), "at": moment})


def _check(decision: UserDecision, moment: int) -> None:
    expected = ON_WARNINGS if decision.event else ON_RECOMMENDATIONS
    if decision.action not in expected:
        raise DecisionError(f"action: got {decision.action!r}, expected one of {', '.join(expected)}")
    if len(decision.reason) > MOST_CHARACTERS:
        raise DecisionError(f"reason: got {len(decision.reason)} characters, expected at most {MOST_CHARACTERS}")
    if decision.action in ("decline", "postpone", "shelve") and not decision.reason.strip():
        raise DecisionError(f"reason: got none, expected one to {decision.action}")
    if (decision.until is not None) != (decision.action in WITH_END):
        raise DecisionError(f"until: got {decision.until}, expected an end of {' and '.join(sorted(WITH_END))} alone")
    if decision.until is not None and not moment < decision.until <= moment + LONGEST:
        raise DecisionError(f"until: got {decision.until}, expected a time within the next {LONGEST // 3600_000_000} h")


def after(connection: Connection, number: int, most: int) -> list[UserDecision]:
    """At most so many decisions after a number, of all processes, the newest of them in their order."""
    query = select(USER_DECISIONS).where(USER_DECISIONS.c.number > number)
    rows = connection.execute(query.order_by(USER_DECISIONS.c.number.desc()).limit(most))
    return [_decision(row) for row in rows][::-1]


def newest_number(connection: Connection) -> int:
    """Number of the newest decision of all processes; 0 where there is none."""
    return int(connection.scalar(select(func.max(USER_DECISIONS.c.number))) or 0)


def on_recommendations(connection: Connection, process: str) -> Iterator[UserDecision]:
    """Yield the decisions on recommendations of a process in their order."""
    own = (USER_DECISIONS.c.process == process, USER_DECISIONS.c.event == "")
    query: Select[Any] = select(USER_DECISIONS).where(*own).order_by(USER_DECISIONS.c.number)
    yield from map(_decision, connection.execute(query))


def _decision(row: Row[Any]) -> UserDecision:
    return UserDecision(**{**row._mapping, "content": json.loads(row.content)})


assert set(get_args(Action)) == {*ON_RECOMMENDATIONS, *ON_WARNINGS}
