"""Draws of what moves do."""

import numpy as np

from models.quality.setpoints.move_evaluation import _normals


def test_draws_are_even_and_standard() -> None:
    normals = _normals(5)
    np.testing.assert_allclose(normals.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(normals.std(axis=0), 1.0, atol=0.25)
