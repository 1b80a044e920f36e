"""Which files a case takes, as data: the packaged rules, their refusals, and rules that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.case.application import Document
from domain.case.document_rules import DocumentRefusal, DocumentRefused, DocumentRules, DocumentType
from domain.law.readers.entry_reader import LawDataUnusable
from tests.documents.files import JPEG, PDF, PNG

RULES = DocumentRules(
    types=(DocumentType(media_type=PDF, name="PDF", largest_bytes=2 * 1024 * 1024),),
    most_documents=2,
    most_bytes=3 * 1024 * 1024,
)


def document(size: int) -> Document:
    return Document(kind="diploma", sha256="0" * 64, media_type=PDF, size=size)


def test_the_service_takes_what_an_applicant_scans_and_photographs() -> None:
    rules = DocumentRules.load()
    assert {each.media_type for each in rules.types} == {PDF, JPEG, PNG}
    assert all(each.largest_bytes < rules.most_bytes for each in rules.types)


def test_a_file_and_a_case_may_be_filled_to_the_limit() -> None:
    RULES.type_of(PDF).require_at_most(2 * 1024 * 1024)
    RULES.require_room((document(2 * 1024 * 1024), document(1024 * 1024)))


def test_another_type_is_refused_with_those_that_are_taken() -> None:
    with pytest.raises(DocumentRefused) as refused:
        RULES.type_of("application/msword")
    assert refused.value.code is DocumentRefusal.TYPE_UNKNOWN
    assert refused.value.limit is None
    assert refused.value.sentence == "files of this type are not accepted: send one of PDF (application/pdf)"


def test_a_larger_file_is_refused_with_type_limit_and_remedy() -> None:
    with pytest.raises(DocumentRefused) as refused:
        RULES.type_of(PDF).require_at_most(2 * 1024 * 1024 + 1)
    assert refused.value.code is DocumentRefusal.TOO_LARGE
    assert refused.value.limit == 2 * 1024 * 1024
    assert str(refused.value) == (
        "documentTooLarge: a PDF file may have at most 2 MB: save or scan it at a lower resolution, or send it as "
        "several documents"
    )


@pytest.mark.parametrize(
    ("documents", "limit", "said"),
    [
        ((document(1), document(1), document(1)), 2, "at most 2 documents"),
        ((document(2 * 1024 * 1024), document(1024 * 1024 + 1)), 3 * 1024 * 1024, "at most 3 MB together"),
    ],
)
def test_a_case_holds_no_more_than_its_limits(documents: tuple[Document, ...], limit: int, said: str) -> None:
    with pytest.raises(DocumentRefused, match=said) as refused:
        RULES.require_room(documents)
    assert refused.value.code is DocumentRefusal.CASE_HOLDS_TOO_MANY
    assert refused.value.limit == limit


TYPE = '[[document_type]]\nmedia_type = "application/pdf"\nname = "PDF"\nlargest_bytes = "1000"\n'
CASE = '[[case_limit]]\nmost_documents = "5"\nmost_bytes = "5000"\n'


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (CASE, "no type of file is accepted"),
        (TYPE, r"a case has 0 limits; write exactly one \[\[case_limit\]\]"),
        (TYPE + CASE + CASE, "a case has 2 limits"),
        (TYPE + TYPE + CASE, "'application/pdf' has two entries; keep one"),
        (TYPE.replace('"1000"', '"0"') + CASE, "key largest_bytes: '0' is not a whole number from 1"),
        (TYPE.replace('"1000"', '"10.5"') + CASE, "key largest_bytes: '10.5' is not a whole number"),
        (TYPE + 'compressed = "yes"\n' + CASE, "key compressed: the key is unknown"),
    ],
)
def test_rules_that_cannot_be_used_say_where_and_how_to_mend_them(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(written)
    with pytest.raises(LawDataUnusable, match=rf"^rules\.toml.*{said}"):
        DocumentRules.load(file)


def test_rules_of_ones_own_are_read_from_their_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(TYPE + CASE)
    rules = DocumentRules.load(file)
    assert rules.type_of(PDF).largest_bytes == 1000
    assert (rules.most_documents, rules.most_bytes) == (5, 5000)
