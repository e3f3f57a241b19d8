"""Present names of the fields of stored monitoring results."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_FIELDS = {"first": "first_period", "last": "last_period", "last_known": "last_labelled_period"}


def upgrade() -> None:
    """Rename the fields in place; their values stay."""
    table = sa.table("monitoring", sa.column("number"), sa.column("content"))
    connection = op.get_bind()
    for number, content in connection.execute(sa.select(table.c.number, table.c.content)).all():
        renamed = {_FIELDS.get(name, name): value for name, value in json.loads(content).items()}
        connection.execute(table.update().where(table.c.number == number).values(content=json.dumps(renamed)))
