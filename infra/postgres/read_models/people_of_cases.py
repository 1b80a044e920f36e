"""What events hold of people, for many cases in one statement: names for a list, never more than its rows need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.read_models.row_scope import EVERYTHING, rows_within
from infra.postgres.server.connection_pool import ConnectionPool
from infra.sealed_groups import fields_of
from projections.case_file.table import groups_at

Place = tuple[UUID, int]
"""An event: its case, and its version there."""


class PeopleOfCases:
    """Opens the ciphertext that the case files have copied; safe between threads."""

    def __init__(self, readers: ConnectionPool, keys: PostgresKeyStore, *, origin: str) -> None:
        self._readers = readers
        self._keys = keys
        self._origin = origin

    def fields_at(self, places: Iterable[Place]) -> dict[Place, dict[str, Any] | None]:
        """The personal fields of these events; None for one whose key has been destroyed.

        What the read model of case files has not read yet is left out. Whose cases they are is for the caller to have
        judged. Raises ``PartNotAuthentic`` and ``KeyMissing`` where the log is damaged.
        """
        wanted = list(dict.fromkeys(places))
        if not wanted:
            return {}
        with rows_within(self._readers, EVERYTHING) as cursor:
            groups = groups_at(cursor, wanted)
        self._keys.prefetch(list({group.key for group in groups}))
        opened: dict[Place, dict[str, Any] | None] = {}
        for group in groups:
            place = (group.case_id, group.version)
            fields, others = fields_of(group, self._keys, self._origin), opened.get(place, {})
            opened[place] = None if fields is None or others is None else {**others, **fields}
        return opened
