"""Pages of recorded responses over HTTP: which record, who may see it, under which policy."""

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from records.database import Database, RecordsError
from records.requests import insert, split
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.middleware.authorization import Principal, check, needed
from serving.responses.raw_route import ByPath
from serving.settings import ServiceSettings
from serving.wire.bodies import ARROW
from serving.wire.problems import ProblemError
from system.record_ids import new_id
from tests.records.conftest import stored_exchange  # noqa: F401
from tests.suite.services import writing

ROW = {"unit": "A", "period_start": "2026-01-01", "x_set": 10.0, "z": 4.0}
URL = "/v1/toy_cells/predictions"
PAGE = f"{URL}/page"


@pytest.fixture
def service(
    toy_folder: Any, tmp_path: Path, save_toy_model: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Service]:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_lots")))
    store = FolderStore()
    save_toy_model(tmp_path / "model")
    store.point("toy_cells", 7, tmp_path / "model")

    def make(database: Database | None) -> Service:
        made = create_app(ServiceSettings(home=tmp_path, max_rows=20_000), store, database)
        made.champions.refresh()
        return made

    return make


@pytest.fixture
def app(service: Callable[..., Service], database: Database) -> Iterator[Service]:
    with writing(service(database)) as made:
        yield made


def test_the_latest_response_is_drawn_and_an_older_one_by_its_id(app: Service, call: Any) -> None:
    first = call(app, "POST", URL, json={"rows": [ROW | {"unit": "三号 <b>"}], "coverage": 0.8, "include": ["model"]})
    call(app, "POST", URL, json={"rows": [ROW | {"unit": "B-2"}]})
    latest = call(app, "GET", PAGE)
    assert (latest.status_code, latest.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "B-2" in latest.text
    assert "三号" not in latest.text
    older = call(app, "GET", PAGE, params={"id": first.headers["record-id"]}).text
    assert "三号 &lt;b&gt;, 2026-01-01" in older or "<td>三号 &lt;b&gt;</td>" in older
    assert first.headers["record-id"] in older
    assert f"version 7, {first.json()['model']['digest']}" in older
    (prediction,) = first.json()["predictions"]
    for value in (prediction["y"]["value"], prediction["y"]["low"], prediction["y"]["high"], 0.8):
        assert f'<data value="{value!r}">' in older


def test_the_page_may_load_nothing_but_its_own_style(app: Service, call: Any) -> None:
    call(app, "POST", URL, json={"rows": [ROW]})
    page = call(app, "GET", PAGE)
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = page.headers["content-security-policy"].split("; ")
    assert policy == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        *(f"{name} 'none'" for name in ("base-uri", "form-action", "frame-ancestors")),
    ]
    assert "style=" not in page.text
    assert "<script" not in page.text


def test_flags_stand_before_the_numbers(app: Service, call: Any) -> None:
    rows = [ROW | {"unit": f"U{i}", "data_quality": {"z": "bad"} if i == 900 else {}} for i in range(1000)]
    call(app, "POST", URL, json={"rows": rows})
    page = call(app, "GET", PAGE).text
    before = page[: page.index("<data")]
    assert "z of quality bad: taken as missing" in before
    assert "predictions, U900, 2026-01-01" in before
    assert "950 more rows are left out." in page


def test_without_a_record_the_problem_says_how_one_is_made(app: Service, call: Any) -> None:
    response = call(app, "GET", PAGE)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == (
        f"no response of predictions of toy_cells is recorded yet: POST {URL} makes one, and /docs has an example"
    )


def test_an_id_of_another_operation_or_process_is_as_unknown_as_any(
    app: Service,
    database: Database,
    stored_exchange: Any,  # noqa: F811
    call: Any,
) -> None:
    others = [
        stored_exchange(process="toy_lots", response_body=b'{"secret": 1}'),
        stored_exchange(operation="warnings", response_body=b'{"secret": 1}'),
    ]
    insert(database, others)
    ids = [*(one.id for one in others), new_id(), "", "nothing", "' OR 1=1 --", "\0", "电" * 500]
    details = set()
    for id in ids:
        response = call(app, "GET", PAGE, params={"id": id})
        assert response.status_code == 404
        assert "secret" not in response.text
        details.add(re.sub(r"under the id '.*'", "", response.json()["detail"], flags=re.DOTALL))
        assert "predictions of toy_cells" in response.json()["detail"]
    assert len(details) == 1


def test_an_id_of_a_prediction_is_told_from_that_of_its_record(app: Service, call: Any) -> None:
    made = call(app, "POST", URL, json={"rows": [ROW]}).json()["predictions"][0]["id"]
    detail = call(app, "GET", PAGE, params={"id": made}).json()["detail"]
    assert "which is the id of a prediction without the row at its end" in detail
    assert call(app, "GET", PAGE, params={"id": made.removesuffix("-0")}).status_code == 200


@pytest.mark.parametrize(
    ("query", "field"), [("?ID=1", "ID"), ("?id=1&id=2", "id"), ("?id=1&row=3", "row"), ("?record-id=1", "record-id")]
)
def test_any_other_parameter_is_refused(app: Service, call: Any, query: str, field: str) -> None:
    response = call(app, "GET", f"{PAGE}{query}")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field)


