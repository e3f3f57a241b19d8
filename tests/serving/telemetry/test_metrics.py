"""What a scrape says of requests that were answered and refused."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from records.database import Database
from records.jobs.queue import Jobs, RetrainingRequest
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from serving.shadow.shadows import Shadow
from serving.telemetry.drift_metrics import ABOUT as DRIFT
from serving.telemetry.drift_metrics import OF_QUANTITIES
from serving.telemetry.job_states import unfinished
from serving.telemetry.metrics import STEPS
from tests.suite.services import writing
from tests.suite.tools import needed

PATH = "/v1/toy_cells/predictions"
ROW = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}
Samples = Callable[..., float]


@pytest.fixture
def app(
    toy_folder: Any, save_toy_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> Iterator[Service]:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    save_toy_model(tmp_path / "one")
    store = FolderStore()
    store.point("toy_cells", 3, tmp_path / "one")
    made = create_app(ServiceSettings(max_rows=50), store, database)
    with writing(made):
        made.champions.refresh()
        yield made


@pytest.fixture
def scraped(app: Service, call: Any) -> Callable[[], Samples]:
    def scrape() -> Samples:
        response: httpx.Response = call(app, "GET", "/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        families = list(text_string_to_metric_families(response.text))
        samples = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }
        return lambda name, **labels: samples[name, tuple(sorted(labels.items()))]

    return scrape


def test_each_request_is_counted_by_route_and_status_and_its_rows(app: Service, call: Any, scraped: Any) -> None:
    for rows in (1, 5, 7):
        assert call(app, "POST", PATH, json={"rows": [ROW] * rows}).status_code == 200
    assert call(app, "POST", PATH, json={"rows": [ROW, ROW | {"z": -1e9}, ROW | {"q": 1}]}).status_code == 422
    for path in ("/nothing", "/v1/x/y"):
        assert call(app, "GET", path).status_code == 404
    message = scraped()
    assert message("nonferrous_http_request_duration_seconds_count", route=PATH, method="POST", status="200") == 3
    assert message("nonferrous_http_request_duration_seconds_count", route=PATH, method="POST", status="422") == 1
    assert message("nonferrous_http_request_duration_seconds_count", route="other", method="GET", status="404") == 2
    assert message("nonferrous_predicted_rows_total", route=PATH) == 13
    assert message("nonferrous_http_requests_rejected_total", reason="unprocessable entity") == 1
    assert message("nonferrous_http_requests_rejected_total", reason="not found") == 2
    assert message("nonferrous_rows_rejected_total", reason="out of range") == 1
    assert message("nonferrous_rows_rejected_total", reason="not as described") == 1
    total = message("nonferrous_http_request_duration_seconds_sum", route=PATH, method="POST", status="200")
    steps = [message("nonferrous_http_request_step_duration_seconds_sum", route=PATH, step=step) for step in STEPS]
    refused = message("nonferrous_http_request_duration_seconds_sum", route=PATH, method="POST", status="422")
    assert sum(steps) == pytest.approx(total + refused)


def test_a_scrape_says_what_answers(scraped: Any) -> None:
    message = scraped()
    assert message("nonferrous_model_version", process="toy_cells") == 3
    assert message("nonferrous_model_up", process="toy_cells") == 1
    assert message("nonferrous_request_body_bytes") == 0
    assert message("process_resident_memory_bytes") > 0
    assert message("process_open_fds") > 0


def test_a_scrape_says_the_coverage_of_each_quantity_against_its_guarantee(app: Service, scraped: Any) -> None:
    figures = dict.fromkeys(DRIFT, 0.0) | {"observed_coverage/y": 0.88, "guaranteed_coverage/y": 0.9}
    app.watch.metrics.monitored = lambda: {"toy_cells": figures}
    message = scraped()
    assert message("nonferrous_observed_coverage", process="toy_cells", quantity="y") == 0.88
    assert message("nonferrous_guaranteed_coverage", process="toy_cells", quantity="y") == 0.9
    with pytest.raises(KeyError):  # no outcome of it is known
        message("nonferrous_observed_error", process="toy_cells", quantity="y")


def test_a_scrape_says_which_jobs_wait_and_nothing_where_the_queue_is_away(
    app: Service, scraped: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")
    app.watch.metrics.unfinished_jobs = lambda: unfinished(jobs)
    with pytest.raises(KeyError):
        scraped()("nonferrous_unfinished_jobs", process="toy_cells", state="queued")
    with closing(jobs):
        jobs.put(RetrainingRequest("toy_cells", "ann"))
        assert scraped()("nonferrous_unfinished_jobs", process="toy_cells", state="queued") == 1
    (tmp_path / "jobs.db").write_bytes(b"no database" * 1000)
    assert unfinished(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) == {}
    assert "unfinished jobs unknown" in caplog.text


def test_a_scrape_says_why_connections_were_closed_and_when_the_certificate_expires(app: Service, scraped: Any) -> None:
    app.watch.metrics.closed = {"made room": 3}
    app.watch.metrics.certificate_ends = lambda: 1.8e9
    message = scraped()
    assert message("nonferrous_closed_connections_total", reason="made room") == 3
    assert message("nonferrous_certificate_expiry_timestamp_seconds") == 1.8e9


def test_promtool_finds_nothing_wrong_with_a_scrape(app: Service, call: Any) -> None:
    call(app, "POST", PATH, json={"rows": [ROW]})
    text = call(app, "GET", "/metrics").content
    checked = subprocess.run([needed("promtool"), "check", "metrics"], input=text, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")


# ---- the dashboard

BOARDS = Path(__file__).parents[3] / "deploy" / "grafana"
NAME = re.compile(r"\b(?:nonferrous|process)_[a-z_]+")


@pytest.mark.parametrize("board", ["nonferrous", "fleet"])
def test_every_metric_of_the_dashboard_is_in_a_scrape(board: str, app: Service, call: Any) -> None:
    panels = json.loads((BOARDS / f"{board}.json").read_text(encoding="utf-8"))["panels"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    call(app, "POST", PATH, json={"rows": [ROW]})
    call(app, "POST", PATH, json={"rows": [ROW | {"z": -1e9}]})
    sent = {"outcomes": [{"unit": "A-001", "period_start": "2026-11-01", "y": 91.0}]}
    assert call(app, "POST", "/v1/toy_cells/outcomes", json=sent).status_code == 200
    app.watch.metrics.connected = lambda: {"busy": 1}
    served = app.champions.statuses["toy_cells"].served
    assert served is not None
    served.model.info["training_cutoff"] = "2026-01-01T00:00:00"
    app.watch.lagged(0.001)
    of_y = [f"{name}/y" for name in OF_QUANTITIES]
    app.watch.metrics.monitored = lambda: {"toy_cells": dict.fromkeys([*DRIFT, *of_y], 0.0)}
    app.watch.metrics.unfinished_jobs = lambda: {"toy_cells": "queued"}
    app.watch.metrics.outcomes_waiting = lambda: {"toy_cells": 2}
    app.watch.metrics.in_shadow = lambda: {"toy_cells": Shadow(served.champion)}
    families = text_string_to_metric_families(call(app, "GET", "/metrics").text)
    known = {sample.name for family in families for sample in family.samples}
    named = {name for expression in expressions for name in NAME.findall(expression)}
    assert named - known == set()
    assert len(named) > 10
