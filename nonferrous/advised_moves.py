"""Moves of accepted recommendations as training takes them, from the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nonferrous.records import opened

if TYPE_CHECKING:
    import pandas as pd

    from records.user_decisions import UserDecision
    from seeds import Seed


def advised_moves(seed: Seed) -> pd.DataFrame | None:
    """Moves of the accepted recommendations of a process, see `moves_of`; None without records."""
    from records.user_decisions import on_recommendations
    from registry.settings import RECORDS_FILE, read_settings

    settings = read_settings()
    if not settings.records and not (settings.folder / RECORDS_FILE).exists():
        return None
    with opened() as database, database.read() as connection:
        return moves_of(on_recommendations(connection, seed.process.name), seed)


def moves_of(decisions: Iterable[UserDecision], seed: Seed) -> pd.DataFrame | None:
    """Moves of accepted recommendations; of a unit and period the latest decision counts.

    Returns
    -------
    DataFrame or None
        Key, time and set-points [their units], one row a unit and period; None where nothing was accepted, or the
        process has no units, periods or set-points.
    """
    import numpy as np
    import pandas as pd

    setpoints = [column.name for column in seed.by_role("setpoint")]
    if seed.key is None or seed.time is None or not setpoints:
        return None
    latest = {(one.unit, one.period): one for one in decisions}
    rows = [
        {seed.key.name: one.unit, seed.time.name: one.period, **one.content.get("moves", {})}
        for one in latest.values()
        if one.action == "accept"
    ]
    if not rows:
        return None
    moves = pd.DataFrame(rows).reindex(columns=[seed.key.name, seed.time.name, *setpoints])
    moves[seed.time.name] = pd.to_datetime(moves[seed.time.name], format="ISO8601").astype("datetime64[us]")
    moves[setpoints] = moves[setpoints].astype(np.float64).fillna(0.0)
    return moves
