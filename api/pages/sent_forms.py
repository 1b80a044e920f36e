"""The fields that a form of a page sent, read strictly and kept only until the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from api.http.body_limits import BodyGuard
from api.http.problems import RequestRefused, own_problem
from api.pages.refusals import FormFault, form_refused
from infra.limit_counts import Limit

FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 500


@dataclass(frozen=True, slots=True)
class SentForm:
    """The values by the names of their fields; what was sent may be anybody's data and is never shown in a log."""

    values: Mapping[str, Sequence[str]] = field(repr=False)

    def one(self, name: str) -> str:
        """The first value, without blanks around it; empty where there is none."""
        given = self.values.get(name, ())
        return given[0].strip() if given else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value that is not empty, in the order of the form."""
        return tuple(each for each in self.values.get(name, ()) if each)


async def sent_form(request: Request) -> SentForm:
    """The fields of a form without files. Raises :class:`RequestRefused` (400, 413, 415)."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        raise RequestRefused(own_problem("unsupportedMediaType", f"Send the form as {FORM}."))
    guard: BodyGuard = request.app.state.body_guard
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > guard.largest_bytes:
            guard.counts.reached(Limit.BODY_BYTES)
            raise form_refused(FormFault.TOO_LONG)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:  # which UnicodeDecodeError is too
        raise form_refused(FormFault.NOT_WHOLE) from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        # Browsers send the ends of lines as they were sent in 1992.
        values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return SentForm(values)
