"""What long cases were folded to, kept so that not every command and page reads thousands of events again.

It is a cache and never the truth: any row may be deleted at any moment, and the case is folded from its first event
again. A row is used only where all of this holds, else it is passed over and removed:

- it was folded by this very code (:func:`code_of_the_fold`);
- the journal has, at the version it names, the leaf it names;
- it opens under the key of the case's worker, as made for this log, stream, version, leaf and code. So a row that was
  edited or moved does not open, and with the key of an erased person its row says nothing any more.

What is read behind it comes from the same statement, so both are of one moment. A short case costs what it always did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

import psycopg2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ValidationError

from domain.case.folding import NOTHING, Folded
from domain.case.lifecycle import Case, Check
from domain.copies import replace
from infra.keys import KEY_BYTES, KeyMissing, SubjectKeys
from infra.postgres.journal.journal_events import JournalEvent
from infra.postgres.server.connection_pool import ConnectionPool
from infra.postgres.server.connections import DatabaseUnavailable
from infra.randomness import random_bytes
from infra.stored_form.compression import NONE, Damaged, compressed_plainly, decompressed
from infra.stored_form.keyed_parts import cipher_of
from infra.structured_logs import get_logger
from infra.wire_format import wire_adapter

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor

_log = get_logger(__name__)

EVENTS_FROM_ONE_TO_THE_NEXT: Final = 100
"""A case of fewer events has no row at all; of a longer one at most so many are read behind it."""

SMALL_BYTES: Final = 262_144
"""Stored bytes of a case that is read together with others, ten times what is usual: so many full ones at once would
take gigabytes."""

_FIRST: Final = 1
_NO_CODE: Final = b""
"""No fold was made by it, so that with it a stream is read from its first event."""

_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFold:
    """What is kept of a case: the fold of its events up to a version, and what their bodies take in the journal.

    The checks are apart from the rest, because those of a case cannot be changed and so have no JSON form.
    """

    rest: Case
    checks: dict[str, Check]
    latest_on: date
    stored_bytes: int

    @classmethod
    def of(cls, case: Case, latest_on: date, stored_bytes: int) -> KeptFold:
        return cls(
            rest=replace(case, checks={}), checks=dict(case.checks), latest_on=latest_on, stored_bytes=stored_bytes
        )

    @property
    def case(self) -> Case:
        """The case as it was folded."""
        return replace(self.rest, checks=MappingProxyType(self.checks))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAsRead:
    """The fold of the first events of a case, with the leaf of the last of them, and the ``events`` that follow.

    One that ``is_short`` has all its events here, and they are too few for a fold of it to be kept.
    """

    since: Folded = NOTHING
    stored_bytes: int = 0
    leaf_hash: bytes | None = None
    events: Sequence[JournalEvent] = field(default=())
    is_short: bool = False

    @property
    def version(self) -> int:
        """That of the stream; 0 where there is none."""
        return self.since.version + len(self.events)

    @property
    def has_all_events(self) -> bool:
        return self.since.version == 0


class _Row(NamedTuple):
    """An event, and beside the one at whose version a fold was kept, that fold."""

    version: int
    type: str
    schema: int
    leaf_hash: memoryview
    position: int
    known_at: datetime
    body: memoryview
    kept_leaf_hash: memoryview | None = None
    kept_subject: UUID | None = None
    kept_sealed: memoryview | None = None


class _NotItsFold(Exception):
    """A row that does not belong to this case, this log or this code; the text says what is wrong with it."""


class FoldedCases:
    """Reads cases from their last kept fold on, and keeps folds; safe to share between threads."""

    def __init__(
        self,
        writers: ConnectionPool,
        keys: SubjectKeys,
        *,
        origin: str,
        code: bytes | None = None,
        every: int = EVENTS_FROM_ONE_TO_THE_NEXT,
    ) -> None:
        """``code`` is the digest of the code that folds, ``every`` from how many events on a fold is kept."""
        self._writers = writers
        self._keys = keys
        self._origin = origin
        self._code = code_of_the_fold() if code is None else code
        self._every = every

    def read(self, stream: UUID) -> CaseAsRead:
        """The case of a stream; without anything when there is none.

        One statement for a case that is short, which says so itself: nothing can have been kept of it. Else a second
        one, which reads the fold and what follows on it at one moment, or everything where there is no fold.
        """
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_FIRST_EVENTS, (stream, self._every))
            rows = [_Row(*row) for row in cursor.fetchall()]
            if len(rows) < self._every:
                return CaseAsRead(events=_events(stream, rows), is_short=True)
            rows = _rows(cursor, stream, self._code)
            if rows and rows[0].kept_sealed is None and rows[0].version == _FIRST:
                return CaseAsRead(events=_events(stream, rows))
            try:
                return self._from_fold(stream, rows)
            except _NotItsFold as why:
                _log.warning("caseFold.passedOver", case=str(stream), why=str(why))
                cursor.execute("delete from case_fold where stream = %s", (stream,))
            return CaseAsRead(events=_events(stream, _rows(cursor, stream, _NO_CODE)))

    def read_small(self, streams: Sequence[UUID]) -> dict[UUID, CaseAsRead]:
        """Those of these cases that are short and small, in one statement; each other one is to be read alone."""
        with self._writers.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_SMALL_STREAMS, (list(streams), self._every, self._every, SMALL_BYTES))
            by_stream = groupby(cursor.fetchall(), key=lambda row: row[0])
            return {
                stream: CaseAsRead(events=_events(stream, [_Row(*row) for _, *row in rows]), is_short=True)
                for stream, rows in by_stream
            }

    def keep(self, read: CaseAsRead, stream: UUID, folded: Folded) -> None:
        """Keep the fold of a case that was ``read``, if enough has happened since the last one.

        Whatever keeps it from being kept is logged and nothing else: the case has been read, and will be again.
        """
        if len(read.events) < self._every or folded.case is None or folded.latest_on is None:
            return
        kept = KeptFold.of(
            folded.case, folded.latest_on, read.stored_bytes + sum(len(each.state) for each in read.events)
        )
        leaf_hash = read.events[-1].leaf_hash
        try:
            sealed = self._sealed(kept, stream, folded.version, leaf_hash)
            with self._writers.transaction() as connection, connection.cursor() as cursor:
                # A cache: nobody waits for the disk, and what a crash takes of it is folded again.
                cursor.execute("set local synchronous_commit = off")
                cursor.execute(
                    _KEEP, (stream, folded.version, leaf_hash, self._code, folded.case.worker_subject, sealed)
                )
        except KeyMissing:
            # The person was erased: a fold without anything personal is not worth a key of its own.
            return
        except (DatabaseUnavailable, psycopg2.Error) as why:
            _log.warning("caseFold.notKept", case=str(stream), why=type(why).__name__)

    def _from_fold(self, stream: UUID, rows: Sequence[_Row]) -> CaseAsRead:
        if not rows:
            raise _NotItsFold("the stream does not come as far")
        at, *following = rows
        if at.kept_sealed is None or at.kept_leaf_hash is None or at.kept_subject is None:
            raise _NotItsFold("the journal does not have its version")
        if bytes(at.leaf_hash) != bytes(at.kept_leaf_hash):
            raise _NotItsFold("the journal has another leaf at its version")
        leaf_hash = bytes(at.leaf_hash)
        kept = self._opened(bytes(at.kept_sealed), stream, at.version, leaf_hash, at.kept_subject)
        return CaseAsRead(
            since=Folded(version=at.version, case=kept.case, latest_on=kept.latest_on),
            stored_bytes=kept.stored_bytes,
            leaf_hash=leaf_hash,
            events=_events(stream, following),
        )

    def _sealed(self, kept: KeptFold, stream: UUID, version: int, leaf_hash: bytes) -> bytes:
        """Raises ``KeyMissing``."""
        subject = kept.rest.worker_subject
        nonce = random_bytes(_NONCE_BYTES)
        cipher = cipher_of(_key_of_folds(self._keys.key_to_encrypt(subject)))
        plain = compressed_plainly(wire_adapter(KeptFold).dump_json(kept, by_alias=True))
        return nonce + cipher.encrypt(nonce, plain, self._bound_to(stream, version, leaf_hash, subject))

    def _opened(self, sealed: bytes, stream: UUID, version: int, leaf_hash: bytes, subject: UUID) -> KeptFold:
        try:
            key = self._keys.key_to_decrypt(subject)
        except KeyMissing:
            raise _NotItsFold("there is no such key") from None
        if key is None:
            raise _NotItsFold("the key has been destroyed")
        bound = self._bound_to(stream, version, leaf_hash, subject)
        try:
            plain = cipher_of(_key_of_folds(key)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
            kept = wire_adapter(KeptFold).validate_json(decompressed(plain, NONE))
        except (InvalidTag, ValidationError, Damaged, ValueError) as why:
            raise _NotItsFold(f"it does not open ({type(why).__name__})") from None
        if kept.rest.worker_subject != subject:
            raise _NotItsFold("it is about somebody else")
        return kept

    def _bound_to(self, stream: UUID, version: int, leaf_hash: bytes, subject: UUID) -> bytes:
        """What is authenticated with a fold: all that it was made of."""
        place = version.to_bytes(8, "big") + stream.bytes + subject.bytes
        return b"case-fold/1/" + self._code + leaf_hash + place + self._origin.encode()


@lru_cache(maxsize=1)
def code_of_the_fold() -> bytes:
    """SHA-256 over all code and data through which a fold runs: of another program, no fold is used.

    Far more than what matters is in it (the whole domain), so that nobody has to know what does.
    """
    digest = sha256()
    infra = files("infra")
    for name in _CODE_IN_INFRA:
        for path, content in _texts(infra / name, name):
            digest.update(f"{len(content)} {path}\n".encode() + content)
    for path, content in _texts(files("domain"), "domain"):
        digest.update(f"{len(content)} {path}\n".encode() + content)
    return digest.digest()


_CODE_IN_INFRA: Final = (
    "event_codec.py",
    "event_formats.py",
    "upcasters.py",
    "wire_format.py",
    "stored_form",
    "postgres/journal/folded_cases.py",
)


def _texts(at: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """The files of a package, in the order of their names."""
    if at.is_file():
        yield path, at.read_bytes()
        return
    for each in sorted(at.iterdir(), key=lambda each: each.name):
        if each.is_dir() and each.name != "__pycache__":
            yield from _texts(each, f"{path}/{each.name}")
        elif each.name.endswith((".py", ".toml")):
            yield f"{path}/{each.name}", each.read_bytes()


@lru_cache(maxsize=1024)
def _key_of_folds(subject_key: bytes) -> bytes:
    """A key of its own for each person, so that nonces of folds and of events never meet."""
    derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"single-permit/1/case fold")
    return derivation.derive(subject_key)


def _rows(cursor: Cursor, stream: UUID, code: bytes) -> list[_Row]:
    cursor.execute(_READ, {"stream": stream, "code": code})
    return [_Row(*row) for row in cursor.fetchall()]


def _events(stream: UUID, rows: Sequence[_Row]) -> list[JournalEvent]:
    return [
        JournalEvent(
            stream, at.version, at.type, bytes(at.body), at.schema, bytes(at.leaf_hash), at.position, at.known_at
        )
        for at in rows
    ]


_FIRST_EVENTS: Final = """
select version, type, schema, leaf_hash, position, known_at, body
  from journal
 where stream = %s
 order by version
 limit %s
