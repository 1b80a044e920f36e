"""Collections in pages: read on from the last one seen, never by number of page (Belgif guide, cursor paging)."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from api.http.problems import LocatedIssue, Place, RequestRefused, input_problem
from domain.case.refusals import InputIssue

PAGE_SIZE: Final = "pageSize"
AFTER: Final = "after"
PAGING: Final = (PAGE_SIZE, AFTER)

DEFAULT_PAGE_SIZE: Final = 50
LARGEST_PAGE_SIZE: Final = 100

_WHOLE_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def page_size_of(parameters: QueryParams) -> int:
    """The number of items requested. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, PAGE_SIZE)
    if given is None:
        return DEFAULT_PAGE_SIZE
    if _WHOLE_NUMBER.fullmatch(given) is None or int(given) > LARGEST_PAGE_SIZE:
        raise wrong_parameter(
            PAGE_SIZE,
            "outOfRange",
            f"it is not a whole number from 1 to {LARGEST_PAGE_SIZE}",
            f"write one, or leave it out for {DEFAULT_PAGE_SIZE}",
        )
    return int(given)


def number_after(parameters: QueryParams) -> int:
    """The number to read on from, 0 for the beginning. Raises :class:`RequestRefused` (400)."""
    given = single(parameters, AFTER)
    if given is None:
        return 0
    if _WHOLE_NUMBER.fullmatch(given) is None:
        raise unusable_cursor()
    return int(given)


def single(parameters: QueryParams, name: str) -> str | None:
    """The value of a parameter that may occur at most once. Raises :class:`RequestRefused` (400)."""
    given = parameters.getlist(name)
    if len(given) > 1:
        raise wrong_parameter(name, "invalidInput", "it is given more than once", "give it once")
    return given[0] if given else None


def unusable_cursor() -> RequestRefused:
    """400: the caller made up where to read on."""
    return wrong_parameter(
        AFTER,
        "invalidInput",
        "it is not where a page of this collection ended",
        "take the address in the member next of the page before, as it is",
    )


def wrong_parameter(name: str, code: str, problem: str, remedy: str) -> RequestRefused:
    """400 for a query parameter."""
    issue = InputIssue(path=name, code=code, problem=problem, remedy=remedy)
    return RequestRefused(input_problem((LocatedIssue(place=Place.QUERY, issue=issue),)))


def next_page(address: str, parameters: QueryParams, after: str | int | None) -> dict[str, Any]:
    """The member ``next`` of a page; nothing on the last one."""
    if after is None:
        return {}
    kept = [(name, value) for name, value in parameters.multi_items() if name != AFTER]
    return {"next": f"{address}?{urlencode([*kept, (AFTER, str(after))])}"}
