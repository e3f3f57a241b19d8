"""The file of the image: what it installs, as whom it runs, and what it may see of the repository.

`tests/deploy/containerfile.py` carries out its steps; `make image-steps` starts that.
"""

import re
import tomllib
from typing import Any

import pytest
import typer.main
import yaml

from nonferrous.command_line import app
from serving.routes.health import router
from tests.deploy.containerfile import FILE, KNOWN, ROOT, allowed, instructions

STEPS = instructions(FILE.read_text(encoding="utf-8"))
LAST = max(place for place, (name, _) in enumerate(STEPS) if name == "FROM")
BUILDER, IMAGE = STEPS[:LAST], STEPS[LAST:]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def arguments(steps: list[tuple[str, str]], name: str) -> list[str]:
    return [argument for step, argument in steps if step == name]


def pins(place: str) -> dict[str, set[str]]:
    """Versions by package that a lock has."""
    lines = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / place).read_text(encoding="utf-8"), re.MULTILINE)
    return {name: {version for other, version in lines if other == name} for name, _ in lines}


def test_only_instructions_that_are_carried_out_stand_in_it() -> None:
    assert {name for name, _ in STEPS} <= KNOWN


def test_every_package_has_a_hash_and_no_address_is_written() -> None:
    installs = [one for one in arguments(STEPS, "RUN") if "pip install" in one]
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-deps --no-index" in one for one in installs)
    assert re.findall(r"https?://(?!127\.0\.0\.1)", FILE.read_text(encoding="utf-8")) == []
    assert not any("/" in one.split()[0] for one in arguments(STEPS, "FROM"))


def test_the_image_runs_as_the_user_of_the_manifests_and_writes_into_its_home_alone() -> None:
    pod = next(yaml.safe_load_all((ROOT / "deploy/kubernetes/base/service.yaml").read_text("utf-8")))["spec"]
    security = pod["template"]["spec"]["securityContext"]
    (user,) = arguments(IMAGE, "USER")
    assert user == f"{security['runAsUser']}:{security['runAsGroup']}"
    (volume,) = arguments(IMAGE, "VOLUME")
    assert f"NONFERROUS_HOME={volume}" in arguments(IMAGE, "ENV")
    (packages,) = (one for one in arguments(IMAGE, "RUN") if "apt-get" in one)
    assert re.findall(r"recommends ([^&]+) &&", packages)[0].split() == ["ca-certificates", "libgomp1", "python3"]


def test_the_image_starts_the_service_and_checks_a_route_that_exists() -> None:
    program, command = (yaml.safe_load(*arguments(IMAGE, name)) for name in ("ENTRYPOINT", "CMD"))
    assert program == ["nonferrous"]
    known: Any = typer.main.get_command(app)
    assert set(command) <= set(known.commands)
    (path,) = re.findall(r"127\.0\.0\.1:8000(/[a-z/]+)", *arguments(IMAGE, "HEALTHCHECK"))
    assert path in {getattr(route, "path", "") for route in router(None).routes}  # type: ignore[arg-type]


def test_labels_state_version_and_licence_of_the_project() -> None:
    labels = dict(one.split("=", 1) for one in arguments(IMAGE, "LABEL"))
    prefix = "org.opencontainers.image"
    assert labels[f"{prefix}.version"] == f'"{PROJECT["project"]["version"]}"'
    assert labels[f"{prefix}.licenses"] == f'"{PROJECT["project"]["license"]}"'


@pytest.mark.parametrize("place", ["deploy/requirements.lock", "deploy/build-requirements.lock"])
def test_an_image_has_the_versions_that_tests_use(place: str) -> None:
    tested = pins("requirements.lock")
    assert {name: versions for name, versions in pins(place).items() if not versions <= tested[name]} == {}


def test_locks_of_the_image_have_the_libraries_of_the_project_and_none_of_development() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    needed = [*PROJECT["project"]["dependencies"], *extras["gateway"], *extras["mlflow-server"]]
    names = {re.split(r"[\[<>=;~ ]", one)[0] for one in needed}
    locked = set(pins("deploy/requirements.lock"))
    assert names <= locked
    assert {"pytest", "mypy", "ruff"} & locked == set()
    (backend,) = PROJECT["build-system"]["requires"]
    assert (ROOT / "deploy" / "build-requirements.in").read_text(encoding="utf-8") == f"{backend}\n"
    assert pins("deploy/build-requirements.lock")["hatchling"] == {backend.partition("==")[2]}


def test_the_builder_sees_the_packages_and_nothing_that_is_private() -> None:
    seen = set(allowed())
    packages = {
        pattern.partition("/")[0] for pattern in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]
    }
    assert packages | {"README.md", "LICENSE", "pyproject.toml"} <= seen
    assert {".git", ".nonferrous", "tests", ".venv"} & seen == set()
