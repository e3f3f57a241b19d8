"""What a laboratory reports: another one's bias by Horwitz's curve, mean and scatter."""

import numpy as np

from synthetic_data.shredding import instruments
from synthetic_data.shredding.powder import ELEMENTS


def test_laboratories_read_high_by_horwitz_and_scatter_by_sample_and_analysis(lines):
    lots = {name: np.full((400, 120), value) for name, value in zip(ELEMENTS, np.linspace(1.0, 13.0, 13), strict=True)}
    lots["ni"] = np.full((400, 120), 20.0)
    lots["pb"] = np.full((400, 120), 50.0)
    bias = np.zeros((2, len(ELEMENTS)))
    bias[0, ELEMENTS.index("ni")], bias[0, ELEMENTS.index("pb")] = 1.0, -1.0
    bias[1, ELEMENTS.index("ni")] = 9.0  # the laboratory that does not yet report
    assays = instruments.assays(lines.supply, lots, bias, np.random.default_rng(4))
    standard = np.exp(0.006 * lines.supply.standard)
    nickel, lead = assays["ni"] / standard / 20.0, assays["pb"] / standard / 50.0
    np.testing.assert_allclose(nickel.mean(), np.exp(0.6 * 0.02 * 0.2**-0.150515), rtol=4e-4)
    np.testing.assert_allclose(lead.mean(), np.exp(-0.6 * 0.02 * 5e-5**-0.150515), rtol=3e-3)
    np.testing.assert_allclose(np.std(np.log(nickel)), np.hypot(0.012, 0.01), rtol=0.02)
    assert np.all((assays["pb"] >= 10.0) | (assays["pb"] == -10.0))
