"""A stored file that was changed, cut, put together anew or moved gives no wrong byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.case.document_rules import DocumentRules
from infra.documents.document_store import DocumentStore
from infra.documents.errors import DocumentDamaged
from infra.documents.sealed_content import CHUNK_BYTES, HEADER_BYTES
from tests.documents.files import ORIGIN, PDF, pdf, pdf_of_size
from tests.documents.storing import store_document
from tests.keys.keys_in_memory import KeysInMemory

SEALED = CHUNK_BYTES + 16
CONTENT = pdf_of_size(3 * CHUNK_BYTES + 500)
FIRST, SECOND, THIRD = (HEADER_BYTES + number * SEALED for number in range(3))


def flipped(at: int) -> Callable[[bytes], bytes]:
    def flip(file: bytes) -> bytes:
        changed = bytearray(file)
        changed[at] ^= 1
        return bytes(changed)

    return flip


def cut_to(length: int) -> Callable[[bytes], bytes]:
    return lambda file: file[:length]


def swapped(file: bytes) -> bytes:
    return file[:FIRST] + file[SECOND:THIRD] + file[FIRST:SECOND] + file[THIRD:]


def without_the_second_chunk(file: bytes) -> bytes:
    return file[:SECOND] + file[THIRD:]


def second_chunk_twice(file: bytes) -> bytes:
    return file[:THIRD] + file[SECOND:THIRD] + file[THIRD + SEALED :]


def shorter_by_a_chunk_and_says_so(file: bytes) -> bytes:
    size_at = HEADER_BYTES - 16 - 8
    size = 3 * CHUNK_BYTES
    return file[:size_at] + size.to_bytes(8, "big") + file[size_at + 8 : THIRD + SEALED]


@pytest.fixture
def stored(store: DocumentStore, subject: UUID, root: Path) -> Path:
    return root / str(subject) / store_document(store, subject, PDF, [CONTENT]).sha256


@pytest.mark.parametrize(
    ("tamper", "chunks_still_authentic"),
    [
        pytest.param(flipped(SECOND + 5), 1, id="a bit of the second chunk"),
        pytest.param(flipped(FIRST), 0, id="a bit of the first chunk"),
        pytest.param(flipped(-1), 3, id="a bit of the last tag"),
        pytest.param(swapped, 0, id="two chunks swapped"),
        pytest.param(second_chunk_twice, 2, id="a chunk in place of the next"),
        pytest.param(without_the_second_chunk, 0, id="a chunk left out"),
        pytest.param(cut_to(THIRD + SEALED), 0, id="the last chunk cut off"),
        pytest.param(shorter_by_a_chunk_and_says_so, 0, id="the last chunk cut off and the size changed"),
        pytest.param(cut_to(-1), 0, id="the last byte cut off"),
        pytest.param(lambda file: file + b"\0", 0, id="a byte added"),
        pytest.param(cut_to(HEADER_BYTES), 0, id="only the header"),
        pytest.param(cut_to(10), 0, id="half a header"),
        pytest.param(cut_to(0), 0, id="empty"),
        *(pytest.param(flipped(at), 0, id=f"byte {at} of the header") for at in range(0, HEADER_BYTES, 5)),
    ],
)
def test_a_changed_file_is_damaged_and_gives_no_wrong_byte(
    store: DocumentStore,
    subject: UUID,
    stored: Path,
    tamper: Callable[[bytes], bytes],
    chunks_still_authentic: int,
) -> None:
    stored.write_bytes(tamper(stored.read_bytes()))
    given = []
    with pytest.raises(DocumentDamaged, match=str(subject)):  # noqa: PT012 (the chunks before it are looked at)
        for chunk in store.read(subject, stored.name):
            given.append(chunk)  # noqa: PERF402 (what came before the refusal stays)
    assert b"".join(given) == CONTENT[: chunks_still_authentic * CHUNK_BYTES]


def test_what_is_damaged_at_its_beginning_is_refused_before_anything_is_given(
    store: DocumentStore, subject: UUID, stored: Path
) -> None:
    stored.write_bytes(flipped(FIRST)(stored.read_bytes()))
    with pytest.raises(DocumentDamaged):
        store.read(subject, stored.name)


def test_a_damaged_file_is_mended_by_sending_it_again(store: DocumentStore, subject: UUID, stored: Path) -> None:
    stored.write_bytes(b"damaged")
    store_document(store, subject, PDF, [CONTENT])
    assert b"".join(store.read(subject, stored.name)) == CONTENT


def test_a_file_moved_to_another_subject_does_not_open_even_under_the_same_key(root: Path) -> None:
    key, mine, other = bytes(range(32)), uuid4(), uuid4()
    store = DocumentStore(root, KeysInMemory({mine: key, other: key}), DocumentRules.load(), ORIGIN)
    document = store_document(store, mine, PDF, [pdf()])
    (root / str(mine)).rename(root / str(other))
    with pytest.raises(DocumentDamaged):
        store.read(other, document.sha256)


def test_one_document_does_not_open_under_the_name_of_another(store: DocumentStore, subject: UUID, root: Path) -> None:
    diploma = store_document(store, subject, PDF, [pdf(b"a diploma")])
    contract = store_document(store, subject, PDF, [pdf(b"a contract")])
    directory = root / str(subject)
    (directory / diploma.sha256).replace(directory / contract.sha256)
    with pytest.raises(DocumentDamaged):
        store.read(subject, contract.sha256)


def test_a_file_of_another_log_does_not_open(
    store: DocumentStore, subject: UUID, keys: KeysInMemory, root: Path, stored: Path
) -> None:
    elsewhere = DocumentStore(root, keys, DocumentRules.load(), "single-permit.example/brussels")
    with pytest.raises(DocumentDamaged):
        elsewhere.read(subject, stored.name)


def test_chunks_of_two_files_of_the_same_content_do_not_mix(store: DocumentStore, subject: UUID, stored: Path) -> None:
    earlier = stored.read_bytes()
    store_document(store, subject, PDF, [CONTENT])
    later = stored.read_bytes()
    assert later[FIRST:] != earlier[FIRST:]
    stored.write_bytes(later[:SECOND] + earlier[SECOND:])
    with pytest.raises(DocumentDamaged):
        list(store.read(subject, stored.name))


def test_equal_chunks_of_a_file_do_not_look_equal(store: DocumentStore, subject: UUID, root: Path) -> None:
    """Under one nonce they would, and nothing in the file would be safe any more."""
    document = store_document(store, subject, PDF, [pdf(bytes(4 * CHUNK_BYTES))])
    file = (root / str(subject) / document.sha256).read_bytes()
    assert file[SECOND : SECOND + CHUNK_BYTES] != file[THIRD : THIRD + CHUNK_BYTES]
