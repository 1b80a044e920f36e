"""What is done to a service does not lose its drafts: an upgrade of its databases, the cut-over of an authority."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest

from api.composition import Program, open_program
from api.permissions import Action, Permissions
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService
from api.services.documents import DocumentToCome
from api.services.draft_documents import DraftDocumentService
from api.services.drafts import DraftService
from domain.case.application import Application
from domain.case.events import DocumentAttached
from domain.case.refusals import CommandRefused
from domain.drafts.draft import Draft
from infra.identity.caller import Caller, Role
from infra.postgres.server.migrate import SchemaMissing
from infra.settings import Settings
from infra.wire_format import canonical_json, wire_adapter
from tests.documents.files import PDF, pdf
from tests.migration.cutting_over import go_live
from tests.migration.moving import moving, record
from tests.world.bodies import application_body
from tests.world.databases import program_databases

pytestmark = pytest.mark.server

PAPER = pdf(b"a diploma")
ANOTHER = pdf(b"a passport")


class Desk:
    """Somebody of the employer, at a program."""

    def __init__(self, program: Program) -> None:
        access = Access(Permissions.load())
        employer = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t-1", enterprise_number="0202239951")
        self.drafts = DraftService(program, CaseService(program, access))
        self._documents = DraftDocumentService(program, self.drafts)
        self._caller: AuthorisedCaller = access.authorise(employer, Action.FILE_APPLICATION)

    def begin(self, **changes: Any) -> UUID:
        return self.drafts.begin(self._caller, application_body(**changes)).draft_id

    def attach(self, draft_id: UUID, content: bytes) -> None:
        coming = DocumentToCome(kind="diploma", media_type=PDF, announced=None)
        receiving = self._documents.begin(self._caller, draft_id, coming)
        receiving.take(content)
        receiving.finish()

    def read(self, draft_id: UUID) -> Draft:
        return self.drafts.read(self._caller, draft_id)

    def content(self, draft_id: UUID, content: bytes) -> bytes:
        return b"".join(self._documents.read(self._caller, draft_id, sha256(content).hexdigest()).content)

    def file(self, draft_id: UUID) -> UUID:
        whole = wire_adapter(Application).validate_json(canonical_json(self.read(draft_id).body))
        return self.drafts.file(self._caller, draft_id, whole, another=False).receipt.case_id


@pytest.fixture
def settings(admin_url: str, tmp_path: Path) -> Iterator[Settings]:
    with program_databases(admin_url) as (journal_url, keys_url):
        yield Settings(home=tmp_path, database_url=journal_url, key_database_url=keys_url)


@contextmanager
def started(settings: Settings) -> Iterator[tuple[Program, Desk]]:
    """The service, as `permit serve` starts it: what its databases lack is made."""
    with open_program(settings, set_up=True) as program:
        yield program, Desk(program)


def asked(settings: Settings, *statements: str) -> None:
    with closing(psycopg2.connect(settings.database_url)) as connection, connection, connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def test_a_draft_is_there_after_a_stop_and_a_start(settings: Settings) -> None:
    with started(settings) as (_, desk):
        draft_id = desk.begin(worker__familyName="Herstart")
        desk.attach(draft_id, PAPER)
        before = desk.read(draft_id)
    with started(settings) as (_, desk):
        assert desk.read(draft_id) == before
        assert desk.content(draft_id, PAPER) == PAPER


def test_a_draft_is_there_after_an_upgrade_and_is_filed_by_the_newer_program(settings: Settings) -> None:
    # given a draft of the program of before there were documents in drafts
    with started(settings) as (_, desk):
        draft_id = desk.begin(worker__familyName="Opgewaardeerd")
        before = desk.read(draft_id)
    asked(
        settings,
        "drop table permit.draft_file",
        "delete from permit.schema_migration where name like '%draft_documents'",
    )
    # when the newer one is started on the same databases
    with pytest.raises(SchemaMissing), open_program(settings):
        pass
    with started(settings) as (program, desk):
        # then the draft is as it was, takes a document, and is filed with it
        assert desk.read(draft_id) == before
        desk.attach(draft_id, PAPER)
        events = program.journal.events_of(desk.file(draft_id))
        assert [each.document.kind for each in events if isinstance(each, DocumentAttached)] == ["diploma"]


def test_a_draft_outlives_the_cut_over_of_its_authority(admin_url: str, tmp_path: Path) -> None:
    with moving(admin_url, tmp_path) as move:
        desk = Desk(move.program)
        # given a draft for an authority whose cases are decided in its former system still
        draft_id = desk.begin(
            authority="brussels",
            procedureLanguage="fr",
            worker__familyName="Overgang",
            employment__workplace={"municipalityCode": "21004"},
        )
        desk.attach(draft_id, PAPER)
        move.load_brussels(record())
        # when it is filed too early
        with pytest.raises(CommandRefused, match="authorityNotLive"):
            desk.file(draft_id)
        # then it is kept, with its document, and nothing of that lies with the cases
        assert desk.content(draft_id, PAPER) == PAPER
        assert not [path for path in move.program.settings.documents_path.rglob("*") if path.is_file()]
        # and once the authority is live it is filed
        go_live(move)
        move.program.journal.authority_epochs()
        desk.attach(draft_id, ANOTHER)
        events = move.program.journal.events_of(desk.file(draft_id))
        assert len([each for each in events if isinstance(each, DocumentAttached)]) == 2
