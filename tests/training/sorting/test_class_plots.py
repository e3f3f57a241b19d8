"""Figures of a sorter's classes, signals and contents, as a reader sees them, and values worked out from the table."""

from dataclasses import replace

import numpy as np
import plotly.express as px
import pytest

from models.interfaces.answers import Answer
from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.sorting import class_plots
from training.sorting.fit import SortingLearner, pieces_of

LEARNER = SortingLearner()

BLUE = "#1f77b4"
DOTTED = {"type": "scatter", "mode": "lines", "line.color": "black", "line.dash": "dot", "line.width": 1}
CATEGORIES = {"yaxis.automargin": True, "yaxis.ticklabelstandoff": 6}


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """A candidate of the toy scrap, its data set and split."""
    data = dataset_of(check(toy_sorting_frame(), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    linear = fit_candidate(LEARNER, "linear", build(data.seed)["linear"], data, parts, {}, None, lambda action: None)
    return replace(linear, metrics={**linear.metrics, "test_ece": 0.0264}), data, parts


def named(x, y, **more):
    return {"xaxis.title.text": x, "yaxis.title.text": y, "lines": [], "notes": []} | more


def numbers(values):
    return np.asarray(values, dtype=float)


def scale(name):
    return [colour for _, colour in px.colors.get_colorscale(name)]


def test_confusion_in_shares_of_each_classs_mass(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    figure = class_plots.confused_classes(*fitted)
    axes = {"xaxis.type": "category", "yaxis.type": "category", "yaxis.autorange": "reversed", "height": 150 + 36 * 4}
    assert layout_of(figure) == named("most probable class", "", **axes, **CATEGORIES)
    (cells,) = figure.data
    look = {"type": "heatmap", "zmin": 0, "zmax": 100, "texttemplate": "%{text}", "colorbar.title.side": "right"}
    assert traces_of(figure) == [look]
    assert cells.colorbar.title.text == "share of the row [%]"
    assert [colour for _, colour in cells.colorscale] == scale("Blues")
    pieces, most_probable = pieces_of(data)[parts.test], candidate.answers.p[parts.test].argmax(axis=1)
    assert list(cells.x) == ["a", "b", "c", "other"]
    for one, name in enumerate("a b c other".split()):
        own = pieces.classes == one
        mass = pieces.mass[own].sum()
        assert cells.y[one] == f"{name} ({100 * mass / pieces.mass.sum():.1f}% of the mass)"
        for other in range(4):
            share = 100 * pieces.mass[own & (most_probable == other)].sum() / mass
            assert cells.z[one][other] == pytest.approx(share)
            assert cells.text[one][other] == (f"{share:.1f}" if share >= 0.05 else "")


def test_a_class_without_pieces_has_an_empty_row(fitted):
    candidate, data, parts = fitted
    without_a = replace(parts, test=parts.test[pieces_of(data).classes[parts.test] != 0])
    (cells,) = class_plots.confused_classes(candidate, data, without_a).data
    assert np.isnan(numbers(cells.z[0])).all()
    assert list(cells.text[0]) == ["", "", "", ""]
    assert cells.y[0] == "a (0.0% of the mass)"


def test_reliability_in_groups_of_equal_mass(fitted, layout_of, traces_of):
    """80 % for the half that is right in 75 % of its mass, and 60 % for the rest, right in a third of it."""
    candidate, data, parts = fitted
    p, classes = candidate.answers.p.copy(), pieces_of(data).classes
    n = len(parts.test) // 24 * 24
    sure = np.arange(len(parts.test)) < n // 2
    right = np.where(sure, np.arange(len(parts.test)) % 4 != 0, np.arange(len(parts.test)) % 3 == 0)
    test = parts.test[:n]
    for row, high, hit in zip(test, sure, right, strict=False):
        top = 0.8 if high else 0.6
        p[row] = 0.0
        p[row, classes[row] if hit else (classes[row] + 1) % 4] = top
    table = data.table.assign(mass=2.0)
    answers = replace(candidate.answers, p=p)
    figure = class_plots.reliability_of(
        replace(candidate, answers=answers), replace(data, table=table), replace(parts, test=test)
    )
    axes = ("probability of the most probable class [%]", "right, by mass [%]")
    assert layout_of(figure) == named(*axes, showlegend=True)
    dots = {"type": "scatter", "mode": "lines+markers", "name": "test lots, ECE 0.026"}
    marker = {"marker.size": 8, "marker.color": BLUE}
    assert traces_of(figure) == [dots | marker, DOTTED | {"name": "as often as predicted"}]
    groups, equal = figure.data
    assert numbers(groups.x) == pytest.approx([60, 80])
    assert numbers(groups.y) == pytest.approx([100 / 3, 75])
    assert list(groups.text) == ["50.0% of the mass", "50.0% of the mass"]
    assert list(equal.x) == list(equal.y) == pytest.approx([100 / 3, 100])


def test_contents_of_carried_elements_with_their_intervals(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    x = data.contents[:, 0]
    made = replace(candidate.answers, elements={"x": Answer(0.9 * x + 0.1, 0.9 * x - 0.1, 0.9 * x + 0.5)})
    figure = class_plots.element_contents(replace(candidate, answers=made), data, parts)
    rows = parts.test
    assert len(rows) <= 600
    top = 1.05 * np.quantile(x[rows], 0.995)
    axes = {}
    for axis, word in (("xaxis", "measured"), ("yaxis", "predicted")):
        axes |= {f"{axis}.title.text": f"{word} [wt%]", f"{axis}.title.standoff": 4}
        axes |= {f"{axis}.range.0": pytest.approx(-0.05 * top), f"{axis}.range.1": pytest.approx(top)}
    frame = {"height": 90 + 300, "margin.t": 50, "showlegend": False}
    assert layout_of(figure) == axes | frame | {"lines": [], "notes": ["x [wt%]"]}
    places = [(0, 0.86 / 3), (0.86 / 3 + 0.07, 0.86 * 2 / 3 + 0.07), (0.86 * 2 / 3 + 0.14, 1)]
    domains = [axis.domain for axis in figure.select_xaxes()]
    assert domains == [pytest.approx(place) for place in places]
    points, equal = figure.data
    bars = {"error_y.thickness": 0.6, "error_y.width": 0, "error_y.color": BLUE, "xaxis": "x", "yaxis": "y"}
    look = {"type": "scatter", "mode": "markers", "name": "x", "marker.size": 4, "marker.color": BLUE}
    assert traces_of(figure) == [
        look | bars | {"marker.opacity": 0.5},
        DOTTED | {"name": "equal", "xaxis": "x", "yaxis": "y"},
    ]
    assert numbers(points.x) == pytest.approx(x[rows])
    assert numbers(points.y) == pytest.approx(0.9 * x[rows] + 0.1)
    up, down = numbers(points.error_y.array), numbers(points.error_y.arrayminus)
    assert np.isfinite(up).sum() == np.isfinite(down).sum() == 40
    assert up[np.isfinite(up)] == pytest.approx(np.full(40, 0.4))
    assert down[np.isfinite(down)] == pytest.approx(np.full(40, 0.2))
    assert list(equal.x) == list(equal.y) == pytest.approx([-0.05 * top, top])


def test_without_a_carried_element_the_figure_says_so(fitted, layout_of):
    candidate, data, parts = fitted
    bare = replace(candidate, answers=replace(candidate.answers, elements={}))
    figure = class_plots.element_contents(bare, data, parts)
    assert len(figure.data) == 0
    assert layout_of(figure)["notes"] == ["no element is carried by the signals"]
    assert layout_of(figure)["height"] == 390


def test_panels_of_elements_fill_rows_of_three(fitted):
    """z stands in the second panel; of four elements, the fourth stands in a second row."""
    candidate, data, parts = fitted
    answer = candidate.answers.elements["x"]
    both = replace(candidate, answers=replace(candidate.answers, elements={"x": answer, "z": answer}))
    figure = class_plots.element_contents(both, data, parts)
    assert [(trace.name, trace.xaxis, trace.yaxis) for trace in figure.data[::2]] == [
        ("x", "x", "y"),
        ("z", "x2", "y2"),
    ]
    assert numbers(figure.data[2].x) == pytest.approx(data.contents[parts.test, 1])
    x, z = data.seed.elements
    four = [x, z, z.model_copy(update={"name": "v"}), z.model_copy(update={"name": "w"})]
    table = data.table.assign(v=1.0, w=2.0)
    more = replace(data, table=table, seed=data.seed.model_copy(update={"elements": tuple(four)}))
    every = replace(candidate.answers, elements=dict.fromkeys("xzvw", answer))
    figure = class_plots.element_contents(replace(candidate, answers=every), more, parts)
    assert [trace.xaxis for trace in figure.data[::2]] == ["x", "x2", "x3", "x4"]
    assert figure.layout.height == 90 + 2 * 300
    first, below = figure.layout.yaxis.domain, figure.layout.yaxis4.domain
    assert first == pytest.approx((0.58, 1))  # 16 % lie between the two rows
    assert below == pytest.approx((0, 0.42))
