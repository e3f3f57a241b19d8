import numpy as np
import pytest

from models.estimators.temperature import fitted_temperature, softmax, tempered


def drawn(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A class for each row, with the probabilities of the row."""
    return np.asarray((p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1))


def calibration_error(p: np.ndarray, codes: np.ndarray, groups: int = 10) -> float:
    """Mean gap between how sure the most probable class is and how often it is right, over groups of equal size."""
    top, right = p.max(axis=1), p.argmax(axis=1) == codes
    parts = np.array_split(np.argsort(top), groups)
    return float(np.mean([abs(top[part].mean() - right[part].mean()) for part in parts]))


def test_softmax_of_logarithms_is_the_shares_and_a_class_ruled_out_has_none() -> None:
    shares = np.array([[0.2, 0.3, 0.5], [0.9, 0.1, 0.0]])
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(softmax(np.log(shares) + 1000.0), shares, rtol=1e-12)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_tempered_is_softmax_of_divided_logarithms(temperature: float) -> None:
    p = np.random.default_rng(0).dirichlet([1, 2, 3], 50)
    np.testing.assert_allclose(tempered(p, temperature), softmax(np.log(p) / temperature), rtol=1e-12)
    assert tempered(np.array([[0.0, 0.4, 0.6]]), temperature)[0, 0] == 0.0
    np.testing.assert_array_equal(tempered(p, temperature).argmax(axis=1), p.argmax(axis=1))


@pytest.mark.parametrize("temperature", [0.4, 2.5])
def test_the_temperature_behind_the_classes_is_found(temperature: float) -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 3, (20_000, 4))
    codes = drawn(softmax(scores / temperature), rng)
    assert fitted_temperature(scores, codes) == pytest.approx(temperature, rel=0.03)


def test_an_overconfident_classifier_becomes_as_sure_as_it_is_right() -> None:
    rng = np.random.default_rng(2)
    fair = softmax(rng.normal(0, 1.5, (20_000, 4)))
    overconfident, codes = tempered(fair, 1 / 3), drawn(fair, rng)
    first, second = np.arange(10_000), np.arange(10_000, 20_000)
    temperature = fitted_temperature(np.log(overconfident[first]), codes[first])
    before, after = overconfident[second], tempered(overconfident[second], temperature)
    assert calibration_error(before, codes[second]) > 0.15
    assert calibration_error(after, codes[second]) < 0.02


def test_a_calibrated_classifier_is_left_alone() -> None:
    rng = np.random.default_rng(3)
    fair = rng.dirichlet([0.5, 0.5, 1], 20_000)
    assert fitted_temperature(np.log(fair), drawn(fair, rng)) == pytest.approx(1, abs=0.03)


def test_shares_are_weighed_in_at_any_temperature() -> None:
    rng = np.random.default_rng(4)
    shares = np.array([0.9, 0.1])
    codes = (rng.random(20_000) < shares[1]).astype(int)
    signal = rng.normal(0, 1, 20_000) + 1.5 * codes
    likelihoods = -0.5 * (signal[:, None] - np.array([0, 1.5])) ** 2
    assert fitted_temperature(4 * likelihoods, codes, np.log(shares)) == pytest.approx(4, rel=0.06)


def test_rows_whose_class_is_ruled_out_have_no_say() -> None:
    rng = np.random.default_rng(5)
    scores = rng.normal(0, 2, (2000, 3))
    codes = drawn(softmax(scores / 2), rng)
    impossible = np.array([[0.0, 5.0, -np.inf]] * 500)
    both = fitted_temperature(np.vstack([scores, impossible]), np.append(codes, [2] * 500))
    assert both == pytest.approx(fitted_temperature(scores, codes), rel=1e-6)
    assert fitted_temperature(impossible, [2] * 500) == 1.0