def test_without_records_the_problem_says_so(service: Callable[..., Service], call: Any) -> None:
    app = service(None)
    call(app, "POST", URL, json={"rows": [ROW]})
    for query in ("", f"?id={new_id()}"):
        response = call(app, "GET", f"{PAGE}{query}")
        assert response.status_code == 404
        message = "no response of predictions of toy_cells is recorded: this service keeps no records"
        assert response.json()["detail"] == message


def test_records_that_are_away_are_said_to_be(
    app: Service, database: Database, call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise RecordsError("gone")

    monkeypatch.setattr(database, "read", away)
    response = call(app, "GET", PAGE)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_responses_that_are_not_recorded_have_no_page(app: Service, call: Any) -> None:
    for path, message in (
        ("/v1/toy_cells/outcomes", "responses to outcomes are not recorded; nonferrous records batches lists"),
        ("/v1/toy_lots/pareto", "nothing is at /v1/toy_lots/pareto/page: "),
    ):
        response = call(app, "GET", f"{path}/page")
        assert (response.status_code, message in response.json()["detail"]) == (404, True), response.text
        process = path.split("/")[2]
        assert f"{path}/page" not in app.openapi_of(process)["paths"]


def test_a_page_takes_get_and_head_alone(app: Service, call: Any) -> None:
    call(app, "POST", URL, json={"rows": [ROW]})
    head = call(app, "HEAD", PAGE)
    assert (head.status_code, head.headers["content-type"]) == (200, "text/html; charset=utf-8")
    refused = call(app, "POST", PAGE, json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    described = app.openapi_of("toy_cells")["paths"][PAGE]
    assert list(described) == ["get"]
    assert set(described["get"]["responses"]) == {"200", "404", "422", "503"}
    assert list(described["get"]["responses"]["200"]["content"]) == ["text/html"]
    assert [one["name"] for one in described["get"]["parameters"]] == ["id"]


def test_pages_are_for_the_role_operate_and_the_processes_of_a_key() -> None:
    for path in (PAGE, "/v1/toy_cells/outcomes/page"):
        assert needed("GET", path) == needed("HEAD", path) == "operate"
    own = Principal("nf_a", roles=frozenset({"operate"}), processes=frozenset({"toy_cells"}))
    check(own, "GET", PAGE)
    with pytest.raises(ProblemError, match="lacks the process toy_lots"):
        check(own, "GET", "/v1/toy_lots/predictions/page")
    with pytest.raises(ProblemError, match="lacks the role operate"):
        check(Principal("nf_b", roles=frozenset({"predict", "outcome"})), "GET", PAGE)


@pytest.mark.parametrize("rows", [1, 40_000])  # of the many the stream stands in several parts
def test_a_table_is_drawn_from_its_recorded_stream(app: Service, call: Any, rows: int) -> None:
    units = pa.array([f"<U{i}>" for i in range(rows)])
    starts = pa.array([pa.scalar(1_767_225_600_000_000, pa.timestamp("us"))] * rows)
    z = pa.array([4.0] * (rows - 1) + [None])
    table = pa.table({"unit": units, "period_start": starts, "x_set": pa.array([10.0] * rows), "z": z})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    answer = call(app, "POST", URL, content=sink.getvalue(), headers={"content-type": ARROW})
    assert answer.status_code == 200, answer.text
    predicted = pa.ipc.open_stream(answer.content).read_all().to_pylist()
    page = call(app, "GET", PAGE).text
    assert answer.headers["record-id"] in page
    for row in predicted[:50]:
        assert f'<data value="{row["y"]!r}">' in page
    assert "&lt;U0&gt;" in page
    assert ("39,950 more rows are left out." in page) is (rows == 40_000)
    assert len(page) < 100_000


def test_a_long_response_gives_a_short_page(app: Service, call: Any) -> None:
    sizes = []
    for rows in (100, 10_000):
        body = {"rows": [ROW | {"unit": f"U{i:05}"} for i in range(rows)]}
        assert call(app, "POST", URL, json=body).status_code == 200
        page = call(app, "GET", PAGE).text
        assert f"{rows - 50:,} more rows are left out." in page
        sizes.append(len(page))
    assert abs(sizes[1] - sizes[0]) < 300


def test_a_response_in_parts_is_drawn_whole(
    app: Service,
    database: Database,
    stored_exchange: Any,  # noqa: F811
    call: Any,
) -> None:
    pieces = [b'{"process":"toy_cells","predictions":[', b",".join([b'{"unit":"A","y":null}'] * 60_000), b'],"end":7}']
    for part in split(stored_exchange(response_body=pieces[0], more=pieces[1:])):
        insert(database, [part])
    page = call(app, "GET", PAGE).text
    assert "59,950 more rows are left out." in page
    assert '<data value="7">' in page


def test_tensors_have_the_page_of_the_same_rows(app: Service, call: Any) -> None:
    inputs = [
        {"name": name, "shape": [1], "datatype": "FP64" if isinstance(value, float) else "BYTES", "data": [value]}
        for name, value in ROW.items()
    ]
    answer = call(app, "POST", "/v2/models/toy_cells/infer", json={"inputs": inputs})
    assert answer.status_code == 200, answer.text
    assert answer.headers["record-id"] in call(app, "GET", PAGE).text


def test_of_routes_with_one_path_the_one_that_takes_the_method_is_found(app: Service) -> None:
    routes = ByPath(app.router.routes[0]._routes[PAGE])  # type: ignore[attr-defined]
    for method in ("GET", "HEAD"):
        _, scope = routes.matches({"type": "http", "path": PAGE, "method": method})
        assert method in scope["route"].methods
