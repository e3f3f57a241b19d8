"""Description of a route of a process, as an item of OpenAPI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from serving.wire.bodies import JSON
from serving.wire.problems import described

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RouteDescription:
    """Description of a route of a process.

    Parameters
    ----------
    id : str
        Its `operationId`, unique among the routes of a process.
    tag, summary, description : str
        Its group and its texts.
    request, answer : type, optional
        Types of its JSON bodies; None for a route without one.
    example : dict, optional
        An accepted request.
    parameters : sequence of dict
        Its query parameters.
    returns : Mapping of str to dict
        Content types other than JSON that it returns, with their schemas.
    problems : sequence of int
        Statuses of its errors.
    """

    id: str
    tag: str
    summary: str
    description: str
    request: Any = None
    answer: Any = None
    example: Json | None = None
    parameters: Sequence[Json] = ()
    returns: Mapping[str, Json] = field(default_factory=dict)
    problems: Sequence[int] = ()

    def item(self, request: Json | None, answer: Json | None, example: Json | None = None) -> Json:
        """Operation object of OpenAPI with these schemas of its JSON bodies, and an example of the request."""
        returned = ({JSON: answer} if answer is not None else {}) | dict(self.returns)
        succeeded = {"200": {"description": "Successful response", "content": _content(returned)}}
        made: Json = {"tags": [self.tag], "summary": self.summary, "description": self.description}
        made["operationId"] = self.id
        if self.parameters:
            made["parameters"] = [*self.parameters]
        if request is not None:
            content = _content({JSON: request})
            if example is not None:
                content[JSON]["example"] = example
            made["requestBody"] = {"required": True, "content": content}
        refused = {str(status): one for status, one in described(*map(HTTPStatus, self.problems)).items()}
        return {**made, "responses": succeeded | refused}


def _content(schemas: Mapping[str, Json]) -> Json:
    return {kind: {"schema": schema} for kind, schema in schemas.items()}
