"""Figures of days that are over, so that the report does not count every card again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables, empty: the days are counted by the running service, one by one."""
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("cards", sa.Integer, nullable=False),
    )
    op.create_index("ix_daily_figures_day", "daily_figures", ["day"])
    op.create_table(
        "figures_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("until_day", sa.Integer, nullable=False),
        sa.Column("heard_at", sa.Float, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("figures_state", "daily_figures"):
        op.drop_table(table)
