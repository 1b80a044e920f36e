"""``doc``: the contract of this interface, as it was written (YAML) and for programs that want JSON."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

import yaml
from fastapi import APIRouter, Depends, Request, Response

from api.http.requests import require_parameters
from infra.wire_format import canonical_json

PACKAGED_CONTRACT: Final = Path(__file__).parent.parent / "openapi.yaml"

_CACHED: Final = "public, max-age=3600"
"""It changes only with a release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A document that is the same for everyone, with its entity tag."""

    content: bytes
    media_type: str
    tag: str


def contract_routes() -> APIRouter:
    """The routes, to be mounted under the root of the API."""
    routes = APIRouter(prefix="/doc")

    @routes.get("/openapi.yaml", name="getContractAsYaml")
    def get_contract_as_yaml(question: Question) -> Response:
        return _answer(question, _as_written())

    @routes.get("/openapi.json", name="getContractAsJson")
    def get_contract_as_json(question: Question) -> Response:
        return _answer(question, _as_json())

    return routes


async def _document_request(request: Request) -> Request:
    """A document is given in the one form that its address names, whatever ``Accept`` says."""
    require_parameters(request, ())
    return request


Question = Annotated[Request, Depends(_document_request)]


@lru_cache(maxsize=1)
def _as_written() -> Served:
    return _served(PACKAGED_CONTRACT.read_bytes(), "application/yaml")


@lru_cache(maxsize=1)
def _as_json() -> Served:
    # Takes most of a second: done at the first request, and not at each start of the service.
    return _served(canonical_json(yaml.safe_load(_as_written().content)), "application/json")


def _served(content: bytes, media_type: str) -> Served:
    return Served(content=content, media_type=media_type, tag=f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def _answer(request: Request, document: Served) -> Response:
    """The document, or 304 without it for a reader who names its tag in ``If-None-Match``."""
    headers = {"ETag": document.tag, "Cache-Control": _CACHED}
    held = {each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")}
    if held & {document.tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(document.content, headers=headers, media_type=document.media_type)
