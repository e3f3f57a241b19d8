"""Send requests by a client of openapi-generator for Python; runs in the generators' environment."""

import json
import sys
from pathlib import Path

import client

address, result = sys.argv[1:]
connection = client.ApiClient(client.Configuration(host=address))
apis = [kind(connection) for name, kind in vars(client).items() if name.endswith("Api")]
answers = []
for call in json.load(sys.stdin):
    (api,) = (one for one in apis if hasattr(one, call["operation"]))
    body = getattr(client, call["schema"]).from_dict(call["body"])
    answer = getattr(api, call["operation"])(*call["path"].values(), body)
    assert isinstance(answer, getattr(client, call["answer"])), answer
    answers.append(answer.to_dict())
Path(result).write_text(json.dumps(answers), encoding="utf-8")
