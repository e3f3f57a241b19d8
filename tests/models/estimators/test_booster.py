"""LightGBM through its C interface against LightGBM's own package, and what happens to what the library holds."""

import copy
import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest

from models.estimators import booster as binding
from models.estimators.booster import Booster, LightGBMError
from system.cancellation import looking

KINDS = {
    "regression": {"objective": "regression"},
    "binary": {"objective": "binary"},
    "multiclass": {"objective": "multiclass", "num_class": 4},
    "own objective": {"objective": lambda raw, data: (raw - data.get_label(), np.ones(len(raw)))},
    "categories": {"objective": "regression"},
}


def rows(n=400):
    """Rows with gaps, infinities, numbers far out, and a category that is at times unknown."""
    rng = np.random.default_rng(3)
    X = rng.standard_normal((n, 6))
    X[rng.random(X.shape) < 0.1] = np.nan
    X[:, 5] = rng.integers(0, 5, n)
    X[:5, :5] = [[np.inf] * 5, [-np.inf] * 5, [1e300] * 5, [np.nan] * 5, [0.0] * 5]
    X[:4, 5] = [np.nan, -1.0, 99.0, 2.5]
    return X


@pytest.fixture(scope="module", params=KINDS)
def pair(request):
    """The same trees, ours and the package's."""
    X, label = rows(), np.arange(400) % 4.0
    known = lightgbm.Dataset(
        X[5:],
        label[5:] > 1 if request.param == "binary" else label[5:],
        categorical_feature=[5] if request.param == "categories" else [],
    )
    quiet = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5, "num_leaves": 7}
    native = lightgbm.train(quiet | KINDS[request.param], known, num_boost_round=30)
    return Booster.of(native), native


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_predictions_are_equal_to_the_last_bit(pair, raw, threads):
    ours, native = pair
    expected = native.predict(rows(), raw_score=raw)
    np.testing.assert_array_equal(ours.predict(rows(), raw_score=raw, num_threads=threads), expected)


@pytest.mark.parametrize("raw", [False, True])
def test_a_row_alone_is_answered_as_among_others(pair, raw):
    ours, native = pair
    X = rows()
    alone = [ours.predict(X[[i]], raw_score=raw) for i in range(100)]
    assert alone[0].shape == ours.predict(X[:2], raw_score=raw)[:1].shape
    np.testing.assert_array_equal(np.concatenate(alone), native.predict(X[:100], raw_score=raw))


def test_contributions_are_equal_to_the_last_bit(pair):
    ours, native = pair
    result = ours.contributions(rows())
    assert result.shape == (400, ours.outputs, 7)
    np.testing.assert_array_equal(result.reshape(400, -1), native.predict(rows(), pred_contrib=True))
    np.testing.assert_array_equal(ours.contributions(rows()[:1]), result[:1])


def test_text_is_lightgbms_own_and_survives_the_way_there_and_back(pair):
    ours, native = pair
    assert native.model_to_string(num_iteration=-1).startswith(ours.text)
    assert Booster(ours.text).text == ours.text
    np.testing.assert_array_equal(
        lightgbm.Booster(model_str=ours.text).predict(rows(), raw_score=True), ours.predict(rows(), raw_score=True)
    )


def test_numbers_of_columns_outputs_and_trees(pair):
    ours, native = pair
    assert (ours.columns, ours.num_trees()) == (native.num_feature(), native.num_trees())
    assert ours.outputs == native.num_model_per_iteration()


def test_matrices_of_any_layout_are_read_alike(pair):
    ours, _ = pair
    X = rows()
    wide = np.repeat(X, 2, axis=1)[:, ::2]
    for laid_out in (np.asfortranarray(X), wide):
        np.testing.assert_array_equal(ours.predict(laid_out), ours.predict(X))
        np.testing.assert_array_equal(ours.predict(laid_out[:1]), ours.predict(X[:1]))
    assert len(ours.predict(X[:0])) == 0


@pytest.mark.parametrize("shape", [(1, 5), (2, 5), (1, 7), (6,)])
def test_other_shapes_are_refused_before_the_library_reads_beyond_them(pair, shape):
    with pytest.raises(ValueError, match=r"^X: got shape .*, expected \(rows, 6\)$"):
        pair[0].predict(np.zeros(shape))


