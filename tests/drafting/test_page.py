"""The page of a draft: whole without a network, with what a person has to look at."""

import re

import numpy as np

from drafting.page import page


def test_a_page_shows_what_is_suspected_and_needs_no_network(plant, draft_of):
    table = plant()
    table["twin"] = table["yield_pct"]
    table.loc[50:99, "feed_t_h"] = 20.0
    text = page(draft_of(table))
    for heading in ("Target over time", "Distributions", "Gaps", "Stuck stretches", "Repeated labels"):
        assert f"<h2>{heading}</h2>" in text
    assert "the target with R² 1.0000" in text
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", text)
    assert text.count("plotly.js v") == 1


def test_a_heading_is_no_markup(plant, draft_of):
    table = plant().rename(columns={"ratio": "<script>alert(1)</script>"})
    text = page(draft_of(table))
    assert "<script>alert" not in text


def test_a_table_without_time_has_a_page(plant, draft_of):
    text = page(draft_of(plant().drop(columns="time")))
    assert "Nothing of this kind in the table." in text


def test_few_points_are_drawn_of_many_rows(plant, draft_of):
    table = plant(rows=20_000, freq="min")
    table["yield_pct"] += np.arange(20_000) % 7
    assert len(page(draft_of(table))) < 7_000_000
