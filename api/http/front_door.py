"""What every request must satisfy before anything else looks at it: the host that it names, and its trace id.

A page of another site can have a name of its own resolved to this machine and then speak to the service as if it were
the service's own page (DNS rebinding). What it cannot change is the name in ``Host``: so only names on a list are
answered. There is no exception for ``/health`` and ``/metrics``: a balancer that names the service by its address has
that address put on the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.forwarded import Network, as_the_caller_sent_it
from api.http.problems import LocatedIssue, Place, Problem, RequestRefused, input_problem, own_problem
from domain.case.refusals import InputIssue

TRACE_HEADER: Final = b"belgov-trace-id"

_HOST: Final = re.compile(rb"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")
TRACE_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,36}")


class FrontDoor:
    """ASGI middleware. ``hosts`` are names in small letters, an IPv6 address in brackets; the port does not matter.

    ``refuse`` gives the answer to a request that is refused here, as people or programs read it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str],
        proxies: Sequence[Network],
        refuse: Callable[[Request, Problem], Response],
    ) -> None:
        self._app = app
        self._hosts = frozenset(each.encode("ascii") for each in hosts)
        self._proxies = tuple(proxies)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope = as_the_caller_sent_it(scope, self._proxies)
                self._require_known(scope)
            except RequestRefused as why:
                # Without the host that was named: no link of the answer may lead there.
                headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
                await self._refuse(Request({**scope, "headers": headers}), why.problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _require_known(self, scope: Scope) -> None:
        """Raises :class:`RequestRefused`: 400 for what has no right form, 421 for a host that is not ours."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
        if found is None:
            raise RequestRefused(input_problem([_issue("Host", named, "send one host name, with a port or without")]))
        if found["name"].lower() not in self._hosts:
            raise RequestRefused(
                own_problem(
                    "misdirectedRequest",
                    "This service does not answer to that host name: use one that its operator listed (PERMIT_HOSTS).",
                )
            )
        traces = [value for name, value in scope["headers"] if name == TRACE_HEADER]
        if len(traces) > 1 or not all(TRACE_ID.fullmatch(each) for each in traces):
            remedy = "write 1 to 36 of the characters A-Z a-z 0-9 . _ -, or leave it out"
            raise RequestRefused(input_problem([_issue("BelGov-Trace-Id", traces, remedy)]))


def _issue(header: str, values: Sequence[bytes], remedy: str) -> LocatedIssue:
    match len(values):
        case 0:
            code, problem = "requiredInput", "this header is missing"
        case 1:
            code, problem = "invalidInput", "it does not have the right form"
        case _:
            code, problem = "invalidInput", "it is there more than once"
    return LocatedIssue(place=Place.HEADER, issue=InputIssue(path=header, code=code, problem=problem, remedy=remedy))
