"""Documents in a draft: attached once by the filing, seen by nobody before it, and gone with a deleted draft."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
import pytest

from api.composition import Program
from api.pages.drafts.answers import judged
from api.pages.drafts.groups import Asked
from api.permissions import Action, Permissions
from api.services.access import Access, AuthorisedCaller
from api.services.cases import CaseService as Cases
from api.services.documents import DocumentToCome
from api.services.draft_documents import DraftDocumentService
from api.services.drafts import DraftService
from api.services.refusals import DraftsFull
from domain.case.application import Document
from domain.case.document_rules import DocumentRefused
from domain.case.events import ApplicationSubmitted, DocumentAttached
from infra.audit.documents import verify_documents
from infra.documents.document_store import DocumentStore
from infra.documents.scanning import Clamd
from infra.identity.caller import Caller, Role
from infra.limits import DraftLimits, Limits
from infra.workers.leftovers import LeftUploads
from infra.workers.old_drafts import OldDrafts
from tests.documents.clamd_double import EICAR, clamd_double
from tests.documents.files import pdf, pdf_of_size
from tests.drafts.applicants import Applicant, Meet, case_of
from tests.pages.case_service import OTHER_EMPLOYER, CaseService

pytestmark = pytest.mark.server

PASSPORT, DIPLOMA = pdf(b"a passport"), pdf_of_size(200_000)


@pytest.fixture
def applicant(meet: Meet) -> Applicant:
    """Somebody with a draft of which all is answered."""
    found = meet()
    found.begin()
    return found


def answered(applicant: Applicant, name: str) -> Applicant:
    applicant.answer_all({"worker": {"worker.familyName": name}})
    return applicant


def draft_of(applicant: Applicant) -> UUID:
    return UUID(applicant.draft.rpartition("/")[2])


def files_of_drafts(program: Program) -> list[Path]:
    """All that lies in the store of drafts, whole or on its way."""
    return [path for path in program.settings.draft_documents_path.rglob("*") if path.is_file()]


def files_of(program: Program, draft_id: UUID) -> list[Path]:
    return list((program.settings.draft_documents_path / str(draft_id)).glob("*"))


def rows_of(program: Program, draft_id: UUID) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(program.serving.writer)) as connection, connection.cursor() as cursor:
        cursor.execute("select sha256, is_named from permit.draft_file where draft = %s", (str(draft_id),))
        return list(cursor.fetchall())


def owner_of(program: Program) -> str:
    return program.drafts.owner("employer", "0202239951")


def drafts_of(program: Program) -> tuple[DraftService, AuthorisedCaller]:
    """The drafts of a program, and somebody of the employer."""
    access = Access(Permissions.load())
    caller = Caller(role=Role.EMPLOYER, subject="hr-1", token_id="t-1", enterprise_number="0202239951")
    return DraftService(program, Cases(program, access)), access.authorise(caller, Action.FILE_APPLICATION)


def test_documents_are_attached_once_by_the_filing_itself(service: CaseService, applicant: Applicant) -> None:
    program, draft_id = service.program, draft_of(applicant)
    # given a draft with two of the papers of the checklist
    assert applicant.attach(("passport", PASSPORT), ("employmentContract", DIPLOMA)).status_code == 303
    answered(applicant, "Paspoort")
    # when it is filed
    case_id = UUID(case_of(applicant.file()))
    # then the filing attached them, and they are read from the case
    events = program.journal.events_of(case_id)
    attached = [each for each in events if isinstance(each, DocumentAttached)]
    assert [each.document.kind for each in attached] == ["passport", "employmentContract"]
    assert isinstance(events[0], ApplicationSubmitted)
    assert events[0].documents == ()
    read = applicant.client.get(f"/cases/{case_id}/documents/{sha256(PASSPORT).hexdigest()}")
    assert read.content == PASSPORT
    assert verify_documents(program.readers, program.documents, whole=True).is_sound
    # and nothing of them is left with the draft, or on its way
    assert files_of(program, draft_id) == []
    assert rows_of(program, draft_id) == []
    assert not list((program.settings.documents_path / "unfinished").glob("*"))


def test_what_is_missing_is_named_with_what_asks_for_it(applicant: Applicant) -> None:
    page = applicant.client.get(f"{applicant.draft}/documents").text
    assert 'name="file-passport"' in page
    assert "Required by: " in page
    applicant.attach(("passport", PASSPORT))
    page = applicant.client.get(f"{applicant.draft}/documents").text
    assert 'name="file-passport"' not in page
    assert f"{applicant.draft}/documents/{sha256(PASSPORT).hexdigest()}" in page
    tasks = applicant.client.get(applicant.draft).text
    assert re.search(r"[0-9]+ still missing", tasks)


def test_a_file_of_a_draft_is_read_and_taken_out_again(service: CaseService, applicant: Applicant) -> None:
    applicant.attach(("passport", PASSPORT))
    digest = sha256(PASSPORT).hexdigest()
    assert applicant.client.get(f"{applicant.draft}/documents/{digest}").content == PASSPORT
    # it lies there sealed, under a key that is the draft's
    (stored,) = files_of(service.program, draft_of(applicant))
    assert b"a passport" not in stored.read_bytes()
    removed = applicant.press("documents/removal", {"kind": "passport", "sha256": digest})
    assert removed.status_code == 303
    assert applicant.client.get(f"{applicant.draft}/documents/{digest}").status_code == 404
    assert files_of(service.program, draft_of(applicant)) == []
    assert rows_of(service.program, draft_of(applicant)) == []


def test_one_content_for_two_papers_is_one_file_until_neither_names_it(
    service: CaseService, applicant: Applicant
) -> None:
    applicant.attach(("passport", PASSPORT), ("employmentContract", PASSPORT))
    digest = sha256(PASSPORT).hexdigest()
    applicant.press("documents/removal", {"kind": "passport", "sha256": digest})
    assert len(files_of(service.program, draft_of(applicant))) == 1
    applicant.press("documents/removal", {"kind": "employmentContract", "sha256": digest})
    assert files_of(service.program, draft_of(applicant)) == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"not a PDF", "application/pdf"),
        (PASSPORT[:-10], "application/pdf"),
        (b"MZ", "application/x-msdownload"),
        (b"", "application/pdf"),
        (pdf(b"\n2 0 obj\n<</S/JavaScript/JS(app.alert)>>\nendobj\n%"), "application/pdf"),
    ],
)
def test_what_no_case_takes_no_draft_takes(
    service: CaseService, applicant: Applicant, content: bytes, media_type: str
) -> None:
    before = files_of_drafts(service.program)
    refused = applicant.attach(("passport", content), media_type=media_type)
    assert refused.status_code == 400
    assert 'href="#file-passport"' in refused.text
    assert files_of_drafts(service.program) == before
    assert rows_of(service.program, draft_of(applicant)) == []


def test_of_several_files_the_good_ones_are_kept(applicant: Applicant) -> None:
    refused = applicant.attach(("passport", b"nothing"), ("employmentContract", DIPLOMA))
    assert refused.status_code == 400
    assert sha256(DIPLOMA).hexdigest() in refused.text
    assert sha256(b"nothing").hexdigest() not in refused.text


def test_a_document_that_no_list_asks_for_is_attached_by_its_kind(applicant: Applicant) -> None:
    without = applicant.attach(("x", PASSPORT), field="file", kind="")
    assert (without.status_code, "State what the document is." in without.text) == (400, True)
    assert applicant.attach(("x", PASSPORT), field="file", kind="groupRelationship").status_code == 303
    nothing = applicant.client.post(f"{applicant.draft}/documents", data={}, files={"file-passport": ("", b"")})
    assert (nothing.status_code, "Choose a file." in nothing.text) == (400, True)
    # and a field that no page of ours has is refused
    assert applicant.attach(("noSuchKind", PASSPORT)).status_code == 400


def test_a_draft_that_is_copied_leaves_its_documents_and_says_so(service: CaseService, applicant: Applicant) -> None:
    assert "without its documents" not in applicant.client.get(applicant.draft).text
    applicant.attach(("passport", PASSPORT))
    assert "Copy this draft without its documents" in applicant.client.get(applicant.draft).text
    applicant.draft = applicant.press("copies").headers["Location"]
    draft = service.program.drafts.read(owner_of(service.program), draft_of(applicant))
    assert draft is not None
    assert draft.documents == ()


def test_a_deleted_draft_leaves_no_file(service: CaseService, applicant: Applicant) -> None:
    applicant.attach(("passport", PASSPORT), ("employmentContract", DIPLOMA))
    directory = service.program.settings.draft_documents_path / str(draft_of(applicant))
    assert len(list(directory.iterdir())) == 2
    applicant.press("deletion")
    assert not directory.exists()
    assert rows_of(service.program, draft_of(applicant)) == []


def test_a_draft_that_nobody_touched_leaves_no_file(service: CaseService, applicant: Applicant) -> None:
    program = service.program
    applicant.attach(("passport", PASSPORT))
    later = service.clock.now() + timedelta(days=91)
    OldDrafts(
        program.drafts, program.batches, program.draft_keys, program.limits.drafts.retention, lambda: later
    ).collect()
    assert len(files_of(program, draft_of(applicant))) == 1
    assert program.draft_files.collect() >= 1
    assert files_of(program, draft_of(applicant)) == []
    assert rows_of(program, draft_of(applicant)) == []
    assert program.draft_files.collect() == 0


def test_a_stranger_and_a_handler_see_no_document_of_a_draft(applicant: Applicant, meet: Meet) -> None:
    applicant.attach(("passport", PASSPORT))
    path = f"{applicant.draft}/documents/{sha256(PASSPORT).hexdigest()}"
    assert meet(value=OTHER_EMPLOYER).client.get(path).status_code == 404
    assert meet(Role.CASE_HANDLER).client.get(path).status_code == 403
    stranger = meet(value=OTHER_EMPLOYER)
    stranger.draft = applicant.draft
    assert stranger.attach(("passport", DIPLOMA)).status_code == 404
    assert stranger.press("documents/removal", {"kind": "passport", "sha256": "0" * 64}).status_code == 404


def test_the_files_of_all_drafts_take_a_bounded_room(service: CaseService, applicant: Applicant) -> None:
    program = replace(service.program, limits=Limits(drafts=DraftLimits(document_bytes=1)))
    drafts, caller = drafts_of(program)
    applicant.attach(("passport", PASSPORT))
    with pytest.raises(DraftsFull, match="at most 1 bytes together"):
        DraftDocumentService(program, drafts).begin(
            caller, draft_of(applicant), DocumentToCome(kind="other", media_type="application/pdf", announced=10)
        )


def test_a_filing_that_is_refused_takes_its_documents_back(service: CaseService, meet: Meet) -> None:
    program, content = service.program, pdf(b"twice on a day")
    # given the same application in two drafts, each with its document
    drafts = [meet(), meet()]
    for each in drafts:
        each.begin()
        each.attach(("passport", content))
        answered(each, "Dubbel")
    first = UUID(case_of(drafts[0].file()))
    # when the second is refused
    assert drafts[1].file().status_code == 409
    # then its document lies with the draft and with no case
    placed = list(program.settings.documents_path.glob(f"*/{sha256(content).hexdigest()}"))
    assert [UUID(path.parent.name) for path in placed] == [service.file(first).worker_subject]
    assert not list((program.settings.documents_path / "unfinished").glob("*"))
    # and as another application it is filed with it
    second = case_of(drafts[1].file(another="true"))
    read = drafts[1].client.get(f"/cases/{second}/documents/{sha256(content).hexdigest()}")
    assert read.content == content


class Died(BaseException):
    """The process ended here."""


class Brief:
    """Wraps a part of the program and dies at one of its methods."""

    def __init__(self, part: Any, method: str, *, before: bool) -> None:
        self._part = part
        self._method = method
        self._before = before

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if name != self._method:
            return found

        def dies(*given: Any, **named: Any) -> Any:
            if not self._before:
                found(*given, **named)
            raise Died

        return dies


def grow_old(program: Program) -> None:
    """Two hours pass for all that lies in the stores and in the table of the files of drafts."""
    then = time.time() - 7200
    for root in (program.settings.documents_path, program.settings.draft_documents_path):
        for path in root.rglob("*"):
            os.utime(path, (then, then))
    with closing(psycopg2.connect(program.serving.writer)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update permit.draft_file set made_at = now() - interval '2 hours'")


def collect(program: Program) -> None:
    LeftUploads(program.documents, program.journal, program.document_locks).collect()
    program.draft_files.collect()


def filed_by_a_process_that_dies(service: CaseService, draft_id: UUID, **parts: Any) -> None:
    program = replace(service.program, **parts)
    drafts, caller = drafts_of(program)
    body = drafts.read(caller, draft_id).body
    asked = Asked(body=body, role="employer", rulebook=program.rulebook, today=program.today)
    application = judged(body, asked).application
    assert application is not None
    with pytest.raises(Died):
        drafts.file(caller, draft_id, application, another=False)


@pytest.mark.parametrize(
    ("part", "method", "before", "is_filed"),
    [
        ("journal", "append", True, False),
        ("journal", "append", False, True),
        ("drafts", "delete", True, True),
        ("drafts", "delete", False, True),
    ],
)
def test_a_process_that_dies_while_filing_leaves_no_half(
    service: CaseService, applicant: Applicant, part: str, method: str, before: bool, is_filed: bool
) -> None:
    program = service.program
    # given a draft with a document, and a process that dies while it is filed
    applicant.attach(("passport", PASSPORT))
    answered(applicant, f"Sterft-{method}-{before}")
    draft_id = draft_of(applicant)
    broken = Brief(getattr(program, part), method, before=before)
    filed_by_a_process_that_dies(service, draft_id, **{part: broken})
    # when the leftovers are collected, and whoever is still there files it again
    grow_old(program)
    collect(program)
    again = applicant.file()
    # then there is one case, with its document whole, and nothing is left beside it
    if (part, before) == ("drafts", False):
        assert again.status_code == 404
    else:
        case_id = UUID(case_of(again))
        attached = [each for each in program.journal.events_of(case_id) if isinstance(each, DocumentAttached)]
        assert [each.document.kind for each in attached] == ["passport"]
        read = applicant.client.get(f"/cases/{case_id}/documents/{sha256(PASSPORT).hexdigest()}")
        assert read.content == PASSPORT
    collect(program)
    assert files_of(program, draft_id) == []
    assert not list((program.settings.documents_path / "unfinished").glob("*"))
    assert is_filed or again.status_code == 303


class Forgetful(Brief):
    """A journal that is asked whether a filing was recorded just before it is."""

    def was_recorded(self, _context: object) -> bool:
        return False


def test_a_repetition_that_came_at_the_same_moment_leaves_no_second_file(
    service: CaseService, applicant: Applicant
) -> None:
    program, draft_id = service.program, draft_of(applicant)
    applicant.attach(("passport", PASSPORT))
    answered(applicant, "Tegelijk")
    # given a filing that was recorded, and a repetition that brought the documents a second time, and died
    filed_by_a_process_that_dies(service, draft_id, drafts=Brief(program.drafts, "delete", before=True))
    filed_by_a_process_that_dies(service, draft_id, journal=Forgetful(program.journal, "append", before=False))
    placed = set(program.settings.documents_path.glob(f"*/{sha256(PASSPORT).hexdigest()}"))
    case_id = UUID(case_of(applicant.file()))
    # then what it brought is collected, and the document of the case stays
    grow_old(program)
    collect(program)
    left = set(program.settings.documents_path.glob(f"*/{sha256(PASSPORT).hexdigest()}"))
    assert len(placed - left) == 1
    assert service.file(case_id).worker_subject in {UUID(path.parent.name) for path in left}
    assert verify_documents(program.readers, program.documents, whole=True).is_sound


def test_colleagues_who_file_at_once_attach_the_documents_once(
    service: CaseService, applicant: Applicant, meet: Meet
) -> None:
    program, content = service.program, pdf(b"of all of them")
    applicant.attach(("passport", content))
    answered(applicant, "Samen")
    colleagues = [meet(subject=f"hr-{number}") for number in range(5)]
    for each in colleagues:
        each.draft = applicant.draft
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda each: each.file(), colleagues))
    (case_id,) = {case_of(each) for each in answers if each.status_code == 303}
    # and the others are led to it, or told that it was filed
    assert {each.status_code for each in answers} <= {303, 404, 409}
    (placed,) = program.settings.documents_path.glob(f"*/{sha256(content).hexdigest()}")
    assert service.file(UUID(case_id)).worker_subject == UUID(placed.parent.name)
    assert not list((program.settings.documents_path / "unfinished").glob("*"))


def test_what_a_crash_left_of_an_upload_is_collected_and_what_the_draft_names_is_kept(
    service: CaseService, applicant: Applicant
) -> None:
    program, draft_id = service.program, draft_of(applicant)
    applicant.attach(("passport", PASSPORT))
    # given a file that was placed, and whose draft was never saved
    incoming = program.draft_documents.begin(draft_id, draft_id, "application/pdf", expected_size=None)
    incoming.take(DIPLOMA)
    stored = incoming.whole()
    left = Document(kind="employmentContract", sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
    program.draft_files.expect(owner_of(program), draft_id, left)
    incoming.place()
    # then it is kept while it may be on its way, and gone after it
    collect(program)
    assert len(files_of(program, draft_id)) == 2
    grow_old(program)
    collect(program)
    assert [path.name for path in files_of(program, draft_id)] == [sha256(PASSPORT).hexdigest()]
    assert not list((program.settings.draft_documents_path / "unfinished").glob("*"))
    assert applicant.client.get(f"{applicant.draft}/documents/{sha256(PASSPORT).hexdigest()}").content == PASSPORT


def test_a_scanner_looks_at_what_comes_into_a_draft(service: CaseService, applicant: Applicant) -> None:
    program, draft_id = service.program, draft_of(applicant)
    with clamd_double() as (address, _):
        store = DocumentStore(
            program.settings.draft_documents_path,
            program.draft_keys,
            program.document_rules,
            f"drafts of {program.recorder.origin}",
            scanner=Clamd(address, patience=2.0),
        )
        incoming = store.begin(draft_id, draft_id, "application/pdf", expected_size=None)
        incoming.take(pdf(EICAR))
        with pytest.raises(DocumentRefused, match="documentInfected"):
            incoming.whole()
        incoming.drop()
