"""Alembic environment: runs on the connection that ``cds_service.feedback.schema`` hands over."""

from __future__ import annotations

from alembic import context

from cds_service.feedback.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
