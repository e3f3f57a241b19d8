"""Plants whose plans are asked for: two pots, and one whose z remembers."""

from tests.models.warnings.conftest import remembering, seed_with  # noqa: F401
from tests.suite.pots import potline, table  # noqa: F401
