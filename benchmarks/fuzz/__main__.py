"""Fuzz tests of a real service: python -m benchmarks.fuzz --home HOME [--cases N] [--seed N].

The home folder holds champions (`nonferrous up` makes some). Writes docs/results/fuzz.json and its table in
docs/results/fuzzing.md; prints every kind of fault and ends with exit code 1 where there is one.
"""

import argparse
import json
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import requests

from benchmarks.aims.page import filled
from benchmarks.faults import processes
from benchmarks.fuzz.asking import ask
from benchmarks.fuzz.page import NAME, PAGE, RESULTS, lines, result
from benchmarks.service.load import ADDRESS
from system.programs import free_port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    port = free_port()
    address = f"http://{ADDRESS}:{port}"
    with tempfile.TemporaryDirectory(prefix="nonferrous-fuzz-") as folder, requests.Session() as session:
        # Requested jobs and records are stored in the home folder: a separate one, with the store's models.
        home = Path(folder) / "home"
        home.mkdir()
        for name in ("mlflow.db", "artifacts"):
            (home / name).symlink_to(given.home.resolve() / name)
        log = Path(folder) / "log"
        environment = {"NONFERROUS_HOME": str(home)}

        def send(request: requests.PreparedRequest) -> requests.Response:
            request.url = str(request.url).replace(f"http://{ADDRESS}", address, 1)
            try:
                return session.send(request, timeout=120)
            except requests.ConnectionError as error:
                end = log.read_text(encoding="utf-8")[-2000:]
                code = running.popen.poll()
                raise RuntimeError(f"{request.method} {request.url}: {error}; exit code {code}; {end}") from None

        with processes.service(port, log, environment) as running:
            known = session.get(f"{address}/v1/processes", timeout=60).json()["processes"]
            answering = [one for one in known if one["model"] is not None]
            paths = ["/openapi.json", *(f"/v1/{one['name']}/openapi.json" for one in answering)]
            documents = [session.get(f"{address}{path}", timeout=60).json() for path in paths]
            outcome = ask(documents, answering, send, given.cases, given.seed)
    about = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "schemathesis": version("schemathesis"),
        "seed": given.seed,
        "processes": sorted(one["name"] for one in answering),
    }
    figures = result(outcome, **about)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(figures)), encoding="utf-8")
    print(*lines(figures), *outcome.shown, sep="\n")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
