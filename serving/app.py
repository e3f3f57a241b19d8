"""The service as an ASGI application, made from its settings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from operations.catalogue import Offers
from records import sessions
from records.database import Database
from records.jobs.queue import Jobs, RetrainingRequest
from records.writing.health import RecordsHealth
from records.writing.quota import Quota
from records.writing.writer import Writer
from registry.loading.loading import Loading
from registry.store import MlflowStore, Store
from serving.hot_reload.champions import Champions
from serving.hot_reload.memory import ModelMemory
from serving.hot_reload.online_calibration import OnlineModels
from serving.hot_reload.seed_folder import SeedFolder
from serving.middleware.admission import Load
from serving.middleware.allowed_hosts import AllowedHosts, is_loopback
from serving.middleware.authorization import InMemory, KeyCache
from serving.middleware.key_store import StoredKeys
from serving.middleware.page_users import PageUsers
from serving.middleware.rate_limit import RateLimiter
from serving.middleware.request import RequestMiddleware
from serving.openapi import documents
from serving.responses.process_response import abilities
from serving.responses.raw_route import ByPath, Direct, DirectFirst
from serving.responses.recording import Recorder
from serving.routes import docs, health, inference, monitoring, operations, pages, processes
from serving.routes.retraining import history, jobs
from serving.settings import ServiceSettings
from serving.shadow.shadows import Shadow, Shadows
from serving.telemetry.access_log import AccessLog
from serving.telemetry.drift_metrics import Monitored
from serving.telemetry.job_states import unfinished
from serving.telemetry.metrics import Metrics
from serving.telemetry.outcome_age import Arrivals
from serving.telemetry.request_observer import RequestObserver
from serving.wire import problems


class Service(FastAPI):
    """Application with routes that follow the processes of `champions`."""

    champions: Champions
    shadows: Shadows | None
    settings: ServiceSettings
    load: Load
    ring: KeyCache
    users: PageUsers | None
    watch: RequestObserver
    door: RequestMiddleware
    database: Database | None
    writer: Writer | None
    records_health: RecordsHealth | None
    recorder: Recorder
    is_ending: Callable[[], bool] = staticmethod(lambda: False)
    _fixed: tuple[BaseRoute, ...]
    _own: tuple[tuple[Offers, tuple[Direct, ...]], ...] = ()
    _by_path: Mapping[tuple[str, str], Direct]

    @property
    def taken(self) -> tuple[Offers, ...]:
        """Operations that the processes with routes offer."""
        return tuple(offers for offers, _ in self._own)

    def take_up(self) -> None:
        """Set the routes of each process in one atomic swap; routes of unchanged processes are kept."""
        before = {id(offers): routes for offers, routes in self._own}
        self._own = tuple((each, before.get(id(each)) or self._routes_of(each)) for each in self.champions.taken)
        self._by_path = {(route.method, route.path): route for route in reversed(_all(self._own))}
        # The list is replaced and not changed: a request that is being matched goes on with the one of before.
        self.router.routes = [ByPath(_all(self._own)), *self._fixed]

    def _routes_of(self, offers: Offers) -> tuple[Direct, ...]:
        most, load = self.settings.max_body_bytes, self.load
        return tuple(operations.routes_of(offers, self.champions, most, self.recorder, load, self.database))

    def build_middleware_stack(self) -> ASGIApp:
        """Build the middleware stack with the request middleware outermost."""
        return self.door.before(DirectFirst(lambda: self._by_path, super().build_middleware_stack()))

    @property
    def in_service(self) -> tuple[str, ...]:
        """Names of the processes with a model in service."""
        return tuple(name for name, status in self.champions.statuses.items() if status.in_service is not None)

    def openapi(self) -> dict[str, Any]:
        """OpenAPI document of the whole service; the columns of a process are in its own document."""
        own = {offers.seed.process.name: (offers, routes) for offers, routes in self._own}
        return documents.of_service(own, self.in_service, self._fixed, self._info)

    def openapi_of(self, process: str) -> dict[str, Any]:
        """OpenAPI document of a process of `taken`, by its name."""
        offers, routes = next(one for one in self._own if one[0].seed.process.name == process)
        return documents.of_process(offers, routes, self._info)

    @property
    def _info(self) -> dict[str, Any]:
        return {"title": self.title, "version": self.version, "description": self.description}


def _all(own: Iterable[tuple[Offers, tuple[Direct, ...]]]) -> list[Direct]:
    """Routes of all processes."""
    return [route for _, routes in own for route in routes]


def _page_users(settings: ServiceSettings, ring: KeyCache, database: Database | None) -> PageUsers:
    """Users of the pages as the settings have them."""
    key_of = None if database is None else partial(sessions.key_of, database)
    return PageUsers(ring, key_of, settings.user_header, settings.user_roles)


@asynccontextmanager
async def _lifespan(
    app: Service, followers: OnlineModels | None, access: AccessLog, queue: Jobs
) -> AsyncIterator[None]:
    """Threads that look, log and write, from the start of a service to its end."""
    if app.writer is not None:
        app.writer.start()
    looking: list[Champions | Shadows | KeyCache | AccessLog | RecordsHealth] = [app.champions, app.ring, access]
    looking += [one for one in (app.shadows, app.records_health) if one is not None]
    for one in looking:
        one.start()
    clock = asyncio.create_task(app.door.keep_time())
    yield
    clock.cancel()
    with suppress(asyncio.CancelledError):
        await clock
    if followers is not None:
        followers.stop()
    for one in looking:
        one.stop()
    if app.writer is not None:
        app.writer.stop()
    queue.close()


def create_app(settings: ServiceSettings, store: Store | None = None, database: Database | None = None) -> Service:
    """Service over the seeds of the folder.

    Parameters
    ----------
    settings : ServiceSettings
        What it needs to start.
    store : Store, optional
        Where models come from; by default the MLflow store that the settings name.
    database : Database, optional
        Where requests, answers and outcomes are recorded, and keys are kept; without it nothing and none is.

    Returns
    -------
    Service
        Looks for seeds and models from its start to its end (the ASGI lifespan).

    Raises
    ------
    SeedError
        There is no folder of seeds. A seed that cannot be used is named by `/health/ready`, the others are served.
    """
    access, queue = AccessLog(), Jobs(settings.jobs_url)
    writer = None if database is None else Writer(database, quota=Quota(database, settings.max_recorded_bytes))
    store, loading, poll = store or MlflowStore(settings.uri), Loading(settings), settings.poll_seconds
    followers = None if database is None else OnlineModels(database)
    followed = None if followers is None else followers.followed
    memory = ModelMemory(settings.max_model_bytes)
    forget = (lambda process: None) if followers is None else followers.forget
    champions = Champions(SeedFolder(settings.max_rows), store, loading, poll, time.monotonic, followed, memory, forget)
    shadows = None if database is None else Shadows(champions, store, loading, database, poll)

    if shadows is not None:
        memory.others = lambda: shadows.size
    app = Service(
        title="nonferrous",
        version=version("nonferrous"),
        description=(
            "Predictions, recommended set-points and early warnings for non-ferrous metals processes. Every quantity "
            "comes with its unit and interval."
        ),
        lifespan=lambda app: _lifespan(app, followers, access, queue),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.champions, app.shadows, app.settings = champions, shadows, settings
    app.load = load = Load(settings.max_total_body_bytes, settings.max_table_bytes, settings.max_queued_requests)
    keys = InMemory() if database is None else StoredKeys(database)
    app.ring = KeyCache(keys, settings.insecure or is_loopback(settings.host), settings.poll_seconds)
    app.users = _page_users(settings, app.ring, database) if settings.dashboard else None
    ages = dict if database is None else Arrivals(database).ages
    app.watch = RequestObserver(Metrics(load, lambda: champions.statuses, ages), access)
    app.watch.metrics.monitored = Monitored(database).figures
    app.watch.metrics.unfinished_jobs = partial(unfinished, queue)
    in_shadow: Callable[[], Mapping[str, Shadow]] = dict if shadows is None else lambda: shadows.now
    app.watch.metrics.in_shadow, app.watch.metrics.memory = in_shadow, memory

    def refusal(request: RetrainingRequest) -> str | None:
        if shadows is not None:
            return shadows.refusal(request)
        return (
            None if request.is_training else "a version in shadow predicts recorded requests, and nothing is recorded"
        )

    if followers is not None:
        app.watch.metrics.outcomes_waiting = lambda: followers.waiting
    app.door = RequestMiddleware(
        hosts=AllowedHosts(settings.host, settings.allowed_hosts),
        ring=app.ring,
        rates=RateLimiter(settings.max_requests_per_second),
        load=load,
        deadline=settings.request_timeout_seconds,
        watching=app.watch,
        most_of_client=settings.max_connections_per_client,
        users=app.users,
    )
    app.database, app.writer, app.recorder = database, writer, Recorder(writer)
    health_of = None if database is None or writer is None else RecordsHealth(database, writer, poll)
    app.records_health = app.watch.metrics.records = health_of

    def fault() -> str | None:
        return None if health_of is None else health_of.error

    problems.install(app, lambda: {each.seed.process.name: abilities(each) for each in app.taken})
    app.include_router(processes.router(champions, in_shadow))
    app.include_router(health.router(champions, fault))
    app.include_router(inference.router(champions, settings.max_body_bytes, app.recorder, load, fault))
    app.include_router(monitoring.metrics(app.watch.metrics))
    app.include_router(monitoring.router(champions, database))
    app.include_router(jobs.router(champions, queue, database, refusal))
    app.include_router(history.router(champions, database))
    docs.install(app, app, load)
    if settings.dashboard:
        shared = (app.version, champions, database, queue, app.ring, shadows)
        app.router.routes.extend(pages.page_routes(*shared, refusal, lambda: app.is_ending()))
    app._fixed = tuple(app.router.routes)
    app.take_up()
    champions.watch(app.take_up)
    return app