def test_all_trees_count_though_an_early_stop_named_the_best(pair):
    stopped = lightgbm.Booster(model_str=pair[1].model_to_string())
    stopped.best_iteration = 1
    assert Booster.of(stopped).num_trees() == pair[1].num_trees()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_answers_alike_and_outlives_the_original(pair, copied):
    original = Booster(pair[0].text)
    expected = original.predict(rows())
    one = copied(original)
    del original
    gc.collect()
    np.testing.assert_array_equal(one.predict(rows()), expected)
    np.testing.assert_array_equal(one.predict(rows()[:1]), expected[:1])


def test_threads_share_a_booster(pair):
    ours, _ = pair
    X = rows()
    expected = ours.predict(X)

    def answered(start):
        return all((ours.predict(X[[i]]) == expected[[i]]).all() for i in range(start, 400, 8) for _ in range(20))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(answered, range(8)))


class Counted:
    """The library, noting what is made and freed."""

    def __init__(self, library):
        self._library, self.calls = library, []

    def __getattr__(self, name):
        function = getattr(self._library, name)

        def noted(*arguments):
            self.calls.append(name)
            return function(*arguments)

        return noted


def test_what_the_library_holds_is_made_once_a_thread_and_freed_before_the_booster(pair, monkeypatch):
    counted = Counted(binding._library())
    monkeypatch.setattr(binding, "_library", lambda: counted)
    one, X = Booster(pair[0].text), rows()
    for i in range(10):
        one.predict(X[[i]])
    with ThreadPoolExecutor(1) as other:
        other.submit(one.predict, X[:1]).result()
    made = [name for name in counted.calls if "Fast" in name]
    assert made == ["LGBM_BoosterPredictForMatSingleRowFastInit"] * 2 + ["LGBM_FastConfigFree"]
    del one
    assert counted.calls[-2:] == ["LGBM_FastConfigFree", "LGBM_BoosterFree"]


@pytest.mark.parametrize("text", ["", "nonsense", "tree\nversion=v4\nnum_class=1\n"])
def test_a_text_that_holds_no_trees_is_refused(text, capfd):
    with pytest.raises(LightGBMError, match=r"^lightgbm: "):
        Booster(text)


@pytest.mark.parametrize("result", ["4.5.9", "3.3.5", "5.0.0", "10.1"])
def test_another_version_is_refused(monkeypatch, result):
    monkeypatch.setattr(binding, "version", lambda name: result)
    with pytest.raises(
        LightGBMError, match=rf"^lightgbm: got version {result}, expected at least 4\.6 and below 5\.0$"
    ):
        binding._file()


@pytest.mark.parametrize("result", ["4.6.0", "4.7.0", "4.10.0rc1"])
def test_versions_that_are_known(monkeypatch, result):
    monkeypatch.setattr(binding, "version", lambda name: result)
    assert binding._file().is_file()


def test_an_absent_package_or_library_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(binding, "_NAMES", ("lib/none.so",))
    with pytest.raises(LightGBMError, match=r"none\.so, expected its library in one of them$"):
        binding._file()
    monkeypatch.setattr(binding, "find_spec", lambda name: None)
    with pytest.raises(LightGBMError, match=r"^lightgbm is not installed$"):
        binding._file()


def test_the_package_is_not_imported(pair, tmp_path):
    (tmp_path / "trees.txt").write_text(pair[0].text, encoding="utf-8")
    code = (
        "import sys, numpy; from models.estimators.booster import Booster; "
        f"one = Booster(open({str(tmp_path / 'trees.txt')!r}, encoding='utf-8').read()); "
        "one.predict(numpy.zeros((1, 6))); one.predict(numpy.zeros((3, 6))); "
        "print([name for name in ('lightgbm', 'sklearn', 'pandas', 'scipy') if name in sys.modules])"
    )
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert completed.stdout == "[]\n"


def test_many_rows_are_answered_in_parts_with_a_stop_before_each(pair, monkeypatch):
    ours, native = pair
    monkeypatch.setattr(binding, "PREDICTED_AT_ONCE", 150)
    monkeypatch.setattr(binding, "CONTRIBUTED_AT_ONCE", 90)
    looks = []
    with looking(lambda: looks.append(True)):
        np.testing.assert_array_equal(ours.predict(rows()), native.predict(rows()))
        assert len(looks) == 3  # of 400 rows
        result = ours.contributions(rows())
    assert len(looks) == 3 + 5
    np.testing.assert_array_equal(result.reshape(400, -1), native.predict(rows(), pred_contrib=True).reshape(400, -1))
