"""Inputs by class beside their importance, as a reader sees them, and values worked out from the table."""

from dataclasses import replace

import numpy as np
import plotly.express as px
import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.reports import class_pictures as pictures
from training.sorting.fit import SortingLearner

LEARNER = SortingLearner()

BLUE = "#1f77b4"
CATEGORIES = {"yaxis.automargin": True, "yaxis.ticklabelstandoff": 6}


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """A candidate of the toy scrap, its data set and split."""
    data = dataset_of(check(toy_sorting_frame(), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    return (
        fit_candidate(LEARNER, "linear", build(data.seed)["linear"], data, parts, {}, None, lambda _: None),
        data,
        parts,
    )


def numbers(values):
    return np.asarray(values, dtype=float)


def scale(name):
    return [colour for _, colour in px.colors.get_colorscale(name)]


def test_signals_of_each_class_in_robust_deviations(fitted, layout_of, traces_of):
    candidate, data, parts = fitted
    shuffled = replace(candidate, importance=np.array([0.4, 0.1, 0.3, 0.2]))
    figure = pictures.signals_by_class(shuffled, data, parts)
    assert (
        layout_of(figure)
        == {
            "xaxis.type": "category",
            "xaxis.title.text": "class by the laboratory",
            "xaxis2.title.text": "rise of the log loss [1]",
            "yaxis2.matches": "y",
            "yaxis2.showticklabels": False,
            "height": 140 + 22 * 4,
            "lines": [],
            "notes": [],
        }
        | CATEGORIES
    )
    heat, bars = figure.data
    map_look = {"type": "heatmap", "zmin": -3, "zmax": 3, "xaxis": "x", "yaxis": "y", "colorbar.title.side": "right"}
    bar_look = {"type": "bar", "orientation": "h", "marker.color": BLUE, "showlegend": False}
    assert traces_of(figure) == [
        map_look | {"colorbar.thickness": 14, "colorbar.xanchor": "left"},
        bar_look | {"xaxis": "x2", "yaxis": "y2"},
    ]
    assert (heat.colorbar.x, heat.colorbar.title.text) == (0.545, "deviations")
    assert [colour for _, colour in heat.colorscale] == scale("RdBu_r")
    assert figure.layout.xaxis.domain == pytest.approx((0, 0.86 * 0.62))  # 14 % lie between the two
    assert figure.layout.xaxis2.domain == pytest.approx((0.86 * 0.62 + 0.14, 1))
    assert list(heat.y) == list(bars.y) == ["s2 [1]", "mass [g]", "s3 [1]", "s1 [1]"]
    assert list(bars.x) == [0.1, 0.2, 0.3, 0.4]
    assert list(heat.x) == ["a", "b", "c", "other"]
    for name, row in zip(("s2", "mass", "s3", "s1"), heat.z, strict=True):
        signal = data.table[name].to_numpy()[parts.learnt]
        low, middle, high = np.nanquantile(signal, [0.25, 0.5, 0.75])
        metal = data.table["metal"].to_numpy()[parts.learnt]
        medians = [np.nanmedian(signal[metal == one]) for one in ("a", "b", "c", "other")]
        assert numbers(row) == pytest.approx([(one - middle) / (high - low) * 1.349 for one in medians])


def test_a_signal_that_is_unknown_or_the_same_everywhere_tells_nothing(fitted):
    _, data, parts = fitted
    X = data.X.copy()
    X[:, 0], X[:, 1] = np.nan, 2.5
    X[parts.learnt[0], 1] = 3.5
    result = pictures._standardised(replace(data, X=X), parts)
    assert np.isnan(result[:2]).all()
    assert np.isfinite(result[2:]).all()
