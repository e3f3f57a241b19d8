"""Requests of every OpenAPI operation, drawn by schemathesis, and their responses."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import hypothesis
import requests
import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from benchmarks.fuzz.aligned import Naming, aligned
from benchmarks.fuzz.relations import OF_METADATA, OF_RECORD, OF_STATE, broken
from benchmarks.service.load import ADDRESS

Sender = Callable[[requests.PreparedRequest], Any]  # gives a response of requests or of httpx
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
DRAWN, ALIGNED, INVALID = "valid", "valid, consistent times and units", "invalid"
KINDS = (DRAWN, ALIGNED, INVALID)
MOST_SHOWN = 20
OF_PROCESS = r"/v1/\w+/"


@dataclass
class FuzzResult:
    """Results of requests.

    Attributes
    ----------
    sent, answered, related : Counter
        By operation and kind of request: all, those with a status of 2xx, those refused for a relation alone.
    relations : Counter
        Requests by the relation for which they were refused.
    faults : Counter
        Forbidden results, by kind.
    shown : list of str
        Some of the faults, each with its request.
    """

    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[tuple[str, str]] = field(default_factory=Counter)
    related: Counter[tuple[str, str]] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    shown: list[str] = field(default_factory=list)

    def fault(self, label: str, request: requests.PreparedRequest, response: Any) -> None:
        self.faults[label] += 1
        if len(self.shown) < MOST_SHOWN:
            described = f"{request.method} {request.url} {request.body!s:.600}"
            self.shown.append(f"{label}: {described}\n  -> {response.status_code} {response.text:.600}")


def ask(
    documents: Iterable[dict[str, Any]], processes: Iterable[dict[str, Any]], send: Sender, cases: int, seed: int
) -> FuzzResult:
    """Send about so many requests, the same number of each operation that takes a body, and of each kind.

    Parameters
    ----------
    documents : iterable of dict
        OpenAPI documents of the service and of its processes. Operations of a process are of its own document.
    processes : iterable of dict
        Those of `/v1/processes` that have a model; operations of others are left out.
    send : callable
        Sends a request.
    cases : int
        Number of requests with bodies, fewer if an operation has fewer.
    seed : int
        Of the random numbers.
    """
    naming = {one["name"]: Naming.of(one) for one in processes}
    schemas = map(schemathesis.openapi.from_dict, documents)
    operations = [one.ok() for schema in schemas for one in schema.get_all_operations()]
    own = {re.sub(OF_PROCESS, "/v1/{process}/", one.path) for one in operations if re.match(OF_PROCESS, one.path)}
    operations = [one for one in operations if one.path not in own]
    requested = list(_asked(operations, naming))
    result, each = FuzzResult(), max(1, cases // sum(bool(operation.body) for operation, _, _ in requested))
    for (operation, process, kind), number in zip(requested, itertools.count(seed)):
        _ask_one(operation, process, kind, naming, send, each, number, result)
    return result


def _asked(operations: list[Any], naming: Mapping[str, Naming]) -> Iterator[tuple[Any, str, str]]:
    """Operations with process and kind of request; each process has those of the inference protocol."""
    for operation in operations:
        own = re.match(r"/v1/(\w+)/", operation.path)
        names = [own[1]] if own else list(naming) if "{" in operation.path else [""]
        for name in names:
            if name and name not in naming:
                continue
            # A query is text: a list of one value reads like the value itself.
            kinds = (DRAWN,) if not operation.body else KINDS if own else (DRAWN, INVALID)
            yield from ((operation, name, kind) for kind in kinds)


def _ask_one(
    operation: Any,
    process: str,
    kind: str,
    naming: Mapping[str, Naming],
    send: Sender,
    cases: int,
    seed: int,
    result: FuzzResult,
) -> None:
    mode = GenerationMode.NEGATIVE if kind == INVALID else GenerationMode.POSITIVE
    version = naming[process].version if process else ""
    where = {"process": process, "model": process, "version": version, "job": "of-no-process"}
    path, query = (
        {one.name: where[one.name] for one in parameters if one.name in where}
        for parameters in (operation.path_parameters, operation.query)
    )
    given = {name: values for name, values in (("path_parameters", path), ("query", query)) if values}
    strategy = operation.as_strategy(generation_mode=mode, **given)

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def each(case: Case) -> None:
        if kind == ALIGNED:
            case.body = aligned(case.body, naming[process])
        request = requests.Request(**case.as_transport_kwargs(base_url=f"http://{ADDRESS}")).prepare()
        _look(case, kind, request, send(request), result)

    each()


def _look(case: Case, kind: str, request: requests.PreparedRequest, response: Any, result: FuzzResult) -> None:
    """Count a request by its answer."""
    where = re.sub(r"^/v1/\w+/(?=.)", "/v1/{process}/", case.path), kind
    result.sent[where] += 1
    status = response.status_code
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as failures:
        for one in failures.exceptions:
            result.fault(f"answer is not as described: {one.title}", request, response)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        result.fault("status of 5xx", request, response)
    elif status < HTTPStatus.BAD_REQUEST:
        result.answered[where] += 1
        if kind == INVALID:
            result.fault("taken though OpenAPI refuses it", request, response)
    elif kind != INVALID:
        relations = _relations(case, response)
        if relations is None:
            result.fault("refused though OpenAPI takes it", request, response)
        else:
            result.related[where] += 1
            result.relations.update(relations)


def _relations(case: Case, response: Any) -> set[str] | None:
    """For what relations a request was refused; None where there is another reason too."""
    if case.path.endswith("/infer"):
        return {OF_METADATA}
    if case.path.startswith("/v1/{process}/") and response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
        return {OF_STATE}
    if case.path.endswith("/page") and response.status_code == HTTPStatus.NOT_FOUND:
        return {OF_RECORD}
    return broken(response.json())
