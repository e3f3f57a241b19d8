"""Upper bound of a Python server: the same body received by FastAPI with pydantic, and by a bare one.

Run by uvicorn; `ECHO_PROCESS` names the process whose columns the body has.
"""

import os
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, create_model

from seeds import load


def fastapi_echo() -> FastAPI:
    """The body as FastAPI's users write it: one typed field a column, the rows sent back as they came."""
    seed = load(os.environ["ECHO_PROCESS"])
    named: Any = {column.name: (str, ...) for column in seed.by_role("key", "time")}
    row: Any = create_model("Row", **named, **{c.name: (float | None, None) for c in seed.inputs})
    request: Any = create_model("Rows", rows=(list[row], ...))
    app = FastAPI()

    async def echo(body: Any) -> BaseModel:
        parsed: BaseModel = body
        return parsed

    echo.__annotations__ |= {"body": request, "return": request}
    app.post("/echo")(echo)
    return app


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The body sent back by uvicorn alone."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
