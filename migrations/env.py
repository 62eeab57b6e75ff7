from alembic import context

from portal.store.tables import metadata

database = context.config.attributes["database"]

with database.writing() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()
