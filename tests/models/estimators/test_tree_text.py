"""Texts of trees that LightGBM wrote, and damages of them that its library must not see."""

import re

import lightgbm
import numpy as np
import pytest

from models.estimators import tree_text
from models.estimators.booster import Booster
from models.estimators.tree_text import DEEPEST, TreeTextError, check

ROWS = 400


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Three columns of numbers with gaps and one of 40 categories."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, 4))
    X[:, 3] = rng.integers(0, 40, ROWS)
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


def written(X: np.ndarray, y: np.ndarray, rounds: int = 3, **settings: object) -> bytes:
    """LightGBM's text of trees that learnt from rows."""
    given = {"verbosity": -1, "num_leaves": 5, "seed": 0, "num_threads": 1} | settings
    given |= {"min_data_per_group": 5, "cat_smooth": 1, "cat_l2": 1, "max_cat_to_onehot": 1}
    data = lightgbm.Dataset(X, y, categorical_feature=[3])
    return Booster.of(lightgbm.train(given, data, rounds)).text.encode()


@pytest.fixture(scope="module")
def text(rows: np.ndarray) -> bytes:
    """Two trees, of which the first splits the categories."""
    y = np.where(np.nan_to_num(rows[:, 3]) % 7 < 3, 2.0, 0.0) + np.nan_to_num(rows[:, 0])
    return written(rows, y, 2, objective="regression")


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "regression"},
        {"objective": "binary"},
        {"objective": "multiclass", "num_class": 3},
        {"objective": lambda raw, data: (raw - data.get_label(), np.ones(ROWS))},
        {"objective": "regression", "num_leaves": 200, "min_data_in_leaf": 1},
        {"objective": "regression", "monotone_constraints": [1, 0, -1, 0]},
        {"objective": "regression", "min_data_in_leaf": ROWS},
        {"objective": "regression", "use_missing": False},
    ],
    ids=["regression", "binary", "classes", "own objective", "large", "signs", "one leaf", "nothing missing"],
)
def test_what_lightgbm_writes_is_accepted(rows: np.ndarray, settings: dict[str, object]) -> None:
    y = (np.nan_to_num(rows[:, 0]) > 0).astype(float) + (settings.get("num_class") == 3) * (np.arange(ROWS) % 2)
    assert check(written(rows, y, **settings)) is None


def test_no_trees_are_accepted(rows: np.ndarray) -> None:
    result = lightgbm.Booster({"verbosity": -1}, lightgbm.Dataset(rows, rows[:, 3] > 9, params={"verbosity": -1}))
    assert check(Booster.of(result).text.encode()) is None


