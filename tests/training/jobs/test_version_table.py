"""Versions side by side, with a store that stands in for MLflow."""

from dataclasses import replace
from pathlib import Path

import pytest

from nonferrous.tables import earlier_lines
from registry.settings import StoreSettings
from registry.versions import RegistryError, Version
from training.jobs import version_table as comparing
from training.jobs.version_table import Comparison, Row, compare, compare_address

SCHEMA = {"schema": "2"}


def version(number, candidate="linear", aliases=(), digest="sha256:one"):
    where = (f"2026-01-0{number}", f"run{number}", f"job{number}", "7", f"model{number}")
    return Version(
        "p", number, aliases, candidate, *where, {"data_digest": digest, **SCHEMA}, {"test_mae": number / 10}
    )


class Store:
    """Versions, the candidates' runs of the job that made each, and the metrics of a run."""

    def __init__(self, versions, runs):
        self.held, self.runs = versions, runs

    def versions(self, process):
        assert process == "p"
        return self.held

    def children(self, one):
        return self.runs[one.number]

    def metrics(self, run):
        return {"of": run}


@pytest.fixture
def compared(monkeypatch):
    """Maker of a comparison of these versions, whose jobs had these runs."""

    def make(versions, runs):
        monkeypatch.setattr(comparing, "Tracking", lambda settings: Store(versions, runs))
        return compare("p", StoreSettings(home=Path(), tracking_uri="http://ml:5000"))

    return make


def test_the_baseline_of_the_champions_job_stands_before_the_versions(compared):
    runs = {1: {"linear": "run1", "majority": "b1"}, 2: {"lightgbm": "x", "linear": "run2", "persistence": "b2"}}
    held = [version(1), version(2, aliases=("champion",), digest="sha256:two"), version(3)]
    result = compared(held, runs)
    assert result.process == "p"
    assert result.rows == (
        Row("baseline", "persistence", (), "2026-01-02", "sha256:two", {"of": "b2"}),
        Row("1", "linear", (), "2026-01-01", "sha256:one", {"test_mae": 0.1}, {"data_digest": "sha256:one"} | SCHEMA),
        Row(
            "2",
            "linear",
            ("champion",),
            "2026-01-02",
            "sha256:two",
            {"test_mae": 0.2},
            {"data_digest": "sha256:two"} | SCHEMA,
        ),
        Row("3", "linear", (), "2026-01-03", "sha256:one", {"test_mae": 0.3}, {"data_digest": "sha256:one"} | SCHEMA),
    )
    assert result.address == (
        "http://ml:5000/#/compare-runs?runs=%5B%22b2%22%2C%22run1%22%2C%22run2%22%2C%22run3%22%5D&experiments=%5B%227%22%5D"
    )
    assert result.same_table is False


def test_without_a_champion_the_newest_versions_job_gives_the_baseline(compared):
    runs = {2: {"linear": "run2", "majority": "b2"}, 1: {}}
    rows = compared([version(1), version(2, aliases=("challenger",))], runs).rows
    assert [(row.name, row.created) for row in rows] == [
        ("baseline", "2026-01-02"),
        ("1", "2026-01-01"),
        ("2", "2026-01-02"),
    ]


def test_a_baseline_is_another_candidate_wherever_its_name_stands_in_the_alphabet(compared):
    for name in ("persistence", "first_principles"):
        result = compared([version(1)], {1: {"linear": "run1", name: "b1"}})
        assert [row.candidate for row in result.rows] == [name, "linear"]


@pytest.mark.parametrize(
    ("candidate", "runs"), [("linear", {}), ("linear", {"of_old": "b1"}), ("majority", {"majority": "run1"})]
)
def test_a_job_without_a_baseline_or_whose_baseline_is_the_version_adds_no_row(compared, candidate, runs):
    result = compared([version(1, candidate)], {1: runs})
    assert [row.name for row in result.rows] == ["1"]
    assert result.same_table is True
    assert "runs=%5B%22run1%22%5D" in result.address


def test_a_process_without_versions_has_nothing_to_compare(compared):
    with pytest.raises(RegistryError, match=r"^p: no registered version; train it first$"):
        compared([], {})


def test_figures_may_be_compared_where_one_table_gave_them_all():
    one, two = (Row("1", "linear", (), "2026", digest, {}) for digest in ("a", "b"))
    assert Comparison("p", (one, one), "").same_table is True
    assert Comparison("p", (one, two), "").same_table is False
    earlier = Row("0", "linear", (), "2025", "c", {}, is_earlier=True)
    assert Comparison("p", (earlier, one, one), "").same_table is True
    assert Comparison("p", (earlier,), "").same_table is True  # no figures, so none that differ by their table


def test_versions_of_before_0_2_are_listed_without_their_metrics(compared):
    """Their runs have no tag `schema`; a baseline of their job would have metrics of the former names too."""
    earlier = replace(version(1, aliases=("champion",)), tags={"data_digest": "sha256:zero"})
    comparison = compared([earlier, version(2)], {1: {"linear": "run1", "majority": "b1"}, 2: {}})
    assert [(row.name, dict(row.metrics), row.is_earlier) for row in comparison.rows] == [
        ("1", {}, True),
        ("2", {"test_mae": 0.2}, False),
    ]
    assert comparison.same_table is True
    assert earlier_lines(comparison) == ["version 1: trained before 0.2; train it again"]


def test_an_embedded_store_is_looked_at_where_the_ui_listens_by_default(tmp_path):
    address = compare_address(StoreSettings(home=tmp_path), "4", ("a", "b"))
    assert address == "http://127.0.0.1:5000/#/compare-runs?runs=%5B%22a%22%2C%22b%22%5D&experiments=%5B%224%22%5D"
