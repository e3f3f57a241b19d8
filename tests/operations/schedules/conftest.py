"""A service without a model, which answers orders for schedules all the same."""

import copy
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import TypeAdapter

from seeds import Seed, load
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

URL = "/v1/zinc_electrowinning/schedules"


@pytest.fixture(scope="session")
def zinc() -> Seed:
    return load("zinc_electrowinning")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, zinc: Seed) -> Service:
    folder = tmp_path_factory.mktemp("seeds")
    (folder / "zinc_electrowinning.toml").write_text(zinc.text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NONFERROUS_SEEDS", str(folder))
        return create_app(ServiceSettings(), FolderStore())


@pytest.fixture
def order(service: Service) -> dict[str, Any]:
    """The example of the documentation, to be changed."""
    (own,) = service.taken
    return copy.deepcopy(own.forms["schedules"].example)


@pytest.fixture
def ask(service: Service, call: Callable[..., Any]) -> Callable[..., Any]:
    def response_to(order: dict[str, Any], status: int = HTTPStatus.OK) -> Any:
        response = call(service, "POST", URL, json=order)
        assert response.status_code == status, response.text
        if status == HTTPStatus.OK:
            (own,) = service.taken
            TypeAdapter(own.forms["schedules"].answer).validate_json(response.content)
        return response.json()

    return response_to
