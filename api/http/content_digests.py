"""``Content-Digest`` (RFC 9530): what the sender says its content hashes to, compared with what came.

SHA-256 and SHA-512 are known; other algorithms are passed over, as the RFC wants. There is no content coding here, so
the content is what was sent, byte for byte.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Final

from fastapi import Request

from api.http.problems import LocatedIssue, Place, RequestRefused, input_problem, own_problem
from domain.case.refusals import InputIssue

HEADER: Final = "Content-Digest"

_ALGORITHMS: Final = {"sha-256": "sha256", "sha-512": "sha512"}
_KEY: Final = r"[a-z*][a-z0-9_.*-]*"
_PARAMETERS: Final = r"(?:;[ ]*[a-z*][a-z0-9_.*-]*(?:=[!-+\--:<-~]+)?)*"
_MEMBER: Final = re.compile(rf"(?P<key>{_KEY})=:(?P<value>[A-Za-z0-9+/=]*):{_PARAMETERS}")
"""A member of a dictionary of byte sequences (RFC 9651, sections 3.2 and 3.3.5)."""


def require_no_content_coding(request: Request) -> None:
    """Raises :class:`RequestRefused` (415) for a body that is compressed or coded otherwise."""
    codings = [each.strip().lower() for each in request.headers.getlist("Content-Encoding")]
    if any(each not in ("", "identity") for each in ",".join(codings).split(",")):
        raise RequestRefused(
            own_problem("unsupportedMediaType", "Send the body without a content encoding: nothing is decompressed.")
        )


class StatedDigests:
    """The digests that a request states; :meth:`take` all of its content, then :meth:`require`."""

    def __init__(self, request: Request) -> None:
        """Raises :class:`RequestRefused` (400) for a header that is no dictionary of digests."""
        self._stated = _stated(", ".join(request.headers.getlist(HEADER)))
        self._found = {name: hashlib.new(_ALGORITHMS[name]) for name in self._stated}

    def take(self, chunk: bytes) -> None:
        """The next bytes of the content."""
        for each in self._found.values():
            each.update(chunk)

    def require(self) -> None:
        """The content is whole. Raises :class:`RequestRefused` (400) where it is not what was stated."""
        for name, found in self._found.items():
            if not hmac.compare_digest(found.digest(), self._stated[name]):
                raise _refused(
                    f"the {name} of what came is another", "the content was changed on its way: send it again"
                )


def _stated(header: str) -> dict[str, bytes]:
    """The digests of known algorithms by their names; of one that is named twice the last counts."""
    stated: dict[str, bytes] = {}
    for member in filter(None, (each.strip(" \t") for each in header.split(","))):
        found = _MEMBER.fullmatch(member)
        if found is None:
            raise _malformed()
        try:
            digest = b64decode(found["value"], validate=True)
        except NotBase64:
            raise _malformed() from None
        if found["key"] in _ALGORITHMS:
            stated[found["key"]] = digest
    return stated


def _malformed() -> RequestRefused:
    return _refused("it does not have the right form", "write it like sha-256=:<base64>:, as RFC 9530 has it")


def _refused(problem: str, remedy: str) -> RequestRefused:
    issue = InputIssue(path=HEADER, code="invalidInput", problem=problem, remedy=remedy)
    return RequestRefused(input_problem((LocatedIssue(place=Place.HEADER, issue=issue),)))
