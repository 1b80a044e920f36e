"""``applications/{applicationId}/documents``: files sent into a case and read from it, streamed both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Final

from anyio import from_thread
from fastapi import APIRouter, Depends, Request, Response

from api.http.case_representation import address_of, entity_tag
from api.http.problems import Place, RequestRefused, input_problem, located
from api.http.requests import AuthorisedCommand, AuthorisedQuery, case_id_of, incoming_question, incoming_upload
from api.permissions import Action
from api.services.cases import CaseService, json_response
from api.services.documents import DocumentIntake
from domain.case.refusals import InputIssue
from domain.case.value_checks import one_of
from domain.codes import DOCUMENT_KINDS

KIND: Final = "kind"

Upload = Annotated[tuple[AuthorisedCommand, Request], Depends(incoming_upload(Action.ATTACH_DOCUMENT, KIND))]
Reading = Annotated[AuthorisedQuery, Depends(incoming_question(Action.READ_DOCUMENT))]


def document_routes(intake: DocumentIntake, border: CaseService) -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/applications/{application_id}/documents")

    @routes.post("", name="attachDocument")
    def attach_document(application_id: str, upload: Upload) -> Response:
        incoming, request = upload
        announced = request.headers.get("Content-Length", "")
        return intake.take(
            case_id_of(application_id),
            incoming,
            _kind_of(request),
            request.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            _chunks(request.stream()),
            announced=int(announced) if announced.isdecimal() else None,
        )

    @routes.get("", name="getDocuments")
    def get_documents(application_id: str, asked: Reading) -> Response:
        case_id = case_id_of(application_id)
        stream, case = border.case(case_id, asked.granted)
        is_held = intake.held(case)
        items = [
            {
                "href": f"{address_of(case_id, asked.base_url)}/documents/{each.sha256}",
                "kind": each.kind,
                "sha256": each.sha256,
                "mediaType": each.media_type,
                "size": each.size,
                "received": is_held(each.sha256),
            }
            for each in case.documents
        ]
        return json_response({"items": items, "total": len(items)}, headers={"ETag": entity_tag(stream.version)})

    @routes.get("/{sha256}", name="getDocument")
    def get_document(application_id: str, sha256: str, asked: Reading) -> Response:
        _, case = border.case(case_id_of(application_id), asked.granted)
        return intake.hand_out(case, sha256)

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


def _chunks(stream: AsyncIterator[bytes]) -> Iterator[bytes]:
    """The body, chunk by chunk, for a thread: the event loop reads, at most one chunk ahead."""

    async def next_chunk() -> bytes | None:
        return await anext(stream, None)

    while (chunk := from_thread.run(next_chunk)) is not None:
        yield chunk
