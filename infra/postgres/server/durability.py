"""Whether an acknowledged commit is on the server's disk.

A killed process cannot reveal these settings off: the operating system still writes what it was given. Only a
power cut would, so they are read at every start and printed by every benchmark.
"""

from dataclasses import dataclass

import psycopg2.extensions

from domain.unusable import Unusable

DANGERS = {
    "fsync": "a power cut can destroy the whole database",
    "synchronous_commit": "a power cut loses commands that were already acknowledged",
    "full_page_writes": "a power cut in the middle of writing a page destroys the page",
}


class ServerNotDurable(Unusable):
    """The server may lose what it acknowledged; the text names each setting, the danger and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurabilityReport:
    """The settings in force on one connection, where a role or database may have its own.

    `synchronous_commit` counts as on for every value but `off`: the others all wait for the local disk.
    `data_checksums` is reported, not required: it detects a damaged page and does not prevent one.
    """

    server_version: str
    fsync: bool
    synchronous_commit: bool
    full_page_writes: bool
    data_checksums: bool

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The names of the settings that must be on and are not."""
        return tuple(name for name in DANGERS if not getattr(self, name))

    def __str__(self) -> str:
        names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
        states = ", ".join(f"{name} {'on' if getattr(self, name) else 'OFF'}" for name in names)
        return f"PostgreSQL {self.server_version}: {states}"


def check_durability(connection: psycopg2.extensions.connection) -> DurabilityReport:
    """Ask the server. The connection's transaction, if one is open, stays open."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT current_setting('server_version'),
                   current_setting('fsync')::boolean,
                   current_setting('synchronous_commit') <> 'off',
                   current_setting('full_page_writes')::boolean,
                   current_setting('data_checksums')::boolean
            """
        )
        version, fsync, synchronous_commit, full_page_writes, data_checksums = cursor.fetchone()
    return DurabilityReport(
        server_version=version,
        fsync=fsync,
        synchronous_commit=synchronous_commit,
        full_page_writes=full_page_writes,
        data_checksums=data_checksums,
    )


def require_durable(connection: psycopg2.extensions.connection) -> DurabilityReport:
    """The report, or ServerNotDurable."""
    report = check_durability(connection)
    if report.switched_off:
        dangers = "; ".join(f"{name} is off, so {DANGERS[name]}" for name in report.switched_off)
        remedy = " ".join(f"ALTER SYSTEM SET {name} = on;" for name in report.switched_off)
        raise ServerNotDurable(
            f"This PostgreSQL server does not keep what it acknowledges: {dangers}. Run as its superuser: "
            f"{remedy} SELECT pg_reload_conf(); and look for a value set on the role or the database."
        )
    return report
