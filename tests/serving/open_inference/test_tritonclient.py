"""NVIDIA's client, as it is, against the service as it listens."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import uvicorn

from serving.app import Service
from tests.serving.open_inference.conftest import TOYS, at, columns_of

http = pytest.importorskip("tritonclient.http", reason="tritonclient[http] is not installed")

pytestmark = pytest.mark.service


@pytest.fixture
def client(service: Service) -> Iterator[Any]:
    """A client of the service, which listens in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    server = uvicorn.Server(uvicorn.Config(service, log_level="error", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    made = http.InferenceServerClient(f"{host}:{port}")
    yield made
    made.close()
    server.should_exit = True
    thread.join()
    listening.close()


def inputs(rows: list[dict[str, Any]], described: Any, binary: bool = True) -> list[Any]:
    """Rows as the client's inputs, of the types that metadata say."""
    result, columns = [], columns_of(rows)
    for one in described["inputs"]:
        if one["name"] not in columns:
            continue
        is_text = one["datatype"] == "BYTES"
        values = np.array(columns[one["name"]], dtype=np.object_ if is_text else np.float64)
        tensor = http.InferInput(one["name"], [len(values)], one["datatype"])
        tensor.set_data_from_numpy(values, binary_data=binary)
        result.append(tensor)
    return result


def test_it_finds_server_and_models(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    assert client.is_model_ready("toy_cells")
    assert client.is_model_ready("toy_cells", "3")
    assert not client.is_model_ready("toy_cells", "4")
    assert not client.is_model_ready("tin")


@pytest.mark.parametrize("process", TOYS)
def test_it_gets_the_answers_of_v1(process: str, client: Any, service: Service, rows: Any, call: Any) -> None:
    requested = rows(process)
    described = client.get_model_metadata(process)
    predictions = call(service, "POST", f"/v1/{process}/predictions", json={"rows": requested}).json()["predictions"]
    answer = client.infer(process, inputs(requested, described), request_id="7")
    assert answer.get_response()["id"] == "7"
    for one in answer.get_response()["outputs"]:
        name, values = one["name"], answer.as_numpy(one["name"])
        expected = [at(row, name) for row in predictions]
        if one["datatype"] == "FP64":
            np.testing.assert_array_equal(values, np.array(expected, dtype=np.float64))
        elif name != "id" and not isinstance(expected[0], list):
            assert [value.decode() or None for value in values] == expected


def test_outputs_as_json_hold_nan_where_the_service_has_null(client: Any, rows: Any) -> None:
    described = client.get_model_metadata("toy_lots")
    expected = ["remedy.after", "decision.action"]
    ways = [
        client.infer(
            "toy_lots",
            inputs(rows("toy_lots"), described),
            model_version="3",
            outputs=[http.InferRequestedOutput(name, binary_data=binary) for name in expected],
            parameters={"include": '["remedies"]'},
        )
        for binary in (True, False)
    ]
    (first, second) = (way.as_numpy("remedy.after") for way in ways)
    assert np.isnan(first).any()
    np.testing.assert_array_equal(first, second)
    actions = [way.as_numpy("decision.action") for way in ways]
    assert [value.decode() for value in actions[0]] == list(actions[1])


def test_json_both_ways_is_the_same(client: Any, rows: Any) -> None:
    whole = [row for row in rows("toy_cells") if None not in row.values()]
    described = client.get_model_metadata("toy_cells")
    outputs = [http.InferRequestedOutput("y.value", binary_data=False)]
    as_json = client.infer("toy_cells", inputs(whole, described, binary=False), outputs=outputs)
    as_bytes = client.infer("toy_cells", inputs(whole, described))
    np.testing.assert_array_equal(as_json.as_numpy("y.value"), as_bytes.as_numpy("y.value"))


def test_parameters_reach_the_service(client: Any, rows: Any) -> None:
    described = client.get_model_metadata("toy_cells")
    given = inputs(rows("toy_cells"), described)
    wide, narrow = (
        client.infer("toy_cells", given, parameters={"coverage": coverage}).as_numpy("y.low")
        for coverage in (0.95, 0.6)
    )
    assert np.all(wide < narrow)


def test_errors_are_texts_of_the_service(client: Any, rows: Any) -> None:
    described = client.get_model_metadata("toy_cells")
    far = [row | {"z": 9.5} for row in rows("toy_cells", 2)]
    with pytest.raises(http.InferenceServerException, match=r"row 0, z: got 9\.5, expected at most 8 V"):
        client.infer("toy_cells", inputs(far, described))
    with pytest.raises(http.InferenceServerException, match="expected identity"):
        client.infer("toy_cells", inputs(rows("toy_cells"), described), request_compression_algorithm="gzip")


def test_several_requests_at_once_are_answered(client: Any, rows: Any) -> None:
    described = client.get_model_metadata("toy_cells")
    given = inputs(rows("toy_cells"), described)
    alone = client.infer("toy_cells", given).as_numpy("y.value")
    for waiting in [client.async_infer("toy_cells", given) for _ in range(4)]:
        np.testing.assert_array_equal(waiting.get_result().as_numpy("y.value"), alone)
