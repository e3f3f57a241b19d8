"""Problems by value: words, statuses, headers, and what is cut."""

import json
import math
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from operations.forms.faults import RequestDefect, invalid, shown
from serving.wire.problems import ProblemError, described, install, phrase


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()
    install(made, lambda: {name: f"{name} answers POST /v1/{name}/predictions" for name in ("tin", "zinc")})

    @made.get("/v1/tin/predictions")
    async def get() -> None:
        raise ProblemError(HTTPStatus.CONFLICT, "a clash", [RequestDefect(row=2, expected="peace")], {"X-Why": "so"})

    @made.get("/teapot")
    async def teapot() -> None:
        raise HTTPException(418, "short and stout", {"X-Pot": "tea"})

    @made.get("/defect")
    async def defect() -> None:
        raise RuntimeError("secret")

    return made


def problem_of(app: FastAPI, call: Any, path: str, method: str = "GET") -> tuple[httpx.Response, dict[str, Any]]:
    response = call(app, method, path)
    assert response.headers["content-type"] == "application/problem+json"
    return response, response.json()


@pytest.mark.parametrize(("length", "text"), [(100, "v" * 100), (101, "v" * 97 + "...")])
def test_a_text_of_more_than_100_characters_is_cut_to_100(length: int, text: str) -> None:
    assert shown("v" * length) == text


@pytest.mark.parametrize(
    "value",
    [
        [1] * 34,
        [[], {}] * 60,
        [{"unit": f"A-{i}", "level": 0.5, "nested": [[i], {"": None}]} for i in range(50)],
        {f"name {i}": [i] * i for i in range(200)},
        {"a": "v" * 60, "b": ["w" * 60]},
    ],
)
def test_nested_values_are_cut_where_their_text_is(value: Any) -> None:
    text = str(value)
    assert shown(value) == (text if len(text) <= 100 else text[:97] + "...")


def test_of_a_long_value_the_beginning_alone_is_made_a_text() -> None:
    class Unseen:
        def __repr__(self) -> str:
            raise AssertionError("looked at")

    assert shown([*range(100), Unseen()]) == str([*range(100)])[:97] + "..."
    deep: list[Any] = [Unseen()]
    for _ in range(200):
        deep = [deep]
    assert shown(deep) == "[" * 97 + "..."


@pytest.mark.parametrize(
    ("faults", "words", "retained"),
    [
        (0, "the request has 0 faults, see errors", 0),
        (1, "the request has 1 fault, see errors", 1),
        (2, "the request has 2 faults, see errors", 2),
        (100, "the request has 100 faults, see errors", 100),
        (101, "the request has more than 100 faults, the first of them in errors", 100),
    ],
)
def test_faults_are_counted(faults: int, words: str, retained: int) -> None:
    error = invalid([RequestDefect(row=i, expected="x") for i in range(faults)])
    assert (error.status, error.detail, str(error)) == (422, words, words)
    assert [fault.row for fault in error.faults] == list(range(retained))


def test_a_problem_carries_all_that_was_said(app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, "/v1/tin/predictions")
    assert response.status_code == 409
    assert response.headers["x-why"] == "so"
    fault = {"row": 2, "field": None, "value": None, "bound": None, "expected": "peace"}
    assert problem == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "a clash",
        "instance": "/v1/tin/predictions",
        "errors": [fault],
    }


def test_a_fault_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        RequestDefect(expected="x").row = 1


def test_other_errors_keep_their_status_words_and_headers(app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, "/teapot")
    assert (response.status_code, problem["detail"], problem["errors"]) == (418, "short and stout", [])
    assert response.headers["x-pot"] == "tea"


def test_a_defect_is_told_without_its_cause(app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, "/defect")
    assert response.status_code == 500
    assert problem["detail"] == "a defect of the service; its log holds the cause"


@pytest.mark.parametrize("path", ["/v1/iron/predictions", "/v1/iron/a/b", "/v1/iron/"])
def test_an_unknown_process_is_told_those_that_exist(path: str, app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, path)
    assert response.status_code == 404
    assert problem["detail"] == "process 'iron' not found; available: tin, zinc"
    (fault,) = problem["errors"]
    assert (fault["field"], fault["value"], fault["expected"]) == ("process", "iron", "one of: tin, zinc")


def test_an_unknown_path_of_a_process_says_what_the_process_answers(app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, "/v1/tin/recommendations")
    assert response.status_code == 404
    assert problem["detail"] == "nothing is at /v1/tin/recommendations: tin answers POST /v1/tin/predictions"
    assert problem["errors"] == []


@pytest.mark.parametrize(
    "path",
    ["/v1/iron", "/v3/iron/predictions", "/a/iron/predictions", "/v1", "/x"],
)
def test_another_unknown_path_is_told_where_to_look(path: str, app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, path)
    assert response.status_code == 404
    assert (problem["detail"], problem["errors"]) == (f"nothing is at {path}; /docs lists what is", [])


def test_without_processes_none_is_named(call: Any) -> None:
    made = FastAPI()
    install(made, dict)
    assert problem_of(made, call, "/v1/iron/predictions")[1]["detail"] == "process 'iron' not found; available: none"


def test_a_wrong_method_is_told_the_right_ones(app: FastAPI, call: Any) -> None:
    response, problem = problem_of(app, call, "/teapot", "POST")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert problem["detail"] == "/teapot does not take POST, it takes GET, HEAD"


def test_openapi_describes_problems_by_their_status() -> None:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert described(404, 503) == {
        404: {"description": "Not Found", "content": content},
        503: {"description": "Service Unavailable", "content": content},
    }
    assert json.dumps(described()) == "{}"


@pytest.mark.parametrize("value", [None, True, False, 0, 0.5, 9007199254740991, -9007199254740991])
def test_what_json_carries_stays_as_it_is(value: object) -> None:
    assert shown(value) is value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9007199254740992, "9007199254740992"),
        (-9007199254740992, "-9007199254740992"),
        (math.inf, "inf"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_all_else_is_shown_as_text(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (413, "Request Entity Too Large"),
        (414, "Request-URI Too Long"),
        (416, "Requested Range Not Satisfiable"),
        (422, "Unprocessable Entity"),
        (503, "Service Unavailable"),
    ],
)
def test_a_status_has_the_same_words_under_every_python(status: int, words: str) -> None:
    assert phrase(HTTPStatus(status)) == words
    assert described(status)[status]["description"] == words
