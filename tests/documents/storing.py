"""A document stored in one go, as by a sender whose chunks are all there."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from infra.documents.document_store import DocumentStore
from infra.documents.incoming_document import StoredDocument


def store_document(
    store: DocumentStore,
    subject: UUID,
    media_type: str,
    chunks: Iterable[bytes],
    *,
    expected_size: int | None = None,
    case_id: UUID | None = None,
) -> StoredDocument:
    """Take the chunks, place the content and keep it; whatever is raised, nothing is left."""
    incoming = store.begin(case_id or uuid4(), subject, media_type, expected_size=expected_size)
    try:
        for chunk in chunks:
            incoming.take(chunk)
        stored = incoming.whole()
        incoming.place()
    except BaseException:
        incoming.drop()
        raise
    incoming.settle()
    return stored
