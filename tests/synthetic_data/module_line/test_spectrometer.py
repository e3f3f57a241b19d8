"""The X-ray head: what of each line passes the glass."""

import numpy as np
import pytest

from synthetic_data.module_line.spectrometer import GLASS, attenuation, passed


def test_lines_pass_glass_as_tables_of_attenuation_say():
    # Stated to two digits for the glass of modules.
    pane = np.array(3.2)
    for element, share in (("cd", 0.20), ("ag", 0.16), ("sb", 0.32)):
        assert float(passed(element, pane)) == pytest.approx(share, abs=0.01), element
    assert 1.0 / (attenuation("sb") * 2.5) == pytest.approx(0.28, abs=0.005)  # cm, to which a line falls e-fold


def test_two_panes_pass_what_one_after_the_other_passes():
    thin, thick = passed("cd", np.array(1.6)), passed("cd", np.array(3.2))
    assert float(thin**2) == pytest.approx(float(thick), rel=1e-12)


def test_glass_is_whole():
    assert sum(GLASS.values()) == pytest.approx(1.0, rel=1e-9)
