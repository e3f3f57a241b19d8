"""An index of requests by operation, which finds the newest of each at once."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index in place of the one by process alone: whoever reads by process reads by operation too."""
    op.create_index("requests_operation", "requests", ["process", "operation", "number"])
    op.drop_index("requests_process", "requests")
