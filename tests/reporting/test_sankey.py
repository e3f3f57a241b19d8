"""A Sankey diagram: bands as thick as what flows, and what is refused."""

import re
from xml.etree import ElementTree

import pytest

from reporting.sankey import Link, Node, sankey

NODES = [
    Node("grid", 0, "#111"),
    Node("steam", 0, "#222"),
    Node("cells", 1, "#333"),
    Node("loss <1>", 1, "#444"),
    Node("heat", 2, "#555"),
]
LINKS = [
    Link("grid", "cells", 300.0),
    Link("grid", "loss <1>", 20.0),
    Link("cells", "heat", 300.0),
    Link("steam", "heat", 180.0),
]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(nodes=NODES, links=LINKS):
    return ElementTree.fromstring(sankey(nodes, links, "kWh/t", "where it goes"))


def heights():
    return [float(rect.get("height")) for rect in drawn().iter(f"{SVG}rect")]


def test_boxes_are_as_high_as_what_flows_through_them():
    result = dict(zip([node.name for node in NODES], heights(), strict=True))
    sizes = {"grid": 320, "steam": 180, "cells": 300, "loss <1>": 20, "heat": 480}
    for name, size in sizes.items():
        assert result[name] / result["grid"] == pytest.approx(size / 320, rel=0.02), name


def test_every_node_is_labelled_with_its_value_and_no_name_is_html():
    texts = ["".join(text.itertext()) for text in drawn().iter(f"{SVG}text")]
    assert texts == ["grid 320 kWh/t", "steam 180 kWh/t", "cells 300 kWh/t", "loss <1> 20 kWh/t", "heat 480 kWh/t"]


def test_every_link_is_a_band_that_stays_in_the_drawing():
    tree = drawn()
    _, _, width, height = map(float, tree.get("viewBox").split())
    bands = list(tree.iter(f"{SVG}path"))
    assert len(bands) == len(LINKS)
    for band in bands:
        numbers = [float(one) for one in re.findall(r"-?\d+\.?\d*", band.get("d"))]
        assert min(numbers) >= 0
        assert max(numbers) <= max(width, height)
    for rect in tree.iter(f"{SVG}rect"):
        assert float(rect.get("y")) + float(rect.get("height")) <= height


def test_bands_into_a_node_fill_it_without_overlap():
    tree = drawn()
    heat = list(tree.iter(f"{SVG}rect"))[-1]
    top, tall = float(heat.get("y")), float(heat.get("height"))
    ends = []
    for band, link in zip(tree.iter(f"{SVG}path"), LINKS, strict=True):
        if link.target == "heat":
            y, bottom = re.search(r" [\d.]+,([\d.]+)V([\d.]+)C", band.get("d")).groups()
            ends.append((float(y), float(bottom)))
    ends.sort()
    assert ends[0][0] == pytest.approx(top, abs=0.11)
    assert ends[0][1] == pytest.approx(ends[1][0], abs=0.11)
    assert ends[1][1] == pytest.approx(top + tall, abs=0.11)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link("cells", "heat", -1.0), "cells to heat: got -1: expected 0 or more"),
        (Link("cells", "heat", float("nan")), "cells to heat: got nan: expected 0 or more"),
        (Link("cells", "nowhere", 1.0), "cells to nowhere: expected names of nodes, of grid, steam"),
        (Link("heat", "cells", 1.0), "heat to cells: expected a node further right"),
        (Link("cells", "heat", 50.0), "cells: gives 350, expected at most the 300 that it gets"),
    ],
)
def test_what_cannot_flow_is_refused(link, expected):
    with pytest.raises(ValueError, match=re.escape(expected)):
        sankey(NODES, [*LINKS, link], "kWh/t", "where it goes")
