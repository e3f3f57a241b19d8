"""Sections of a sorter's card, word by word for figures that are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.sorting.guarantee import Calibration
from training.sorting.card import heading, row, rows_used, sections, subject

LOTS = np.array([f"L-{i // 10}" for i in range(100)], dtype=object)  # ten lots of ten pieces
PARTS = SimpleNamespace(
    learnt=np.arange(60),
    calibrate=(np.arange(20, 30), np.arange(30, 40), np.arange(40, 60)),
    test=np.arange(60, 80),
    holdout_all=np.arange(80, 95),
    units=("L-8", "L-9"),
    train_from=pd.Timestamp("2024-01-01"),
    calibrate_from=pd.Timestamp("2024-01-03"),
    test_from=pd.Timestamp("2024-01-07"),
    last=pd.Timestamp("2024-01-08"),
)
FACTS = {"rows": 100, "units": 10, "first_period": "2024-01-01", "last_period": "2024-01-10"}
SOUND = {
    "risk_price": 0.24,
    "test_accuracy": 0.95123,
    "test_skill": 0.7,
    "test_ece": 0.02,
    "test_lots": 40.0,
    "test_lots_over_limit": 0.05,
    "holdout_all_lots": 12.0,
    "holdout_all_lots_over_limit": 0.125,
    "test_refused_other": 0.9,
    "test_coverage_90": 0.9,
    "test_loss_lot_limit": 20.0,
    "test_oracle_value": 300.4,
    "test_value": 250.6,
    "test_pass_value": 99.5,
    "test_bin_a_purity": 0.98765,
    "test_bin_a_recovery": 0.9,
    "test_bin_bc_purity": 0.8,
    "test_x_rmse": 0.25,
    "test_x_coverage_90": 0.91,
    **{
        f"test_{name}{end}": share
        for name in ("accuracy", "ece", "value_share", "purity", "recovery")
        for end, share in (("_low", 0.701), ("_high", 0.902))
    },
    "test_value_share": 0.8342,
    "test_purity": 0.97,
    "test_recovery": 0.88,
}
CANDIDATES = """
## Candidates

On the test lots, by mass. Skill is the share of the first candidate's log loss that is avoided; ECE is the expected \
calibration error of the most probable class. The oracle knows the laboratory's class of every piece and the same \
values, and puts each piece where its class is worth most; no limit of a lot holds it back. A piece is right in a bin \
that is the oracle's choice. Chosen: **linear**, the lowest `calibrate_log_loss`; the test lots had no say.

| candidate | right class [1] | skill [1] | ECE [1] | value [$/t] | share of the oracle's value [1] | purity [1] | \
recovery [1] | lots over a limit [1] | unknown kept out [1] |
|---|---|---|---|---|---|---|---|---|---|
| a | 0.5 | - | - | - | - | - | - | - | - |
| **linear** | 0.9512 | 0.7 | 0.02 | 250.6 | 0.8342 | 0.97 | 0.88 | 0.05 | 0.9 |
| trees | - | - | - | - | - | - | - | - | - |

With a 90% interval over lots: right class 95.1% (70.1% to 90.2%); ECE 2.0% (70.1% to 90.2%); share of the oracle's \
value 83.4% (70.1% to 90.2%); purity 97.0% (70.1% to 90.2%); recovery 88.0% (70.1% to 90.2%). The oracle gets 300 $/t, \
linear 251 $/t as decided, a belt that carries all on 100 $/t.
"""
BINS = """
## Bins

| bin | what it is | purity [1] | recovery [1] | limits of a lot, mean |
|---|---|---|---|---|
| `bin_a` | metal a | 0.9877 | 0.9 | x 0.9 wt% |
| `bin_bc` | metals b and c | 0.8 | - | - |
| `rest` | what the belt carries on | - | - | - |
"""
PROMISE = """
## Limits of lots

Promised with 60% confidence, of this plant: 90% of its lots keep all limits of all bins. Learn then test on 14 \
calibration lots (9 are the fewest), of which 1 break a limit at the price that was found: a broken limit counts as \
240 $ a tonne of its lot's feed. Broken, by the laboratory's contents with co-ejected pieces: 5.0% of 40 test lots, \
12.5% of 12 held-out lots of all times.
"""
ELEMENTS = """
## Element contents

| element | unit | RMSE, test lots | coverage of the 90% interval [1] |
|---|---|---|---|
| `x` | wt% | 0.25 | 0.91 |

