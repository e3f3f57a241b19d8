"""Manifests of deploy/kubernetes, built by kustomize and checked against the schemas of Kubernetes."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import pytest
import typer.main
import yaml

from gateway.status import LIVE_PATH, READY_PATH
from nonferrous.command_line import app
from serving.hot_reload.champions import Champions
from serving.routes.health import router
from serving.settings import read_settings
from tests.suite.tools import absent, needed

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "deploy" / "kubernetes"
PAGE = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
BUILDS = ("base", "overlays/cloudnative-pg")
SCHEMAS = ROOT / ".bench-kubernetes" / "kubernetes_validate" / "kubernetes-json-schema"
VERSIONS = ("1.30", "1.37")  # the oldest that has all fields, and the newest that the schemas know
OPERATOR = "postgresql.cnpg.io/v1"  # resources of others, whose schemas are not those of Kubernetes


@cache
def built(name: str) -> tuple[dict[str, Any], ...]:
    """Resources of a kustomization."""
    done = subprocess.run([needed("kustomize"), "build", str(MANIFESTS / name)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(name: str, *kinds: str) -> dict[str, dict[str, Any]]:
    """Resources of these kinds by name."""
    return {one["metadata"]["name"]: one for one in built(name) if one["kind"] in kinds}


def pods(name: str) -> dict[str, dict[str, Any]]:
    """Templates of pods by the name of their controller."""
    return {key: one["spec"]["template"] for key, one in of_kind(name, "Deployment", "StatefulSet").items()}


def container(name: str, pod: str) -> dict[str, Any]:
    (only,) = pods(name)[pod]["spec"]["containers"]
    return cast(dict[str, Any], only)


@cache
def validator(version: str, api: str, kind: str) -> Any:
    """Strict schema of a kind: fields that it does not know are errors."""
    folder = SCHEMAS / f"v{version}.0-local-strict"
    if not folder.is_dir():
        absent("the schemas of Kubernetes are not installed: make kubernetes-schemas")
    group, _, revision = api.rpartition("/")
    file = "-".join(filter(None, (kind.lower(), group.partition(".")[0], revision))) + ".json"
    schema, shared = (json.loads((folder / one).read_text("utf-8")) for one in (file, "_definitions.json"))
    address = "http://schemas.invalid/api/"
    registry = jsonschema_rs.Registry([(f"{address}_definitions.json", shared)])
    return jsonschema_rs.validator_for(schema | {"$id": f"{address}{file}"}, registry=registry)


def faults(version: str, resource: dict[str, Any]) -> list[str]:
    schema = validator(version, resource["apiVersion"], resource["kind"])
    return [f"{one.instance_path}: {one.message[:300]}" for one in schema.iter_errors(resource)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", BUILDS)
def test_every_resource_fits_the_schema_of_kubernetes(name: str, version: str) -> None:
    own = [one for one in built(name) if one["apiVersion"] != OPERATOR]
    results = {f"{one['kind']} {one['metadata']['name']}": faults(version, one) for one in own}
    assert {name: result for name, result in results.items() if result} == {}
    others = {one["kind"] for one in built(name)} - {one["kind"] for one in own}
    assert others == ({"Cluster", "Database"} if name != "base" else set())


def test_the_schema_refuses_a_field_that_kubernetes_does_not_know() -> None:
    deployment = json.loads(json.dumps(of_kind("base", "Deployment")["nonferrous"]))
    deployment["spec"]["template"]["spec"]["securityContext"]["runAsNonroot"] = True
    assert faults(VERSIONS[-1], deployment) != []


@pytest.mark.parametrize("name", BUILDS)
def test_no_container_has_a_right_that_it_does_not_need(name: str) -> None:
    assert set(pods(name)) == {"nonferrous", "nonferrous-worker", "nonferrous-gateway", "nonferrous-mlflow"}
    for key, pod in pods(name).items():
        spec, (one,) = pod["spec"], pod["spec"]["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True, key
        assert spec["securityContext"]["runAsUser"] > 0, key
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, key
        assert spec["automountServiceAccountToken"] is False, key
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, key
        assert set(one["resources"]["requests"]) == {"cpu", "memory"}, key
        assert set(one["resources"]["limits"]) == {"memory"}, key
        assert {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec) == set(), key
        written = {mount["mountPath"] for mount in one["volumeMounts"] if not mount.get("readOnly")}
        assert written == {"/var/lib/nonferrous", "/tmp"}, key


@pytest.mark.parametrize("name", BUILDS)
def test_secrets_are_named_and_never_written(name: str) -> None:
    assert of_kind(name, "Secret") == {}
    named = set()
    for pod in pods(name).values():
        for variable in pod["spec"]["containers"][0]["env"]:
            secret = variable.get("valueFrom", {}).get("secretKeyRef")
            assert secret is not None or "$(DATABASE_PASSWORD)" in variable["value"]
            if secret is not None and not secret["name"].startswith("nonferrous-database-"):  # made by the operator
                named.add((secret["name"], secret["key"]))
    assert named
    for secret, key in named:
        assert f"`{secret}`" in PAGE
        assert f"`{key}`" in PAGE


def environment(name: str, pod: str) -> Iterator[tuple[str, str]]:
    """Variables of a pod; those of secrets have an address of a database."""
    settings = of_kind(name, "ConfigMap")
    for source in container(name, pod)["envFrom"]:
        yield from settings[source["configMapRef"]["name"]]["data"].items()
    for variable in container(name, pod)["env"]:
        yield variable["name"], variable.get("value", "postgresql://user@host/records")


@pytest.mark.parametrize("name", BUILDS)
def test_the_service_takes_its_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [one for one in os.environ if one.startswith("NONFERROUS_")]:
        monkeypatch.delenv(variable)
    given = dict(environment(name, "nonferrous"))
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = read_settings()  # refuses a malformed value
    fields = {f"NONFERROUS_{field.upper()}" for field in type(settings).model_fields} | {"MLFLOW_TRACKING_URI"}
    assert set(given) <= fields
    assert (settings.host, settings.port) == ("0.0.0.0", container(name, "nonferrous")["ports"][0]["containerPort"])
    assert settings.artifact_root is None  # artifacts go through MLflow's server
    assert str(settings.home) in {mount["mountPath"] for mount in container(name, "nonferrous")["volumeMounts"]}


def test_a_replica_has_time_to_answer_its_requests_before_it_is_killed() -> None:
    deployment = of_kind("base", "Deployment")["nonferrous"]
    pod = deployment["spec"]["template"]["spec"]
    pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > pause + read_settings().shutdown_timeout_seconds
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert deployment["spec"]["replicas"] > 1
    assert of_kind("base", "PodDisruptionBudget")["nonferrous"]["spec"]["maxUnavailable"] == 1


def test_probes_ask_routes_that_exist() -> None:
    routes = {getattr(route, "path", "") for route in router(cast(Champions, None)).routes}
    known = {"nonferrous": routes, "nonferrous-gateway": {LIVE_PATH, READY_PATH}, "nonferrous-mlflow": {"/health"}}
    for key, paths in known.items():
        one = container("base", key)
        ports = {port["name"] for port in one["ports"]}
        probes = [one[probe] for probe in ("startupProbe", "readinessProbe", "livenessProbe") if probe in one]
        assert len(probes) >= 2
        for probe in probes:
            assert probe["httpGet"]["path"] in paths
            assert probe["httpGet"]["port"] in ports


def test_containers_run_commands_that_exist() -> None:
    for key in ("nonferrous", "nonferrous-worker", "nonferrous-gateway"):
        command: Any = typer.main.get_command(app)
        arguments = list(container("base", key)["args"])
        while hasattr(command, "commands"):
            command = command.commands[arguments.pop(0)]
        command.make_context(key, arguments)  # refuses an option that it does not know


def matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """Return whether a selector selects labels."""
    given = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
    in_lists = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
    return in_lists and all(labels.get(name) == value for name, value in given.items())


@pytest.mark.parametrize("name", BUILDS)
def test_services_and_rules_select_pods(name: str) -> None:
    labels = {key: pod["metadata"]["labels"] for key, pod in pods(name).items()}
    for key, service in of_kind(name, "Service").items():
        assert [pod for pod, given in labels.items() if matches(service["spec"]["selector"], given)] == [key]
        names = {port["name"] for port in container(name, key)["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names
    for policy in of_kind(name, "NetworkPolicy").values():
        assert any(matches(policy["spec"]["podSelector"], given) for given in labels.values())


def admitted(name: str, direction: str, pod: str) -> list[dict[str, Any]]:
    """Rules of a direction, "ingress" or "egress", that apply to a pod."""
    labels = pods(name)[pod]["metadata"]["labels"]
    policies = [one["spec"] for one in of_kind(name, "NetworkPolicy").values()]
    return [rule for one in policies if matches(one["podSelector"], labels) for rule in one.get(direction, ())]


@pytest.mark.parametrize("client", ["nonferrous", "nonferrous-worker", "nonferrous-gateway"])
def test_mlflow_is_open_to_the_service_and_the_worker_alone(client: str) -> None:
    (rule,) = admitted("base", "ingress", "nonferrous-mlflow")
    labels = pods("base")[client]["metadata"]["labels"]
    may = client != "nonferrous-gateway"
    assert any(matches(one["podSelector"], labels) for one in rule["from"]) is may
    ports = {port["port"] for rule in admitted("base", "egress", client) for port in rule["ports"]}
    assert (5000 in ports, 5432 in ports) == (may, may)
    assert 53 in ports
