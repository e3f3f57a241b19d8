"""The report's page as a reader opens it: whole, without a network, nothing of the table taken for HTML."""

import re

import numpy as np
import pytest

from monitoring.report.page import lots_page, page, summary
from monitoring.report.page_lots import MOST
from reporting.html import table
from reporting.report import write_page

LOTS = "month-lots.html"
HEADINGS = (
    "Promise",
    "Summary",
    "Control charts",
    "Alarms",
    "Capability",
    "Decisions",
    "Acceptance sampling",
    "Certificates of analysis",
)


def part(text, heading):
    """A section of the page, tags and all."""
    match = re.search(rf"<section><h2>{heading}</h2>.*?</section>", text, re.DOTALL)
    assert match is not None, heading
    return match[0]


def certificate(text, name):
    match = re.search(rf"<details><summary>{name}:.*?</details>", text)
    assert match is not None, name
    return match[0]


def cells(row):
    return [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]


def test_sections_stand_in_their_order_each_with_how_to_read_it(toy_period):
    text = page(toy_period(), LOTS)
    assert tuple(re.findall(r"<h2>(.*?)</h2>", text)) == HEADINGS
    for heading in HEADINGS:
        assert re.match(r"<section><h2>[^<]*</h2><p>[^<]{40,}\.</p>", part(text, heading)), heading


def test_nothing_is_fetched_and_a_month_is_no_larger_than_8_mb(toy_period):
    text = page(toy_period(), LOTS)
    assert len(text.encode()) < 8e6
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", text)
    assert "cdn.plot.ly/plotly" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert len(re.findall(r"plotly\.js v\d", text)) == 1
    assert re.findall(r'"showSendToCloud":\s*(\w+)', text) == ["false"] * 3


def test_light_and_dark_print_and_heads_are_provided_for(toy_period):
    text = page(toy_period(), LOTS)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert text.count("<table>") == text.count('<thead><tr><th scope="col"')
    assert text.startswith('<!doctype html><html lang="en">')


def test_a_certificate_shows_what_was_reported_and_below_the_limit_as_such(toy_period):
    def change(frame):
        rows = (frame["cast_at"] == "2024-05-20") & (frame["line"] == "T-04")
        frame.loc[rows, ["p", "q", "r"]] = [1.25, -0.5, 0.7]

    shown = certificate(lots_page(toy_period(change)), "T-04, 2024-05-20")
    rows = {row[0]: row[1:] for row in map(cells, re.findall(r"<tr>.*?</tr>", shown))}
    assert rows["content"] == ["reported", "limit of prime"]
    assert rows["p"] == ["1.25", "6"]
    assert rows["q"] == ["&lt;0.5", "5"]
    assert rows["r"] == ["0.7", "-"]
    assert rows["sum p_and_q"] == ["at most 1.75", "9"]
    assert "by its assay: prime" in shown
    assert "Model version 3" in shown


def test_a_lot_without_an_assay_has_predictions_marked_as_such(toy_period):
    def change(frame):
        rows = (frame["cast_at"] == "2024-05-20") & (frame["line"] == "T-04")
        frame.loc[rows, ["p", "q", "r"]] = np.nan

    period = toy_period(change)
    shown = certificate(lots_page(period), "T-04, 2024-05-20")
    rows = {row[0]: row[1:] for row in map(cells, re.findall(r"<tr>.*?</tr>", shown))}
    assert "not assayed" in shown
    assert rows["content"][0] == "prediction, no analysis"
    lot = period.lots.names.index("T-04, 2024-05-20")
    answer = period.answers["p"]
    assert rows["p"][0] == f"{answer.value[lot]:.3g} ({answer.low[lot]:.3g} to {answer.high[lot]:.3g})"


def test_every_lot_has_a_certificate(toy_period):
    period = toy_period()
    assert len(re.findall("<details>", lots_page(period))) == len(period.lots) == 12 * 29


