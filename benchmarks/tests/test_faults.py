"""The tables of faults hold what was measured, and what the page promises was kept."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.faults import cases, cluster, fleet
from benchmarks.faults.cluster import ClusterResult
from benchmarks.faults.page import GROUPS, SERVICE
from benchmarks.faults.setting import CaseResult

KEPT = {group.page.name: json.loads(group.page.results.read_text(encoding="utf-8")) for group in GROUPS}
OF_SERVICE, OF_FLEET, OF_CLUSTER = (KEPT[group.page.name]["cases"] for group in GROUPS)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.page.name)
def test_the_page_holds_what_was_measured_and_nothing_else(group):
    text = group.page.page.read_text(encoding="utf-8")
    assert filled(text, group.page.name, group.page.lines(KEPT[group.page.name])) == text, "python -m benchmarks.faults"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.page.name)
def test_every_case_is_described_and_was_measured(group):
    assert sorted(group.about) == sorted(group.cases) == sorted(KEPT[group.page.name]["cases"])


@pytest.mark.parametrize(
    ("name", "least"), [*((name, 30) for name in cases.CASES), *((name, 10) for name in fleet.CASES)]
)
def test_nothing_that_was_answered_is_lost_or_kept_twice(name, least):
    result = CaseResult(**(OF_SERVICE | OF_FLEET)[name])
    assert result.times >= least
    assert result.answered > 0
    assert (result.lost, result.twice, result.faults_of_audit, result.disordered or 0) == (0, 0, 0, 0)
    assert (result.disordered is not None) == (name == "clock_set")
    assert result.sent == result.answered + result.unanswered + result.refused


@pytest.mark.parametrize("name", fleet.CASES)
def test_a_fleet_answers_while_something_can(name):
    result = CaseResult(**OF_FLEET[name])
    assert result.outside == 0
    assert len(result.away) == result.times
    if name in ("replica_killed", "replicas_restarted", "model_store_killed"):
        assert result.answered == result.sent


@pytest.mark.parametrize("name", cluster.CASES)
def test_a_cluster_gives_the_files_of_one_machine_whatever_ends(name):
    result = ClusterResult(**OF_CLUSTER[name])
    assert result.times >= 10
    assert result.runs == len(result.seconds) > 0
    assert (result.failed, result.different) == (0, 0)


def test_a_table_of_other_figures_takes_the_place_of_the_one_before():
    page = GROUPS[0].page
    other = {"measured": "2030-01-02", "cases": {"disk_full": {**OF_SERVICE["disk_full"], "lost": 12345}}}
    before = filled(
        "before\n\n<!-- faults -->\n<!-- end of faults -->\nafter\n", page.name, page.lines(KEPT[page.name])
    )
    text = filled(before, page.name, page.lines(other))
    assert text.startswith("before\n\n<!-- faults -->\nMeasured on 2030-01-02.")
    assert text.endswith("<!-- end of faults -->\nafter\n")
    assert "12,345" in text
    assert SERVICE["mlflow_killed"] not in text
