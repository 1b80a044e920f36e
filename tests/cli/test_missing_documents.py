"""Documents that were received and are gone or spoiled: named by ``permit doctor`` and ``permit audit verify``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from api.composition import open_program
from domain.case.application import Document
from domain.case.commands import AttachDocument, CommandContext
from infra.settings import load_settings
from tests.cli.conftest import CommandLine, SmallJournal
from tests.documents.files import PDF, pdf, pdf_of_size
from tests.documents.storing import store_document

pytestmark = pytest.mark.server


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    case_id: UUID
    path: Path

    @property
    def sha256(self) -> str:
        return self.path.name


@pytest.fixture
def received(filed: SmallJournal) -> list[Received]:
    """Three documents of the first case: they were received, and one more was only announced."""
    case_id, documents = filed.cases[0], []
    with open_program(load_settings()) as program:
        subject = program.journal.read(case_id).events[0].worker_subject  # type: ignore[union-attr]
        for number, content in enumerate((pdf(), pdf_of_size(200_000), pdf(b"another"))):
            stored = store_document(program.documents, subject, PDF, [content])
            document = Document(kind="diploma", sha256=stored.sha256, media_type=PDF, size=stored.size)
            context = CommandContext(actor="tester", command_id=f"attach {number}", now=program.clock.now())
            program.handle(case_id, AttachDocument(document=document), context)
            path = program.settings.documents_path / str(subject) / stored.sha256
            documents.append(Received(case_id=case_id, path=path))
    return documents


def test_documents_that_are_there(permit: CommandLine, received: list[Received]) -> None:
    verified = permit("audit", "verify", "--json")
    assert verified.code == 0
    assert verified.json["documents"] == {"count": 3, "sound": True, "findingCount": 0, "findings": []}
    assert "3 documents were received" in permit("audit", "verify").output
    assert "3 received, all there" in permit("doctor").output


def test_those_that_are_gone_or_spoiled_are_named_without_their_content(
    permit: CommandLine, received: list[Received]
) -> None:
    # given one that was removed, and one that was changed far behind its beginning
    gone, changed, _ = received
    gone.path.unlink()
    content = bytearray(changed.path.read_bytes())
    content[-100] ^= 1
    changed.path.write_bytes(content)

    # then the doctor, who looks at their beginnings, names the first
    examined = permit("doctor", "--json")
    (named,) = (each["sentence"] for each in examined.json["findings"] if not each["good"])
    assert (examined.code, named.startswith("1 of 3 received documents cannot be given. case ")) == (1, True)
    assert str(gone.case_id) in named
    assert gone.sha256 in named

    # and the audit, which reads them to their ends, both
    verified = permit("audit", "verify", "--json")
    assert (verified.code, verified.json["sound"], verified.json["documents"]["sound"]) == (1, True, False)
    found = {each["sha256"]: each["state"] for each in verified.json["documents"]["findings"]}
    assert found == {gone.sha256: "missing", changed.sha256: "damaged"}
    assert f"BAD case {gone.case_id}" in permit("audit", "verify").output


def test_what_was_erased_with_its_person_is_no_finding(
    permit: CommandLine, received: list[Received], filed: SmallJournal
) -> None:
    subject = received[0].path.parent.name
    keys_url = filed.settings["PERMIT_KEY_DATABASE_URL"]
    SmallJournal(url=keys_url, settings={}, cases=(), size=0).tamper(
        "update permit.data_key set wrapped = null, destroyed_at = now() where subject = %s", subject
    )
    assert permit("audit", "verify", "--json").json["documents"]["sound"] is True
    assert permit("doctor").code == 0
