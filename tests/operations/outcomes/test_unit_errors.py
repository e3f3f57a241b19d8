"""Errors of units follow the outcomes that a model has received, and wait where those wait."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.online.review_queue import OnlineState
from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import TargetHistory, UnitHistory
from operations.outcomes.unit_errors import PENDING_UNITS, UNITS, history_with, unit_errors_after


def newer(*rows, rebuilt=None):
    units, start, error = zip(*rows, strict=True)
    return UnitErrors.of(units, np.array(start), np.array(error)), rebuilt or {}


def state(outcomes, run, units=None, pending=None):
    return {"outcomes": outcomes, "begun": run, UNITS: units or {}, PENDING_UNITS: pending or {}}


def known(part):
    return UnitErrors.from_state(part.get("errors", {})).state()


def test_outcomes_of_an_incomplete_run_are_pending():
    after = unit_errors_after(state(0, []), state(0, ["run"]), newer(("A", 10, 1.0)), accepted=False)
    assert known(after[UNITS]) == {}
    assert known(after[PENDING_UNITS]) == {"A": [[10], [1.0]]}


def test_a_complete_run_is_applied_with_what_was_pending():
    before = state(0, ["run"], pending={"errors": {"A": [[10], [1.0]]}, "rebuilt": {}})
    after = unit_errors_after(before, state(60, []), newer(("A", 20, 3.0)), accepted=False)
    assert known(after[UNITS]) == {"A": [[10, 20], [1.0, 3.0]]}
    assert after[PENDING_UNITS] == {}


def test_an_anomalous_run_moves_no_unit():
    stored = {"errors": {"A": [[5], [0.5]]}, "rebuilt": {}}
    before = state(60, ["run"], units=stored, pending={"errors": {"A": [[10], [9.0]]}, "rebuilt": {}})
    after = unit_errors_after(before, state(60, []), newer(("A", 20, 9.0)), accepted=False)
    assert after == {UNITS: stored, PENDING_UNITS: {}}


def test_an_accepted_batch_is_applied_and_leaves_the_pending_run():
    pending = {"errors": {"A": [[10], [9.0]]}, "rebuilt": {}}
    after = unit_errors_after(
        state(0, ["run"], pending=pending), state(1, ["run"]), newer(("B", 20, 2.0)), accepted=True
    )
    assert known(after[UNITS]) == {"B": [[20], [2.0]]}
    assert after[PENDING_UNITS] == pending


def test_errors_before_a_rebuilding_are_dropped():
    before = state(60, [], units={"errors": {"A": [[10, 20], [1.0, 1.0]]}, "rebuilt": {}})
    after = unit_errors_after(before, state(61, []), newer(("A", 40, 5.0), rebuilt={"A": 30}), accepted=False)
    assert known(after[UNITS]) == {"A": [[40], [5.0]]}
    assert after[UNITS]["rebuilt"] == {"A": 30}


def test_an_outcome_of_the_former_lining_that_arrives_late_does_not_count():
    """Outcomes of a relined pot do not come in the order of their periods."""
    before = state(60, [], units={"errors": {"A": [[40], [1.0]]}, "rebuilt": {"A": 30}})
    late = newer(("A", 20, 9.0), rebuilt={"A": -100})
    after = unit_errors_after(before, state(61, []), late, accepted=False)
    assert known(after[UNITS]) == {"A": [[40], [1.0]]}
    assert after[UNITS]["rebuilt"] == {"A": 30}


def test_a_pending_outcome_of_the_former_lining_does_not_count(toy_seed):
    history = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 3.0, 10.0, UnitErrors())})
    model = SimpleNamespace(history=history, seed=toy_seed, usual=None)
    online = {"received": 1, "outcomes": 0}
    parts = {
        UNITS: {"errors": {"A": [[40], [1.0]]}, "rebuilt": {"A": 30}},
        PENDING_UNITS: {"errors": {"A": [[20], [9.0]]}, "rebuilt": {"A": -100}},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OnlineState, "from_state", lambda *_: SimpleNamespace(**online))
        followed = history_with(model, {"y": parts})
    assert followed.targets["y"].errors.state() == {"A": [[40], [1.0]]}
