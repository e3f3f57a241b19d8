"""The page of a draft in Chinese: whole, with the figures of that in English."""

import html
import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from drafting.findings import KINDS
from drafting.job import draft
from drafting.page import page
from reporting.wording import WordedText, Wording

NUMBERS = r"(?<![\w.])[+-]?\d[\d,]*\.\d+(?![\w.])"
SENTENCE = r"[A-Za-z]{2,}[ ,;:.]+[A-Za-z]{2,}"
TERMS = (
    r"--[a-z-]+|\[(?:process|table|equipment)\](?: (?:period|every|encoding|missing|header|skip))?|"
    r"\b(?:late|before|classification|plant(?:\.csv)?|utf-8|UTC|gb18030)\b"
)
"""Names of options, tables and roles of a seed, of encodings and files, which are the same in each language."""
CHINESE = {
    "time": "日期",
    "temperature_degC": "槽温(℃)",
    "current_kA": "系列电流(kA)",
    "feed_t_h": "下料量",
    "ratio": "分子比",
    "yield_pct": "电流效率(%)",
}


def spoiled(plant):
    """Table of a plant with many faults."""
    rng = np.random.default_rng(2)
    table = plant(rows=600)
    table["twin"] = table["yield_pct"]
    table["doubled"] = 2 * table["ratio"]
    table["almost"] = table["temperature_degC"] + rng.normal(0, 0.02, 600)
    table["site"] = 7.0
    table["number"] = np.arange(600)
    table["maker"] = [*["Nord", "nord"] * 298, "Import", "Import", "Ost", "Ost"]
    table["remark"] = [f"operator {i} saw nothing unusual in the shift of this day" for i in range(600)]
    table["analysis"] = rng.normal(5, 1, 600).round(2)
    table["speed (rpq)"] = rng.normal(900, 5, 600).round(1)
    table["code"] = rng.choice([11, 12, 13, 14], 600)
    table["level"] = rng.normal(3, 0.2, 600).round(3).astype(str)
    table.loc[::60, "level"] = "<0.1"
    table.loc[50:99, "feed_t_h"] = 20.0
    table.loc[7, "current_kA"] = 1e5
    return table.drop(index=range(300, 320))


def faulty(plant, path):
    spoiled(plant).to_csv(path, index=False)
    return "yield_pct"


def chinese(plant, path):
    """Semicolons, decimal commas and Chinese headings in the encoding of an older system."""
    table = spoiled(plant).rename(columns=CHINESE)
    text = table.to_csv(index=False, sep=";", decimal=",", date_format="%Y/%m/%d")
    path.write_bytes(f"报表;;\n{text}".encode("gb18030"))
    return CHINESE["yield_pct"]


def daily(plant, path):
    """Hours with one label a day, which changes at six."""
    table = plant(rows=60 * 24, freq="h")
    day = (table["time"] - np.timedelta64(6, "h")).dt.floor("D")
    label = table["yield_pct"].groupby(day).transform("mean").round(4)
    table.assign(yield_pct=label).to_csv(path, index=False)
    return "yield_pct"


def of_classes(plant, path):
    """No time, and rows sorted by the target."""
    table = plant(rows=120).drop(columns="time")
    table.assign(grade=np.where(np.arange(120) < 60, "good", "bad")).to_csv(path, index=False)
    return "grade"


def of_units(plant, path):
    """Three cells, without Sundays."""
    table = plant(rows=300)
    parts = [table.assign(cell=f"C-{i}", yield_pct=table["yield_pct"] + i) for i in range(3)]
    merged = pd.concat(parts, ignore_index=True)
    merged[merged["time"].dt.day_of_week != 6].to_csv(path, index=False)
    return "yield_pct"


TARGETS = {"flotation": "% Silica Concentrate", "energy": "Usage_kWh", "alloys": "Yield"}
TABLES = (faulty, chinese, daily, of_classes, of_units, *TARGETS)


@pytest.fixture(params=TABLES, ids=lambda one: getattr(one, "__name__", one), scope="module")
def drafted(request, plant, tmp_path_factory):
    """Draft of a table."""
    path = tmp_path_factory.mktemp("table") / "plant.csv"
    if callable(request.param):
        return draft(path, [request.param(plant, path)])
    request.getfixturevalue(request.param)().to_csv(path, index=False)
    return draft(path, [TARGETS[request.param]])


@pytest.fixture(scope="module")
def pages(drafted):
    """The page in English and in Chinese."""
    return page(drafted), page(drafted, "zh")


def nodes(text, drafted):
    """Texts between the tags of a page, without its scripts, names of options, headings and values of the table."""
    bare = re.sub(r"(?s)<(style|script)[^>]*>.*?</\1>", "", text)
    return [without_names(html.unescape(node), drafted) for node in re.findall(r">([^<]+)<", bare)]


def without_names(text, drafted):
    names = {one.column.text for one in drafted.placed}
    names |= {str(value) for one in drafted.placed if one.column.texts is not None for value in one.column.texts}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return re.sub(TERMS, "", text)


def test_the_page_of_a_draft_in_chinese_has_no_english(pages, drafted):
    text = pages[1]
    assert text.startswith('<!doctype html><html lang="zh-Hans">')
    shown = nodes(text, drafted)
    assert not [node for node in shown if re.search(SENTENCE, node)]
    assert not [node for node in shown if re.search(r"[a-z]{4,}", node)]


def test_titles_axes_and_legends_in_chinese_have_no_english(pages, drafted):
    of_figures = re.sub(r"(?s)<script.*?plotly\.js v.*?</script>", "", pages[1])
    names = {json.loads(f'"{name}"') for name in re.findall(r'"(?:name|text|title)":"([^"]+)"', of_figures)}
    assert not [name for name in names if re.search(r"[a-z]{4,}", without_names(name, drafted))]


def test_the_page_in_chinese_has_the_figures_of_that_in_english(pages, drafted):
    english, chinese = (Counter(re.findall(NUMBERS, " ".join(nodes(text, drafted)))) for text in pages)
    assert english == chinese


def test_every_finding_is_worded(drafted):
    say = Wording("zh")
    for one in drafted.suspicions:
        for text in (one.evidence, one.done):
            assert isinstance(text, WordedText)
            assert say.stated(text) != text


def test_every_kind_is_in_chinese():
    say = Wording("zh")
    assert not [kind for kind in KINDS if re.search(r"[a-z]", say(kind))]
