"""What a crash or a lost answer leaves behind is collected; what a case names never is, however it got there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg2
import pytest

from api.composition import Program, open_program
from api.server import running_server
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext, Minted, SubmitApplication
from infra.documents.incoming_document import IncomingDocument
from infra.identity.caller import Role
from infra.identity.development_issuer import DevelopmentIssuer
from infra.keys import KeyMissing, MasterKey
from infra.postgres.journal.key_store import PostgresKeyStore
from infra.postgres.journal.left_keys import JournalNotSeenWhole, LeftKeys
from infra.settings import Settings
from infra.workers.leftovers import LEFT_FOR_SECONDS, LeftUploads
from tests.documents.files import PDF, pdf_of_size
from tests.world.applications import application
from tests.world.bodies import application_body
from tests.world.clocks import StoppedClock
from tests.world.databases import program_databases
from tests.world.service_clients import ServiceClient, ServiceClients, case_path, problem_of
from tests.world.stated import stating
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
    return LeftUploads(program.documents, program.journal, program.document_locks, left_for=left_for)


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
    with program.document_locks.hold(subject, sha256):
        collecting = Thread(target=collection(program).collect)
        collecting.start()
        wait_until(lambda: waiting_for_locks(program) > 0, because="the collection waits for the upload")
        # when the second is attached before the collection may look
        again = placed(program, filed, subject)
        append_as_the_upload_does(program, filed, sha256)
        again.settle()
    collecting.join()
    # then the file stays
    assert unfinished(program) == []
    assert employer.get(f"{case_path(filed)}/documents/{sha256}").content == CONTENT
    incoming.settle()


def waiting_for_locks(program: Program) -> int:
    with program.readers.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted")
        ((count,),) = cursor.fetchall()
        return int(count)


def append_as_the_upload_does(program: Program, filed: httpx.Response, sha256: str) -> None:
    document = Document(kind="diploma", sha256=sha256, media_type=PDF, size=len(CONTENT))
    context = CommandContext(actor="tester", command_id=sha256, now=program.clock.now())
    program.handle(UUID(filed.json()["id"]), AttachDocument(document=document), context)


REFUSED_FILINGS = 20


def count(program: Program, table: str) -> int:
    with program.keys.pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        ((counted,),) = cursor.fetchall()
        return int(counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnService:
    """A service with databases of its own, whose keys grow old as fast as a test wants."""

    program: Program
    employer: ServiceClient

    @property
    def left(self) -> tuple[int, int, int]:
        """Keys, and lines of the indexes of persons and of names, with those of the cases that there are."""
        keys, persons, names = (count(self.program, each) for each in ("data_key", "person_index", "name_index"))
        return keys, persons, names

    @property
    def master(self) -> MasterKey:
        return MasterKey.from_file(self.program.settings.key_encryption_key_path, create=False)

    def half_an_hour_passes(self) -> None:
        """For everything that is in the key store."""
        with closing(psycopg2.connect(self.program.settings.key_database_url or "")) as connection, connection:
            cursor = connection.cursor()
            cursor.execute("update permit.data_key set minted_at = minted_at - interval '31 minutes'")
            cursor.execute("update permit.key_mark set noted_at = noted_at - interval '31 minutes'")

    def collect(self) -> int:
        """As often as the worker does within an hour."""
        keys = LeftKeys(self.program.keys.pool, self.program.writers)
        collected = keys.collect()
        self.half_an_hour_passes()
        return collected + keys.collect()


@pytest.fixture
def own(admin_url: str, tmp_path: Path, stopped_clock: StoppedClock) -> Iterator[OwnService]:
    with program_databases(admin_url) as (journal_url, keys_url):
        settings = Settings(home=tmp_path / "home", database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True, clock=stopped_clock) as opened, running_server(opened) as address:
            issuer = DevelopmentIssuer.open(settings.home, create=True)
            with ServiceClients(opened, address, issuer) as clients:
                yield OwnService(program=opened, employer=clients.of(Role.EMPLOYER))


def test_filings_that_are_refused_leave_no_key_and_no_line(own: OwnService) -> None:
    # given an authority that is not live here
    elsewhere = application_body(authority="wallonia")
    before = own.left
    # when twenty filings are refused
    for _ in range(REFUSED_FILINGS):
        assert problem_of(own.employer.file(elsewhere)) == (409, "authorityNotLive")
    # then nothing was minted for them
    assert own.left == before


def test_what_repetitions_and_crashes_leave_is_gone_within_the_hour(own: OwnService) -> None:
    # given a case, twenty repetitions of its filing, and a filing whose process died before its append
    filed = [own.employer.file(key="once") for _ in range(1 + REFUSED_FILINGS)]
    assert {each.json()["id"] for each in filed} == {filed[0].json()["id"]}
    own.program.index.remember("flanders", [stating(own.program.keys.mint(), ssin="85073003328")])
    assert own.left[1:] == (2 + REFUSED_FILINGS, 2 + REFUSED_FILINGS)
    # when an hour passes
    assert own.collect() > REFUSED_FILINGS
    # then one key is left and one line of each index, the case's, which is read as before
    assert own.left == (1, 1, 1)
    assert own.employer.case(filed[0])["worker"]["ssin"] == "85073003328"
    # and of later looks too
    own.half_an_hour_passes()
    assert own.collect() == 0
    with open_program(own.program.settings) as again:
        assert again.journal.read(UUID(filed[0].json()["id"])).version > 0


def test_a_key_that_may_still_be_named_is_never_collected(own: OwnService) -> None:
    # given keys that were minted since the last look, and one whose append commits while it is looked for
    keys = LeftKeys(own.program.keys.pool, own.program.writers)
    keys.collect()
    own.half_an_hour_passes()
    own.employer.file()
    own.program.index.remember("flanders", [stating(own.program.keys.mint(), ssin="85073003328")])
    before = own.left
    # then a look that comes before they are half an hour old leaves them alone
    assert (keys.collect(), own.left) == (0, before)
    # and so does the database, whatever it is told to delete
    with own.program.keys.pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select collect_keys(array(select subject from data_key))")
        assert cursor.fetchall() == [(0,)]
    with closing(psycopg2.connect(own.program.settings.key_database_url or "")) as connection, connection:
        connection.cursor().execute("update permit.data_key set minted_at = minted_at - interval '2 days'")
    with own.program.keys.pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute("select collect_keys(array(select subject from data_key))")
        assert cursor.fetchall() == [(0,)]
    assert own.left == before


class Interrupted(LeftKeys):
    """Comes to a stop between finding what was minted and looking for what is named."""

    def __init__(self, program: Program, meanwhile: Callable[[], object]) -> None:
        super().__init__(program.keys.pool, program.writers)
        self._meanwhile = meanwhile

    def _minted(self, *between: Any) -> set[UUID]:
        found = super()._minted(*between)
        self._meanwhile()
        return found


def test_a_filing_that_is_appended_while_keys_are_collected_keeps_its_key(own: OwnService) -> None:
    # given two filings that have been under way for half an hour, each with a key and a line of the index
    program, case_id = own.program, uuid4()
    slow, dead = program.keys.mint_many(2)
    program.index.remember("flanders", [stating(each, ssin="85073003328") for each in (slow, dead)])
    LeftKeys(program.keys.pool, program.writers).collect()
    own.half_an_hour_passes()

    # when one of them is appended just as both have been found, and the other never is
    def append() -> None:
        minted = Minted(reference="VL-2026-0000001", worker_subject=slow)
        context = CommandContext(actor="tester", command_id="slow", now=program.clock.now())
        program.handle(case_id, SubmitApplication(application=application(), minted=minted), context)

    assert Interrupted(program, append).collect() > 0

    # then the first keeps its key and its line, by which the case is read, and nothing is left of the other
    with open_program(program.settings) as again:
        snapshot = again.case_snapshots.read(case_id)
        assert snapshot is not None
        assert "withheld" not in snapshot.file().body["worker"]
    assert program.index.subjects_of("85073003328") == {slow}
    with pytest.raises(KeyMissing), closing(PostgresKeyStore(program.log.keys_url, own.master)) as keys:
        keys.key_to_decrypt(dead)


def test_a_journal_that_is_not_shown_whole_costs_nobody_a_key(own: OwnService) -> None:
    # given a case, and a database that hides events from whoever asks
    own.employer.file()
    with closing(psycopg2.connect(own.program.journal_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("alter table permit.journal enable row level security")
        cursor.execute("create policy hidden on permit.journal for select to permit_writer using (position > 1)")
    before = own.left
    # then what the hidden ones name is not collected
    with pytest.raises(JournalNotSeenWhole):
        own.collect()
    assert own.left == before


def test_a_journal_that_was_restored_from_before_costs_nobody_a_key(own: OwnService) -> None:
    # given a case, and then a journal of before it, beside the key store as it is
    own.employer.file()
    keys = LeftKeys(own.program.keys.pool, own.program.writers)
    keys.collect()
    with closing(psycopg2.connect(own.program.journal_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute("delete from permit.journal")
        cursor.execute("update permit.journal_head set position = 0")
    before = own.left
    # then the key waits for its journal
    assert own.collect() == 0
    own.half_an_hour_passes()
    assert (keys.collect(), own.left) == (0, before)
