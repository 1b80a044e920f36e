"""``applications/{applicationId}/documents``: files sent into a case and read from it, streamed both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from anyio import from_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from api.case_border import CaseBorder, json_response
from api.case_representation import address_of, entity_tag
from api.composition import Program
from api.incoming_requests import Asked, Incoming, case_id_of, incoming_question, incoming_upload
from api.permissions import Action
from api.problems import Place, RequestRefused, input_problem, located
from domain.case.application import Document
from domain.case.codes import DOCUMENT_KINDS
from domain.case.commands import AttachDocument
from domain.case.lifecycle import Case
from domain.case.refusals import InputIssue
from domain.case.value_checks import one_of
from infra.documents.unreadable import DocumentUnknown

KIND: Final = "kind"
EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}

Upload = Annotated[tuple[Incoming, Request], Depends(incoming_upload(Action.ATTACH_DOCUMENT, KIND))]
Reading = Annotated[Asked, Depends(incoming_question(Action.READ_DOCUMENT))]


def document_routes(program: Program, border: CaseBorder) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications/{application_id}/documents")

    @routes.post("", name="attachDocument")
    def attach_document(application_id: str, upload: Upload) -> Response:
        incoming, request = upload
        case_id, context = case_id_of(application_id), border.context(incoming)
        kind = _kind_of(request)
        _, case = border.case(case_id, incoming.granted)
        media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        announced = request.headers.get("Content-Length", "")
        size = int(announced) if announced.isdecimal() else None
        if size is not None:
            # Before it is read: a full case does not fill the disk with what it cannot take.
            expected = Document(kind=kind, sha256="", media_type=media_type, size=size)
            program.document_rules.require_room((*case.documents, expected))
        stored = program.documents.store(case.worker_subject, media_type, _chunks(request.stream()), expected_size=size)
        document = Document(kind=kind, sha256=stored.sha256, media_type=stored.media_type, size=stored.size)
        if document not in case.documents:
            program.document_rules.require_room((*case.documents, document))
        return border.change(case_id, AttachDocument(document=document), context, incoming)

    @routes.get("", name="getDocuments")
    def get_documents(application_id: str, asked: Reading) -> Response:
        case_id = case_id_of(application_id)
        stream, case = border.case(case_id, asked.granted)
        held = [each for each in case.documents if program.documents.holds(case.worker_subject, each.sha256)]
        items = [
            {
                "href": f"{address_of(case_id, asked.base_url)}/documents/{each.sha256}",
                "kind": each.kind,
                "sha256": each.sha256,
                "mediaType": each.media_type,
                "size": each.size,
                "received": each in held,
            }
            for each in case.documents
        ]
        return json_response({"items": items, "total": len(items)}, headers={"ETag": entity_tag(stream.version)})

    @routes.get("/{sha256}", name="getDocument")
    def get_document(application_id: str, sha256: str, asked: Reading) -> Response:
        _, case = border.case(case_id_of(application_id), asked.granted)
        document = _named(case, sha256)
        return StreamingResponse(
            program.documents.read(case.worker_subject, sha256),
            media_type=document.media_type,
            headers={
                "Content-Length": str(document.size),
                "Content-Disposition": f'attachment; filename="{_file_name(document)}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    return routes


def _kind_of(request: Request) -> str:
    given = request.query_params.getlist(KIND)
    if len(given) != 1:
        issue = InputIssue(
            path=KIND,
            code="requiredInput",
            problem="it is not given, or more than once",
            remedy="say once what the document is, such as ?kind=diploma",
        )
        raise RequestRefused(input_problem(located(Place.QUERY, (issue,))))
    wrong = tuple(one_of(KIND, given[0], DOCUMENT_KINDS))
    if wrong:
        raise RequestRefused(input_problem(located(Place.QUERY, wrong)))
    return given[0]


def _named(case: Case, sha256: str) -> Document:
    for document in case.documents:
        if document.sha256 == sha256:
            return document
    raise DocumentUnknown


def _file_name(document: Document) -> str:
    return f"{document.kind}-{document.sha256[:8]}.{EXTENSIONS.get(document.media_type, 'bin')}"


def _chunks(stream: AsyncIterator[bytes]) -> Iterator[bytes]:
    """The body, chunk by chunk, for a thread: the event loop reads, at most one chunk ahead."""

    async def next_chunk() -> bytes | None:
        return await anext(stream, None)

    while (chunk := from_thread.run(next_chunk)) is not None:
        yield chunk
