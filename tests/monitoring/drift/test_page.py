"""The page of what is seen."""

import numpy as np

from monitoring.drift.check import watch
from monitoring.drift.page import page, summary

from .conftest import later, without


def changed(frame):
    frame["x_set"] += 2.0 * later(frame, 6)
    frame["y"] -= 2.0 * later(frame, 8)
    frame.loc[(frame["unit"] == "A-012") & later(frame, 12), "z"] = np.nan


def test_the_page_says_why_and_what_next_and_draws_what_drifted(live, history, toy_seed):
    seen = watch(live(changed), history)
    text = page(seen, toy_seed)
    for line in (*seen.reasons, *seen.next_steps):
        assert line in text
    for drawn in ("y [%]", "coverage of y", "x_set [kA]", "error of y, usual = 1"):
        assert f'aria-label="{drawn}"' in text
    assert "version 3" in text
    assert "A-012" in text
    assert "http" not in text  # nothing is fetched from anywhere
    assert summary(seen).startswith("drift compared with version 3: 720 rows from")


def test_a_quiet_plant_has_no_distributions_and_nothing_to_do(live, history, toy_seed):
    seen = watch(live(), history)
    text = page(seen, toy_seed)
    assert "<li>nothing</li>" in text
    assert 'aria-label="x_set [kA]"' not in text
    assert summary(seen).startswith("no drift compared with version 3")


def test_without_outcomes_the_page_says_so(live, history, toy_seed):
    rows = live()
    text = page(watch(without(rows, later(rows.table, 0)), history), toy_seed)
    assert "No outcome is known yet." in text
    assert "send outcomes (POST /v1/toy_cells/outcomes)" in text
