"""What is seen of the service: metrics for a scraper."""

from __future__ import annotations

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from serving.door.callers import METRICS
from serving.seen.metrics import Metrics


def metrics(counted: Metrics) -> APIRouter:
    """Route of the metrics; the door asks for the role operate."""
    routes = APIRouter(include_in_schema=False)

    @routes.head(METRICS)
    @routes.get(METRICS)
    async def scrape() -> Response:
        text, kind = await run_in_threadpool(counted.text)
        return Response(text, media_type=kind)

    return routes
