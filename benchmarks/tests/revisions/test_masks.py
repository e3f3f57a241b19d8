"""Ids, moments and folders of a run are hidden, and nothing else is."""

import pytest

from benchmarks.revisions.masks import HIDDEN, VOLATILE, compact, masked, stable

PLACES = {"/tmp/revisions-ab12": "<scratch>", "/tmp/revisions-ab12/store": "<store>"}


def test_volatile_values_are_hidden_wherever_they_stand_and_their_keys_stay():
    answer = {"id": "b1", "model": {"digest": "d", "version": 1}, "rows": [{"at": 3, "value": 2.0}]}
    assert stable(answer) == {
        "id": HIDDEN,
        "model": {"digest": HIDDEN, "version": 1},
        "rows": [{"at": HIDDEN, "value": 2.0}],
    }
    assert set(stable(dict.fromkeys(VOLATILE, 1)).values()) == {HIDDEN}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("written to /tmp/revisions-ab12/store/x.csv", "written to <store>/x.csv"),
        ("written to /tmp/revisions-ab12/x.csv", "written to <scratch>/x.csv"),
        ("train 2026-11-30 09:53:16 done", "train <now> done"),
        ("at 2026-11-30T09:53:16.123456Z", "at <now>"),
        ("in shadow until 2027-01-29 11:20 UTC", "in shadow until <moment>"),
        ("begins 2024-11-30", "begins 2024-11-30"),
        ("run 743a596dbd95489e8b26315532ef5aac", "run <hex>"),
        ("sha256:1a6c95de974e9f4c55bda897a415e6fb", "<hex>"),
        ("http://127.0.0.1:43211/docs", "http://127.0.0.1:<port>/docs"),
        ("0.9001 of 1234567890 rows", "0.9001 of 1234567890 rows"),
        ("test_mae 1.1234567890123456, moved", "test_mae 1.1234567890123456, moved"),
        ("job lead_refining-24eab7c5d6f1", "job lead_refining-<hex>"),
    ],
)
def test_moments_ids_and_places_of_a_run_are_hidden(text, shown):
    assert masked(text, PLACES, "2026-11-30") == shown


def test_a_digest_stands_for_a_long_list_and_tells_a_last_bit():
    numbers = [0.1 * i for i in range(20)]
    moved = [*numbers[:-1], numbers[-1] * (1 + 2**-52)]
    first, second, again = (compact({"fill": one})["fill"] for one in (numbers, moved, list(numbers)))
    assert first.startswith("20 numbers ")
    assert first != second
    assert first == again


def test_short_lists_and_texts_stay_as_they_are():
    value = {"names": ["a"] * 20, "ends": [0.5, 1.5], "rows": [{"x": [1, 2]}]}
    assert compact(value) == value
