"""Sums of who is in which episode; where to find odd chunks, and names that are unsure."""

from __future__ import annotations

from itertools import groupby

import sqlalchemy as sa
from alembic import op

from eyecatch.core.counting import sums_by_kind

revision = "0009"
down_revision = "0008"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SUMS = ("character_id", "episode_id", "kind", "units", "faces", "glimpses")
TALLY = sa.table("role_tally", *map(sa.column, SUMS))
EPISODE = sa.table("episode", *map(sa.column, ("id", "time_base_num", "time_base_den")))
APPEARANCE = sa.table(
    "appearance",
    *map(sa.column, ("character_id", "episode_id", "start", "start_pts", "stop_pts", "faces")),
    sa.column("segment"),
    sa.column("unsure", sa.Boolean()),
)
ODD = sa.text("(attempts + begun > 1 OR error IS NOT NULL)")


def upgrade() -> None:
    """Make the table, fill it, and make the indexes."""
    op.create_table(
        "role_tally",
        sa.Column("character_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("episode_id", ID, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS[3:]),
        sa.ForeignKeyConstraint(
            ["character_id"], ["character.id"], name="fk_role_tally_character_id"
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episode.id"], name="fk_role_tally_episode_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("character_id", "kind", "episode_id", name="pk_role_tally"),
        sqlite_with_rowid=False,
    )
    cut = sa.select(APPEARANCE.c.episode_id).where(APPEARANCE.c.segment.is_not(None)).distinct()
    episodes = op.get_bind().execute(cut).scalars().all()
    _fill_whole(cut)
    for episode in episodes:
        _fill_cut(episode)
    op.create_index("ix_role_tally_episode_id", "role_tally", ["episode_id"])
    op.create_index("ix_chunk_odd", "chunk", ["episode_id"], sqlite_where=ODD, postgresql_where=ODD)

    unsure = sa.text("unsure")
    op.create_index(
        "ix_track_unsure", "track", ["id"], sqlite_where=unsure, postgresql_where=unsure
    )


def _fill_whole(cut: sa.Select[tuple[object]]) -> None:
    """Of episodes in which no range lies in a segment: no two ranges make one stretch."""
    length = APPEARANCE.c.stop_pts - APPEARANCE.c.start_pts
    num, den = EPISODE.c.time_base_num, EPISODE.c.time_base_den
    # For a second at least.
    lasts = length * num >= den
    pair = APPEARANCE.c.character_id, APPEARANCE.c.episode_id
    sums = (
        sa.select(
            *pair,
            sa.literal_column("'story'"),
            sa.func.sum(sa.case((lasts, length), else_=0)),
            sa.func.sum(sa.case((lasts, APPEARANCE.c.faces), else_=0)),
            sa.func.sum(sa.case((lasts, 0), else_=1)),
        )
        .join(EPISODE, EPISODE.c.id == APPEARANCE.c.episode_id)
        .where(APPEARANCE.c.unsure.is_(False), APPEARANCE.c.episode_id.not_in(cut))
        .group_by(*pair)
    )
    op.execute(TALLY.insert().from_select(list(SUMS), sums))


def _fill_cut(episode: int) -> None:
    """Of an episode with segments: ranges that touch make one stretch, and some don't count."""
    connection = op.get_bind()
    base = sa.select(EPISODE.c.time_base_num, EPISODE.c.time_base_den)
    num, den = connection.execute(base.where(EPISODE.c.id == episode)).one()
    of = APPEARANCE.c
    ranges = connection.execute(
        sa.select(of.character_id, of.start, of.start_pts, of.stop_pts, of.faces, of.segment)
        .where(of.episode_id == episode, of.unsure.is_(False))
        .order_by(of.character_id, of.start)
    )
    rows = [
        dict(zip(SUMS, (character, episode, kind, *sums), strict=True))
        for character, some in groupby(ranges, key=lambda row: row[0])
        for kind, sums in sums_by_kind(list(some), -(-den // num))
    ]
    if rows:
        connection.execute(TALLY.insert(), rows)
