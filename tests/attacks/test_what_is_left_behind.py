"""What a crash or a lost answer leaves behind is collected; what a case names never is, however it got there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx
import pytest

from api.composition import Program
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from infra.documents.incoming_document import IncomingDocument
from infra.postgres.journal.document_locks import document_lock
from infra.workers.leftovers import LEFT_FOR_SECONDS, LeftUploads
from tests.documents.files import PDF, pdf_of_size
from tests.world.service_clients import ServiceClient, case_path
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

CONTENT = pdf_of_size(20_000)


@pytest.fixture
def subject_of(program: Program) -> Callable[[httpx.Response], UUID]:
    def worker_subject(filed: httpx.Response) -> UUID:
        return program.journal.read(UUID(filed.json()["id"])).events[0].worker_subject  # type: ignore[union-attr]

    return worker_subject


def placed(program: Program, filed: httpx.Response, subject: UUID, content: bytes = CONTENT) -> IncomingDocument:
    """An upload that got as far as its place, when its process died or the answer of the journal was lost."""
    incoming = program.documents.begin(UUID(filed.json()["id"]), subject, PDF, expected_size=None)
    incoming.take(content)
    incoming.whole()
    incoming.place()
    return incoming


def unfinished(program: Program) -> list[Path]:
    return list((program.settings.documents_path / "unfinished").iterdir())


def grow_old(program: Program, seconds: float) -> None:
    for each in unfinished(program):
        os.utime(each, (time.time() - seconds, time.time() - seconds))


def collection(program: Program, *, left_for: float = LEFT_FOR_SECONDS) -> LeftUploads:
    return LeftUploads(program.documents, program.journal, program.writers, left_for=left_for)


def test_uploads_that_no_case_names_are_gone_within_the_hour(
    employer: ServiceClient, program: Program, subject_of: Callable[[httpx.Response], UUID]
) -> None:
    # given an upload that stopped half-way and one that stopped before it was attached
    filed = employer.file()
    subject = subject_of(filed)
    placed(program, filed, subject)
    (program.settings.documents_path / "unfinished" / "coming-half").write_bytes(b"sealed as far as it came")
    # when they are young, nothing is touched: they may be under way
    grow_old(program, 29 * 60)
    assert (collection(program).collect(), len(unfinished(program))) == (0, 2)
    # and later nothing is left of either
    grow_old(program, 31 * 60)
    assert (collection(program).collect(), unfinished(program)) == (2, [])
    assert list((program.settings.documents_path / str(subject)).iterdir()) == []


def test_a_document_whose_answer_was_lost_is_kept(
    employer: ServiceClient, program: Program, subject_of: Callable[[httpx.Response], UUID]
) -> None:
    # given a document that the journal names, whose upload never heard so; its file is even away
    filed = employer.file()
    attached = employer.attach(filed, CONTENT)
    placed(program, filed, subject_of(filed))
    (listed,) = employer.get(f"{case_path(attached)}/documents").json()["items"]
    (program.settings.documents_path / str(subject_of(filed)) / listed["sha256"]).unlink()
    # when what is left of the upload is looked at
    grow_old(program, 31 * 60)
    assert (collection(program).collect(), unfinished(program)) == (1, [])
    # then the document is there, whole
    assert employer.get(listed["href"]).content == CONTENT


def test_an_append_that_commits_while_uploads_are_collected(
    employer: ServiceClient, program: Program, subject_of: Callable[[httpx.Response], UUID]
) -> None:
    # given what is left of an upload, and a second one of the same file that is just being attached
    filed = employer.file()
    subject = subject_of(filed)
    incoming = placed(program, filed, subject)
    grow_old(program, 31 * 60)
    sha256 = unfinished(program)[0].name.split(".")[2]
    with document_lock(program.writers, subject, sha256):
        collecting = Thread(target=collection(program).collect)
        collecting.start()
        wait_until(lambda: waiting_for_locks(program) > 0, because="the collection waits for the upload")
        # when the second is attached before the collection may look
        again = placed(program, filed, subject)
        append_as_the_upload_does(program, filed, sha256)
        again.keep()
    collecting.join()
    # then the file stays
    assert unfinished(program) == []
    assert employer.get(f"{case_path(filed)}/documents/{sha256}").content == CONTENT
    incoming.keep()


def waiting_for_locks(program: Program) -> int:
    with program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted")
        ((count,),) = cursor.fetchall()
        return int(count)


def append_as_the_upload_does(program: Program, filed: httpx.Response, sha256: str) -> None:
    document = Document(kind="diploma", sha256=sha256, media_type=PDF, size=len(CONTENT))
    context = CommandContext(actor="tester", command_id=sha256, now=program.clock.now())
    program.handle(UUID(filed.json()["id"]), AttachDocument(document=document), context)
