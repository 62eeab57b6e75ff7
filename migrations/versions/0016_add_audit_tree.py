"""A Merkle tree over the trail: its first leaf seals the keyed chain, its full tiles are kept"""

import json
from collections.abc import Iterator
from hashlib import sha256

import sqlalchemy as sa
from alembic import op

from migrations.tables import alter_table

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
WIDTH = 256
TILE = sa.table("audit_tile", *map(sa.column, ("level", "place", "root", "hashes")))
EVENT = sa.table(
    "audit_event",
    sa.column("at", sa.DateTime),
    *map(
        sa.column,
        (
            *("id", "actor_id", "actor", "role", "source", "action", "session_id", "subject", "before", "after", "reason"),
            *("previous", "digest"),
        ),
    ),
)


def upgrade() -> None:
    op.create_table(
        "audit_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("hashes", sa.LargeBinary(32 * WIDTH), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_audit_tile")),
    )
    count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    alter_table(
        "audit_head",
        add=[
            sa.Column("sealed_count", count, nullable=False, server_default="0"),
            sa.Column("sealed_digest", sa.String(64), nullable=False, server_default=GENESIS),
        ],
    )
    op.execute("UPDATE audit_head SET sealed_count = count, sealed_digest = digest")
    tiles: list[list[bytes]] = [[]]
    for place, leaf in enumerate(_leaves(op.get_bind())):
        tiles[0].append(leaf)
        if len(tiles[0]) == WIDTH:
            _keep(tiles, 0, place // WIDTH)
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_tile_no_{verb.lower()} BEFORE {verb} ON audit_tile "
                "BEGIN SELECT RAISE(ABORT, 'audit_tile is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER audit_tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_tile "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _leaves(conn: sa.Connection) -> Iterator[bytes]:
    """Leaf 0 seals the chain, leaf N holds event N."""
    head = conn.exec_driver_sql("SELECT count, digest FROM audit_head").first()
    sealed = {"digest": head.digest if head else GENESIS, "events": head[0] if head else 0}
    yield _hash(b"\0" + _json(sealed))
    rows = conn.execute(sa.select(EVENT).order_by(EVENT.c.id), execution_options={"stream_results": True, "yield_per": 1000})
    for row in rows:
        yield _hash(b"\0" + _json({**row._mapping, "at": f"{row.at.isoformat()}+00:00"}))


def _json(held: dict[str, object]) -> bytes:
    return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _hash(data: bytes) -> bytes:
    return sha256(data).digest()


def _keep(tiles: list[list[bytes]], level: int, place: int) -> None:
    hashes, tiles[level] = tiles[level], []
    above = hashes
    while len(above) > 1:
        above = [_hash(b"\1" + left + right) for left, right in zip(above[::2], above[1::2], strict=True)]
    row = {"level": level, "place": place, "root": above[0], "hashes": b"".join(hashes)}
    op.get_bind().execute(sa.insert(TILE), [row])
    if len(tiles) == level + 1:
        tiles.append([])
    tiles[level + 1].append(above[0])
    if len(tiles[level + 1]) == WIDTH:
        _keep(tiles, level + 1, place // WIDTH)


def downgrade() -> None:
    op.drop_table("audit_tile")
    alter_table("audit_head", drop=["sealed_count", "sealed_digest"])
