"""The requests to the Crossroads Bank: written before every call, and how the call ended after it.

If the first cannot be written, no request is made. Neither holds anything personal: a person is a random subject, and
of the answer the code, the bank's ticket and keyed digests are kept.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from consumers.check_queue import ConsultationEntry
from domain.crossroads.answers import Exchange
from infra.postgres.server.connection_pool import ConnectionPool


class ConsultationLog:
    """The log of consultations, and the register of whom we may consult about."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def about_to_consult(self, entry: ConsultationEntry) -> None:
        """Write the entry; when this returns it is durable. Raises ``DatabaseUnavailable``: then do not call."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                _ENTRY,
                (
                    entry.trace_id, entry.ticket, entry.operation, entry.case_id, entry.revision, entry.subject,
                    entry.actor, entry.authority, entry.legal_context, entry.purpose, entry.at,
                ),
            )  # fmt: skip

    def ended(self, trace_id: str, outcome: str, exchange: Exchange, at: datetime) -> None:
        """Note how a call ended: ``found``, ``noData``, ``done``, or the reason why it brought nothing."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                _ENDED,
                (
                    trace_id, outcome, exchange.code, exchange.ticket_cbss, exchange.request_digest,
                    exchange.reply_digest, at,
                ),
            )  # fmt: skip

    def is_registered(self, case_id: UUID) -> bool:
        """Whether the person of this case was registered for it and still is."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("select from crossroads_registration where case_id = %s and ended_at is null", (case_id,))
            return bool(cursor.rowcount)

    def registered(self, case_id: UUID, subject: UUID, at: datetime) -> None:
        """The person is in the authority's register at the bank, for this case."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_REGISTERED, (case_id, subject, at))

    def unregistered(self, case_id: UUID, at: datetime) -> None:
        """The person is no longer consulted about for this case."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "update crossroads_registration set ended_at = %s where case_id = %s and ended_at is null",
                (at, case_id),
            )

    def others_registered(self, case_id: UUID, subjects: Collection[UUID]) -> bool:
        """Whether one of these subjects, who are one person, is registered for another case."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_OTHERS, (case_id, list(subjects)))
            return bool(cursor.rowcount)


_ENTRY: Final = """
insert into crossroads_consultation (trace_id, ticket, operation, case_id, revision, subject, actor, authority,
                                     legal_context, purpose, consulted_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

_ENDED: Final = """
insert into crossroads_reply (trace_id, outcome, code, ticket_cbss, request_digest, reply_digest, replied_at)
values (%s, %s, %s, %s, %s, %s, %s)
"""

_REGISTERED: Final = """
insert into crossroads_registration (case_id, subject, registered_at) values (%s, %s, %s)
    on conflict (case_id) do update set registered_at = excluded.registered_at, ended_at = null
"""

_OTHERS: Final = """
select from crossroads_registration where case_id <> %s and subject = any(%s) and ended_at is null limit 1
"""
