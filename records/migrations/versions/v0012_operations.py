"""Index of requests by operation, to find the latest of each without a scan."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replace the index by process with one by process and operation, which serves both searches."""
    op.create_index("requests_operation", "requests", ["process", "operation", "number"])
    op.drop_index("requests_process", "requests")