Not predicted, the signals do not carry them: `z`.
"""


def text_of(seed, metrics=SOUND, carried=("x",), spread=None):
    chosen = SimpleNamespace(
        name="linear",
        metrics=metrics,
        answers=SimpleNamespace(elements=dict.fromkeys(carried)),
        model=SimpleNamespace(seed=seed, spread=spread, calibration=Calibration(0.6, 14, 1)),
    )
    others = {"a": {"test_accuracy": 0.5}, "linear": metrics, "trees": {}}
    result = {name: SimpleNamespace(name=name, metrics=metrics) for name, metrics in others.items()}
    lines = sections(result, chosen, SimpleNamespace(seed=seed, units=LOTS), PARTS)
    return "\n".join(["", *lines])


def test_the_sections_of_a_sound_sorter(toy_sorting_seed):
    assert text_of(toy_sorting_seed) == CANDIDATES + BINS + PROMISE + ELEMENTS


def test_limits_of_spreads_and_what_they_rest_on_are_named(toy_spread_seed):
    metrics = SOUND | {"test_lots_over_sd_limit": 0.025, "holdout_all_lots_over_sd_limit": 0.0}
    result = text_of(toy_spread_seed, metrics, spread=SimpleNamespace(own=np.array([[[0.5, 1.25], [1.0, 1.0]]] * 3)))
    assert "| limits of a lot, mean or standard deviation |" in result
    assert "| x 0.9 wt%, standard deviation of x 0.3 wt% |" in result
    assert "over one of a standard deviation [1]" in result
    assert (
        "Among these, a limit of a standard deviation is broken by 2.5% of the test lots and 0.0% of the held-out "
        "lots. A lot's variance counts as that of its estimates and, of the variance of their errors, what pieces of a "
        "lot err each for itself: in `bin_a` 50% to 125% of that of `x`, by its size." in result
    )


def test_warnings_and_wrong_labels_follow_the_figures(toy_sorting_seed):
    known = SOUND | {"test_skill": 0.0, "test_label_errors": 0.0123}
    warned = (
        "\n- Warning on linear: on the test pieces it is no better than the baseline.\n"
        "- Against the simulated truth 1.23% of the mass has a wrong label.\n"
    )
    text = text_of(toy_sorting_seed, known)
    assert text == (CANDIDATES + warned).replace(" 0.7 |", " 0 |") + BINS + PROMISE + ELEMENTS


def test_without_limits_and_with_every_element_two_parts_are_left_out(toy_sorting_seed):
    free = toy_sorting_seed.model_copy(
        update={"bins": [one.model_copy(update={"limits": {}}) for one in toy_sorting_seed.bins]}
    )
    both = ELEMENTS.split("\nNot predicted")[0].replace("0.91 |\n", "0.91 |\n| `z` | wt% | - | - |\n")
    expected = CANDIDATES + BINS.replace("x 0.9 wt%", "-") + both
    assert text_of(free, carried=("x", "z")) == expected


def test_a_part_without_lots_is_not_spoken_of(toy_sorting_seed):
    known = {name: value for name, value in SOUND.items() if name != "holdout_all_lots"}
    assert "contents with co-ejected pieces: 5.0% of 40 test lots.\n" in text_of(toy_sorting_seed, known)


def test_rows_target_and_use_are_said_in_sentences(toy_sorting_seed):
    data = SimpleNamespace(
        seed=toy_sorting_seed, units=LOTS, facts=FACTS, periods=pd.date_range("2024-01-01", periods=9)
    )
    assert row(toy_sorting_seed) == "a piece of scrap that passed the sensors"
    assert heading(toy_sorting_seed) == "metal"
    assert subject(data, PARTS) == (
        f"Target: {toy_sorting_seed.target.description}, metal. Training: 60 pieces, 2024-01-01 to before 2024-01-07. "
        "Evaluated: 20 pieces of 2 later lots (called test), up to 2024-01-08, and 15 pieces of 2 held-out lots of all "
        "times. All shares are by mass."
    )
    assert rows_used(data, PARTS) == [
        "100 labelled pieces of 10 lots from 2024-01-01 to 2024-01-10; no lot is cut",
        "training: 6 lots before 2024-01-07; of these the ones from 2024-01-03, each predicted by a model that knew "
        "only older ones, gave the probabilities their temperature, the contents their intervals and the limits their "
        "risk price, and chose the candidate",
        "judged: 20 pieces of 2 lots from 2024-01-07 to 2024-01-08, and 15 pieces of 2 held-out lots of all times",
    ]
