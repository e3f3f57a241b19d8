"""CSV in and out: the plant's headings and signs, cells that are wrong, and what a spreadsheet opens."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from operations.forms.faults import RequestError
from seeds.format.loader import parse
from serving.wire.csv_tables import MARK, flat, parsed_csv
from tests.serving.wire.conftest import Process
from tests.suite.forms import payloads

HEADERS = {"content-type": "text/csv"}
BODY = "unit,period_start,previous_y,x_set,z\nA-001,2026-11-01,91.5,10.25,3.75\n三号,2026-11-02,,9.5,NA\n"


@pytest.fixture
def post(call: Any) -> Callable[..., Any]:
    def sent(process: Process, body: str | bytes, accept: str | None = None, **options: Any) -> Any:
        headers = HEADERS | ({} if accept is None else {"accept": accept})
        content = body if isinstance(body, bytes) else body.encode()
        return call(process.app, "POST", process.url, content=content, headers=headers, params=options)

    return sent


def csv_of(rows: list[dict[str, Any]]) -> str:
    return pd.DataFrame(rows).to_csv(index=False)


def read(content: bytes) -> pd.DataFrame:
    assert content.startswith(MARK)
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_rows_are_answered_as_those_of_json(process: Process, post: Any, call: Any) -> None:
    response = post(process, csv_of(process.rows), coverage="0.8")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    table = read(response.content)
    expected = call(process.app, "POST", process.url, json={"rows": process.rows, "coverage": 0.8}).json()
    assert len(table) == len(process.rows) == len(expected["predictions"])
    for row, one in zip(table.to_dict("records"), expected["predictions"], strict=True):
        inside = one | one.get("contents", {}) | one.get("elements", {})
        for name in process.payloads.quantities:
            if name in inside:
                ends = [row.get(f"{name}{end}") for end in ("", "_low", "_high")]
                np.testing.assert_array_equal(
                    np.array(ends, dtype=float),
                    np.array([inside[name][end] for end in ("value", "low", "high")], float),
                )
        assert (row["flags"] if isinstance(row["flags"], str) else "") == "; ".join(one["flags"])
    assert len(set(table["id"])) == len(table)
    assert (table["model_version"] == 4).all()
    assert (table["coverage"] == 0.8).all()


def test_the_same_rows_are_answered_as_json_if_that_is_accepted(process: Process, post: Any, call: Any) -> None:
    words = ",".join(word for word in process.payloads.words if word not in process.payloads.slow)
    response = post(process, csv_of(process.rows), accept="application/json", include=words)
    assert response.status_code == 200, response.text
    body = {"rows": process.rows, "include": words.split(",")}
    expected = call(process.app, "POST", process.url, json=body).json()

    def without_ids(answer: Any) -> Any:
        return [{name: value for name, value in one.items() if name != "id"} for one in answer["predictions"]]

    assert without_ids(response.json()) == without_ids(expected)


def test_rows_of_json_are_answered_as_csv_if_that_alone_is_accepted(cells: Process, call: Any) -> None:
    body = {"rows": cells.rows, "digits": "all"}
    table = read(call(cells.app, "POST", cells.url, json=body, headers={"accept": "text/csv"}).content)
    expected = call(cells.app, "POST", cells.url, json=body).json()["predictions"]
    assert table["y"].tolist() == pytest.approx([one["y"]["value"] for one in expected], rel=1e-12)
    past = [{"unit": "A-0", "period_start": "2025-12-31", "y": 90.0}]
    refused = call(cells.app, "POST", cells.url, json=body | {"history": past}, headers={"accept": "text/csv"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "history")


def test_a_spreadsheets_mark_and_blank_lines_are_read(cells: Process, post: Any) -> None:
    plain, marked = (read(post(cells, body).content) for body in (BODY, MARK + BODY.replace("\n", "\r\n").encode()))
    assert plain["y"].tolist() == marked["y"].tolist()
    assert plain["unit"].tolist() == ["A-001", "三号"]


def test_headings_and_signs_of_the_plant_are_read(toy_seed: Any) -> None:
    """Tags with their scale, semicolons, decimal commas and the plant's form of dates."""
    form = '[table]\nseparator = ";"\ndecimal = ","\ntime_format = ["%d.%m.%Y"]\nmissing = ["---"]\n\n'
    head, columns = toy_seed.text.split("[[columns]]", 1)
    tagged = columns.replace('name = "x_set"', 'name = "x_set"\ntag = "Current (A)"\nscale = 0.001', 1)
    seed = parse(head + form + "[[columns]]" + tagged, Path("toy_cells.toml"))
    body = "unit;period_start;Current (A);z\nA-001;01.11.2026;10250,5;3,75\nB;02.11.2026;---;4\n"
    table = parsed_csv(body.encode(), payloads(seed, 10))
    assert table.to_pylist() == [
        {"unit": "A-001", "period_start": "2026-11-01T00:00:00", "x_set": pytest.approx(10.2505), "z": 3.75},
        {"unit": "B", "period_start": "2026-11-02T00:00:00", "x_set": None, "z": 4.0},
    ]
    with pytest.raises(RequestError) as refused:
        parsed_csv(body.replace("02.11.2026", "2026-11-02").encode(), payloads(seed, 10))
    (fault,) = refused.value.faults
    assert (fault.row, fault.field, fault.value) == (1, "period_start", "2026-11-02")


