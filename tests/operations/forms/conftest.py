"""Two pots of a potline, for plans of a table."""

from tests.suite.pots import potline, table  # noqa: F401
