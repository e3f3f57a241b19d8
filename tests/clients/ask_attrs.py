"""Send requests by a client of openapi-python-client; runs in the generators' environment."""

import importlib
import json
import sys
from pathlib import Path

from client import Client, models

address, result = sys.argv[1:]
client = Client(base_url=address, raise_on_unexpected_status=True, timeout=60)
answers = []
for call in json.load(sys.stdin):
    (file,) = Path("client", "api").glob(f"*/{call['operation']}.py")
    operation = importlib.import_module(".".join(file.with_suffix("").parts))
    body = getattr(models, call["schema"]).from_dict(call["body"])
    answer = operation.sync(client=client, body=body, **call["path"])
    assert isinstance(answer, getattr(models, call["answer"])), answer
    answers.append(answer.to_dict())
Path(result).write_text(json.dumps(answers), encoding="utf-8")
