"""Dashboards of Grafana: panels with texts, and expressions that Prometheus reads."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.suite.tools import needed

FILES = sorted((Path(__file__).parents[1] / "deploy" / "grafana").glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def panels(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    board: dict[str, list[dict[str, Any]]] = json.loads(request.param.read_text(encoding="utf-8"))
    return board["panels"]


def test_every_panel_has_a_unit_a_title_and_a_text(panels: list[dict[str, Any]]) -> None:
    assert panels
    for panel in panels:
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["title"]
        assert panel["description"]


def test_promtool_reads_every_expression_of_the_dashboard(panels: list[dict[str, Any]], tmp_path: Path) -> None:
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = [{"record": f"nonferrous:x{i}", "expr": one} for i, one in enumerate(expressions)]
    file = tmp_path / "rules.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
    checked = subprocess.run([needed("promtool"), "check", "rules", str(file)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
