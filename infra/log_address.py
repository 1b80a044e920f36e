"""How a process of its own gets to the log: what it needs is sent to it, and it opens the rest itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from infra.event_codec import EventCodec
from infra.keys import MasterKey, SubjectKeys
from infra.postgres.journal.bulk_reading import JournalRow
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.server.connections import Role, connect
from infra.stored_form.stored_body import clear_text

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_SUBJECT: Final = re.compile(rb'"workerSubject":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


class KeysInBulk(SubjectKeys, Protocol):
    """Keys that can be fetched for many subjects in one question."""

    def prefetch(self, subjects: Sequence[UUID]) -> None:
        """Cache the keys of these subjects for the next minute; unknown subjects are left out."""


@dataclass(frozen=True, slots=True)
class OpenLog:
    """The log as one process sees it."""

    connection: Connection
    codec: EventCodec
    keys: KeysInBulk

    def fetch_keys(self, rows: Iterable[JournalRow]) -> None:
        """Fetch at once the keys of the workers whom these events name; decoding fetches what was missed one by one.

        The names are found in the text of the clear fields without parsing it; decoding makes sure of them.
        """
        named = {worker for row in rows if (worker := _worker_named_in(row.body)) is not None}
        self.keys.prefetch(list(named))


class LogAddress(Protocol):
    """Opens the log, once in each process it is sent to."""

    def open(self) -> AbstractContextManager[OpenLog]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLog:
    """The log of this installation: its journal, and its key store with the file of the key that wraps the keys."""

    journal_url: str
    keys_url: str
    key_file: Path
    origin: str

    @contextmanager
    def open(self) -> Iterator[OpenLog]:
        """Raises ``DatabaseUnavailable`` and ``KeyEncryptionKeyUnusable``."""
        master = MasterKey.from_file(self.key_file, create=False)
        with (
            closing(connect(self.journal_url, Role.READER)) as connection,
            closing(PostgresKeyStore(self.keys_url, master, pool_size=1)) as keys,
        ):
            yield OpenLog(connection, EventCodec(self.origin, keys), keys)


def _worker_named_in(body: bytes) -> UUID | None:
    try:
        named = _SUBJECT.search(clear_text(body))
    except ValueError:
        return None  # what is wrong with the body is for decoding to say
    return None if named is None else UUID(named[1].decode())
