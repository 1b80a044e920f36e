"""Answers as they go out: JSON in the one form of the interface, and documents to be saved."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.http.case_representation import address_of, entity_tag, handled_content
from api.services.documents import ReceivedDocument
from domain.case.handling import Handled
from domain.deadlines.clocks import ClockRules
from infra.wire_format import canonical_json

_EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def json_response(content: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(canonical_json(content), status_code=status, headers=headers, media_type="application/json")


def handled_response(handled: Handled, rules: ClockRules, base_url: str) -> Response:
    """The answer to a command: 200 instead of 201 when it brought nothing new."""
    receipt = handled.receipt
    headers = {"Location": address_of(receipt.case_id, base_url), "ETag": entity_tag(receipt.version)}
    content = handled_content(handled, rules, base_url)
    return json_response(content, 200 if receipt.position is None else 201, headers)


def document_response(received: ReceivedDocument) -> Response:
    """The file, to be saved and never to be run."""
    document = received.document
    name = f"{document.kind}-{document.sha256[:8]}.{_EXTENSIONS.get(document.media_type, 'bin')}"
    return StreamingResponse(
        received.content,
        media_type=document.media_type,
        headers={
            "Content-Length": str(document.size),
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
