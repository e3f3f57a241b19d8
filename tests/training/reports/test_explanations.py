"""Figure and section on what inputs contribute, of candidates whose law is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.explanations import Parts
from models.tasks import build
from seeds import load
from training.reports.explanations import MOST_ROWS, Direction, contribution_dots, directions, signs_section


@pytest.fixture
def made(toy_seed):
    """Maker of a candidate fitted to a law, a data set and a split whose last rows judge."""

    def make(name="linear", law=lambda X: 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4), n=900):
        rng = np.random.default_rng(1)
        X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (n, 3))
        y = law(X) + rng.normal(0, 0.05, n)
        half = n // 2
        model = SimpleNamespace(estimator=build(toy_seed)[name].fit(X[:half], y[:half]))
        data = SimpleNamespace(X=X, y=y, seed=toy_seed)
        return SimpleNamespace(model=model), data, SimpleNamespace(test=np.arange(half, n))

    return make


def test_the_figure_has_a_line_an_input_the_most_moving_on_top(made):
    figure = contribution_dots(*made())
    names = figure.layout.yaxis.ticktext
    assert names[-1].startswith("z ")
    assert len(figure.data) == len(names) == 3
    assert all(len(trace.x) == MOST_ROWS for trace in figure.data)
    # z lowers y by 2 a volt: high values lie left.
    top = figure.data[-1]
    assert np.corrcoef(top.x, top.marker.color)[0, 1] < -0.9
    assert "y [%]" in figure.layout.xaxis.title.text


def test_a_cell_that_is_missing_has_no_dot(made):
    candidate, data, parts = made()
    data.X[parts.test[0], 2] = np.nan
    parts.test = parts.test[:50]
    figure = contribution_dots(candidate, data, parts)
    assert sorted(len(trace.x) for trace in figure.data) == [49, 50, 50]


def test_the_figure_is_small(made):
    assert len(contribution_dots(*made()).to_json()) < 60_000


def test_a_candidate_without_parts_has_no_figure_and_says_so(made):
    candidate, data, parts = made()
    candidate.model.estimator = SimpleNamespace(predict=lambda X: X[:, 0], contributions=lambda X: None)
    assert contribution_dots(candidate, data, parts) is None
    assert "Not looked at" in "\n".join(signs_section(candidate, data, parts))


def test_a_column_that_hardly_moves_the_model_has_no_direction(toy_seed):
    x = np.linspace(0, 1, 60)
    parts = Parts(("x_set", "z"), ("kA", "V"), np.column_stack([x, x]), np.column_stack([-0.005 * x, -x]), np.zeros(60))
    assert [way.name for way in directions(parts, toy_seed)] == ["z"]


def test_a_model_that_moves_against_physics_is_named(made, toy_seed):
    signed = [column.name for column in toy_seed.inputs if column.sign]
    assert signed, "the toy seed has a column with a sign"
    name = signed[0]
    place = [column.name for column in toy_seed.inputs].index(name)
    sign = toy_seed.inputs[place].sign
    with_physics = "\n".join(signs_section(*made(law=lambda X: 90 + sign * X[:, place])))
    against = "\n".join(signs_section(*made(law=lambda X: 90 - sign * X[:, place])))
    assert f"`{name}`" not in with_physics
    assert "None of 1 columns" in with_physics
    assert f"`{name}`" in against
    assert ("falls" if sign > 0 else "rises") in against


def test_features_of_physics_have_signs_too_and_what_does_not_vary_has_no_direction():
    seed = load("aluminium_reduction")
    x = np.linspace(0, 1, 60)
    names = ("superheat", "eutectic_superheat", "voltage_noise", "bath_temperature")
    values = np.column_stack([x, x, x, np.full(60, 950.0)])
    parts = Parts(names, ("K", "K", "mV", "°C"), values, np.column_stack([x, x, -x, x]), np.zeros(60))
    result = {way.name: way for way in directions(parts, seed)}
    assert set(result) == {"eutectic_superheat", "voltage_noise"}
    assert result["eutectic_superheat"].against
    assert not result["voltage_noise"].against


@pytest.mark.parametrize(
    ("expected", "correlation", "against"), [(1, -0.5, True), (1, -0.05, False), (-1, 0.5, True), (1, 0.5, False)]
)
def test_a_direction_that_is_hardly_one_is_not_against(expected, correlation, against):
    assert Direction("x", expected, correlation, 30).against == against
