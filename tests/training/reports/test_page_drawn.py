"""A page of figures that needs nothing but a browser."""

import re
import subprocess

import pytest

from models.table.contract import check
from models.tasks import build
from tests.suite.tools import needed
from training.classification.fit import ClassificationLearner
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.jobs import page as plots
from training.quality.fit import QualityLearner
from training.regression.fit import RegressionLearner
from training.sorting.fit import SortingLearner


def silent(description):
    pass


def fitted(seed, frame, truth=None):
    data = dataset_of(check(frame, seed), seed, truth)
    parts = split(data)
    return (
        fit_candidate(RegressionLearner(), "linear", build(seed)["linear"], data, parts, {}, None, silent, curve=True),
        data,
        parts,
    )


def truth_of(frame):
    law = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4)
    return frame[["unit", "period_start"]].assign(y=law)


def headings(page):
    return re.findall(r"<h2>([^<]*)</h2>", page)


def number_page(seed, frame):
    return plots.page(*fitted(seed, frame, truth_of(frame)))


def class_page(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    line = fit_candidate(
        ClassificationLearner(), "linear", build(seed)["linear"], data, parts, {}, None, silent, curve=True
    )
    return plots.page(line, data, parts)


def sorting_page(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    sorter = fit_candidate(SortingLearner(), "linear", build(seed)["linear"], data, parts, {}, None, silent, curve=True)
    return plots.page(sorter, data, parts)


def quality_page(seed, frame):
    data = dataset_of(check(frame, seed), seed)
    parts = split(data)
    grader = fit_candidate(QualityLearner(), "linear", build(seed)["linear"], data, parts, {}, None, silent, curve=True)
    return plots.page(grader, data, parts)


@pytest.fixture(scope="module", params=[number_page, class_page, sorting_page, quality_page])
def page(request):
    """A page of each task."""
    tasks = {number_page: "toy", class_page: "toy_class", sorting_page: "toy_sorting", quality_page: "toy_quality"}
    task = tasks[request.param]
    return request.param(request.getfixturevalue(f"{task}_seed"), request.getfixturevalue(f"{task}_frame")())


def test_nothing_is_fetched_from_anywhere(page):
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*\s(?:src|href)=", page)
    assert page.count("plotly.js v") == 1
    assert "@import" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_no_figure_can_be_sent_to_a_cloud(page):
    configs = re.findall(r'"showSendToCloud":\s*(\w+)', page)
    assert len(configs) == len(headings(page))
    assert set(configs) == {"false"}


def test_figures_without_a_subject_are_left_out(toy_seed, toy_frame):
    assert headings(number_page(toy_seed, toy_frame())) == [
        "Predicted against measured, 90% interval",
        "Predicted against the simulated plant&#x27;s truth",
        "Residuals over time",
        "Residuals by unit",
        "Importance of the inputs",
        "Width without an input",
        "Contributions of the inputs",
        "Learning curve",
        "Coverage of the 90% interval by month",
    ]
    without = plots.page(*fitted(toy_seed, toy_frame()))
    assert "Predicted against the simulated plant&#x27;s truth" not in headings(without)


def test_a_title_cannot_smuggle_markup_in(toy_seed, toy_frame):
    process = toy_seed.process.model_copy(update={"title": "<script>alert(1)</script>"})
    seed = toy_seed.model_copy(update={"process": process})
    assert "<script>alert" not in plots.page(*fitted(seed, toy_frame()))


@pytest.mark.browser
def test_a_browser_draws_every_figure_without_a_network(page, tmp_path):
    chromium = needed("chromium")
    (tmp_path / "plots.html").write_text(page, encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--proxy-server=127.0.0.1:9", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000"]
    done = subprocess.run(
        [chromium, *flags, "--dump-dom", (tmp_path / "plots.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    drawn = re.sub(r"<script.*?</script>", "", done.stdout, flags=re.DOTALL)
    assert len(re.findall(r'class="main-svg"', drawn)) >= 2 * len(headings(page))
    assert len(re.findall(r'class="xtitle"', drawn)) >= len(headings(page))
