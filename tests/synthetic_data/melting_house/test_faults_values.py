"""Faults of lines worked out again from the same random numbers, also over the end of a stretch."""

import numpy as np

from synthetic_data.melting_house.faults import MeltingLineFaults
from synthetic_data.melting_house.parameters import FAULTS, MeltingHouseParameters

DAY = 1.0 / 3.0  # of a period [d]


def expected_of(p, u):
    """Strength by kind and the number of faults, heat by heat."""
    strength, events = {kind: np.zeros(u.shape[2:]) for kind in FAULTS}, 0
    for k, kind in enumerate(FAULTS):
        for unit, at in np.argwhere(u[k, 0] < p[f"{kind}_rate"][0] * DAY / 365.25):
            lasts = p[f"{kind}_short"][0] + (p[f"{kind}_long"] - p[f"{kind}_short"])[0] * u[k, 1, unit, at]
            strong = p[f"{kind}_least"][0] + (p[f"{kind}_most"] - p[f"{kind}_least"])[0] * u[k, 2, unit, at]
            strength[kind][unit, at : at + max(1, round(lasts / DAY))] += strong
            events += 1
    return strength, events


def test_faults_begin_by_chance_and_last_as_drawn(house):
    p = MeltingHouseParameters.on_days(house.plan, np.zeros(30))
    for kind in FAULTS:
        vars(p)[f"{kind}_rate"] = np.full(30, 20.0)  # so many that each kind begins
    lines = MeltingLineFaults(house.block, DAY)
    result = [lines.advance(p, first, 30, np.random.default_rng(first)) for first in (0, 30)]
    u = np.concatenate([np.random.default_rng(first).random((5, 3, 3, 30)) for first in (0, 30)], axis=-1)
    strength, events = expected_of(p, u)
    assert sum(len(one.events) for one in result) == events
    for kind in FAULTS:
        both = np.concatenate([one.strength[kind] for one in result], axis=1)
        assert (both > 0.0).any(), kind
        np.testing.assert_allclose(both, strength[kind], rtol=1e-12, err_msg=kind)
    for event in result[0].events:
        assert event.detected == event.onset + 1.0
        assert event.end >= event.detected
