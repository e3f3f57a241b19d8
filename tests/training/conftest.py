"""Training jobs that cost little, and what a reader sees of a figure."""

from collections.abc import Callable, Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from tests.suite.jobs import quicken
from training.jobs.page import page

DATA = {"x", "y", "z", "text", "array", "arrayminus", "colorscale"}  # of a trace, for tests to compare as numbers
APART = {"template", "shapes", "annotations", "anchor", "domain", "tickvals", "ticktext", "categoryarray"}
FRAME = {
    "height": 440,
    "margin.l": 70,
    "margin.r": 30,
    "margin.t": 30,
    "margin.b": 60,
    "font.family": "system-ui, sans-serif",
    "font.size": 13,
    "legend.orientation": "h",
    "legend.y": 1.02,
    "legend.yanchor": "bottom",
    "legend.x": 0,
}


def flat(value: object, without: set[str], name: str = "") -> dict[str, object]:
    """Values of a tree by their paths, `xaxis.title.text` or `yaxis.range.0`; branches of some names left out."""
    if isinstance(value, dict):
        branches = list(value.items())
    elif isinstance(value, list | tuple):
        branches = list(enumerate(value))
    else:
        return {name: value}
    parts = [flat(part, without, f"{name}.{key}" if name else str(key)) for key, part in branches if key not in without]
    return {path: leaf for part in parts for path, leaf in part.items()}


def straight(line: dict[str, Any]) -> tuple[object, ...]:
    """Axis, place, colour, dash and width of a line across a whole panel."""
    axis, other = ("x", "y") if "domain" in line["yref"] else ("y", "x")
    assert (line[f"{other}0"], line[f"{other}1"]) == (0, 1)
    assert line[f"{axis}0"] == line[f"{axis}1"]
    style = line["line"]
    return line[f"{axis}ref"], line[f"{axis}0"], style["color"], style.get("dash"), style.get("width")


@pytest.fixture(scope="session")
def layout_of() -> Callable[[go.Figure], dict[str, object]]:
    """Reader of a figure's layout by paths: its axes, what it changes of the shared frame, `lines` and `notes`."""

    def read(figure: go.Figure) -> dict[str, object]:
        layout = figure.layout.to_plotly_json()
        result = flat(layout, APART)
        assert set(FRAME) <= set(result)
        return {path: value for path, value in result.items() if path not in FRAME or FRAME[path] != value} | {
            "lines": [straight(line) for line in layout.get("shapes", ())],
            "notes": [note["text"] for note in layout.get("annotations", ())],
        }

    return read


@pytest.fixture(scope="session")
def traces_of() -> Callable[[go.Figure], list[dict[str, object]]]:
    """Reader of a figure's traces by paths, without the numbers that they show."""
    return lambda figure: [flat(trace.to_plotly_json(), DATA) for trace in figure.data]


@pytest.fixture(scope="module", autouse=True)
def quick_jobs() -> Iterator[None]:
    """Let every job of these tests be one that costs little."""
    with pytest.MonkeyPatch.context() as patched:
        quicken(patched)
        yield


@pytest.fixture(scope="module")
def drawn_pages(quick_jobs: None) -> Iterator[None]:
    """Let jobs draw the pages of their candidates all the same."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.jobs.runs.page", page)
        yield
