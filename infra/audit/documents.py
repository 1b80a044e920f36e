"""Are the documents that cases name still in the store as they were put there? No content leaves this module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infra.documents.document_store import DocumentState, DocumentStore
from infra.postgres.server.connection_pool import ConnectionPool
from infra.stored_form.stored_body import clear_fields

_AT_ONCE: Final = 1_000
_MOST_NAMED: Final = 20

_ATTACHED: Final = """
select position, stream, version, body from journal
 where position > %s and type = 'DocumentAttached'
 order by position limit %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFinding:
    """A document that was received and cannot be given: ``state`` is MISSING or DAMAGED."""

    case_id: UUID
    version: int
    sha256: str
    state: DocumentState

    @property
    def sentence(self) -> str:
        how = "is not in the store" if self.state is DocumentState.MISSING else "is not what was stored there"
        return (
            f"the document {self.sha256} {how}: restore it from the backup of the document store, or have it sent again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentReport:
    """``count`` documents were looked at; of the ``finding_count`` bad ones the first are in ``findings``."""

    count: int
    finding_count: int
    findings: tuple[DocumentFinding, ...]

    @property
    def is_sound(self) -> bool:
        return self.finding_count == 0


def verify_documents(pool: ConnectionPool, documents: DocumentStore, *, whole: bool) -> DocumentReport:
    """Look at every document that was received: to its end with ``whole``, else only whether it opens.

    Those that were erased with their person are as they should be, and those only announced were never here.
    Raises ``DatabaseUnavailable``.
    """
    count, bad = 0, 0
    named: list[DocumentFinding] = []
    for case_id, version, subject, sha256 in _attached(pool):
        state = documents.examine(subject, sha256, whole=whole)
        count += 1
        if state in (DocumentState.MISSING, DocumentState.DAMAGED):
            bad += 1
            if len(named) < _MOST_NAMED:
                named.append(DocumentFinding(case_id=case_id, version=version, sha256=sha256, state=state))
    return DocumentReport(count=count, finding_count=bad, findings=tuple(named))


def _attached(pool: ConnectionPool) -> Iterator[tuple[UUID, int, UUID, str]]:
    """Case, version, person and digest of each document that was received, in the order of the journal."""
    after = 0
    while True:
        with pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute(_ATTACHED, (after, _AT_ONCE))
            rows = cursor.fetchall()
        for _position, stream, version, body in rows:
            try:
                clear = clear_fields(bytes(body))
                named = UUID(clear["workerSubject"]), str(clear["document"]["sha256"])
            except (LookupError, ValueError, TypeError, AttributeError):
                continue  # that the event was changed is what the verification of the journal says
            yield stream, version, *named
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1][0]
