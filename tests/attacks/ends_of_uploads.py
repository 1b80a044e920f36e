"""The end of an upload, into which a test steps: just as its content is placed, removed, or about to be named."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx
import psycopg2

from api.composition import Program
from api.server import running_server
from domain.case.handling import CaseStream, Receipt
from infra.documents.document_store import DocumentStore
from infra.documents.stored_files import StoredFiles
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.postgres.journal.document_locks import DocumentLocks
from infra.postgres.journal.journal import PostgresJournal
from infra.postgres.server.connections import DatabaseUnavailable
from infra.workers.leftovers import LeftUploads
from tests.attacks.harmed_database import KNOWN, Service, TimedAnswer, timed
from tests.documents.files import pdf
from tests.world.databases import answer_of
from tests.world.service_clients import ServiceClient, ServiceClients, case_path
from tests.world.waiting import wait_until


def nothing() -> None:
    """Happens at a moment at which nothing happens."""


class Moments:
    """What happens at each moment; a test sets it, and it happens until it is set to something else."""

    def __init__(self) -> None:
        self.when_placed = nothing
        self.before_removing = nothing
        self.before_append = nothing

    def once(self, does: Callable[[], object], moment: str) -> None:
        """At the next moment of this name only."""

        def first() -> None:
            setattr(self, moment, nothing)
            does()

        setattr(self, moment, first)


class StorageWithMoments(StoredFiles):
    """Files, whose placing and removing a test notices."""

    def __init__(self, root: Path, moments: Moments) -> None:
        super().__init__(root)
        self._moments = moments

    def place(self, sealed: Path, subject: UUID, sha256: str) -> None:
        super().place(sealed, subject, sha256)
        self._moments.when_placed()

    def remove(self, subject: UUID, sha256: str) -> None:
        self._moments.before_removing()
        super().remove(subject, sha256)


class JournalWithMoments:
    """A journal, whose appends a test notices; everything else is that of the one behind it."""

    def __init__(self, journal: PostgresJournal, moments: Moments) -> None:
        self._journal = journal
        self._moments = moments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def append(self, stream: CaseStream, events: Sequence[Any], *others: Any) -> Receipt:
        self._moments.before_append()
        return self._journal.append(stream, events, *others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploading:
    """The service of a harmed database, with the moments at the end of its uploads."""

    service: Service
    program: Program
    moments: Moments
    employer: ServiceClient

    def send(self, filed: httpx.Response, content: Any, key: str, *, tag: str | None = None) -> TimedAnswer:
        return timed(lambda: self.employer.attach(filed, content, key=key, tag=tag))

    def subject_of(self, filed: httpx.Response) -> UUID:
        return self.program.journal.read(UUID(filed.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]

    def placed(self, filed: httpx.Response) -> list[str]:
        """The digests of what is in its place."""
        directory = self.program.settings.documents_path / str(self.subject_of(filed))
        return [each.name for each in directory.iterdir()] if directory.is_dir() else []

    def copies(self) -> list[Path]:
        """What is left of uploads, or still comes in."""
        directory = self.program.settings.documents_path / "unfinished"
        return list(directory.iterdir()) if directory.is_dir() else []

    def leave_a_copy(self, filed: httpx.Response, content: bytes) -> None:
        """An upload of half an hour ago, whose process died when it had placed its content."""
        incoming = self.program.documents.begin(
            UUID(filed.json()["id"]), self.subject_of(filed), "application/pdf", expected_size=None
        )
        incoming.take(content)
        incoming.whole()
        incoming.place()
        self.grow_old()

    def grow_old(self) -> None:
        """An hour passes for what is left of uploads."""
        for each in self.copies():
            os.utime(each, (time.time() - 3600, time.time() - 3600))

    def collect(self, journal: Any = None) -> int:
        """What is left, and an hour old, is collected; ``journal`` is asked what is named."""
        documents, locks = self.program.documents, self.program.document_locks
        return LeftUploads(documents, self.program.journal if journal is None else journal, locks).collect()

    def collect_at_last(self) -> None:
        """Everything that is left is collected; as the worker is, the collection is run again without a database."""
        self.grow_old()

        def collected() -> bool:
            with suppress(DatabaseUnavailable):
                self.collect()
            return not self.copies()

        wait_until(collected, because="nothing is left", within=KNOWN)

    def listed(self, filed: httpx.Response) -> list[dict[str, Any]]:
        """The documents that the case names."""
        items: list[dict[str, Any]] = self.employer.get(f"{case_path(filed)}/documents").json()["items"]
        return items

    def require_whole(self, filed: httpx.Response, content: bytes) -> None:
        """The case names one document, which is read as it was sent."""
        (only,) = self.listed(filed)
        assert only["received"]
        assert self.employer.get(only["href"]).content == content

    def end_the_locks(self) -> None:
        """The server ends every connection that holds the lock of a document."""
        assert answer_of(self.service.direct_url, _END_THE_LOCKS) == 1

    @contextmanager
    def locked(self, filed: httpx.Response, sha256: str) -> Iterator[None]:
        """Somebody else holds the lock of a document, and never lets go of it, until the block ends."""
        with closing(psycopg2.connect(self.service.direct_url)) as holder, holder.cursor() as cursor:
            name = f"document {self.subject_of(filed)} {sha256}"
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))
            yield


_END_THE_LOCKS = """
select count(pg_terminate_backend(pid, 5000)) from pg_locks
 where locktype = 'advisory' and granted
   and pid in (select pid from pg_stat_activity where application_name = 'permit' and state = 'idle in transaction')
"""


@contextmanager
def uploading(service: Service, *, held_seconds: float = 60.0, locks: int = 9) -> Iterator[Uploading]:
    """Another server of the same program, to whose uploads a test's moments happen.

    ``held_seconds`` and ``locks`` are those of its :class:`DocumentLocks`.
    """
    whole, moments = service.program, Moments()
    own = DocumentLocks(whole.serving.writer, size=locks, deadlines=whole.deadlines, held_seconds=held_seconds)
    root = whole.settings.documents_path
    documents = DocumentStore(
        root, whole.keys, whole.document_rules, whole.recorder.origin, storage=StorageWithMoments(root, moments)
    )
    with closing(own):
        program = replace(
            whole,
            journal=cast(PostgresJournal, JournalWithMoments(whole.journal, moments)),
            documents=documents,
            document_locks=own,
        )
        issuer = DevelopmentIssuer.open(whole.settings.home, create=False)
        with running_server(program) as address, ServiceClients(program, address, issuer) as clients:
            yield Uploading(service=service, program=program, moments=moments, employer=clients.of(Role.EMPLOYER))


def another_pdf() -> bytes:
    """A document that nobody has sent yet."""
    return pdf(uuid4().hex.encode())
