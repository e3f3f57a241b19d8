"""Figures of a sorter say what its metrics say, with units."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.reports import class_pictures as pictures
from training.sorting import class_plots, plots
from training.sorting.fit import SortingLearner, pieces_of

LEARNER = SortingLearner()


@pytest.fixture(scope="module")
def fitted(toy_sorting_seed, toy_sorting_frame):
    """A candidate of the toy scrap, its data set and split."""
    data = dataset_of(check(toy_sorting_frame(), toy_sorting_seed), toy_sorting_seed)
    parts = split(data)
    linear = fit_candidate(LEARNER, "linear", build(data.seed)["linear"], data, parts, {}, None, str, curve=True)
    return linear, data, parts


def drawn(fitted):
    return {picture.draw.__name__: picture.draw(*fitted) for picture in plots.PICTURES}


def test_every_axis_of_a_number_bears_its_unit(fitted):
    for name, figure in drawn(fitted).items():
        axes = [axis for axis in figure.select_xaxes()] + [axis for axis in figure.select_yaxes()]
        named = [axis.title.text for axis in axes if axis.title.text]
        assert named, name
        for text in named:
            counted = ("class", "training lots", "start of the lot")
            assert "[" in text or any(words in text for words in counted), (name, text)


def test_every_picture_has_a_caption_of_its_own(fitted):
    captions = [picture.caption for picture in plots.PICTURES]
    assert min(map(len, captions)) > 40
    assert len(set(captions)) == len(captions)


def test_curves_end_with_all_of_a_bins_mass_and_dots_are_the_metrics(fitted):
    candidate, data, parts = fitted
    pieces = pieces_of(data)[parts.test]
    curves = {trace.name: trace for trace in plots.purity_and_recovery(*fitted).data}
    assert set(curves) == {"bin_a", "bin_a, as decided", "bin_bc", "bin_bc, as decided"}
    due = {"bin_a": pieces.classes == 0, "bin_bc": np.isin(pieces.classes, (1, 2))}
    for name, right in due.items():
        recovery, purity = (np.asarray(part, dtype=float) for part in (curves[name].x, curves[name].y))
        assert recovery[-1] == pytest.approx(100)
        assert (np.diff(recovery) >= 0).all()
        assert purity[-1] >= 100 * pieces.mass[right].sum() / pieces.mass.sum() - 1e-9
        assert purity[0] > 90
        dot = curves[f"{name}, as decided"]
        assert dot.x[0] == pytest.approx(100 * candidate.metrics[f"test_{name}_recovery"])
        assert dot.y[0] == pytest.approx(100 * candidate.metrics[f"test_{name}_purity"])


def test_bars_of_lost_value_add_up(fitted):
    m = fitted[0].metrics
    bars = dict(zip(*(plots.value_lost(*fitted).data[0][axis] for axis in "yx"), strict=True))
    bars.pop("co-ejection")
    assert sum(bars.values()) == pytest.approx(m["test_oracle_value"] - m["test_value"])


def test_lots_right_of_the_line_are_the_ones_over_a_limit(fitted):
    candidate = fitted[0]
    (box,) = plots.lots_against_limits(*fitted).data
    over = sum(share > 100 for share in box.x)
    assert over == round(candidate.metrics["test_lots_over_limit"] * candidate.metrics["test_lots"])
    assert box.name == "bin_a: x 0.9 wt%"


def test_rows_of_the_confusion_add_up(fitted):
    (cells,) = class_plots.confused_classes(*fitted).data
    assert np.nansum(cells.z, axis=1) == pytest.approx(np.full(4, 100.0))
    assert [name.split()[0] for name in cells.y] == list(cells.x) == ["a", "b", "c", "other"]


def test_signals_are_those_of_the_law(fitted):
    heat, bars = pictures.signals_by_class(*fitted).data
    result = {name: dict(zip(heat.x, row, strict=True)) for name, row in zip(heat.y, heat.z, strict=True)}
    assert result["s1 [1]"]["b"] > result["s1 [1]"]["a"] > result["s1 [1]"]["other"]
    assert result["s2 [1]"]["c"] > result["s2 [1]"]["a"]
    assert max(abs(value) for value in result["mass [g]"].values()) < 0.5
    assert list(bars.y) == list(heat.y)
    assert list(bars.x) == sorted(bars.x)


def test_accuracy_by_lot_agrees_with_the_metric(fitted):
    candidate, data, parts = fitted
    future = plots.accuracy_by_lot(*fitted).data[0]
    pieces = pieces_of(data)[parts.test]
    mass = [pieces.mass[pieces.lots == lot].sum() for lot in future.text]
    assert np.average(future.y, weights=mass) == pytest.approx(100 * candidate.metrics["test_accuracy"])


def test_elements_that_are_carried_are_shown_with_their_intervals(fitted):
    candidate, _, parts = fitted
    points = class_plots.element_contents(*fitted).data[0]
    assert points.name == "x"
    answer = candidate.answers.elements["x"]
    shown = np.flatnonzero(np.isfinite(np.asarray(points.error_y.array, dtype=float)))
    assert 0 < len(shown) <= class_plots.ELEMENT_BARS
    assert set(np.round(points.y, 12)) <= set(np.round(answer.value[parts.test], 12))


def test_without_limits_there_is_no_figure_of_them(fitted):
    data = fitted[1]
    bins = [one.model_copy(update={"limits": {}}) for one in data.seed.bins]
    free = replace(data, seed=data.seed.model_copy(update={"bins": bins}))
    (limits,) = [one for one in plots.PICTURES if one.draw is plots.lots_against_limits]
    assert limits.applies(data)
    assert not limits.applies(free)


def test_contents_have_no_figure_where_there_are_none(fitted):
    _, data, _ = fitted
    contents = next(one for one in plots.PICTURES if one.draw is class_plots.element_contents)
    assert contents.applies(data)
    assert not contents.applies(SimpleNamespace(seed=SimpleNamespace(elements=())))