def damaged(text: bytes, before: bytes, after: bytes) -> bytes:
    """The text with the first of what a pattern matches replaced, and the size of its tree stated anew."""
    result, count = re.subn(before, after, text, count=1, flags=re.MULTILINE)
    assert count == 1
    blocks = re.findall(rb"^Tree=.*?\n\n\n", result, flags=re.MULTILINE | re.DOTALL)
    sizes = b" ".join(b"%d" % len(block) for block in blocks)
    return re.sub(rb"^tree_sizes=.*$", b"tree_sizes=" + sizes, result, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (rb"^left_child=\S+", b"left_child=99", r"^tree 0: left_child\[0\]: got 99, expected a node after its own"),
        (rb"^left_child=\S+", b"left_child=0", r"^tree 0: left_child\[0\]: got 0, expected a node after its own"),
        (rb"^right_child=\S+", b"right_child=-6", r"^tree 0: right_child\[0\]: got -6, expected a node after its own"),
        (rb"^left_child=\S+ \S+", b"left_child=-1 -1", r"^tree 0: (node|leaf)\[\d\]: got \d, expected to be the child"),
        (rb"^split_feature=\S+", b"split_feature=4", r"^tree 0: split_feature\[0\]: got 4, expected 0 to 3"),
        (rb"^split_feature=\S+", b"split_feature=-1", r"^tree 0: split_feature\[0\]: got -1, expected 0 to 3"),
        (rb"^split_feature=\S+ ", b"split_feature=", r"^tree 0: split_feature: got 3 numbers, expected 4"),
        (rb"^threshold=\S+", b"threshold=nan", r"^tree 0: threshold\[0\]: got 'nan', expected a number"),
        (rb"^threshold=\S+", b"threshold=7", r"^tree 0: threshold\[0\]: got 7, expected the number of a set"),
        (rb"^threshold=\S+", b"threshold=-1", r"^tree 0: threshold\[0\]: got -1, expected the number of a set"),
        (rb"^threshold=\S+", b"threshold=0.5", r"^tree 0: threshold\[0\]: got 0.5, expected the number of a set"),
        (rb"^threshold=\S+ ", b"threshold=1.2.3  ", r"^tree 0: threshold: got \d numbers, expected 4"),
        (rb"^threshold=\S+", b"threshold=1-2", r"^tree 0: threshold\[0\]: got '1-2', expected a number"),
        (rb"^decision_type=\S+", b"decision_type=13", r"^tree 0: decision_type\[0\]: got 13, expected 0 to 11"),
        (rb"^decision_type=\S+", b"decision_type=1.5", r"^tree 0: decision_type\[0\]: got '1.5', expected a whole"),
        (rb"^leaf_value=\S+", b"leaf_value=inf", r"^tree 0: leaf_value\[0\]: got inf, expected a finite number"),
        (rb"^leaf_value=\S+", b"leaf_value=1e999", r"^tree 0: leaf_value\[0\]: got inf, expected a finite number"),
        (rb"^leaf_value=\S+ ", b"leaf_value=", r"^tree 0: leaf_value: got 4 numbers, expected 5"),
        (rb"^leaf_count=\S+", b"leaf_count=-1", r"^tree 0: leaf_count\[0\]: got -1, expected at least 0"),
        (rb"^internal_count=\S+", b"internal_count=0", r"^tree 0: internal_count\[0\]: got 0, expected at least 1"),
        (rb"^internal_weight=\S+", b"internal_weight=", r"^tree 0: internal_weight\[0\]: got '', expected a number"),
        (rb"^num_leaves=5", b"num_leaves=6", r"^tree 0: split_gain: got 4 numbers, expected 5"),
        (rb"^num_leaves=5", b"num_leaves=0", r"^tree 0: num_leaves: got 0, expected at least 1"),
        (rb"^num_leaves=5", b"num_leaves=-5", r"^tree 0: num_leaves: got '-5', expected a whole number"),
        (rb"^num_leaves=5", b"num_leaves=9999999999", r"^tree 0: num_leaves: got '9999999999', expected a whole"),
        (rb"^num_cat=\d+", b"num_cat=0", r"^tree 0: threshold\[0\]: got 0, expected the number of a set"),
        (rb"^num_cat=\d+", b"num_cat=99", r"^tree 0: cat_boundaries: got \d numbers, expected 100"),
        (rb"^cat_boundaries=0 \d+", b"cat_boundaries=0 99999", r"^tree 0: cat_(boundaries|threshold)"),
        (rb"^cat_boundaries=0", b"cat_boundaries=1", r"^tree 0: cat_boundaries\[0\]: got 1, expected 0"),
        (rb"^cat_threshold=\S+", b"cat_threshold=4294967296", r"^tree 0: cat_threshold\[0\]: got 4.29497e\+09, expe"),
        (rb"^cat_threshold=.*\n", b"", r"^tree 0: got the lines Tree, num_leaves, .*, expected Tree, num_leaves"),
        (rb"^is_linear=0", b"is_linear=1", r"^tree 0: is_linear: got '1', expected 0"),
        (rb"^shrinkage=\S+", b"shrinkage=inf", r"^tree 0: shrinkage\[0\]: got inf, expected a finite number"),
        (rb"^Tree=1", b"Tree=2", r"^tree 1: got other lines"),
        (rb"^max_feature_idx=3", b"max_feature_idx=2", r"^header: feature_names: got 4, expected 3"),
        (rb"^num_class=1", b"num_class=2", r"^header: num_tree_per_iteration: got '1', expected 2"),
        (rb"^num_class=1", b"num_class=0", r"^header: num_tree_per_iteration: got '1', expected 1"),
        (rb"^num_class=1", b"num_class=1\nnum_class=1", r"^header: got 'num_class=1', expected one line of each"),
        (rb"^objective=regression", b"objective=multiclass num_class:9", r"^header: objective: got 'multiclass num_c"),
        (rb"^version=v4", b"version=v9", r"^header: version: got 'v9', expected 'v4'"),
        (rb"^label_index=0\n", b"", r"^header: got no label_index, expected each"),
        (rb"^tree$", b"average", r"^header: got 'average', expected the line 'tree'"),
        (rb"^end of trees\n", b"", r"^byte \d+: got .*, expected the line 'end of trees'"),
        (rb"^feature_infos=", b"feature_infos=\x00", r"^byte \d+: got b'\\x00', expected printable ASCII"),
    ],
)
def test_what_the_library_must_not_see_is_named(text: bytes, before: bytes, after: bytes, message: str) -> None:
    with pytest.raises(TreeTextError, match=message):
        check(damaged(text, before, after))


