"""Styles, scripts and pictures of the pages: read into memory at the start, sent compressed, cached permanently.

The address of a file holds a digest of its content, so a browser may keep it for ever and a changed file is a new
address. A request is looked up among the addresses that exist: no path is ever built from it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter, Request, Response

from api.pages.security_headers import SECURITY_HEADERS

STATIC_ROOT: Final = "/static/"

_MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""What is sent; files of any other kind, such as a licence, are there for the people who read the code."""

_KEPT: Final = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file with its address below the root, such as ``single-permit.0123456789abcdef.css``."""

    address: str
    media_type: str
    digest: str
    content: bytes = field(repr=False)
    compressed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """The files by the names that templates use and by the addresses that browsers ask."""

    by_name: Mapping[str, StaticFile]
    by_address: Mapping[str, StaticFile]

    @classmethod
    def load(cls) -> StaticFiles:
        found = {file.name: _read(file) for file in _below(files("api.pages") / "static")}
        return cls(found, {file.address: file for file in found.values()})

    def href(self, name: str) -> str:
        """The address of the file ``name``; a KeyError where a template names one that is not there."""
        return STATIC_ROOT + self.by_name[name].address


def static_routes(static: StaticFiles) -> APIRouter:
    """The files, for everyone: none of them holds personal data."""
    routes = APIRouter()

    @routes.get(STATIC_ROOT + "{address:path}", name="getStaticFile", include_in_schema=False)
    @routes.head(STATIC_ROOT + "{address:path}", name="headStaticFile", include_in_schema=False)
    def get_static_file(request: Request, address: str) -> Response:
        file = static.by_address.get(address)
        if file is None:
            return Response("There is no such file.\n", 404, dict(SECURITY_HEADERS), "text/plain")
        return _answer(request, file)

    return routes


def _answer(request: Request, file: StaticFile) -> Response:
    compressed = accepts_gzip(request)
    # A strong tag names one sequence of bytes, so the compressed form has another.
    tag = f'"{file.digest}-gzip"' if compressed else f'"{file.digest}"'
    headers = {**_KEPT, "ETag": tag}
    if tag in (each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if compressed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.compressed if compressed else file.content, 200, headers, file.media_type)


def accepts_gzip(request: Request) -> bool:
    """Whether the request names gzip and does not refuse it."""
    for part in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, liking = part.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return liking.strip("0.") != "" or liking == ""
    return False


def _below(directory: Traversable) -> Iterator[Traversable]:
    for entry in sorted(directory.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _below(entry)
        elif _suffix(entry.name) in _MEDIA_TYPES:
            yield entry


def _read(file: Traversable) -> StaticFile:
    content = file.read_bytes()
    digest = sha256(content).hexdigest()[:16]
    suffix = _suffix(file.name)
    return StaticFile(
        address=f"{file.name.removesuffix(suffix)}.{digest}{suffix}",
        media_type=_MEDIA_TYPES[suffix],
        digest=digest,
        content=content,
        # Without the time of compression: the same content is the same bytes on every machine.
        compressed=gzip.compress(content, 9, mtime=0),
    )


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return dot + suffix if stem else ""