@pytest.mark.parametrize(
    ("old", "new", "row", "field", "value"),
    [
        ("3.75", "3,75x", None, None, None),  # one cell too many
        ("10.25", "ten", 0, "x_set", "ten"),
        ("9.5", "9e9", 1, "x_set", 9e9),
        ("2026-11-02", "2.11.2026", 1, "period_start", "2.11.2026"),
        ("三号", "", 1, "unit", None),
        ("x_set,", "x_sett,", None, "x_sett", None),
        ("x_set,", "z,", None, "z", "2 columns of this name"),
        (",x_set", ",tapped", None, "tapped", None),
    ],
)
def test_what_is_wrong_is_named_by_row_column_and_value(
    cells: Process, post: Any, old: str, new: str, row: Any, field: Any, value: Any
) -> None:
    response = post(cells, BODY.replace(old, new))
    assert response.status_code in (400, 422), response.text
    fault = response.json()["errors"][0]
    if field is not None:
        assert (fault["row"], fault["field"], fault["value"]) == (row, field, value)
    assert fault["expected"]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe,x\n", b"PK\x03\x04junk", b"unit,period_start,x_set\n", b"\x00\x01"])
def test_what_is_no_table_is_refused(cells: Process, post: Any, body: bytes) -> None:
    assert post(cells, body).status_code in (400, 422)


def test_what_csv_has_no_place_for_is_refused(process: Process, post: Any) -> None:
    response = post(process, csv_of(process.rows), include="explanation")
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "include")
    assert post(process, csv_of(process.rows), accept="image/png").status_code == 406
    if "lots" in process.payloads.words:
        assert post(process, csv_of(process.rows), include="lots").status_code == 422


def test_a_text_that_a_spreadsheet_would_compute_is_none(cells: Process, post: Any) -> None:
    table = read(post(cells, BODY.replace("三号", "=1+1")).content)
    assert table["unit"].tolist() == ["A-001", "'=1+1"]


def test_fields_of_objects_are_joined() -> None:
    assert flat({"a": 1, "b": {"c": None, "d": {"e": "x"}}}) == {"a": 1, "b_c": None, "b_d_e": "x"}


def test_a_quantity_is_a_column_of_its_name_and_a_list_one_text() -> None:
    quantity = {"value": 1.5, "low": 1.0, "high": 2.0, "unit": "%"}
    columns = {"_low": 1.0, "_high": 2.0, "_unit": "%"}
    assert flat({"y": quantity, "flags": ["a", "b"]}) == {
        "y": 1.5,
        **{f"y{end}": value for end, value in columns.items()},
        "flags": "a; b",
    }
    assert flat({"contents": {"iron": quantity}}) == {
        "iron": 1.5,
        **{f"iron{end}": value for end, value in columns.items()},
    }