def test_a_loop_away_from_the_root_is_refused(text: bytes) -> None:
    nodes = b"left_child=-1 2 1 -4\nright_child=-2 -3 3 -5"
    with pytest.raises(TreeTextError, match=r"^tree 0: left_child\[2\]: got 1, expected a node after its own"):
        check(damaged(text, rb"^left_child=.*\nright_child=.*$", nodes))


def test_sizes_of_trees_fit_the_text(text: bytes) -> None:
    match = re.search(rb"tree_sizes=(\d+) ", text)
    assert match is not None
    with pytest.raises(TreeTextError, match=r"^tree 0: got other lines, expected \d+ bytes as tree_sizes says"):
        check(text.replace(match[0], b"tree_sizes=%d " % (int(match[1]) + 1)))
    for cut in (text.index(b"Tree=0"), text.index(b"Tree=1"), text.index(b"end of trees") - 9):
        with pytest.raises(TreeTextError):
            check(text[:cut])


def chain(splits: int) -> bytes:
    """A text of one tree that is a chain of splits one below the other."""
    numbers = {
        "split_feature": [0] * splits,
        "split_gain": [1] * splits,
        "threshold": [1] * splits,
        "decision_type": [2] * splits,
        "left_child": [*range(1, splits), -1],
        "right_child": [-2 - i for i in range(splits)],
        "leaf_value": [1] * (splits + 1),
        "leaf_weight": [1] * (splits + 1),
        "leaf_count": [1] * (splits + 1),
        "internal_value": [1] * splits,
        "internal_weight": [1] * splits,
        "internal_count": [1] * splits,
    }
    lines = [f"{name}={' '.join(map(str, values))}" for name, values in numbers.items()]
    tree = "\n".join(["Tree=0", f"num_leaves={splits + 1}", "num_cat=0", *lines, "is_linear=0", "shrinkage=1"])
    head = ["tree", "version=v4", "num_class=1", "num_tree_per_iteration=1", "label_index=0", "max_feature_idx=0"]
    head += ["feature_names=a", "feature_infos=[0:1]", f"tree_sizes={len(tree) + 3}"]
    return ("\n".join(head) + "\n\n" + tree + "\n\n\nend of trees\n").encode()


def test_trees_are_no_deeper_than_explanations_have_room_for() -> None:
    assert check(chain(DEEPEST)) is None
    with pytest.raises(TreeTextError, match=rf"^tree 0: got more than {DEEPEST} splits one below the other"):
        check(chain(DEEPEST + 1))


def test_a_text_has_a_size_that_memory_has_room_for(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_text, "MOST_BYTES", len(text) - 1)
    with pytest.raises(TreeTextError, match=rf"^got {len(text)} bytes, expected at most {len(text) - 1}$"):
        check(text)
