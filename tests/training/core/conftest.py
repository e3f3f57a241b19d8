"""A potline, for set-point tests of a plant."""

from tests.suite.pots import potline  # noqa: F401
