"""The report of a period of lots in Chinese: whole, with the figures of that in English."""

import datetime as dt
import html
import json
import re
from collections import Counter

import numpy as np
import pytest
from plotly.offline import get_plotlyjs

from models.quality.candidates import build
from models.quality.grader import grader
from models.table.inputs import matrix
from models.table.reading import digest, read_table
from monitoring.report.lots import PredictedLots
from monitoring.report.page import lots_page, page
from monitoring.report.period import period_of
from registry.versions import Version
from reporting.drawing import settings
from reporting.wording import Wording
from seeds import load
from synthetic_data import simulate

PROCESSES = ("copper_cathode", "aluminium_ingot")
LOTS = "lots.html"
NUMBERS = r"(?<![\w.])[+-]?\d[\d,]*\.\d+(?![\w.])"


@pytest.fixture(params=PROCESSES, scope="module")
def period(request, tmp_path_factory):
    """Latest 60 days of a simulated plant, by a grader of earlier lots."""
    seed, folder = load(request.param), tmp_path_factory.mktemp(request.param)
    simulate(seed, folder)
    table = read_table(folder, seed).table.sort_values(seed.clock.name, kind="stable")
    labels = table[[column.name for column in seed.by_role("target")]].to_numpy()
    table = table[~np.isnan(labels).any(axis=1)].tail(1600)
    X, labels = matrix(table, seed), table[[column.name for column in seed.by_role("target")]].to_numpy()
    contents = len(seed.elements)
    old, new = slice(None, 600), slice(600, 1000)
    estimator = build(seed)["linear"].fit(X[old], labels[old])
    predictions = estimator.predict(X[new])
    model = grader(seed, "linear", estimator, X[old], labels[new, :contents], labels[new, contents:], predictions, {})
    cutoff = table[seed.clock.name].iloc[600]
    model.info.update(training_cutoff=f"{cutoff:%Y-%m-%dT%H:%M:%S}", held_out_units=[])
    version = Version(request.param, 1, ("champion",), "linear", f"{cutoff:%Y-%m-%d}", *[""] * 4, {}, {})
    lots = PredictedLots.of(table, model, seed)
    last = lots.time[-1].astype("datetime64[D]").item()
    first = last - dt.timedelta(days=60)
    before = lots.time < np.datetime64(first)
    return period_of(seed, model, version, lots[~before], lots[before], first, last, digest(table))


def nodes(text):
    """Texts between the tags of a page, without its style and scripts."""
    bare = re.sub(r"(?s)<(style|script)[^>]*>.*?</\1>", "", text)
    return [html.unescape(node) for node in re.findall(r">([^<]+)<", bare)]


@pytest.fixture(params=(lambda period, *language: page(period, LOTS, *language), lots_page), ids=("period", "lots"))
def written(request, period):
    """A page in English and in Chinese."""
    return request.param(period), request.param(period, "zh")


def test_a_page_in_chinese_has_no_english_but_names(written, period):
    text = written[1]
    assert text.startswith('<!doctype html><html lang="zh-Hans">')
    shown = nodes(text)
    for name in sorted({LOTS, *(grade.title_in("zh") for grade in period.seed.grades)}, key=len, reverse=True):
        shown = [node.replace(name, "") for node in shown]
    assert not [node for node in shown if re.search(r"[A-Za-z]{2,}[ ,;:.]+[A-Za-z]{2,}", node)]
    words = {word for node in shown for word in re.findall(r"\b[a-z]{3,}(?:_\w+)?\b", node)}
    names = {column.name for column in period.seed.elements}
    assert words <= {"ppm", "linear", period.seed.process.name} | names


def test_sums_of_contents_have_their_titles_in_chinese(written, period):
    english, chinese = ("\n".join(nodes(text)) for text in written)
    intended = next(one for one in period.seed.grades if one.name == period.seed.quality_rules.intended)
    assert intended.sums
    for total in intended.sums:
        assert total.name in english
        assert total.title_zh not in english
        assert total.title_zh in chinese
        assert total.name not in chinese


def test_legends_and_axes_of_a_page_in_chinese_have_no_english(period):
    of_figures = re.sub(r"(?s)<script.*?plotly\.js v.*?</script>", "", page(period, LOTS, "zh"))
    names = {json.loads(f'"{name}"') for name in re.findall(r'"(?:name|text|title)":"([^"]+)"', of_figures)}
    assert {"上升", "下降", "控制限内", "σ"} <= names
    assert not [name for name in names if re.search(r"[a-z]{4,}", name)]


def test_a_page_in_chinese_has_the_figures_of_that_in_english(written):
    english, chinese = (Counter(re.findall(NUMBERS, " ".join(nodes(text)))) for text in written)
    assert english == chinese


def test_the_toolbar_of_a_figure_in_chinese_has_no_english():
    """Plotly translates the texts of its toolbar and its notes by a dictionary of the figure."""
    (dictionary,) = (one["dictionary"] for one in settings(Wording("zh"))["locales"].values())
    assert {"Zoom in", "Reset axes", "Download plot as a PNG"} <= set(dictionary)
    source = get_plotlyjs()
    assert not [text for text in dictionary if f'"{text}"' not in source]
    assert not [text for text in dictionary.values() if re.search(r"[a-z]", text)]
    assert "locales" not in settings(Wording())


def test_dates_of_axes_in_chinese_have_no_english():
    (dates,) = (one["format"] for one in settings(Wording("zh"))["locales"].values())
    source = get_plotlyjs()
    assert not [key for key in dates if f'"{key}"' not in source]
    assert dates["shortMonths"][0] == "1月"
    assert not [name for name in (*dates["months"], *dates["shortMonths"]) if re.search(r"[A-Za-z]", name)]
    for key in ("month", "dayMonth", "dayMonthYear"):
        assert re.search(r"[\u4e00-\u9fff]", dates[key])
