"""The page of a month's energy as a reader opens it: whole, without a network."""

import html
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from monitoring.energy.month import energy_month
from monitoring.energy.page import page, summary
from seeds import load

PROCESSES = ("aluminium_reduction", "copper_electrorefining", "zinc_electrowinning", "alumina_refining")
HEADINGS = (
    "What was counted",
    "Totals",
    "Energy grades",
    "Where the energy goes",
    "Units",
    "Differences of the best tenth of the rows",
)


@pytest.fixture(params=PROCESSES, scope="module")
def month(request, plant):
    return energy_month(load(request.param), plant(request.param))


@pytest.fixture(scope="module")
def text(month):
    return page(month)


def part(text, heading):
    match = re.search(rf"<section><h2>{heading}</h2>.*?</section>", text, re.DOTALL)
    assert match is not None, heading
    return match[0]


def test_sections_stand_in_their_order_each_with_how_to_read_it(text):
    assert tuple(re.findall(r"<h2>(.*?)</h2>", text)) == HEADINGS
    for heading in HEADINGS:
        assert re.match(r"<section><h2>[^<]*</h2><p>[^<]{40,}\.</p>", part(text, heading)), heading
    assert text.startswith('<!doctype html><html lang="en">')


def test_the_page_in_chinese_has_no_english_but_names_and_sources_of_the_seed(month):
    text = page(month, "zh")
    assert text.startswith('<!doctype html><html lang="zh-Hans">')
    stated = [*(one.source for one in month.factors.values()), *month.cautions]
    for norm in month.seed.norms:
        stated += [norm.source, norm.document] + ([norm.outside_boundary.source] if norm.outside_boundary else [])
    nodes = [html.unescape(node) for node in re.findall(r">([^<]+)<", re.sub(r"(?s)<style>.*?</style>", "", text))]
    for source in sorted(stated, key=len, reverse=True):
        nodes = [node.replace(source, "") for node in nodes]
    assert not [node for node in nodes if re.search(r"[A-Za-z]{2,}[ ,;:.]+[A-Za-z]{2,}", node)]
    words = {word for node in nodes for word in re.findall(r"\b[a-z]{3,}\b", node)}
    assert not words & {"rows", "unit", "value", "grade", "steam", "metal", "none", "direct", "all"}


def test_the_page_in_chinese_has_the_figures_of_that_in_english(month, text):
    numbers = r"(?<![\w.])[+-]?\d[\d,]*\.\d+(?![\w.])"
    chinese = page(month, "zh")
    assert Counter(re.findall(numbers, chinese)) == Counter(re.findall(numbers, text))


def test_nothing_is_fetched_and_the_picture_stands_in_the_page(text):
    assert not re.findall(r"<(?:script|link|img|iframe)", text)
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert text.count("<svg") == text.count("</svg>") == 1
    assert len(text.encode()) < 1e6


def test_every_norm_is_named_with_its_document_and_certainty(month, text):
    text = part(text, "Energy grades").replace("&#x27;", "'")
    for norm in month.seed.norms:
        assert text.count(f"{norm.document}: {norm.title}") == 2
        assert norm.verification in text
    if month.seed.process.name == "zinc_electrowinning":
        assert "170; assumed: roasting, leaching" in text


def test_every_factor_stands_with_its_source(month, text):
    text = part(text, "What was counted")
    for name, one in month.factors.items():
        assert f">{name}<" in text
        assert one.source in text.replace("&#x27;", "'")


def test_every_unit_is_ranked_and_a_difference_is_called_no_cause(month, text):
    units = part(text, "Units")
    assert all(f">{unit}<" in units for unit in set(month.units))
    assert "A difference is no cause" in part(text, HEADINGS[-1])


def test_names_of_the_table_are_no_html(plant):
    seed = load("zinc_electrowinning")
    month = energy_month(seed, plant("zinc_electrowinning"))
    named = month.table.assign(unit=month.table["unit"].replace(month.table["unit"].iloc[0], "<script>&"))
    text = page(replace(month, table=named))
    assert "<script>" not in text
    assert "&lt;script&gt;&amp;" in part(text, "Units")


def test_the_line_for_the_terminal_states_boundaries_and_grades(month):
    line = summary(month)
    kind = month.physics.KIND
    first = f"{kind.unit} {kind.first}"
    for stated in (first, "comprehensive", "tCO2e/t", month.month, month.seed.norms[0].document):
        assert stated in line


def test_a_month_whose_parts_are_unknown_says_so(month):
    nothing = {name: np.full(len(month.table), np.nan) for name in month.flow.uses}
    text = page(replace(month, flow=replace(month.flow, uses=nothing)))
    assert "No row has all that the parts are computed from." in text
    assert "<svg" not in text
