"""Charges with barrels of poorly electrolysed metal."""

import numpy as np
import pytest

from synthetic_data.crystallisers.feed import with_dirty_barrels


def test_a_dirty_barrel_raises_one_element_of_a_charge(refinery):
    p, fresh = refinery.p, np.full(refinery.each, 0.5)
    uniforms = np.full((2, *refinery.each), 0.5)
    uniforms[0, 2, 1, 0] = 0.0
    result = with_dirty_barrels(p, fresh, uniforms)
    assert result[2, 1, 0] == pytest.approx(0.5 * np.sqrt(p.dirty_least[0] * p.dirty_most[0]), rel=1e-12)
    assert (np.delete(result.ravel(), np.ravel_multi_index((2, 1, 0), result.shape)) == 0.5).all()


def test_a_dirty_barrel_is_still_gallium_of_four_nines(refinery):
    p, all_dirty = refinery.p, np.stack([np.zeros(refinery.each), np.ones(refinery.each)])
    result = with_dirty_barrels(p, np.full(refinery.each, 30.0), all_dirty)
    assert result == pytest.approx(refinery.plan.plant.value("dirty_limit"))
    beyond = with_dirty_barrels(p, np.full(refinery.each, 90.0), all_dirty)
    assert (beyond == 90.0).all()  # nothing becomes purer by it
