"""What goes into the store comes out of it, once, encrypted; and what is not taken leaves nothing."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case.document_rules import DocumentRefusal, DocumentRefused, DocumentRules, DocumentType
from infra.documents.document_store import DocumentStore
from infra.documents.errors import DocumentTypeUncheckable, DocumentUnknown, DocumentWithheld
from infra.documents.incoming_document import StoredDocument
from infra.documents.sealed_content import CHUNK_BYTES
from infra.keys import KeyMissing
from tests.documents.files import JPEG, ORIGIN, PDF, PNG, SMALLEST_PDF, jpeg, pdf, pdf_of_size, pieces, png
from tests.documents.storing import store_document
from tests.keys.keys_in_memory import KeysInMemory
from tests.world.examples import examples


def files_under(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_pdf_comes_out_as_it_went_in(store: DocumentStore, subject: UUID, root: Path) -> None:
    content = pdf_of_size(200_000)
    digest = sha256(content).hexdigest()

    stored = store_document(store, subject, PDF, pieces(content, 10_000), expected_size=len(content))

    assert stored == StoredDocument(sha256=digest, media_type=PDF, size=200_000)
    assert store.holds(subject, digest)
    assert b"".join(store.read(subject, digest)) == content
    assert files_under(root) == [root / str(subject) / digest]


@pytest.mark.parametrize(("media_type", "content"), [(JPEG, jpeg()), (PNG, png()), (PDF, pdf() + b"\r\n" * 20)])
def test_each_type_is_taken(store: DocumentStore, subject: UUID, media_type: str, content: bytes) -> None:
    stored = store_document(store, subject, media_type, [content])
    assert (stored.media_type, stored.size) == (media_type, len(content))
    assert b"".join(store.read(subject, stored.sha256)) == content


def test_nothing_of_the_content_lies_on_the_disk_in_clear(store: DocumentStore, subject: UUID, root: Path) -> None:
    store_document(store, subject, PDF, [pdf(b"Amina Dupont, born 2 May 1994")])
    (file,) = files_under(root)
    assert b"Amina" not in file.read_bytes()
    assert b"PDF" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_content_is_one_file_of_a_person_and_another_of_the_next(
    store: DocumentStore, subject: UUID, keys: KeysInMemory, root: Path
) -> None:
    first = store_document(store, subject, PDF, [pdf()])
    again = store_document(store, subject, PDF, pieces(pdf(), 7))
    assert again == first
    assert len(files_under(root)) == 1

    other = keys.mint()
    assert not store.holds(other, first.sha256)
    store_document(store, other, PDF, [pdf()])
    assert len(files_under(root)) == 2


def test_two_threads_that_store_the_same_content_leave_one_whole_file(
    store: DocumentStore, subject: UUID, root: Path
) -> None:
    content = pdf_of_size(3 * CHUNK_BYTES)
    both_half_way = Barrier(2, timeout=30)

    def upload() -> Iterator[bytes]:
        yield content[: 2 * CHUNK_BYTES]
        both_half_way.wait()
        yield content[2 * CHUNK_BYTES :]

    with ThreadPoolExecutor(2) as threads:
        uploads = [
            threads.submit(store_document, store, subject, PDF, upload(), expected_size=len(content)) for _ in range(2)
        ]
        first, second = (each.result() for each in uploads)

    assert first == second
    assert files_under(root) == [root / str(subject) / first.sha256]
    assert b"".join(store.read(subject, first.sha256)) == content


@pytest.mark.parametrize(
    ("media_type", "content", "expected_size", "code", "said"),
    [
        ("application/msword", pdf(), None, DocumentRefusal.TYPE_UNKNOWN, "send one of PDF"),
        (PDF, png(), None, DocumentRefusal.NOT_OF_ITS_TYPE, "not that of a PDF file"),
        (PDF, b"%PDF is how it begins, %%EOF", None, DocumentRefusal.NOT_OF_ITS_TYPE, "save or export it as PDF"),
        (JPEG, pdf(), None, DocumentRefusal.NOT_OF_ITS_TYPE, "not that of a JPEG file"),
        (PNG, b"a letter to the office", None, DocumentRefusal.NOT_OF_ITS_TYPE, "not that of a PNG file"),
        (PDF, b"", None, DocumentRefusal.EMPTY, "the PDF file is empty"),
        (PDF, b"", 0, DocumentRefusal.EMPTY, "the PDF file is empty"),
        (PDF, pdf(), len(pdf()) + 1, DocumentRefusal.CUT_OFF, "announced bytes came"),
        (PDF, pdf(), len(pdf()) - 1, DocumentRefusal.CUT_OFF, "more came than"),
        (PDF, pdf()[:-6], None, DocumentRefusal.CUT_OFF, "its end is missing"),
        (JPEG, jpeg()[:-1], None, DocumentRefusal.CUT_OFF, "its end is missing"),
        (PNG, png()[:-1], None, DocumentRefusal.CUT_OFF, "its end is missing"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    store: DocumentStore,
    subject: UUID,
    root: Path,
    media_type: str,
    content: bytes,
    expected_size: int | None,
    code: DocumentRefusal,
    said: str,
) -> None:
    with pytest.raises(DocumentRefused, match=said) as refused:
        store_document(store, subject, media_type, pieces(content, 100), expected_size=expected_size)
    assert refused.value.code is code
    assert files_under(root) == []


def test_over_the_limit_nothing_more_is_read(root: Path, keys: KeysInMemory, subject: UUID) -> None:
    narrow = replace(DocumentRules.load(), types=(DocumentType(media_type=PDF, name="PDF", largest_bytes=2_500),))
    store = DocumentStore(root, keys, narrow, ORIGIN)
    endless = pieces(pdf_of_size(1_000_000), 1_000)
    with pytest.raises(DocumentRefused) as refused:
        store_document(store, subject, PDF, endless)
    assert (refused.value.code, refused.value.limit) == (DocumentRefusal.TOO_LARGE, 2_500)
    assert len(list(endless)) == 997
    assert files_under(root) == []


def test_an_announced_size_over_the_limit_is_refused_unread(store: DocumentStore, subject: UUID) -> None:
    content = iter([pdf()])
    with pytest.raises(DocumentRefused) as refused:
        store_document(store, subject, PDF, content, expected_size=10**9)
    assert refused.value.code is DocumentRefusal.TOO_LARGE
    assert list(content) == [pdf()]


def test_content_of_another_type_is_not_read_to_its_end(store: DocumentStore, subject: UUID) -> None:
    coming = repeat(b"no such file begins like this. " * 100, 50)
    with pytest.raises(DocumentRefused) as refused:
        store_document(store, subject, PDF, coming)
    assert refused.value.code is DocumentRefusal.NOT_OF_ITS_TYPE
    assert len(list(coming)) == 49


def test_a_connection_that_breaks_leaves_nothing(store: DocumentStore, subject: UUID, root: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield pdf_of_size(2 * CHUNK_BYTES)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store_document(store, subject, PDF, broken())
    assert files_under(root) == []


def test_an_erased_document_is_withheld_and_no_new_one_is_taken(
    store: DocumentStore, subject: UUID, keys: KeysInMemory, root: Path
) -> None:
    stored = store_document(store, subject, PDF, [pdf()])
    keys.destroy(subject)
    assert not store.holds(subject, stored.sha256)
    with pytest.raises(DocumentWithheld, match="was erased"):
        store.read(subject, stored.sha256)
    with pytest.raises(KeyMissing):
        store_document(store, subject, PDF, [pdf(b"another")])
    assert len(files_under(root)) == 1


@pytest.mark.parametrize("name", ["0" * 64, "", "../unfinished", sha256(pdf()).hexdigest().upper()])
def test_what_was_never_stored_is_unknown(store: DocumentStore, subject: UUID, name: str) -> None:
    store_document(store, subject, PDF, [pdf()])
    assert not store.holds(subject, name)
    with pytest.raises(DocumentUnknown, match="name it by the sha256"):
        store.read(subject, name)


def test_a_document_of_a_person_nobody_knows_is_unknown(store: DocumentStore) -> None:
    with pytest.raises(DocumentUnknown):
        store.read(uuid4(), "0" * 64)


def test_rules_with_a_type_that_cannot_be_checked_stop_the_start(root: Path, keys: KeysInMemory) -> None:
    rules = replace(DocumentRules.load(), types=(DocumentType(media_type="image/tiff", name="TIFF", largest_bytes=9),))
    with pytest.raises(DocumentTypeUncheckable, match=r"image/tiff.*take only application/pdf, image/jpeg"):
        DocumentStore(root, keys, rules, ORIGIN)


def test_memory_stays_bounded_whatever_the_size(root: Path, keys: KeysInMemory, subject: UUID) -> None:
    size = 50 * 1024 * 1024
    wide = replace(DocumentRules.load(), types=(DocumentType(media_type=PDF, name="PDF", largest_bytes=size),))
    store = DocumentStore(root, keys, wide, ORIGIN)
    filling = bytes(100_000)

    def coming() -> Iterator[bytes]:
        yield pdf()[:20]
        yield from repeat(filling, (size - len(pdf())) // len(filling))
        yield pdf()[20:]

    tracemalloc.start()
    try:
        stored = store_document(store, subject, PDF, coming())
        read = sum(map(len, store.read(subject, stored.sha256)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == stored.size > 49 * 1024 * 1024
    assert peak < 2 * 1024 * 1024


NEAR_A_CHUNKS_END = st.builds(
    lambda chunks, beside: max(SMALLEST_PDF, chunks * CHUNK_BYTES + beside), st.integers(0, 3), st.integers(-2, 2)
)
SIZES = st.one_of(NEAR_A_CHUNKS_END, st.integers(SMALLEST_PDF, 4 * CHUNK_BYTES))


@settings(max_examples=examples(60))
@given(size=SIZES, cuts=st.lists(st.integers(0, 4 * CHUNK_BYTES), max_size=8), filling=st.binary(max_size=300))
def test_any_bytes_in_any_pieces_come_back(size: int, cuts: list[int], filling: bytes) -> None:
    content = pdf(filling) if len(filling) % 2 else pdf_of_size(size)
    begins = [0, *sorted(min(cut, len(content)) for cut in cuts)]
    coming = [content[begin:end] for begin, end in zip(begins, [*begins[1:], len(content)], strict=True)]
    keys = KeysInMemory()
    subject = keys.mint()
    with TemporaryDirectory() as root:
        store = DocumentStore(Path(root), keys, DocumentRules.load(), ORIGIN)
        stored = store_document(store, subject, PDF, coming, expected_size=len(content))
        assert stored.sha256 == sha256(content).hexdigest()
        assert b"".join(store.read(subject, stored.sha256)) == content
