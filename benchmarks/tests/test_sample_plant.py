"""Draws of default plants, and the seeds that they are written into."""

import numpy as np
import pytest

from benchmarks.sample_plant import drawn, sections, with_values
from seeds import Parameter

TEXT = """[process]
name = "toy"
[plant.parameters]
# losses
loss = { value = 5, unit = "%", source = "law", spread = 0.1 }
age = { value = 7, unit = "d", source = "law" }
# crew
dose = { value = 3, typical = 2, unit = "g/t", source = "law", spread = 0.2 }

[[plant.regimes]]
"""


def test_sections_hold_their_free_parameters() -> None:
    assert list(sections(TEXT, frozenset({"loss", "dose"}))) == [("losses", ["loss"]), ("crew", ["dose"])]


def test_values_are_written_with_their_means_and_nothing_else_changes() -> None:
    text = with_values(TEXT, {"loss": 5.5, "dose": 1.8}, {"loss": 5.0, "dose": 2.0})
    assert 'loss = { value = 5.5, typical = 5, unit = "%", source = "law", spread = 0.1 }' in text
    assert 'dose = { value = 1.8, typical = 2, unit = "g/t"' in text
    assert with_values(text, {"loss": 5.0, "dose": 3.0}, {"loss": 5.0, "dose": 2.0}).count("typical") == 2
    assert len(text.splitlines()) == len(TEXT.splitlines())


def test_draws_are_log_normal_about_the_mean_and_belong_to_their_names() -> None:
    one = Parameter(value=3.0, typical=2.0, unit="%", source="law", spread=0.2)
    result = np.array([drawn("toy", "dose", one, attempt) for attempt in range(2000)])
    assert drawn("toy", "dose", one, 7) == result[7] != drawn("toy", "loss", one, 7)
    assert result.mean() == pytest.approx(2.0, abs=4 * 0.4 / np.sqrt(2000))
    assert result.std() == pytest.approx(0.4, rel=0.1)
    assert not (result == 2.0).any()
