"""Runs the migrations on the connection that `portal.store.migrate` hands over, inside its transaction."""

from alembic import context

with context.config.attributes["database"].writing() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
