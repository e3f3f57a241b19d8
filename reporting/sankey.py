"""A Sankey diagram as SVG text that stands in a page: bands from node to node, as thick as what flows."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1160.0, 560.0  # of the drawing's own units; a column with gaps between many nodes is as high
_NODE, _GAP, _TOP = 14.0, 18.0, 10.0
_LABELS = 215.0  # room for the last column's labels
_LEAST = 1.0  # thickness of what would not be seen


@dataclass(frozen=True)
class Node:
    """A place that something flows from or to.

    Attributes
    ----------
    name : str
        Its label.
    column : int
        How far to the right it stands, 0 first.
    colour : str
        As CSS writes it.
    """

    name: str
    column: int
    colour: str


@dataclass(frozen=True)
class Link:
    """Link of a Sankey diagram: the flow between two named nodes."""

    source: str
    target: str
    value: float


def sankey(nodes: Sequence[Node], links: Sequence[Link], unit: str, title: str, digits: int = 0) -> str:
    """The diagram.

    Parameters
    ----------
    nodes : sequence of Node
        In the order in which they stand in their columns, from the top.
    links : sequence of Link
        From a column to one further right. What flows into a node need not leave it, but what leaves a node that
        something flows into must have come in.
    unit : str
        Unit of the values, for the labels.
    title : str
        What a screen reader says of it.
    digits : int
        Of the values after the point.

    Raises
    ------
    ValueError
        A value below 0 or none, a link to no node or to the left, a node that gives more than it gets.
    """
    place = {node.name: node for node in nodes}
    _check(place, links)
    size = {name: max(_into(name, links), _from(name, links)) for name in place}
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(node.column, []).append(node)
    most = max(sum(size[node.name] for node in column) for column in columns.values())
    gaps = max(len(column) for column in columns.values()) - 1
    scale = (HEIGHT - 2.0 * _TOP - _GAP * gaps) / most
    step = (WIDTH - _NODE - _LABELS) / max(*columns, 1)
    left, top, ends = {}, {}, []
    for number, column in columns.items():
        y = _TOP
        for node in column:
            left[node.name], top[node.name] = number * step, y
            y += max(size[node.name] * scale, _LEAST) + _GAP
        ends.append(y)
    high, last = max(ends), max(columns)
    if any(place[link.target].column - place[link.source].column > 1 for link in links):
        # What flows past columns shall pass below them: the last column ends as low as the lowest.
        for node in columns[last]:
            top[node.name] += high - ends[list(columns).index(last)]
    bands = _bands(nodes, links, left, top, scale)
    values = {name: f"{value:,.{digits}f}" for name, value in size.items()}
    tall = {name: max(value * scale, _LEAST) for name, value in size.items()}
    boxes = "".join(
        _box(node, left[node.name], top[node.name], tall[node.name], values[node.name], unit) for node in nodes
    )
    named = html.escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {high:.0f}" role="img" '
        f'aria-label="{named}" font-size="13" font-family="system-ui, sans-serif"><title>{named}</title>'
        f"{bands}{boxes}</svg>"
    )


def _check(place: dict[str, Node], links: Sequence[Link]) -> None:
    for link in links:
        named = f"{link.source} to {link.target}"
        if link.source not in place or link.target not in place:
            raise ValueError(f"{named}: expected names of nodes, of {', '.join(place)}")
        if place[link.target].column <= place[link.source].column:
            raise ValueError(f"{named}: expected a node further right")
        if not link.value >= 0.0:
            raise ValueError(f"{named}: got {link.value:g}: expected 0 or more")
    for name in place:
        coming, going = _into(name, links), _from(name, links)
        if coming > 0.0 and going > coming * (1.0 + 1e-9):
            raise ValueError(f"{name}: gives {going:g}, expected at most the {coming:g} that it gets")


def _into(name: str, links: Sequence[Link]) -> float:
    return sum(link.value for link in links if link.target == name)


def _from(name: str, links: Sequence[Link]) -> float:
    return sum(link.value for link in links if link.source == name)


def _bands(
    nodes: Sequence[Node], links: Sequence[Link], left: dict[str, float], top: dict[str, float], scale: float
) -> str:
    order = {node.name: number for number, node in enumerate(nodes)}
    column = {node.name: node.column for node in nodes}
    colour = {node.name: node.colour for node in nodes}
    gone, come = dict(top), dict(top)
    starts, ends = {}, {}
    for link in sorted(links, key=lambda one: (order[one.source], order[one.target])):
        starts[link], gone[link.source] = gone[link.source], gone[link.source] + link.value * scale
    # Links from further left enter below, so that they pass under the nodes between.
    for link in sorted(links, key=lambda one: (order[one.target], -column[one.source], order[one.source])):
        ends[link], come[link.target] = come[link.target], come[link.target] + link.value * scale
    bands = []
    for link in links:
        thick = max(link.value * scale, 0.3)
        x, right = left[link.source] + _NODE, left[link.target]
        y, bottom, middle = starts[link], ends[link], (left[link.source] + _NODE + left[link.target]) / 2.0
        path = (
            f"M{x:.1f},{y:.1f}C{middle:.1f},{y:.1f} {middle:.1f},{bottom:.1f} {right:.1f},{bottom:.1f}"
            f"V{bottom + thick:.1f}C{middle:.1f},{bottom + thick:.1f} {middle:.1f},{y + thick:.1f} "
            f"{x:.1f},{y + thick:.1f}Z"
        )
        bands.append(f'<path d="{path}" fill="{colour[link.target]}" fill-opacity="0.38"/>')
    return "".join(bands)


def _box(node: Node, x: float, y: float, tall: float, value: str, unit: str) -> str:
    label = f"{html.escape(node.name)} <tspan font-weight='600'>{value}</tspan> {html.escape(unit)}"
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{_NODE:.0f}" height="{tall:.1f}" fill="{node.colour}"/>'
        f'<text x="{x + _NODE + 5:.1f}" y="{y + tall / 2 + 4.5:.1f}" fill="var(--text, #222)" '
        f'stroke="var(--back, #fff)" stroke-width="3" paint-order="stroke">{label}</text>'
    )
