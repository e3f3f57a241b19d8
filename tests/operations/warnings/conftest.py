"""A process whose units can be warned of, served without a registry."""

from tests.models.warnings.conftest import remembering, seed_with  # noqa: F401
