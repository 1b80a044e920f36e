"""A journal's database as the migrations made it that stood before the first release."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from infra.postgres.server.connections import Role, connect

MIGRATIONS_BEFORE: Final = {
    "0001_journal": "95ed635eeaad497032a504eb658f3fbc2f4891a19c15ac1454caf04ef9295fb8",
    "0002_messages": "5d8f3de1c5a14a84570c7e5416939b494c6ecb6a4f2c8ec2120678d3a0206af8",
    "0003_authority_epochs": "af974f1e194a49c7499a964321706ad7b514975f9d60b8d3dc9a56a6d6d3b2e4",
    "0004_legacy_records": "d2f5b4e379ee5f60a3f53af51b1784152efdf2270d416abb4058a7303532e097",
    "0005_parked_streams": "be087c1c4e3e01e73a059a1c8fa8850433540e7f070437cbeedce08ba4d90bd2",
    "0006_set_aside": "64efac7f50279adae643f001c3b6b88658c046047db3772a582cc90612c7af64",
    "0007_ledger_of_lines": "e96d05542f813926111b6989d73526105550f40b269ef7dea6a42fab62d26f63",
    "0008_cutover": "74bdf24e6421e7974bf13c12387fa6cf29b564a58c36d519745507ec5807cfa1",
}
"""The names that such a database lists as applied, each with the SHA-256 of its text; the tables were the same."""


def as_set_up_before(url: str) -> None:
    """Let a journal's database list the migrations of before in place of today's."""
    with closing(connect(url, Role.OWNER)) as connection, connection.cursor() as cursor:
        cursor.execute(r"delete from schema_migration where name ~ '^\d{4}_' and name <> '0001_keys'")
        for applied in MIGRATIONS_BEFORE.items():
            cursor.execute("insert into schema_migration (name, digest) values (%s, %s)", applied)