"""

_SMALL_STREAMS: Final = """
select wanted.stream, first.version, first.type, first.schema, first.leaf_hash, first.position, first.known_at,
       first.body
  from unnest(%s::uuid[]) as wanted (stream)
 cross join lateral (
       select *, count(*) over () as events, sum(octet_length(body)) over () as bytes
         from (select version, type, schema, leaf_hash, position, known_at, body
                 from journal
                where stream = wanted.stream
                order by version
                limit %s) as of_stream) as first
 where first.events < %s and first.bytes <= %s
 order by wanted.stream, first.version
"""

_READ: Final = """
select j.version, j.type, j.schema, j.leaf_hash, j.position, j.known_at, j.body, f.leaf_hash, f.subject, f.sealed
  from journal j
  left join case_fold f on f.stream = j.stream and f.version = j.version and f.code = %(code)s
 where j.stream = %(stream)s
   and j.version >= coalesce((select version from case_fold where stream = %(stream)s and code = %(code)s), 0)
 order by j.version
"""

_KEEP: Final = """
insert into case_fold as kept (stream, version, leaf_hash, code, subject, sealed)
values (%s, %s, %s, %s, %s, %s)
    on conflict (stream) do update
   set version = excluded.version, leaf_hash = excluded.leaf_hash, code = excluded.code, subject = excluded.subject,
       sealed = excluded.sealed
 where kept.code <> excluded.code or kept.version < excluded.version
"""
