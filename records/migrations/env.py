"""Environment of Alembic: runs migrations on the connection of `records.database`, in its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
