"""The door of files: a batch a file, taken up again where it stopped, each chunk durable whole or not at all."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from infra.legacy_files.records import RawRecord
from infra.migration.acceptance import require_accepting
from infra.migration.chunks import Chunk, ChunkJudge, ReadRecord, cut
from infra.migration.dossiers import Dossier, taken_dossiers
from infra.migration.landing import NothingToAdd, write_chunk
from infra.postgres.append_requests import AuthorityEpoch
from infra.postgres.bulk import prepare_staging
from infra.postgres.certain_outcome import CertainConnection
from infra.postgres.connections import Role, connect, transaction

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection
    from psycopg2.extensions import cursor as Cursor

CHUNK: Final = 2_000
"""Records judged together; also the most events for which the head of the journal is locked."""

_RUN_LOCK: Final = 7_301_967
_READ_AT_ONCE: Final = 1 << 20

OnProgress = Callable[[int, int | None], None]
"""Given how many records of the file were taken, and how many it has, as far as that is known."""


class RunUnderWay(Exception):
    """Another process loads records of this authority."""


class AuthorityIsLive(Exception):
    """The authority has been cut over: its former system has no say any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunBatch:
    """A batch and how many of its records were taken before."""

    id: UUID
    taken: int


class FileLoader:
    """Loads files of one authority into the journal at ``url``."""

    def __init__(self, url: str, judge: ChunkJudge, now: Callable[[], datetime], *, patience: float = 10.0) -> None:
        self._url = url
        self._judge = judge
        self._now = now
        self._patience = patience
        self._authority = judge.source.mapping.authority

    def load(self, files: Sequence[Path], on_progress: OnProgress | None = None) -> list[UUID]:
        """Load the files one after the other and give their batches.

        Raises ``NotThisKind`` and ``OSError`` before anything is landed, :class:`RunUnderWay`,
        :class:`AuthorityIsLive`, ``NotAccepting`` once its report is on record, ``StaleAuthorityEpoch`` when it is cut
        over meanwhile, and ``DatabaseUnavailable``: the load can be run again then, and goes on where it was.
        """
        with (
            self._judge.source.opened(files) as opened,
            closing(connect(self._url, Role.WRITER)) as connection,
            _alone(connection, self._authority),
        ):
            epoch = epoch_of(connection, self._authority)
            with connection.cursor() as cursor:
                require_accepting(cursor, self._authority)
            return [self._load_file(connection, epoch, file, records, on_progress) for file, records in opened]

    def _load_file(
        self,
        connection: Connection,
        epoch: AuthorityEpoch,
        file: Path,
        records: Iterator[RawRecord],
        on_progress: OnProgress | None,
    ) -> UUID:
        expected, digest = _length_and_digest(file)
        batch = _begin(connection, self._judge, file, digest, expected)
        began = time.monotonic()
        taken = batch.taken
        for _ in islice(records, batch.taken):
            pass  # taken before the run was stopped
        writing = CertainConnection(lambda: connect(self._url, Role.WRITER), prepare_staging, patience=self._patience)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="landing") as under_way:
            try:
                before: Future[None] | None = None
                recent: dict[str, Dossier] = {}
                while raws := list(islice(records, CHUNK)):
                    for part in cut([self._judge.read(raw) for raw in raws]):
                        chunk = self._chunk(connection, part, recent, epoch)
                        if before is not None:
                            before.result()
                        before = under_way.submit(_write, writing, batch.id, chunk, taken)
                        recent, taken = chunk.confirmed | chunk.dossiers, taken + len(part)
                    if on_progress is not None:
                        on_progress(taken, expected)
                if before is not None:
                    before.result()
            finally:
                under_way.submit(writing.close).result()
        _finish(connection, batch.id, time.monotonic() - began)
        return batch.id

    def _chunk(
        self, connection: Connection, part: Sequence[ReadRecord], recent: dict[str, Dossier], epoch: AuthorityEpoch
    ) -> Chunk:
        """``recent`` are the dossiers of the chunk before, which may not be committed yet."""
        keys = {each.key for each in part if each.key is not None}
        known = taken_dossiers(connection, self._authority, keys)
        known.update({key: recent[key] for key in keys & recent.keys()})
        return self._judge.judged(part, known, epoch, self._now())


def _write(writing: CertainConnection, batch: UUID, chunk: Chunk, taken: int) -> None:
    attempts = 0

    def once(connection: Connection) -> None:
        nonlocal attempts
        attempts += 1
        try:
            with transaction(connection) as cursor:
                require_accepting(cursor, chunk.authority)
                write_chunk(cursor, batch, chunk, taken=taken)
        except NothingToAdd:
            # The second time it is our own first attempt that was committed after all.
            if attempts == 1:
                raise RunUnderWay("the batch was taken further by another process") from None

    writing.run(once)


@contextmanager
def _alone(connection: Connection, authority: str) -> Iterator[None]:
    """One load an authority at a time; the lock goes with the connection, so a killed load leaves none."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, hashtext(%s))", (_RUN_LOCK, authority))
        ((got,),) = cursor.fetchall()
    if not got:
        raise RunUnderWay(f"another process loads records of {authority}: wait until it is done, or stop it")
    yield


def no_load_is_under_way(cursor: Cursor, authority: str) -> bool:
    """Keep loads of files away until the end of the transaction; False when one is under way."""
    cursor.execute("select pg_try_advisory_xact_lock_shared(%s, hashtext(%s))", (_RUN_LOCK, authority))
    ((free,),) = cursor.fetchall()
    return bool(free)


def epoch_of(connection: Connection, authority: str) -> AuthorityEpoch:
    """The epoch on which retelling rests. Raises :class:`AuthorityIsLive`."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce((authority_epochs ->> %s)::int, 0) from journal_head", (authority,))
        ((epoch,),) = cursor.fetchall()
    if epoch % 2 == 1:
        raise AuthorityIsLive(f"{authority} is live here: its former system has no say any more")
    return AuthorityEpoch(authority, epoch)


def _begin(connection: Connection, judge: ChunkJudge, file: Path, digest: bytes, expected: int | None) -> BegunBatch:
    """The batch of this very file that was begun and not finished, else a new one."""
    mapping = judge.source.mapping
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, records from legacy_batch"
            " where authority = %s and source_digest = %s and door = 'file'"
            " and finished_at is null and ended_as is null",
            (mapping.authority, digest),
        )
        if found := cursor.fetchall():
            return BegunBatch(id=found[0][0], taken=found[0][1])
        batch = uuid4()
        cursor.execute(
            "insert into legacy_batch (id, authority, door, source, source_digest, mapping_version, expected)"
            " values (%s, %s, 'file', %s, %s, %s, %s)",
            (batch, mapping.authority, file.name, digest, mapping.version, expected),
        )
    return BegunBatch(id=batch, taken=0)


def _finish(connection: Connection, batch: UUID, seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update legacy_batch set finished_at = now(), heard_at = now(), seconds = seconds + %s where id = %s",
            (seconds, batch),
        )


def _length_and_digest(file: Path) -> tuple[int | None, bytes]:
    """The number of lines of a text file, and the SHA-256 of the file."""
    digest, lines, binary = hashlib.sha256(), 0, False
    with file.open("rb") as content:
        while part := content.read(_READ_AT_ONCE):
            digest.update(part)
            lines += part.count(b"\n")
            binary = binary or b"\x00" in part
    return (None if binary else lines), digest.digest()
