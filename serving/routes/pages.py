"""Pages for plant staff, with the parts of the service that they need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.routing import Route
from starlette.types import Scope

from dashboard.links import ProcessStatus, RecordedRows, ServiceLinks, ShadowStatus, Viewer
from dashboard.routing import routes
from operations.catalogue import Offers
from records import sessions
from records.database import Database
from records.jobs.queue import Jobs, RetrainingRequest
from records.recent import RecentExchange
from registry.retraining.running_shadow import FEWEST_BLOCKS, FEWEST_ROWS
from seeds import Seed
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import Status
from serving.middleware.allowed_hosts import origin
from serving.middleware.authorization import ANYBODY, NOBODY, KeyCache, digest
from serving.middleware.page_users import TOKEN
from serving.middleware.rate_limit import RateLimiter
from serving.outcomes.slots import slots
from serving.routes.health import state_of
from serving.shadow.shadows import Shadow, Shadows

if TYPE_CHECKING:
    from serving.outcomes.tables import Tables

_ATTEMPTS = 5.0  # to sign in, of one address [1/s]


def page_routes(
    version: str,
    champions: Champions,
    database: Database | None,
    jobs: Jobs,
    ring: KeyCache,
    shadows: Shadows | None,
    refusal: Callable[[RetrainingRequest], str | None],
    is_ending: Callable[[], bool],
) -> list[Route]:
    """Routes of the pages of a service."""
    attempts = RateLimiter(_ATTEMPTS)
    return routes(
        ServiceLinks(
            version=version,
            database=database,
            jobs=jobs,
            shadow_refusal=refusal,
            statuses=lambda: _statuses(champions, shadows),
            read=_Reader(database),
            slot=lambda seed, row: slots([dict(row)], seed)[0][0],
            viewer=viewer_of,
            key_digest=lambda key: _digest_of(ring, key),
            goes_on=lambda token: _goes_on(database, ring, token),
            wait=lambda address: attempts.wait(origin(address)),
            needs_key=lambda: not ring.is_open,
            is_ending=is_ending,
        )
    )


def viewer_of(scope: Scope) -> Viewer:
    """User of a request as pages need it."""
    caller = scope["visit"].caller
    return Viewer(
        name="" if caller is ANYBODY else caller.owner,
        may_view=caller.operates or "view" in caller.roles,
        may_operate=caller.operates,
        processes=caller.processes,
        session=scope.get(TOKEN, ""),
        is_known=caller is not NOBODY,
    )


def _digest_of(ring: KeyCache, key: str) -> str | None:
    stored = digest(key.encode("utf-8", "replace"))
    return None if ring.by_digest(stored) is None else stored.hex()


def _goes_on(database: Database | None, ring: KeyCache, token: str) -> bool:
    key = None if database is None else sessions.key_of(database, token)
    return key is not None and ring.by_digest(bytes.fromhex(key)) is not None


def _statuses(champions: Champions, shadows: Shadows | None) -> dict[str, ProcessStatus]:
    statuses, is_known = champions.statuses.items(), champions.has_looked
    return {name: _status(name, one, shadows, one.offers, is_known) for name, one in statuses if one.offers is not None}


def _status(process: str, status: Status, shadows: Shadows | None, offers: Offers, is_known: bool) -> ProcessStatus:
    facts = status.facts
    info = {} if facts is None else facts.info
    shadow = None if shadows is None else shadows.now.get(process)
    return ProcessStatus(
        seed=offers.seed,
        state=state_of(status) if is_known or status.in_service is not None else "starting",
        version=status.version,
        is_baseline=facts is not None and facts.baseline,
        candidate="" if facts is None else facts.candidate,
        training_cutoff=str(info.get("training_cutoff") or ""),
        reason=(status.troubles or "") if is_known else "",
        shadow=None if shadow is None else _shadow(shadow, "" if facts is None else facts.digest),
        challenger=None if shadows is None else shadows.challenger(process),
        operations=tuple(offers.operations),
    )


def _shadow(one: Shadow, champion: str) -> ShadowStatus:
    period, digest = one.period, one.version.digest if one.served is None else one.served.digest
    return ShadowStatus(
        version=one.version.version,
        since=0 if period is None else _microseconds(period.since),
        until=0 if period is None else _microseconds(period.until),
        latest=0 if period is None else _microseconds(period.latest),
        digests=(champion, digest or ""),
        needed_rows=FEWEST_ROWS,
        needed_blocks=FEWEST_BLOCKS,
        error_text=one.trouble or "",
    )


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)


class _Reader:
    """Reader of recorded requests; what reads those of a seed is made once."""

    def __init__(self, database: Database | None) -> None:
        self._database = database
        self._tables: dict[str, Tables] = {}

    def __call__(self, seed: Seed, exchange: RecentExchange) -> RecordedRows:
        """Rows of a recorded request as they were read when it was answered."""
        from serving.outcomes.tables import Tables  # Arrow's library is loaded by the first page

        assert self._database is not None
        name = seed.process.name
        tables = self._tables.get(name)
        if tables is None or tables.seed is not seed:
            tables = self._tables[name] = Tables(self._database, seed)
        cells, predictions, _ = tables.rows(exchange)
        return RecordedRows(cells, predictions, tables.slots(cells))
