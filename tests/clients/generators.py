"""Clients that three generators make of an OpenAPI document, and the responses that each of them returns."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.suite.tools import absent, needed

HERE = Path(__file__).parent
PROGRAMS = HERE.parents[1] / ".bench-clients" / "bin"  # an environment of its own, as `make clients` builds it
STRICT = ("--strict", "--target", "es2020", "--lib", "es2020,dom", "--module", "commonjs", "--skipLibCheck")
SHORT_RUN = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a generator ends before optimised code of it would pay


@dataclass(frozen=True)
class Call:
    """A request by a generated client.

    Parameters
    ----------
    operation : str
        Its `operationId`.
    schema, answer : str
        Names of the schemas of its request and its response.
    body : dict
        The request.
    path : dict
        Parameters of the address.
    """

    operation: str
    schema: str
    answer: str
    body: dict[str, Any]
    path: dict[str, str] = field(default_factory=dict)


def calls_of(document: dict[str, Any], names: Sequence[str]) -> Iterator[tuple[str, Call]]:
    """Address and example of each operation with one of these names that a document of a process has."""
    for path, methods in document["paths"].items():
        if "post" in methods and path.rpartition("/")[2] in names:
            operation = methods["post"]
            content = operation["requestBody"]["content"]["application/json"]
            answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
            schema, returned = (one["$ref"].rpartition("/")[2] for one in (content["schema"], answer))
            yield path, Call(operation["operationId"], schema, returned, content["example"])


def of_attrs(folder: Path, address: str, calls: Sequence[Call]) -> list[Any]:
    """Responses to a client of openapi-python-client, which fails on each warning."""
    options = ["--meta", "none", "--output-path", str(folder / "client"), "--fail-on-warning"]
    run([program("openapi-python-client"), "generate", "--path", str(folder / "document.json"), *options], folder)
    return returned([program("python"), str(HERE / "ask_attrs.py"), address], folder, calls)


def of_pydantic(folder: Path, address: str, calls: Sequence[Call]) -> list[Any]:
    """Responses to a client that openapi-generator makes for Python."""
    generate(folder, "python", folder, "--package-name", "client")
    run([program("python"), "-W", "error", "-m", "compileall", "-q", "client"], folder)
    return returned([program("python"), str(HERE / "ask_pydantic.py"), address], folder, calls)


def of_typescript(folder: Path, address: str, calls: Sequence[Call]) -> list[Any]:
    """Responses to a client that openapi-generator makes for TypeScript, compiled with strict types."""
    tsc, node = needed("tsc"), needed("node")
    generate(folder, "typescript-fetch", folder / "client")
    script = folder / "ask.ts"
    script.write_text((HERE / "ask.ts").read_text(encoding="utf-8"), encoding="utf-8")
    run([tsc, *STRICT, "--outDir", str(folder / "compiled"), str(script)], folder)
    return returned([node, str(folder / "compiled" / "ask.js"), address], folder, calls)


GENERATORS: dict[str, Callable[[Path, str, Sequence[Call]], list[Any]]] = {
    "openapi-python-client": of_attrs,
    "openapi-generator python": of_pydantic,
    "openapi-generator typescript-fetch": of_typescript,
}


def generate(folder: Path, language: str, out: Path, *options: str) -> None:
    """Generate a client of `document.json` of the folder by openapi-generator, which logs errors and goes on."""
    needed("java")
    command = [program("openapi-generator-cli"), "generate", "-i", str(folder / "document.json"), "-g", language]
    log = run([*command, "-o", str(out), *options], folder)
    assert " ERROR " not in log, log


def program(name: str) -> str:
    """Path of a program of the generators' environment; without it the test is skipped, or fails in CI."""
    path = PROGRAMS / name
    return str(path) if path.exists() else absent(f"{name} is not installed: make clients")


def run(command: Sequence[str], folder: Path, given: str = "") -> str:
    """Output of a command that must succeed; it uses the generators' programs and the client in the folder."""
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(folder), "JAVA_TOOL_OPTIONS": SHORT_RUN}
    done = subprocess.run(
        command, cwd=folder, input=given, env=os.environ | own, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def returned(command: Sequence[str], folder: Path, calls: Sequence[Call]) -> list[Any]:
    """Responses that a script of this folder gets by the client in its working folder."""
    result = folder / "result.json"
    run([*command, str(result)], folder, json.dumps([asdict(call) for call in calls]))
    return list(json.loads(result.read_text(encoding="utf-8")))