def test_names_of_the_table_are_no_html(toy_period):
    def change(frame):
        frame["line"] = frame["line"].replace("T-04", "<script>&\"'")
        rows = (frame["cast_at"] == "2024-05-20") & (frame["line"] == "<script>&\"'")
        frame.loc[rows, "r"] = 900.0

    period = toy_period(change)
    pages = page(period, "<script>&\"'-lots.html"), lots_page(period)
    for text in pages:
        assert "<script>&\"'" not in re.sub(r'<script type="text/javascript">.*?</script>', "", text, flags=re.DOTALL)
    assert "&lt;script&gt;&amp;" in part(pages[0], "Alarms")
    assert "&lt;script&gt;&amp;" in part(pages[1], "Certificates of analysis")
    assert 'href="%3Cscript%3E%26%22%27-lots.html"' in pages[0]


def test_the_lots_nearest_to_a_limit_are_on_the_page_and_all_doubtful_ones_on_that_of_lots(toy_period):
    period = toy_period()
    few, every = (
        re.findall(r'<tr><th scope="row">(T-\d\d, [^<]*)<', part(text, "Decisions"))
        for text in (page(period, LOTS), lots_page(period))
    )
    sigmas = {name: one.sigma for name, one in zip(period.lots.names, period.nearest, strict=True)}
    assert len(few) == MOST < len(every)
    assert few == sorted(every, key=sigmas.__getitem__)[:MOST]
    assert f"the {MOST} of {len(every)} doubtful lots" in page(period, LOTS)
    assert f'<a href="{LOTS}">{LOTS}</a>' in part(page(period, LOTS), "Certificates of analysis")


def test_a_named_cause_stands_with_its_setpoint_and_size(toy_period):
    def change(frame):
        rows = frame["cast_at"] >= "2024-05-15"
        for element, rise in (("p", 0.4), ("q", 0.5)):
            frame.loc[rows & (frame[element] > 0), element] *= np.exp(rise)

    alarms = part(page(toy_period(change), LOTS), "Alarms")
    (row,) = (row for row in map(cells, re.findall(r"<tr>.*?</tr>", alarms)) if row[1] == "whole plant")
    assert re.fullmatch(r"dirty raw material \(cosine [01]\.\d\d, explains \d+%; set-points: setpoint\)", row[6])
    assert re.search(r"\bq \+1\.\d \(× 1\.\d\d\)", row[5])


def test_figures_of_the_head_and_the_summary_are_the_periods(toy_period):
    period = toy_period()
    text = page(period, LOTS)
    head = {row[0]: row[1] for row in map(cells, re.findall(r"<tr>.*?</tr>", part(text, "Promise")))}
    broken, released = re.match(r"(\d+) of (\d+) lots broke", head["in this period"]).groups()
    assert int(released) == period.costs["released_unassayed"]
    assert int(broken) == round(period.costs["released_unassayed"] * period.costs["false_release"])
    assert head["digest of the model"] == "sha256:0123"
    assert head["digest of the table"] == period.data_digest
    decided = f"<td class=n>{period.costs['cost']:.2f}</td>"
    assert decided in part(text, "Summary")
    assert f"{period.costs['cost']:.2f} $/t against an oracle" in summary(period)
    assert "348 lots, 2024-05-01 to 2024-05-29" in summary(period)


def test_a_period_without_reference_or_assay_still_has_its_page(toy_period):
    def change(frame):
        frame.loc[frame["cast_at"] >= "2024-05-01", ["p", "q", "r"]] = np.nan

    text = page(toy_period(change), LOTS)
    assert "the cost of decisions is not known" in part(text, "Summary")
    assert "expected at least 30, got 0" in part(text, "Capability")
    first = page(toy_period(first="2024-01-01"), LOTS)
    assert "no lots before the period" in part(first, "Control charts")
    assert "No charts, so no alarms" in part(first, "Alarms")


def test_the_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "report.html"
    write_page("<p>1</p>", path)
    write_page("<p>2</p>", path)
    assert path.read_text(encoding="utf-8") == "<p>2</p>"
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        write_page("\ud800", path)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text(encoding="utf-8") == "<p>2</p>"


def test_a_table_escapes_its_cells_and_heads():
    text = table(["a<b", "n"], [["<i>", 2]], (1,))
    assert '<th scope="col">a&lt;b</th><th scope="col" class=n>n</th>' in text
    assert '<th scope="row">&lt;i&gt;</th><td class=n>2</td>' in text
